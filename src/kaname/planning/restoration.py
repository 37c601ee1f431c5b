"""Restoration: the order and place of work that lose least after a scenario, with so many crews.

What is restored, and how long it takes: ``things``. Who goes where when, given an order: ``dispatch``. What that
costs: ``judge``, the cascade itself. Which order: ``orders``. What people would do: ``thumb``. Here the parts are put
together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from types import MappingProxyType

import numpy as np
import polars as pl

from kaname.cascade.compiling import one_blas_thread
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case
from kaname.errors import InputProblems, Problem, wrong_days
from kaname.network.adapt import prevent
from kaname.network.areas import distances, frame_of, shares
from kaname.network.build import Built
from kaname.network.tables import Floats, Ints
from kaname.pack.areas import TABLE
from kaname.pack.model import Pack
from kaname.planning.aids import SCHEMA, aids
from kaname.planning.dispatch import LIST, STAGES, Order, Schedule, Yard, dispatch, yard
from kaname.planning.frames import areas_of, finite, stints_of, work_of
from kaname.planning.judge import Judge
from kaname.planning.orders import Effort, Found, all_orders, judged, search, tried
from kaname.planning.serving import Decision, Served, choose, wrong_serving
from kaname.planning.things import Ground, ground, scaled
from kaname.planning.thumb import Rule, rules

Progress = Callable[[str, float], None]
FINE = 48
"""Points at which courses are read within a step where a figure is final: as many as a scenario's own."""
LONG, SLOW, COARSE = 180, 60, 2.0
"""Runs longer than ``LONG`` days, of which something takes longer than ``SLOW``, are searched in steps of ``COARSE``
days; final figures never are."""
SCALES = (0.5, 2.0)
RIVALS = 3
"""Best rules that are tried again where things take more or less work."""
MOST = 100
"""Where there are no more orders than this, every one is run."""
CREW_KM, KM_A_DAY = "crew-km", 400.0
"""The pack's parameter for how far crews and machines move in a day, and what is taken where it states none."""


@dataclass(frozen=True)
class Places:
    """Where crews are at the start, and how many days lie between areas."""

    areas: tuple[str, ...] = ()
    people: Floats | None = None
    """(areas,) share of the crews that are at home in each."""
    travel: Floats | None = None
    """(areas, areas) days."""

    def base(self, crews: int) -> Ints:
        """(crews,) area of each: in proportion to people, largest remainders first."""
        if self.people is None:
            return np.zeros(crews, np.int32)
        wanted = self.people / self.people.sum() * crews
        held = np.floor(wanted).astype(int)
        rest = np.argsort(-(wanted - held), kind="stable")[: crews - held.sum()]
        held[rest] += 1
        return np.repeat(np.arange(len(self.areas)), held).astype(np.int32)


@dataclass(frozen=True)
class Means:
    """What there is to restore with."""

    crews: int
    places: Places = Places()
    have: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Supplies, where there are not as many as the pack says."""
    first: tuple[str, ...] = ()
    """Facilities, services, areas or works that go before all else: what loss of value added does not count."""
    serve: tuple[str, ...] | None = None
    """Priority classes served first where there is too little, or ``serving.LEAST``. Else all are served in proportion;
    None: and what every other way would change is run beside."""


@dataclass(frozen=True)
class Restoration:
    """What was found. Money is million USD of value added at home over ``days`` days."""

    case: Case
    days: int
    crews: int
    ground: Ground
    schedule: Schedule
    """The plan."""
    order: Order
    """What made it."""
    loss: float
    """Of the plan."""
    rules: pl.DataFrame
    """rule, loss, more (than the plan's), last (day on which all is back), least loss first."""
    bound: float
    """Loss with every thing at work at once, each with its usual crews: what the scenario itself says. No plan brings
    anything back sooner."""
    searched: bool
    """Whether the plan comes from the search; else no order was found that beats the best rule, which is the plan."""
    missed: float
    """By how much the best order of the search fell short of the best rule; 0 where it did not."""
    work: pl.DataFrame
    """thing, kind, area, crews (usual), sent (most at once), work (crew-days), start, half, back (days), and of the
    best rule and of the scenario itself back_rule, back_stated, in the order of the plan. Empty: never."""
    stints: pl.DataFrame
    """crew, thing, stage (1: until half is back, 2: the rest), start, end."""
    areas: pl.DataFrame
    """area, plan, rule, stated: loss of each area by the plan, by the best rule, with all at work at once. Empty where
    the network is one area."""
    scales: pl.DataFrame
    """scale, plan, rule, best_rule: the same order, and the best of three rules, where things take so many times the
    crew-days."""
    aids: pl.DataFrame
    """What other means add, each by itself (``aids.aids``); no rows unless asked for."""
    serving: pl.DataFrame
    """serving, plan, unmet, service, service_days, rule, best_rule, taken: the plan and the best rule with every way to
    give out what is short (``serving.Served``). All other figures are with the one taken: in proportion, if none is
    asked for. No rows: the pack states no classes, or nothing was to be tried."""
    exact: bool
    """Whether every order was run, so that none is better."""
    yen_per_usd: float | None
    stopped: bool
    """Whether the search was stopped before its end."""

    @property
    def best_rule(self) -> str:
        """The rule of thumb that loses least."""
        return str(self.rules["rule"][0])

    @property
    def served(self) -> list[str]:
        """Priority classes in the order in which they are served; none: all in proportion."""
        return list(self.serving["serving"][0]) if self.serving.height else []

    @property
    def decision(self) -> Decision | None:
        """The way of serving that would save most, not taken; none where none tried saves a thousandth."""
        return Decision.in_(self.serving)

    @property
    def last(self) -> float | None:
        """Day on which all is back by the plan; none: never."""
        return finite(float(self.schedule.done.max()))

    @property
    def saved(self) -> float:
        """Against the best rule."""
        return float(self.rules["loss"][0]) - self.loss

    @property
    def saved_yen(self) -> float | None:
        """``saved`` in billion JPY; none where the pack states no rate."""
        return None if self.yen_per_usd is None else self.saved * self.yen_per_usd / 1e3


def restore(
    built: Built,
    case: Case,
    days: int,
    settings: Settings,
    means: Means,
    effort: Effort,
    progress: Progress,
    with_aids: bool = False,
) -> Restoration:
    """Find the order of work that loses least; see :class:`Restoration`.

    Raises ``InputProblems`` where there is nothing to bring back, or nothing of what is to go first.
    """
    built = prevent(built, case.measures)
    with one_blas_thread():
        progress("begin", 0.0)
        fine = ground(built, case, days, settings)
        idle = [name for name in means.first if not any(t.called(name) for t in fine.things)]
        if idle:
            raise InputProblems(Problem(f"nothing of {name!r} is struck", path="first") for name in idle)
        slow = days > LONG and max(t.length for t in fine.things) > SLOW
        judge = Judge(ground(built, case, days, replace(settings, dt=COARSE)) if slow else fine)
        site = _site(judge.ground, means)
        known = rules(judge.ground, site)
        losses = judge.losses([r.schedule for r in known], tick=lambda s: progress("begin", 0.1 * s))
        starts = [Found(r.order, r.schedule, float(x)) for r, x in zip(known, losses, strict=True)]
        # orders by distance or evenness are not lists: they are judged, and not searched from; crews divided in
        # proportion are near the latter, and are
        from_lists = [f for f in starts if f.order.how == LIST]
        part = min(1.0, means.crews / sum(t.crews for t in fine.things))
        divided = [Order(f.order.units, np.full(len(fine.things), part)) for f in from_lists[:1]]
        from_lists += tried(judge, site, divided)
        every = all_orders(len(judge.ground.things), MOST)
        if every is not None:
            sought = judged(judge, site, from_lists, every)
        else:
            sought = search(judge, site, from_lists, effort, lambda s: progress("search", 0.1 + 0.5 * s))
        progress("serving", 0.6)
        named = [(r.id, f) for r, f in zip(known, starts, strict=True)]
        served = choose(judge, sought, named, means.serve)
        judge = served.way.on(judge)
        found = _told(judge, served.way.on(Judge(fine, FINE)), known, served, means, progress)
        stopped = sought.stopped or served.stopped
        exact = every is not None and not stopped and not served.way.classes
        found = replace(found, stopped=stopped, exact=exact)
        return replace(found, aids=_aids(judge, found, means)) if with_aids else found


def places(pack: Pack, tables: Mapping[str, pl.DataFrame]) -> Places:
    """Where crews are at home and how far it is, as the pack says; nowhere in particular where it does not."""
    if not (pack.areas and pack.splits and TABLE in tables):
        return Places()
    frame = frame_of(tables)
    away = distances(pack, frame)
    np.fill_diagonal(away, 0.0)
    stated = CREW_KM in pack.by_id["parameters"]
    pace = pack.parameter(CREW_KM, "km") if stated else KM_A_DAY
    return Places(tuple(a.id for a in pack.areas), shares(pack, frame).people, away / pace)


def wrong(pack: Pack, means: Means, days: int) -> Iterator[Problem]:
    """What is wrong with a question."""
    if means.crews <= 0:
        yield Problem(f"restoration needs at least one crew, not {means.crews}", path="crews")
    yield from wrong_days(days)
    known = pack.by_id["supplies"]
    for name, count in means.have.items():
        if name not in known:
            near = get_close_matches(name, list(known), n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            yield Problem(f"the pack knows no supply {name!r}{hint}", path="have")
        elif count < 0:
            yield Problem(f"there cannot be {count} of {name!r}", path="have")
    yield from wrong_serving(pack, means.serve or ())
    named = [*(pack.by_id[part] for part in ("facilities", "services", "areas", "repair_works"))]
    for name in means.first:
        if not any(name in part for part in named):
            near = get_close_matches(name, [known for part in named for known in part], n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            yield Problem(f"no facility, service, area or work {name!r} to go first{hint}", path="first")


def _site(of: Ground, means: Means) -> Yard:
    held = {s.id: s for s in of.built.pack.supplies if s.use != "placed"}
    supplies = {
        name: (means.have.get(name, round(s.count.to("count", 0.0))), s.use == "spent")
        for name, s in held.items()
        if name in means.have or s.count.known
    }
    at = means.places
    travel = np.zeros((1, 1)) if at.travel is None else at.travel
    return yard(of.things, at.areas, at.base(means.crews), travel, supplies, means.first)


def _told(
    judge: Judge,
    fine: Judge,
    known: Sequence[Rule],
    served: Served,
    means: Means,
    progress: Progress,
) -> Restoration:
    """Final figures, in double precision and the case's own steps, of the plan, of every rule, and with all at once."""
    of, best = fine.ground, served.best
    rows = [best.schedule, *(r.schedule for r in known)]
    shocks = [*(fine.shocks(s) for s in rows), of.shocks]
    lost = fine.losses_under(shocks, single=False, tick=lambda s: progress("final", 0.75 + 0.1 * s))
    ranked = sorted(zip(lost[1:-1], known, strict=True), key=lambda pair: pair[0])
    least, first = float(ranked[0][0]), ranked[0][1]
    searched = float(lost[0]) < least
    schedule = best.schedule if searched else first.schedule
    order = best.order if searched else first.order
    loss = float(lost[0]) if searched else least
    runs = fine.runs([fine.shocks(schedule), fine.shocks(first.schedule), of.shocks])
    progress("scales", 0.9)
    pack = of.built.pack
    rated = "yen-per-usd" in pack.by_id["parameters"]
    return Restoration(
        case=of.case,
        days=round(of.shocks.steps * of.shocks.dt),
        crews=means.crews,
        ground=of,
        schedule=schedule,
        order=order,
        loss=loss,
        rules=pl.DataFrame(
            [(r.id, float(x), float(x) - loss, finite(float(r.schedule.done.max()))) for x, r in ranked],
            {"rule": pl.String, "loss": pl.Float64, "more": pl.Float64, "last": pl.Float64},
            orient="row",
        ),
        bound=float(lost[-1]),
        searched=searched,
        missed=max(0.0, float(lost[0]) - least),
        work=work_of(schedule, first.schedule),
        stints=stints_of(schedule),
        areas=areas_of(runs),
        scales=_scales(judge, order, loss, ranked, means),
        aids=pl.DataFrame(schema=SCHEMA),
        serving=served.tried,
        exact=False,
        yen_per_usd=pack.parameter("yen-per-usd", "JPY/USD") if rated else None,
        stopped=False,
    )


def _aids(judge: Judge, found: Restoration, means: Means) -> pl.DataFrame:
    """Other means on top of the plan; where a measure splits a thing in two, both keep its place in the order."""
    place = {t.id: k for k, t in enumerate(judge.ground.things)}
    rank = np.argsort(found.order.units, kind="stable").reshape(-1, STAGES)

    def again(of: Ground) -> Schedule:
        was = [place[t.id if t.id in place else t.id.partition("#")[0]] for t in of.things]
        units = np.argsort(rank[was].ravel(), kind="stable").astype(np.int32)
        return dispatch(_site(of, means), Order(units, found.order.caps[was], found.order.how))

    placed = {s.id for s in found.ground.built.pack.supplies if s.use == "placed"}
    return aids(judge, again, {name: count for name, count in means.have.items() if name in placed})


def _scales(
    judge: Judge, order: Order, loss: float, ranked: Sequence[tuple[float, Rule]], means: Means
) -> pl.DataFrame:
    """The plan and the best rules as they are, and where all things take half, or twice, the
    crew-days; the latter roughly judged.

    Half the crew-days for each is about what twice the crews would bring.
    """
    least, first = ranked[0]
    rows = [(1.0, loss, float(least), first.id)]
    best = [rule for _, rule in ranked[:RIVALS]]
    for scale in SCALES:
        other = Judge(scaled(judge.ground, scale), judge.samples)
        site = _site(other.ground, means)
        lost = other.losses([dispatch(site, one) for one in (order, *(r.order for r in best))])
        place = int(lost[1:].argmin())
        rows.append((scale, float(lost[0]), float(lost[1 + place]), best[place].id))
    return pl.DataFrame(
        rows,
        {"scale": pl.Float64, "plan": pl.Float64, "rule": pl.Float64, "best_rule": pl.String},
        orient="row",
    )
