"""Plausible sizes on the embedded table: losses of the right order, from the right day, and all back soon after."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import kaname
from kaname.cascade.disturbance import Cut, Shocks
from kaname.cascade.kernel import simulate
from kaname.cascade.settings import Settings
from kaname.cascade.trace import Trace
from kaname.data import icio
from kaname.network.tables import Floats, Network
from tests.cascade.averages import averages

DATA = Path(kaname.__file__).parent / "packs" / "japan" / "data"
DAYS = 365
EVENTS = {
    # producer, share lost, days; loss at home and abroad over a year, billion USD, by an independent model of the
    # same rules (30-day stocks, restocking in 30 days, no substitution)
    "JPN:D": (0.3, 10, 28.0),
    "JPN:C21": (1.0, 60, 23.0),
    "JPN:C26": (1.0, 60, 22.0),
    "TWN:C26": (1.0, 60, 61.0),
    "ARE:B06": (1.0, 60, 25.0),
}


@dataclass(frozen=True)
class Course:
    network: Network
    trace: Trace

    def level(self, case: str, node: str) -> Floats:
        assert self.trace.output is not None
        k = self.network.index[node]
        return np.asarray(self.trace.output[:, k, list(EVENTS).index(case)] / self.network.nodes.output[k])

    def world(self, case: str) -> float:
        return float(self.trace.world_loss[:, list(EVENTS).index(case)].sum() / 1e3)

    def home(self, case: str) -> float:
        return float(self.trace.home_loss[:, list(EVENTS).index(case)].sum() / 1e3)

    def lost(self, case: str, node: str) -> float:
        k = self.network.index[node]
        return float((1 - self.level(case, node)).sum() * self.network.nodes.value_added[k] / 1e3)

    def share(self, supplier: str, user: str) -> float:
        """Share of a user's slot on the supplier's product that the supplier has."""
        links, made = self.network.links, self.network.index[supplier]
        mine = self.network.slots_of(self.network.index[user])
        return float(links.share[(links.supplier == made) & np.isin(links.slot, mine)].sum())


@pytest.fixture(scope="module")
def course() -> Course:
    network = averages(icio.read_embedded(DATA))
    cuts = []
    for case, (node, (size, days, _)) in enumerate(EVENTS.items()):
        acts = (np.arange(DAYS) < days).astype(float)
        cuts.append(Cut(case, 0, acts, np.array([network.index[node]], np.int32), np.array([size])))
    return Course(network, simulate(network, Shocks(DAYS, 1.0, tuple(EVENTS), cuts=tuple(cuts)), Settings()))


@pytest.mark.parametrize("case", EVENTS)
def test_the_loss_is_of_the_right_size(course: Course, case: str) -> None:
    expected = EVENTS[case][2]
    assert expected / 1.5 <= course.world(case) <= expected * 1.5


@pytest.mark.parametrize("case", EVENTS)
def test_output_is_back_within_a_week(course: Course, case: str) -> None:
    assert course.trace.output is not None
    lowest = (course.trace.output[..., list(EVENTS).index(case)] / course.network.nodes.output).min(axis=1)
    end = EVENTS[case][1]
    assert (lowest[end + 7 :] >= 0.999).all()
    assert lowest[-1] == pytest.approx(1, abs=1e-9)


def test_power_cut_is_felt_at_once_and_over_at_once(course: Course) -> None:
    """At most the whole share of value added: 30% of ten days. Power itself loses a seventieth of it."""
    network = course.network
    whole = 0.3 * 10 * network.nodes.value_added[network.is_home].sum() / 1e3
    assert 0.6 * whole <= course.home("JPN:D") <= whole
    assert course.lost("JPN:D", "JPN:D") == pytest.approx(0.4, abs=0.05)
    health = course.level("JPN:D", "JPN:Q")
    # a little above 0.7: the power industry itself takes less power
    assert 0.7 <= health[0] <= 0.75
    assert health[11] > 0.999


def test_health_care_stops_when_its_stock_of_medicines_ends(course: Course) -> None:
    """30 days of all medicines, of which only what is made at home fails: the stock lasts 30 / that share, and some
    days more, as makers abroad refill it with what the makers at home no longer buy."""
    level = course.level("JPN:C21", "JPN:Q")
    last = 30 / course.share("JPN:C21", "JPN:Q")
    assert last - 1 <= np.flatnonzero(level < 0.99)[0] <= last + 7
    assert 8 / 1.5 <= course.lost("JPN:C21", "JPN:Q") <= 8 * 1.5
    assert level[60] > 0.999


def test_electronics_are_felt_abroad(course: Course) -> None:
    abroad = course.world("JPN:C26") - course.home("JPN:C26")
    assert 4 / 1.5 <= abroad <= 4 * 1.5


def test_averages_hide_the_chip(course: Course) -> None:
    """Taiwan's electronics in the averages are Taiwan's loss first: why goods are followed apart."""
    network, trace = course.network, course.trace
    number = network.countries.index("TWN")
    own = trace.country_loss[:, number, list(EVENTS).index("TWN:C26")].sum() / 1e3
    assert own > 0.7 * course.world("TWN:C26")
    assert course.home("TWN:C26") < 3


def test_the_emirates_oil_hardly_touches_japan(course: Course) -> None:
    """A third of its crude: a stock of 30 days lasts past the event."""
    assert 30 / course.share("ARE:B06", "JPN:C19") > 60
    assert course.home("ARE:B06") < 0.5
