"""What a stop of trade closes, on the embedded pack's own network."""

from __future__ import annotations

import numpy as np
import pytest

from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case, compile_cases
from kaname.data import baci, icio
from kaname.errors import InputProblems
from kaname.network.build import Built, build
from kaname.pack.figures import Confidence, Figure, Label
from kaname.pack.reader import load
from kaname.pack.scenarios import CapacityEvent, Event, Scenario, TradeEvent


@pytest.fixture(scope="module")
def built() -> Built:
    reading = load("japan")
    return build(reading.pack, icio.read_embedded(reading.data), baci.read_embedded(reading.data))


def figure(value: float, unit: str) -> Figure:
    return Figure(value=value, unit=unit, year=2026, confidence=Confidence.ASSUMPTION, note="test")


def case(event: Event) -> Case:
    text = Label(ja="試験", en="test")
    scenario = Scenario(
        id="test", label=text, summary=text, digest=("SC-1",), infrastructures=("energy",), events=(event,)
    )
    return Case(((scenario, 0.0),), (), "test")


def stop(**of: tuple[str, ...]) -> Case:
    return case(TradeEvent(kind="trade", loss=figure(1, "1"), duration=figure(10, "day"), **of))


def test_a_stop_of_an_industry_stops_the_goods_followed_apart_from_it(built: Built) -> None:
    shocks = compile_cases(
        built, [stop(origins=("TWN",), destinations=("USA",), industries=("C26",))], 20, Settings()
    )
    closed = {built.network.nodes.id[i] for c in shocks.closures for i in c.nodes}
    assert {"TWN:C26", "TWN/semiconductors"} <= closed
    assert all(name.startswith(("TWN:", "TWN/")) for name in closed)


def test_a_stop_of_a_good_leaves_its_industry(built: Built) -> None:
    shocks = compile_cases(
        built, [stop(origins=("TWN",), destinations=("JPN",), goods=("semiconductors",))], 20, Settings()
    )
    closed = {built.network.nodes.id[i] for c in shocks.closures for i in c.nodes}
    assert closed == {"TWN/semiconductors"}
    assert {built.network.countries[c] for e in shocks.closures for c in e.countries} == {"JPN"}


def test_a_half_days_event_takes_half_a_day(built: Built) -> None:
    event = CapacityEvent(
        kind="capacity", loss=figure(1, "1"), duration=figure(0.5, "day"), industries=("D",)
    )
    cut = compile_cases(built, [case(event)], 3, Settings()).cuts[0]
    np.testing.assert_allclose(cut.profile, [0.5, 0, 0])


def test_every_unknown_name_is_told_at_once(built: Built) -> None:
    event = stop(origins=("XXX",), destinations=("YYY",), goods=("crude",))
    with pytest.raises(InputProblems) as told:
        compile_cases(built, [event], 20, Settings())
    assert len(told.value.problems) == 2


@pytest.mark.parametrize("days", [0, -3])
def test_a_run_needs_days(built: Built, days: int) -> None:
    with pytest.raises(InputProblems):
        compile_cases(built, [stop(goods=("crude",))], days, Settings())
