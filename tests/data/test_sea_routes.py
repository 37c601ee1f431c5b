"""Sea routes: the passages people know, the detours they force, and agreement with searoute itself."""

from itertools import combinations
from pathlib import Path

import pytest

from kaname.data import icio, routes
from kaname.errors import InputProblems

EMBEDDED = Path(__file__).parents[2] / "src" / "kaname" / "packs" / "japan" / "data"


@pytest.fixture(scope="module")
def sea() -> routes.Routes:
    return routes.read_embedded(EMBEDDED)


def km(sea: routes.Routes, origin: str, dest: str, *closed: str) -> float:
    route = sea.lookup(origin, dest, closed)
    assert route is not None
    assert route.km is not None
    return route.km


def test_gulf_oil_passes_hormuz_then_malacca(sea: routes.Routes) -> None:
    route = sea.lookup("SAU", "JPN")
    assert route is not None
    assert route.passages == ("ormuz", "malacca")
    assert 11_500 < km(sea, "SAU", "JPN") < 13_000


@pytest.mark.parametrize("origin", ["SAU", "ARE", "QAT", "KWT", "IRQ", "IRN", "BHR"])
def test_no_way_out_of_the_gulf_with_hormuz_closed(sea: routes.Routes, origin: str) -> None:
    route = sea.lookup(origin, "JPN", {"ormuz"})
    assert route is not None
    assert not route.reachable
    assert route.passages == ()


def test_oman_lies_outside_and_the_gulf_is_one_sea(sea: routes.Routes) -> None:
    assert km(sea, "OMN", "JPN", "ormuz") == km(sea, "OMN", "JPN")
    assert km(sea, "SAU", "ARE", "ormuz") < 1_000


def test_malacca_closed_goes_by_sunda_then_by_lombok(sea: routes.Routes) -> None:
    by_sunda = sea.lookup("SAU", "JPN", {"malacca"})
    assert by_sunda is not None
    assert by_sunda.passages == ("ormuz", "sunda")
    straight = km(sea, "SAU", "JPN")
    assert 500 < km(sea, "SAU", "JPN", "malacca") - straight < 2_500
    assert 1_000 < km(sea, "SAU", "JPN", "malacca", "sunda") - straight < 4_000


def test_europe_round_the_cape(sea: routes.Routes) -> None:
    straight = sea.lookup("NLD", "JPN")
    assert straight is not None
    assert straight.passages == ("gibraltar", "suez", "babalmandab", "malacca")
    cape = sea.lookup("NLD", "JPN", {"suez", "panama"})
    assert cape is not None
    assert "south_africa" in cape.passages
    assert 5_000 < km(sea, "NLD", "JPN", "suez", "panama") - km(sea, "NLD", "JPN") < 9_000


def test_black_sea_is_shut_with_the_bosporus(sea: routes.Routes) -> None:
    route = sea.lookup("UKR", "JPN", {"bosporus"})
    assert route is not None
    assert not route.reachable


def test_closing_more_never_shortens(sea: routes.Routes) -> None:
    for origin in ("SAU", "AUS", "DEU", "BRA", "USA", "ZAF", "UKR", "QAT"):
        for dest in ("JPN", "KOR", "XEU", "USA"):
            for a, b in combinations(routes.PASSAGES, 2):
                both, one, none = (sea.lookup(origin, dest, c) for c in ((a, b), (a,), ()))
                assert both is not None
                assert one is not None
                assert none is not None
                lengths = [r.km if r.km is not None else float("inf") for r in (none, one, both)]
                assert lengths == sorted(lengths)
                assert not set(both.passages) & {a, b}


def test_order_of_the_closed_does_not_matter(sea: routes.Routes) -> None:
    assert sea.lookup("SAU", "JPN", ["sunda", "malacca"]) == sea.lookup("SAU", "JPN", ("malacca", "sunda"))


def test_there_and_back_is_as_far(sea: routes.Routes) -> None:
    for origin, dest in (("SAU", "JPN"), ("DEU", "JPN"), ("BRA", "CHN")):
        assert km(sea, origin, dest) == pytest.approx(km(sea, dest, origin), abs=2)


def test_every_region_reaches_every_other(sea: routes.Routes) -> None:
    regions = icio.read_embedded(EMBEDDED).regions
    assert sea.destinations == set(regions)
    for origin in regions:
        for dest in regions:
            assert km(sea, origin, dest) >= 0


def test_ports_of_every_origin_are_named(sea: routes.Routes) -> None:
    assert sea.origins == set(sea.ports)
    assert sea.ports["SAU"].name == "Ras Tanura"
    assert "Red Sea" in sea.ports["SAU"].note


def test_unknown_pairs_and_passages(sea: routes.Routes) -> None:
    assert sea.lookup("ATA", "JPN") is None
    with pytest.raises(ValueError, match="hormuz"):
        sea.lookup("SAU", "JPN", {"hormuz"})


@pytest.mark.parametrize(
    ("origin", "dest", "closed"),
    [
        ("SAU", "JPN", ()),
        ("SAU", "JPN", ("malacca", "sunda")),
        ("DEU", "JPN", ()),
        ("DEU", "JPN", ("suez",)),
        ("BRA", "CHN", ()),
        ("AUS", "JPN", ()),
        ("USA", "JPN", ()),
        ("UKR", "KOR", ("panama", "suez")),
    ],
)
def test_same_length_as_searoute_itself(
    sea: routes.Routes, origin: str, dest: str, closed: tuple[str, ...]
) -> None:
    searoute = pytest.importorskip("searoute", reason="searoute (extra `build`) is not installed")
    a, b = sea.ports[origin], sea.ports[dest]
    feature = searoute.searoute(
        (a.lon, a.lat), (b.lon, b.lat), restrictions=["northwest", *closed], return_passages=True
    )
    assert km(sea, origin, dest, *closed) == pytest.approx(feature.properties["length"], rel=1e-3)
    route = sea.lookup(origin, dest, closed)
    assert route is not None
    assert set(route.passages) == set(feature.properties["traversed_passages"])


def test_bad_ports_file(tmp_path: Path) -> None:
    (tmp_path / "routes.parquet").write_bytes((EMBEDDED / "routes.parquet").read_bytes())
    (tmp_path / "ports.csv").write_text("iso3,port,lat,lon,source,note\nJPN,Tokyo,north,1,,\nUSA,X,100,1,,\n")
    with pytest.raises(InputProblems) as caught:
        routes.read_embedded(tmp_path)
    assert [p.line for p in caught.value.problems] == [2, 3]
