"""The course of a run, whatever engine made it, and the figures that are read off it."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bench.history.schema import Reading
from bench.history.stage import Stage
from kaname.cascade.disturbance import Closure, Shocks
from kaname.cascade.run import Run
from kaname.network.tables import Floats, Kind, Network

BEFORE = 3
"""Months before the event that a course can be asked about: nothing had happened."""


@dataclass(frozen=True, eq=False)
class Course:
    """Output of every producer, day by day, as a share of normal. Value added in million USD a day."""

    start: datetime.date
    ratio: NDArray[np.float32]
    """(days, nodes)"""
    value: Floats
    """(nodes,) value added on a normal day."""
    country: NDArray[np.str_]
    product: NDArray[np.str_]
    area: NDArray[np.str_]
    home: str
    direct: float
    """Million USD at home: what the events themselves take."""
    held: float = 0.0
    """Million USD a day of trade in materials and parts that closures hold up at their strongest."""
    held_share: float = 0.0
    """What closures hold up over the run, as a share of a year of trade between countries in the table."""
    direct_by: Mapping[str, float] = field(default_factory=dict)
    """Million USD by home industry."""
    supply: Mapping[str, Floats] = field(default_factory=dict)
    """For each good, (days,) what its channels sell, as a share of normal."""
    together: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """Of a pair, by country: million USD lost in the first event alone, in the second, in both."""

    @property
    def days(self) -> int:
        """Length."""
        return len(self.ratio)

    @property
    def at_home(self) -> NDArray[np.bool_]:
        """Which producers are home's."""
        return np.asarray(self.country == self.home)

    def losses(self, which: NDArray[np.bool_]) -> Floats:
        """(days,) value added not produced by these producers, million USD a day."""
        return np.asarray((1 - self.ratio[:, which].astype(np.float64)) @ self.value[which])

    @property
    def home_loss(self) -> float:
        """Million USD."""
        return float(self.losses(self.at_home).sum())

    @property
    def home_daily(self) -> Floats:
        """(days,) million USD a day."""
        return self.losses(self.at_home)

    @property
    def normal(self) -> float:
        """Home value added on a normal day, million USD."""
        return float(self.value[self.at_home].sum())

    def loss_by(self, names: NDArray[np.str_], which: NDArray[np.bool_]) -> dict[str, float]:
        """Million USD by name, largest first."""
        lost = (1 - self.ratio.astype(np.float64)).sum(axis=0) * self.value
        found = {str(n): float(lost[which & (names == n)].sum()) for n in np.unique(names[which])}
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def idle(self) -> Course:
        """The same where nothing happens."""
        flat = {name: np.ones_like(series) for name, series in self.supply.items()}
        none = dict.fromkeys(self.together, (0.0, 0.0, 0.0))
        return replace(
            self,
            ratio=np.ones_like(self.ratio),
            direct=0.0,
            held=0.0,
            held_share=0.0,
            supply=flat,
            together=none,
        )

    def select(self, stage: Stage, reading: Reading) -> NDArray[np.bool_]:
        """The producers that a reading is about."""
        which = self.country == (reading.country or self.home)
        which &= self.value > 0
        if reading.industries:
            which &= np.isin(self.product, stage.industries(reading.industries))
        if reading.areas:
            which &= np.isin(self.area, reading.areas)
        if reading.without:
            which &= ~np.isin(self.area, reading.without)
        return np.asarray(which)

    def index(self, which: NDArray[np.bool_]) -> Floats:
        """(days,) output of these producers together, weighted by value added; 1 = normal."""
        weight = self.value[which]
        if not weight.sum() > 0:
            return np.full(self.days, np.nan)
        return np.asarray(self.ratio[:, which].astype(np.float64) @ weight / weight.sum())

    def months(self, which: NDArray[np.bool_]) -> dict[str, float]:
        """Mean index (100 = normal) of each month that the run covers whole, from before the event on."""
        return self.by_month(self.index(which))

    def by_month(self, series: Floats) -> dict[str, float]:
        """Mean of a daily series by month, 100 = normal."""
        found: dict[str, float] = {}
        for year, month in _months(self.start, self.days):
            length = calendar.monthrange(year, month)[1]
            first = (datetime.date(year, month, 1) - self.start).days
            if first + length > self.days:
                break
            inside = series[max(first, 0) : max(first + length, 0)]
            found[f"{year}-{month:02d}"] = 100 * float((inside.sum() + (length - len(inside))) / length)
        return found


def _months(start: datetime.date, days: int) -> Iterator[tuple[int, int]]:
    """Months from ``BEFORE`` before the start to the end."""
    count = start.year * 12 + start.month - 1 - BEFORE
    last = start + datetime.timedelta(days=days)
    while count <= last.year * 12 + last.month - 1:
        yield count // 12, count % 12 + 1
        count += 1


def of_run(run: Run, start: datetime.date) -> Course:
    """The course of a run of the default engine (with everything recorded)."""
    network, trace = run.built.network, run.trace
    assert trace.output is not None
    nodes = network.nodes
    rows = np.flatnonzero((nodes.kind == Kind.INDUSTRY) & (nodes.value_added != 0))
    products, countries = np.array(network.products), np.array(network.countries)
    direct = trace.direct[:, :, 0].sum(axis=0, dtype=np.float64) * run.shocks.dt
    by: dict[str, float] = {}
    for node, lost in zip(trace.home, direct, strict=True):
        if lost:
            name = str(products[nodes.product[node]])
            by[name] = by.get(name, 0.0) + float(lost)
    held, total = _held(network, run.shocks)
    abroad = float(sales(network).sum() - _inland(network))
    return Course(
        start=start,
        ratio=(trace.output[:, rows, 0] / nodes.output[rows]).astype(np.float32),
        value=nodes.value_added[rows],
        country=countries[nodes.country[rows]],
        product=products[nodes.product[rows]],
        area=np.array(nodes.area)[rows],
        home=network.home,
        direct=run.direct_loss,
        held=held,
        held_share=total / (abroad * 365) if abroad > 0 else 0.0,
        direct_by=by,
        supply=_supply(run),
    )


def _supply(run: Run) -> dict[str, Floats]:
    network, output = run.built.network, run.trace.output
    assert output is not None
    found = {}
    for good in np.unique(network.nodes.product[network.nodes.kind == Kind.GOOD]):
        mine = (network.nodes.kind == Kind.GOOD) & (network.nodes.product == good)
        found[network.products[good]] = output[:, mine, 0].sum(axis=1) / network.nodes.output[mine].sum()
    return found


def sales(network: Network) -> Floats:
    """(nodes, countries) what each producer sells to users in each country as an input, million USD a day."""
    nodes, slots, links = network.nodes, network.slots, network.links
    found = np.zeros((len(nodes), len(network.countries)))
    for country in range(len(network.countries)):
        there = nodes.country[: network.industries] == country
        found[: network.industries, country] = network.flow[:, there].sum(axis=1)
    use = links.share * (slots.need * nodes.output[slots.user])[links.slot]
    np.add.at(found, (links.supplier, nodes.country[slots.user[links.slot]]), use)
    return found


def _inland(network: Network) -> float:
    """Sales inside countries. A channel of a good is counted where it sells, not where it buys."""
    found = sales(network)
    return float(found[np.arange(len(found)), network.nodes.country].sum())


def _held(network: Network, shocks: Shocks) -> tuple[float, float]:
    """What closures hold up a day at their strongest, and over the run; million USD."""
    sold = sales(network)
    daily = np.zeros(shocks.steps)
    for closure in shocks.closures:
        daily += closure.profile * float((closure.size * sold[closure.nodes, closure.countries]).sum())
    return float(daily.max(initial=0.0)), float(daily.sum() * shocks.dt)


def lost_shares(run: Run, table_nodes: Sequence[str], parents: Mapping[str, str]) -> tuple[Floats, Floats]:
    """(days, table nodes) shares of capacity and of sales that the event takes, for engines that know neither areas nor
    goods nor pairs of countries.

    Areas are added up by output. A supplier whose trade with one country is closed loses that share of all it makes; a
    good counts for its parent industry (``parents``: product -> industry).
    """
    network, shocks = run.built.network, run.shocks
    place = {name: n for n, name in enumerate(table_nodes)}
    of = np.array([place.get(_plain(network, n, parents), -1) for n in range(len(network.nodes))])
    output = network.nodes.output
    whole = np.zeros(len(table_nodes))
    industry = (network.nodes.kind == Kind.INDUSTRY) & (of >= 0)
    np.add.at(whole, of[industry], output[industry])
    cut, closed = (np.zeros((shocks.steps, len(table_nodes))) for _ in range(2))
    for t in range(shocks.steps):
        lost = (1 - shocks.capacity_left(t, len(output))[:, 0]) * output
        np.add.at(cut[t], of[of >= 0], lost[of >= 0])
    sold = sales(network)
    for closure in shocks.closures:
        at = of[closure.nodes]
        known = at >= 0
        lost = _of_closure(closure, sold)
        amount = np.zeros(len(table_nodes))
        np.add.at(amount, at[known], lost[known])
        closed += closure.profile[:, None] * amount
    scale = np.where(whole > 0, whole, 1.0)
    return np.minimum(cut / scale, 1.0), np.minimum(closed / scale, 1.0)


def _of_closure(closure: Closure, sold: Floats) -> Floats:
    return np.asarray(closure.size * sold[closure.nodes, closure.countries])


def _plain(network: Network, node: int, parents: Mapping[str, str]) -> str:
    """The name of a node in the table: without area, a good by its parent."""
    country = network.countries[network.nodes.country[node]]
    product = network.products[network.nodes.product[node]]
    return f"{country}:{parents.get(product, product)}"


def measure(reading: Reading, course: Course, stage: Stage) -> float:
    """The figure that a reading asks of a course; not a number where the run does not reach it."""
    return MEASURES[reading.of](reading, course, stage)


def _loss_share(reading: Reading, course: Course, stage: Stage) -> float:
    which = course.select(stage, reading)
    return 100 * float(course.losses(which).sum()) / (float(course.value[which].sum()) * 365)


def _indirect_share(reading: Reading, course: Course, stage: Stage) -> float:
    return 100 * (1 - course.direct / course.home_loss) if course.home_loss > 0 else 0.0


def _first_day(reading: Reading, course: Course, stage: Stage) -> float:
    below = np.flatnonzero(course.index(course.select(stage, reading)) < reading.below)
    return float(below[0]) if len(below) else float("nan")


def _lowest_month(reading: Reading, course: Course, stage: Stage) -> float:
    """Months after that of day 0."""
    months = course.months(course.select(stage, reading))
    name = min(months, key=lambda n: months[n])
    year, month = name.split("-")
    after = (int(year) - course.start.year) * 12 + int(month) - course.start.month
    return float("nan") if months[name] > 100 * reading.below else float(after)


def _level(reading: Reading, course: Course, stage: Stage) -> float:
    return course.months(course.select(stage, reading)).get(str(reading.month), float("nan"))


def _month_on_month(reading: Reading, course: Course, stage: Stage) -> float:
    months = course.months(course.select(stage, reading))
    names = list(months)
    at = names.index(str(reading.month)) if reading.month in names else 0
    return 100 * (months[names[at]] / months[names[at - 1]] - 1) if at > 0 else float("nan")


def _supply_level(reading: Reading, course: Course, stage: Stage) -> float:
    series = course.supply.get(str(reading.good))
    months = {} if series is None else course.by_month(series)
    return months.get(str(reading.month), float("nan"))


def _origin_share(reading: Reading, stage: Stage) -> float:
    """Share of home's imports of a good, by quantity, that came from one country in one year, %."""
    good = next((g for g in stage.pack.goods if g.id == reading.good), None)
    if good is None or stage.history is None:
        return float("nan")
    frame = stage.history.select(years=(reading.year or 0,), products=set(good.hs)).frame
    mine = frame.filter(frame["importer"] == stage.pack.home)
    total = float(mine["quantity_t"].sum() or 0.0)
    theirs = float(mine.filter(mine["exporter"] == reading.origin)["quantity_t"].sum() or 0.0)
    return 100 * theirs / total if total else float("nan")


FELT = 1e-7
"""A country is affected by a pair where it loses this share of what it makes in the time of the run."""
TIE = 1e-3
"""Losses together and added up that differ by less than this part count as the same."""


def affected(course: Course) -> dict[str, tuple[float, ...]]:
    """The countries that feel a pair."""
    normal = {c: float(course.value[course.country == c].sum()) * course.days for c in course.together}
    return {c: v for c, v in course.together.items() if v[2] > FELT * normal[c]}


def _together(course: Course, *, worse: bool) -> float:
    """Share of affected countries, %, that lose more (less) from both than from each alone."""
    known = affected(course)
    count = sum(
        1
        for a, b, both in known.values()
        if ((both - a - b) > TIE * both if worse else (a + b - both) > TIE * both)
    )
    return 100 * count / len(known) if known else float("nan")


MEASURES: Mapping[str, Callable[[Reading, Course, Stage], float]] = {
    "loss": lambda _, course, __: course.home_loss / 1e3,
    "loss-share": _loss_share,
    "indirect-share": _indirect_share,
    "held-trade": lambda _, course, __: course.held / 1e3,
    "held-share": lambda _, course, __: 100 * course.held_share,
    "first-day": _first_day,
    "lowest-month": _lowest_month,
    "level": _level,
    "month-on-month": _month_on_month,
    "supply": _supply_level,
    "origin-share": lambda reading, _, stage: _origin_share(reading, stage),
    "worse-together": lambda _, course, __: _together(course, worse=True),
    "less-together": lambda _, course, __: _together(course, worse=False),
}
"""How each reading is taken; the names are those of ``schema.Reading.of``."""
