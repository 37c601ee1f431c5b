"""Prevention changes what it says and nothing else."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from kaname.network.adapt import prevent
from kaname.network.build import Built
from kaname.network.tables import Network
from kaname.pack.measures import Measure

from . import small
from .test_facilities import facility, need, service
from .test_goods import shares


@pytest.fixture(scope="module")
def built() -> Built:
    plants = [facility("east", 0.5, needs=[need("D", 2), need("D2", 0)]), facility("D2", 0.4)]
    return small.built(
        services=[service()], facilities=plants, goods=[small.good(domestic=small.assumed(0.2))]
    )


def measure(*effects: dict[str, Any]) -> Measure:
    kept = {"id": "m", "title": small.label("m"), "digest": ["EN-9"], "kind": "prevention"}
    return Measure.model_validate({**kept, "effects": effects})


def same(before: Network, after: Network, *but: str) -> None:
    for name in ("nodes", "slots", "links"):
        one, other = getattr(before, name), getattr(after, name)
        for field in fields(one):
            key = f"{name}.{field.name}"
            if key not in but:
                assert np.array_equal(getattr(one, field.name), getattr(other, field.name)), key
    assert np.array_equal(before.flow, after.flow)


def changed(before: np.ndarray, after: np.ndarray) -> list[int]:
    return np.flatnonzero(before != after).tolist()


def slots_of(network: Network, product: str, country: int | None = 0) -> list[int]:
    user = network.slots.user
    chosen = network.slots.product == network.products.index(product)
    chosen &= network.nodes.kind[user] != 1
    return np.flatnonzero(chosen & (network.nodes.country[user] == country)).tolist()


def test_nothing_is_changed_by_no_measure_or_by_what_acts_later(built: Built) -> None:
    assert prevent(built, []) is built
    release = {
        "kind": "release",
        "goods": ["ore"],
        "days": small.assumed(30, "day"),
        "after": small.assumed(5, "day"),
        "rate": small.assumed(0.5),
    }
    unknown = {"kind": "stock", "days": {"unit": "day", "why": "unknown"}, "goods": ["ore"]}
    assert prevent(built, [measure(release, unknown)]) is built


def test_stock(built: Built) -> None:
    effect = {"kind": "stock", "days": small.assumed(15, "day"), "goods": ["ore"], "industries": ["MAK", "D"]}
    after = prevent(built, [measure(effect)]).network
    same(built.network, after, "slots.target")
    touched = changed(built.network.slots.target, after.slots.target)
    # users at home only; power cannot be stored
    assert touched == sorted(slots_of(after, "ore") + slots_of(after, "MAK"))
    assert after.slots.target[slots_of(after, "ore")].tolist() == [35]


def test_substitute_never_passes_one(built: Built) -> None:
    effect = {"kind": "substitute", "share": small.assumed(0.9), "goods": ["ore"]}
    after = prevent(built, [measure(effect)]).network
    same(built.network, after, "slots.shift")
    assert changed(built.network.slots.shift, after.slots.shift) == slots_of(after, "ore")
    assert after.slots.shift[slots_of(after, "ore")].tolist() == [1.0]


def test_takeover(built: Built) -> None:
    effect = {"kind": "takeover", "services": ["hub"], "share": small.assumed(0.2)}
    after = prevent(built, [measure(effect)]).network
    same(built.network, after, "slots.shift", "nodes.slack")
    assert set(after.slots.shift[slots_of(after, "hub")].tolist()) == {0.5}
    touched = changed(built.network.nodes.slack, after.nodes.slack)
    assert [after.nodes.id[i] for i in touched] == ["east", "D2", "hub/rest"]


def test_buffer(built: Built) -> None:
    effect = {"kind": "buffer", "days": small.assumed(3, "day"), "facilities": ["east"]}
    after = prevent(built, [measure(effect)]).network
    same(built.network, after, "slots.target")
    mine = after.slots_of(after.index["east"])
    assert changed(built.network.slots.target, after.slots.target) == mine.tolist()
    assert sorted(after.slots.target[mine].tolist()) == [3, 5]


def test_spare(built: Built) -> None:
    effect = {
        "kind": "spare",
        "share": small.assumed(0.2),
        "industries": ["D"],
        "goods": ["ore"],
        "facilities": ["east"],
    }
    after = prevent(built, [measure(effect)]).network
    same(built.network, after, "nodes.slack")
    touched = changed(built.network.nodes.slack, after.nodes.slack)
    assert [after.nodes.id[i] for i in touched] == ["HOM:D", "HOM/ore", "east"]


def diversify(to: str, share: float = 0.5, away: tuple[str, ...] = ("AAA",)) -> Measure:
    return measure(
        {"kind": "diversify", "goods": ["ore"], "away_from": away, "share": small.assumed(share), "to": to}
    )


def test_diversify_to_others_keeps_the_accounts(built: Built) -> None:
    after = prevent(built, [diversify("others")]).network
    before = shares(built.network, "HOM:MAK")
    found = shares(after, "HOM:MAK")
    assert found["AAA/ore"] == pytest.approx(before["AAA/ore"] / 2)
    grown = {k: found[k] / before[k] for k in ("BBB/ore", "OUT/ore", "HOM/ore")}
    assert len({round(v, 12) for v in grown.values()}) == 1
    assert np.abs(after.imbalance).max() < 1e-12
    same(built.network, after, "nodes.output", "slots.need", "links.share")
    # only home's channels are touched, and industries sell what they sold
    n = after.industries
    assert np.array_equal(after.nodes.output[:n], built.network.nodes.output[:n])
    assert shares(after, "BBB:MAK") == shares(built.network, "BBB:MAK")


def test_diversify_to_home_uses_homes_node_or_makes_one(built: Built) -> None:
    after = prevent(built, [diversify("home")]).network
    assert shares(after, "HOM:MAK")["HOM/ore"] == pytest.approx(0.2 + 0.8 * 10_000 / 40_010)
    without = small.built()
    assert "HOM/ore" not in without.network.index
    made = prevent(without, [diversify("home")])
    bought = {"AAA/ore": 10_000, "BBB/ore": 15_000, "OUT/ore": 5_000, "XYZ/ore": 10, "HOM/ore": 10_000}
    assert shares(made.network, "HOM:MAK") == pytest.approx({o: v / 40_010 for o, v in bought.items()})
    assert np.abs(made.network.imbalance).max() < 1e-12
    assert made.network.nodes.id[:-1] == without.network.nodes.id
    assert len(made.routes.sea) == len(made.network.nodes)
    assert made.provenance["HOM/ore"] == made.provenance["AAA/ore"]


def test_diversify_wholly_leaves_a_supplier_that_can_be_simulated(built: Built) -> None:
    after = prevent(built, [diversify("others", 1.0, ("AAA", "OUT"))]).network
    assert shares(after, "HOM:MAK")["AAA/ore"] < 1e-5
    assert (after.nodes.output > 0).all()
    assert np.abs(after.imbalance).max() < 1e-9


def test_diversify_changes_nothing_where_there_is_nobody_else() -> None:
    alone = small.built([("AAA", "HOM", 1000.0)])
    assert shares(prevent(alone, [diversify("others")]).network, "HOM:MAK") == {"AAA/ore": 1.0}
    assert prevent(alone, [diversify("others", away=("BBB",))]) is alone


def test_measures_add_up_and_the_network_given_stays(built: Built) -> None:
    more = measure({"kind": "stock", "days": small.assumed(5, "day"), "goods": ["ore"]})
    kept = built.network.slots.target.copy()
    after = prevent(built, [more, more, diversify("others")]).network
    assert after.slots.target[slots_of(after, "ore")].tolist() == [30]
    assert np.array_equal(built.network.slots.target, kept)
