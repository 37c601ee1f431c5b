"""Other means beside crews: each by itself, and together."""

from __future__ import annotations

from typing import Any

import pytest

from kaname.cascade.shocks import Case
from kaname.network.build import Built
from kaname.planning.aids import SCHEMA
from kaname.planning.restoration import Means, Restoration

from ..network import small
from .made import event, facility, restored, scenario, service, works


def measure(name: str, *effects: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "title": small.label(name),
        "digest": ["DR-2"],
        "kind": "resolution",
        "effects": list(effects),
    }


def repair(name: str, part: float) -> dict[str, Any]:
    figures = {"share": small.assumed(part), "after": small.assumed(1, "day")}
    return measure(name, {"kind": "repair", "services": ["wire", "hub"], **figures})


STRUCK = scenario(
    event(0.9, 2, 12, facilities=["wire-a"]),
    event(1.0, 1, 30, facilities=["wire-b"]),
    event(0.8, 30, 20, goods=["ore"]),
)


@pytest.fixture(scope="module")
def built() -> Built:
    """Hubs live by the wire, with a battery of half a day; crews, generators, drills and a reserve of ore."""
    need = {"of": "wire-b", "weight": small.assumed(1), "buffer": small.assumed(0.5, "day")}
    hubs = [{**facility(f"hub-{n}", "hub", p), "needs": [need]} for n, p in (("a", 0.6), ("b", 0.4))]
    out = {
        k: small.assumed(v, u) for k, v, u in (("days", 30, "day"), ("after", 2, "day"), ("rate", 0.9, "1"))
    }
    return small.built(
        services=[service("hub", {"SRV": 0.5, "MAK": 0.1}), service("wire", {"MAK": 0.8})],
        facilities=[*hubs, *(facility(n, "wire", p) for n, p in (("wire-a", 0.3), ("wire-b", 0.7)))],
        repair_works=works(),
        supplies=[
            {
                "id": "generator",
                "label": small.label("g"),
                "count": small.assumed(1, "count"),
                "use": "placed",
                "stands_for": "wire",
            }
        ],
        measures=[
            repair("drill", 0.4),
            repair("second-drill", 0.3),
            measure("ore-out", {"kind": "release", "goods": ["ore"], **out}),
        ],
        scenarios=[STRUCK],
    )


@pytest.fixture(scope="module")
def found(built: Built) -> Restoration:
    case = Case(((STRUCK, 0.0),), label="quake")
    return restored(built, case, Means(3, have={"generator": 1}), with_aids=True)


def test_each_by_itself_and_all_together(built: Built, found: Restoration) -> None:
    table = found.aids
    assert table.schema == SCHEMA and table["saved"].is_sorted(descending=True)
    assert {"drill", "second-drill"} < set(table["aid"])
    helpful = table.filter(table["saved"] > 0)
    # the first alone is the first together; with more in force no less is avoided, and not the same loss twice
    assert helpful["together"][0] == pytest.approx(helpful["saved"][0])
    assert helpful["together"].null_count() == 0
    assert helpful["together"].is_sorted()
    assert helpful["together"][-1] <= helpful["saved"].sum() * (1 + 1e-3)
    assert table.filter(table["saved"] <= 0)["together"].null_count() == (table["saved"] <= 0).sum()


def test_one_generator_stands_at_the_better_hub(found: Restoration) -> None:
    sets = found.aids.filter(found.aids["kind"] == "set")
    assert sets["place"].to_list() == ["hub-a"] and sets["saved"][0] > 0


def test_two_measures_together_are_what_a_run_with_both_gives(built: Built, found: Restoration) -> None:
    drills = [m for m in built.pack.measures if m.id.endswith("drill")]
    both = restored(built, Case(((STRUCK, 0.0),), tuple(drills)), Means(3, have={"generator": 0}))
    # the same order on the shorter work, roughly judged; a search of its own finds no worse
    held = found.aids.filter(found.aids["aid"].is_in(["drill", "second-drill"]))
    assert both.loss <= found.loss - held["saved"].max() * 0.98
