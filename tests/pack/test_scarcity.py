"""Limits, priority classes and rebuilding as they are written, and what is refused of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kaname.cascade.shocks import Case, compile_cases
from kaname.errors import InputProblems
from kaname.nation import Nation
from kaname.pack.figures import Figure
from kaname.pack.model import Limit, Priority
from kaname.pack.scenarios import LimitEvent, RebuildEvent

Event = LimitEvent | RebuildEvent


def figure(value: float, unit: str) -> Figure:
    return Figure(value=value, unit=unit, year=2026, confidence="assumption", note="for a test")  # type: ignore[arg-type]


def with_event(japan: Nation, **fields: Any) -> Case:
    """A scenario of one event in the place of another's."""
    plain = japan.scenarios["hormuz-closure"]
    kind = RebuildEvent if fields["kind"] == "rebuild" else LimitEvent
    event = kind.model_validate({"duration": figure(30, "day"), **fields})
    return Case(((plain.model_copy(update={"events": (event,)}), 0.0),), (), "x")


def test_a_limit_on_a_passage_narrows_what_runs_through_it(japan: Nation) -> None:
    case = with_event(
        japan,
        kind="limit",
        most=figure(0.5, "1"),
        passages=("malacca",),
        destinations=("JPN",),
        goods=("crude",),
    )
    (limit,) = compile_cases(japan.built, [case], 60, japan.settings).limits
    net = japan.network
    ids = {net.nodes.id[i] for i in net.links.supplier[limit.links]}
    assert "SAU/crude" in ids and "USA/crude" not in ids
    assert {net.countries[c] for c in net.nodes.country[net.slots.user[net.links.slot[limit.links]]]} >= {
        "JPN"
    }
    assert (limit.most < 1).all() and (limit.most >= 0.5 - 1e-9).all()
    assert limit.profile[:30].tolist() == [1.0] * 30 and limit.profile[30:].max() == 0


def test_a_limit_in_money_is_divided_as_trade_usually_is(japan: Nation) -> None:
    fields = {"kind": "limit", "origins": ("SAU",), "destinations": ("JPN",), "goods": ("crude",)}
    net = japan.network
    use = net.links.share * (net.slots.need * net.nodes.output[net.slots.user])[net.links.slot]
    whole = compile_cases(japan.built, [with_event(japan, most=figure(1, "1"), **fields)], 60, japan.settings)
    usual = float(use[whole.limits[0].links].sum())
    case = with_event(japan, most=figure(0.25 * usual, "million USD/day"), **fields)
    (limit,) = compile_cases(japan.built, [case], 60, japan.settings).limits
    np.testing.assert_allclose(limit.most, 0.25)


def test_what_is_rebuilt_sums_to_the_damage(japan: Nation) -> None:
    work = ({"industry": "F", "share": figure(0.7, "1")}, {"industry": "C28", "share": figure(0.2, "1")})
    recovery = {"shape": "linear", "duration": figure(20, "day")}
    case = with_event(japan, kind="rebuild", damage=figure(1315, "billion JPY"), work=work, recovery=recovery)
    (rebuild,) = compile_cases(japan.built, [case], 90, japan.settings).rebuilds
    assert rebuild.profile.sum() * rebuild.amount.sum() == pytest.approx(0.9 * 1315e3 / 131.5, rel=1e-3)
    by_area = japan.by_area()
    (split,) = compile_cases(by_area.built, [case], 90, japan.settings).rebuilds
    assert split.amount.sum() == pytest.approx(rebuild.amount.sum()) and len(split.nodes) > len(rebuild.nodes)


def test_a_standing_limit_is_in_every_case_and_never_below_what_is_usual(japan: Nation) -> None:
    label = {"ja": "上限", "en": "limit"}
    wide = Limit.model_validate(
        {"id": "wide", "label": label, "most": figure(1.2, "1"), "origins": ("SAU",), "goods": ("crude",)}
    )
    built = replace(japan.built, pack=japan.pack.model_copy(update={"limits": (wide,)}))
    shocks = compile_cases(built, [japan.case("hormuz-closure"), japan.case("typhoon")], 30, japan.settings)
    assert [(limit.case, limit.origin) for limit in shocks.limits] == [(0, -1), (1, -1)]
    np.testing.assert_allclose(shocks.limits[0].most, 1.2)
    narrow = wide.model_copy(update={"most": figure(0.001, "million USD/day")})
    built = replace(japan.built, pack=japan.pack.model_copy(update={"limits": (narrow,)}))
    with pytest.raises(InputProblems, match=r"more than the limit of 0.001 @ limits\[0\]"):
        compile_cases(built, [japan.case("hormuz-closure")], 30, japan.settings)


def test_classes_of_the_pack_on_the_network(japan: Nation) -> None:
    net = japan.network
    assert net.nodes.priority is not None
    rank = dict(zip(net.nodes.id, net.nodes.priority.tolist(), strict=True))
    assert (rank["JPN:Q"], rank["DEU:Q"], rank["JPN:J61"], rank["JPN:C29"]) == (1, 1, 2, 3)
    # a channel is served as the first of those who buy through it
    assert rank["SAU/crude"] == min(rank[i] for i in _buyers(japan, "SAU/crude"))
    divided = japan.by_area().network.nodes
    assert divided.priority is not None and len(divided.priority) == len(divided.id)


def _buyers(japan: Nation, name: str) -> set[str]:
    net = japan.network
    links = np.flatnonzero(net.links.supplier == net.index[name])
    return {net.nodes.id[net.slots.user[net.links.slot[k]]] for k in links}


def test_hospitals_are_spared_by_priority(japan: Nation) -> None:
    how = replace(japan.settings, rationing="priority")
    lost = []
    for settings in (japan.settings, how):
        run = japan.stress("fuel-squeeze", days=100, settings=settings)
        assert run.trace.output is not None
        level = run.trace.output[:, :, 0] / japan.network.nodes.output
        lost.append({k: float((1 - level[:, japan.network.index[k]]).sum()) for k in ("JPN:Q", "JPN:C29")})
    assert lost[0]["JPN:Q"] > 0.5 and lost[1]["JPN:Q"] < 0.05
    assert lost[1]["JPN:C29"] > lost[0]["JPN:C29"]


FAULTS = """
limits:
  - {id: low, label: {ja: a, en: a}, origins: [SAU], most: {value: 0.5, unit: "1", year: 2026, confidence: assumption, note: n}}
  - {id: none, label: {ja: a, en: a}, most: {value: 2, unit: "1", year: 2026, confidence: assumption, note: n}}
  - {id: lost, label: {ja: a, en: a}, passages: [nowhere], most: {value: 2, unit: MW, year: 2026, confidence: assumption, note: n}}
priorities:
  - {id: one, label: {ja: a, en: a}, industries: [Q, Q], note: n}
scenarios:
  - id: faulty
    label: {ja: a, en: a}
    summary: {ja: a, en: a}
    digest: [TR-4]
    infrastructures: [transport]
    events:
      - {kind: limit, most: {value: -1, unit: "1", year: 2026, confidence: assumption, note: n}, duration: {value: 5, unit: day, year: 2026, confidence: assumption, note: n}}
      - kind: rebuild
        damage: {value: 1, unit: billion USD, year: 2026, confidence: assumption, note: n}
        work:
          - {industry: F, share: {value: 0.8, unit: "1", year: 2026, confidence: assumption, note: n}}
          - {industry: F, share: {value: 0.8, unit: "1", year: 2026, confidence: assumption, note: n}}
        duration: {value: 5, unit: day, year: 2026, confidence: assumption, note: n}
"""  # noqa: E501


def test_every_fault_is_told(japan_copy: Callable[[], Path]) -> None:
    from kaname.pack.reader import load

    folder = japan_copy()
    (folder / "faulty.yaml").write_text(FAULTS, encoding="utf-8")
    pack = folder / "pack.yaml"
    pack.write_text(
        pack.read_text(encoding="utf-8").replace(
            "  - passages.yaml\n", "  - passages.yaml\n  - faulty.yaml\n"
        ),
        encoding="utf-8",
    )
    with pytest.raises(InputProblems) as found:
        load(folder)
    told = "\n".join(str(p) for p in found.value.problems)
    for message in (
        "'most' must be at least 1, the usual flow, not 0.5",
        "limit 'none' is on nothing: give passages or origins or destinations or goods or industries",
        "no passage 'nowhere'",
        "'most' cannot be in 'MW'",
        "industries 'Q' is listed twice",
        "'most' is negative: -1",
        "event of kind 'limit' acts on nothing",
        "shares of the work sum to 1.6, more than 1",
        "industry 'F' is listed twice",
    ):
        assert message in told, message


@pytest.fixture
def japan_copy(tmp_path: Path) -> Callable[[], Path]:
    import shutil

    import kaname

    def copy() -> Path:
        folder = tmp_path / "japan"
        shutil.copytree(Path(kaname.__file__).parent / "packs" / "japan", folder)
        return folder

    return copy


def test_a_class_says_why() -> None:
    with pytest.raises(ValueError, match="note"):
        Priority.model_validate({"id": "x", "label": {"ja": "a", "en": "a"}})
