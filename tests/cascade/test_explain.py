"""An explanation tells since when a way is narrow and how much it lets through, and why sales are gone."""

import pytest

import kaname
from kaname.cascade.explain import Explanation
from kaname.cascade.run import Run
from kaname.cli.runs import explained
from kaname.nation import Nation


@pytest.fixture(scope="module")
def japan() -> Nation:
    return kaname.open("japan")


@pytest.fixture(scope="module")
def strait(japan: Nation) -> Run:
    return japan.stress("hormuz-closure", days=84)


def leaves(why: Explanation, cause: str) -> list[Explanation]:
    own = [why] if why.cause == cause else []
    return [*own, *(leaf for part in why.because for leaf in leaves(part, cause))]


def test_a_narrow_way_is_told_from_its_first_day(strait: Run) -> None:
    ways = leaves(strait.explain("JPN:C19", 80), "closed")
    assert {way.node for way in ways} >= {"SAU/crude", "KWT/crude"}
    for way in ways:
        assert way.day == 0  # the strait is shut from the first day on, whatever day failed most
        assert way.open is not None and 0 < way.open < 1
    by_name = {way.node: way.open for way in ways}
    assert by_name["SAU/crude"] > by_name["KWT/crude"]  # type: ignore[operator] - pipelines go round the strait


def test_a_maker_whose_way_is_shut_has_lost_sales_by_it(japan: Nation, strait: Run) -> None:
    why = strait.explain("SAU/crude", 60)
    assert why.cause == "demand"
    shut = leaves(why, "shut")
    assert shut and all(part.events for part in shut)
    assert 0 < sum(part.part or 0 for part in why.because) <= 1.0001
    said = explained(japan, why, "en")
    assert any("of its usual sales gone: since day 0 the way to" in line for line in said)
    assert not any("of the need missing: since" in line for line in said)


def test_as_normal_is_said_so(japan: Nation, strait: Run) -> None:
    why = strait.explain("JPN:C19", 5)
    assert explained(japan, why, "en") == ["On day 5, Japan, Refined petroleum and coke runs as normal."]


def test_more_asked_than_can_be_made_and_many_struck_at_once(japan: Nation) -> None:
    run = japan.stress("pandemic-medicines", days=41)
    why = run.explain("JPN:Q", 40)
    full = leaves(why, "full")
    assert full and all(part.part and part.level > 0.99 for part in full)
    said = explained(japan, why, "en")
    assert sum("cannot meet all that is ordered" in line for line in said) == len(full)
    assert any(line.startswith("  Event: ") and line.endswith(" more)") for line in said)
