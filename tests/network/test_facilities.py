"""Layer 4: services, their facilities, and what these need."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kaname.errors import InputProblems
from kaname.network.build import Built
from kaname.network.facilities import CALL, CALL_MONEY
from kaname.network.tables import Kind

from . import small


def facility(id_: str, part: float | None, service: str = "hub", **more: Any) -> dict[str, Any]:
    share = small.assumed(part) if part is not None else {"unit": "1", "why": "not published"}
    return {"id": id_, "label": small.label(id_), "kind": "k", "service": service, "share": share, **more}


def service(id_: str = "hub", **more: Any) -> dict[str, Any]:
    users = [
        {"industry": "MAK", "weight": small.assumed(0.4)},
        {"industry": "SRV", "weight": small.assumed(0.1)},
    ]
    held = {"users": users, "people": True, "takeover": small.assumed(0.3), "infrastructure": "i"}
    return {"id": id_, "label": small.label(id_), **held, **more}


def need(of: str, days: float = 0.0, weight: float = 1.0) -> dict[str, Any]:
    return {"of": of, "weight": small.assumed(weight), "buffer": small.assumed(days, "day")}


@pytest.fixture(scope="module")
def built() -> Built:
    plants = [
        facility("east", 0.5, area="E", needs=[need("D", 2), need("line", 0, 0.5)]),
        facility("west", 0.2),
        facility("dark", None),
        facility("line", 1.0, "wire"),
    ]
    wire = service("wire", users=[], people=False, takeover=None)
    return small.built(services=[service(), wire], facilities=plants)


def test_facilities_and_the_unnamed_rest_make_the_service(built: Built) -> None:
    network = built.network
    plants = {n: i for n, i in network.index.items() if network.nodes.kind[i] == Kind.FACILITY}
    assert list(plants) == ["east", "west", "hub/rest", "line"]
    output = network.nodes.output[list(plants.values())]
    # two industries and the people take one unit each; the line serves nobody but the eastern hub
    assert output == pytest.approx([1.5, 0.6, 0.9, 1 + CALL])
    assert network.nodes.final[list(plants.values())] == pytest.approx([0.5, 0.2, 0.3, 1])
    assert network.nodes.area[plants["east"]] == "E"
    assert np.abs(network.imbalance).max() < 1e-9


def test_each_user_takes_one_unit_a_day_within_the_day(built: Built) -> None:
    network = built.network
    hub = network.products.index("hub")
    slots = np.flatnonzero(network.slots.product == hub)
    assert [network.nodes.id[u] for u in network.slots.user[slots]] == ["HOM:MAK", "HOM:SRV"]
    assert network.slots.need[slots] * network.nodes.output[network.slots.user[slots]] == pytest.approx(
        [1, 1]
    )
    assert network.slots.target[slots].tolist() == [0, 0]
    assert network.slots.weight[slots].tolist() == [0.4, 0.1]
    assert network.slots.shift[slots].tolist() == [0.3, 0.3]
    part = slice(network.indptr[slots[0]], network.indptr[slots[0] + 1])
    assert network.links.share[part] == pytest.approx([0.5, 0.2, 0.3])


def test_needs_are_slots_with_their_battery_as_stock(built: Built) -> None:
    network = built.network
    slots = network.slots_of(network.index["east"])
    held = {network.products[network.slots.product[s]]: s for s in slots}
    assert set(held) == {"D", "line"}
    assert network.slots.target[[held["D"], held["line"]]].tolist() == [2, 0]
    assert network.slots.weight[[held["D"], held["line"]]].tolist() == [1, 0.5]
    before = small.built().network
    power = network.index["HOM:D"]
    assert before.nodes.final[power] - network.nodes.final[power] == pytest.approx(CALL_MONEY)
    assert network.nodes.output[power] == before.nodes.output[power]


def test_industries_are_untouched(built: Built) -> None:
    before = small.built().network
    n = before.industries
    assert built.network.flow == pytest.approx(before.flow)
    assert built.network.nodes.value_added[:n] == pytest.approx(before.nodes.value_added[:n])


def test_a_facility_of_unknown_share_is_told(built: Built) -> None:
    assert "dark" not in built.network.index
    assert any(note.en.startswith("dark") for note in built.notes)


def test_shares_above_one_and_unknown_needs_are_problems() -> None:
    with pytest.raises(InputProblems, match=r"carry 1\.2 of service 'hub'"):
        small.built(services=[service()], facilities=[facility("a", 0.7), facility("b", 0.5)])
    with pytest.raises(InputProblems, match="needs 'moon'"):
        small.built(services=[service()], facilities=[facility("a", 0.7, needs=[need("moon")])])


def test_services_neither_sail_nor_fly(built: Built) -> None:
    network, routes = built.network, built.routes
    assert len(routes.sea) == len(routes.air) == len(network.nodes)
    for name, sea, air in (("HOM:MIN", 0.9, 0.1), ("HOM:D", 0, 0), ("AAA/ore", 0.9, 0.1), ("east", 0, 0)):
        i = network.index[name]
        assert (routes.sea[i], routes.air[i]) == pytest.approx((sea, air))
