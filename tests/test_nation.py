"""`Nation`: opened at once, built when asked, the same answer every time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import date
from typing import Any

import numpy as np
import pytest

import kaname as kn
from kaname import nation as nation_module
from kaname.cascade.run import Run
from kaname.errors import InputProblems
from kaname.nation import Nation


@pytest.fixture(scope="module")
def closure(japan: Nation) -> Run:
    return japan.stress("hormuz-closure", days=120)


def test_nothing_is_built_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            calls.append(name)
            return real(*args, **named)

        return call

    monkeypatch.setattr(nation_module, "build", counted("build", nation_module.build))
    monkeypatch.setattr(
        nation_module.baci, "read_embedded", counted("trade", nation_module.baci.read_embedded)
    )
    fresh = kn.open("japan")
    assert fresh.review().measures
    assert fresh.case("hormuz-closure").label == "hormuz-closure"
    assert calls == []
    assert fresh.dependence().frame.height
    assert calls == ["trade"]
    assert fresh.network is fresh.built.network
    assert fresh.network is fresh.network
    assert calls == ["trade", "build"]


def test_a_nation_cannot_be_changed(japan: Nation) -> None:
    with pytest.raises(FrozenInstanceError):
        japan.reading = None  # type: ignore[misc, assignment]
    with pytest.raises(TypeError):
        japan.scenarios["x"] = None  # type: ignore[index]


def test_a_case_is_read_from_names_and_days(japan: Nation) -> None:
    case = japan.case("hormuz-closure", "nankai-trough@30", measures=["en-oil-release"])
    assert [(s.id, day) for s, day in case.scenarios] == [("hormuz-closure", 0.0), ("nankai-trough", 30.0)]
    assert [m.id for m in case.measures] == ["en-oil-release"]
    assert case.label == "hormuz-closure + nankai-trough@30"


@pytest.mark.parametrize("day", ["x", "-3", "1.5"])
def test_a_day_that_is_none(japan: Nation, day: str) -> None:
    with pytest.raises(InputProblems, match="must be a whole number") as caught:
        japan.case(f"hormuz-closure@{day}")
    assert caught.value.problems[0].path == f"hormuz-closure@{day}"


def test_every_unknown_name_is_told_at_once(japan: Nation) -> None:
    with pytest.raises(InputProblems) as caught:
        japan.case("hormuz", "hormuz-closur", "nankai-trough@x", measures=["en-oil-releas"])
    assert len(caught.value.problems) == 4
    with pytest.raises(InputProblems, match="at least one scenario"):
        japan.case()
    with pytest.raises(InputProblems, match="at least one day"):
        japan.stress("hormuz-closure", days=0)


def test_the_same_run_twice_is_the_same_to_the_last_bit(japan: Nation, closure: Run) -> None:
    again = japan.stress("hormuz-closure", days=120)
    assert closure.total_loss > 0
    for name, values in vars(closure.trace).items():
        if isinstance(values, np.ndarray):
            np.testing.assert_array_equal(values, getattr(again.trace, name), err_msg=name, strict=True)
    assert closure.stops().equals(again.stops())


def test_a_shorter_run_is_the_beginning_of_a_longer_one(japan: Nation, closure: Run) -> None:
    short = japan.stress("hormuz-closure", days=3)
    assert short.days == 3
    np.testing.assert_array_equal(short.home_daily, closure.home_daily[: len(short.home_daily)])


def test_a_later_start_moves_the_course(japan: Nation, closure: Run) -> None:
    later = japan.stress("hormuz-closure@15", days=120)
    steps = round(15 / later.shocks.dt)
    # before the event there is the baseline, but for the rounding of sums
    np.testing.assert_allclose(later.home_daily[:steps], 0.0, atol=1e-9)
    np.testing.assert_allclose(later.home_daily[steps:], closure.home_daily[:-steps], rtol=1e-6, atol=1e-6)


def test_releasing_oil_costs_nobody_more(japan: Nation, closure: Run) -> None:
    eased = japan.stress("hormuz-closure", days=120, measures=["en-oil-release"])
    assert eased.total_loss < closure.total_loss
    # both runs see the same closure; what is released is felt only once crude would have run short
    first = closure.stops().row(0, named=True)["day"]
    np.testing.assert_allclose(eased.home_daily[: first - 1], closure.home_daily[: first - 1], atol=1e-6)


def test_names_in_both_languages(japan: Nation) -> None:
    assert japan.name("hormuz-closure", "en") == japan.scenarios["hormuz-closure"].label["en"]
    assert japan.name("hormuz-closure", "ja") == japan.scenarios["hormuz-closure"].label["ja"]
    assert japan.name("QAT/lng", "en").endswith(", " + japan.goods["lng"].label["en"])
    assert japan.name("en-oil-release", "en") == japan.measures["en-oil-release"].title["en"]


def test_inputs_name_pack_and_data(japan: Nation) -> None:
    inputs = japan.inputs
    assert any(name.endswith("pack.yaml") for name in inputs)
    assert any(name.startswith("data/") for name in inputs)
    assert all(len(sha) == 64 for sha in inputs.values())


def test_the_register_moves_with_its_day(japan: Nation) -> None:
    early, late = japan.review(date(2020, 1, 1)), japan.review(date(2099, 1, 1))
    assert not early.overdue
    assert late.overdue
    assert japan.review().asof == date.fromisoformat(japan.pack.asof)


def test_a_notebook_shows_one_line_of_each() -> None:
    nation = kn.open("japan")
    run = nation.stress("panama-drought", days=2)
    for one in (nation, nation.network, run):
        assert len(repr(one)) < 200 and "\n" not in repr(one)
    assert "54 scenarios" in repr(nation) and "panama-drought" in repr(run)
