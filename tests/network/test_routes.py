"""Layer 5: lead days and what closing passages touches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kaname.errors import InputProblems
from kaname.network.build import Built, build
from kaname.network.routes import Closure

from . import small


def passage(id_: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "label": small.label(id_), "kind": kind, **more}


@pytest.fixture(scope="module")
def built() -> Built:
    pipe = {"origin": "OUT", "goods": ["ore"], "share": small.assumed(0.4), "label": small.label("pipe")}
    useless = {"origin": "OUT", "goods": ["ore"], "share": small.assumed(0.1), "label": small.label("pipe")}
    through = [
        {"industries": ["MIN"], "share": small.assumed(0.2)},
        {"industries": ["MAK"], "share": small.assumed(0)},
    ]
    return small.built(
        passages=[
            passage("narrows", "strait", route="narrows", bypasses=[pipe]),
            passage("gulf", "strait", route="gulf", bypasses=[useless]),
            passage("busy-port", "hub", exposures=through),
            passage("channel", "strait", exposures=through),
        ]
    )


def rows(built: Built, closure: Closure) -> dict[tuple[str, str], int]:
    names = built.network.countries
    return {
        (names[o], names[d]): i for i, (o, d) in enumerate(zip(closure.origin, closure.dest, strict=True))
    }


def test_lead_days_count_the_ports(built: Built) -> None:
    assert built.routes.lead_days("AAA", "HOM") == pytest.approx(14)
    assert built.routes.lead_days("HOM", "HOM") == 0


def test_a_closed_strait_touches_only_the_pairs_that_use_it(built: Built) -> None:
    closure = built.routes.closure(frozenset({"narrows"}))
    found = rows(built, closure)
    assert set(found) == {("AAA", "HOM"), ("HOM", "AAA"), ("OUT", "HOM")}
    assert closure.base_days[found["AAA", "HOM"]] == pytest.approx(14)
    assert closure.extra_days[found["AAA", "HOM"]] == pytest.approx(6)
    assert np.isnan(closure.extra_days[found["OUT", "HOM"]])
    assert closure.share.tolist() == [1, 1, 1]
    assert closure.products == (None, None, None)


def test_closing_the_detour_too_leaves_no_way(built: Built) -> None:
    closure = built.routes.closure(frozenset({"narrows", "gulf"}))
    assert np.isnan(closure.extra_days[rows(built, closure)["AAA", "HOM"]])
    assert len(built.routes.closure(frozenset({"gulf"}))) == 0


def test_a_pipeline_counts_for_the_passage_that_bars_the_way(built: Built) -> None:
    countries, products = built.network.countries, built.network.products
    key = (countries.index("OUT"), products.index("ore"))
    assert built.routes.closure(frozenset({"narrows"})).bypass[key] == 0.4
    # the gulf is not on OUT's way: its small pipeline does not matter
    assert built.routes.closure(frozenset({"narrows", "gulf"})).bypass[key] == 0.4


def test_a_hub_touches_homes_trade_in_its_products_and_their_goods(built: Built) -> None:
    closure = built.routes.closure(frozenset({"busy-port"}))
    assert set(rows(built, closure)) == {
        ("AAA", "HOM"),
        ("BBB", "HOM"),
        ("OUT", "HOM"),
        ("XYZ", "HOM"),
        ("HOM", "AAA"),
        ("HOM", "BBB"),
    }
    products = built.network.products
    assert set(closure.products) == {frozenset({products.index("MIN"), products.index("ore")})}
    assert set(closure.share.tolist()) == {0.2}
    assert np.isnan(closure.extra_days).all()


def test_a_strait_that_no_route_names_costs_the_stated_days(built: Built) -> None:
    assert set(built.routes.closure(frozenset({"channel"})).extra_days.tolist()) == {3.0}


def test_unknown_passages_are_told_together(built: Built) -> None:
    with pytest.raises(InputProblems) as caught:
        built.routes.closure(frozenset({"styx", "lethe", "narrows"}))
    assert len(caught.value.problems) == 2


def test_nothing_closed_touches_nothing(built: Built) -> None:
    assert len(built.routes.closure(frozenset())) == 0


def test_without_routes_nothing_is_at_sea() -> None:
    still = build(small.pack(goods=[small.good()]), small.table(), small.trade(small.TRADE))
    assert still.network.links.lead.max() == 0
    assert still.routes.usual == {}
