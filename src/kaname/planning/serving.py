"""Who is served first where there is too little: tried on the order of work found, and on the rules of thumb.

In proportion is what happens while nobody decides otherwise, so that is what a plan is made with. Every order of the
pack's priority classes that begins with its first (life and health) is judged on the cascade beside it, as what a
decision would change: services of facilities are rationed by users alike, however large, so the gain is a hint. It is
taken where it is asked for, and so are other orders: loss of value added does not count lives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import permutations
from typing import Any

import numpy as np
import polars as pl

from kaname.errors import Problem
from kaname.network.build import Built
from kaname.network.tables import Floats
from kaname.pack.model import Pack
from kaname.planning.dispatch import Schedule
from kaname.planning.judge import Judge, costs_on
from kaname.planning.orders import Found, Sought

REST = "rest"
"""Users whom the pack puts in no class."""
EVENLY: tuple[str, ...] = ()
"""All in proportion to what they ask, and nothing tried beside."""
LEAST = ("least",)
"""Asked for: of all ways tried, the one that loses least."""
WORDS = {"evenly": EVENLY, "least": LEAST}
"""What stands alone where classes could be named."""
FEW = 4
"""With more classes than this, each is tried next to the first, the others as the pack has them."""
RULES, RIVALS = 2, 12
"""Best rules judged with every way; orders of the search that are judged again with the way taken."""
WORTH = 1e-3
"""Share of the loss that serving in turn must save to be told, or taken: less is rounding."""
SCHEMA: dict[str, Any] = {
    "serving": pl.List(pl.String),
    "plan": pl.Float64,
    "unmet": pl.Float64,
    "service": pl.String,
    "service_days": pl.Float64,
    "rule": pl.Float64,
    "best_rule": pl.String,
    "taken": pl.Boolean,
}


@dataclass(frozen=True)
class Serving:
    """One way to give out what is short."""

    classes: tuple[str, ...]
    """First to last; none: all in proportion."""
    built: Built

    def on(self, judge: Judge) -> Judge:
        """A judge who gives out what is short in this way."""
        how = replace(judge.ground.settings, rationing="priority" if self.classes else "proportional")
        return replace(judge, ground=replace(judge.ground, built=self.built, settings=how))


@dataclass(frozen=True)
class Served:
    """The way taken, and the order of work that loses least with it."""

    way: Serving
    best: Found
    tried: pl.DataFrame
    """serving, plan (its loss), unmet (final demand that home's industries do not meet), rule (loss of the best),
    best_rule, taken; million USD, roughly; the way taken first, then least loss first. service, service_days: the
    service of facilities that people lack most, in days of usual use. No rows: there was no choice."""
    stopped: bool = False


@dataclass(frozen=True)
class Decision:
    """A way of serving that loses less than the plan's, with the same order of work."""

    serving: tuple[str, ...]
    """Classes, first to last."""
    saves: float
    """Million USD, roughly: a hint, since services are rationed by users alike, however large."""

    @classmethod
    def in_(cls, tried: pl.DataFrame) -> Decision | None:
        """Of the ways ``tried`` (``Served``), the one that loses least; none where it saves next to nothing."""
        if not tried.height:
            return None
        own, least = tried.row(0, named=True), tried.sort("plan", maintain_order=True).row(0, named=True)
        saves = own["plan"] - least["plan"]
        return cls(tuple(least["serving"]), saves) if saves > WORTH * own["plan"] else None


def classes(pack: Pack) -> tuple[str, ...]:
    """The pack's classes in its own order, and those in none; nothing where it states none."""
    return (*(p.id for p in pack.priorities), REST) if pack.priorities else ()


def turn(serve: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """What is asked for: classes first to last, ``EVENLY``, ``LEAST``, or None, as people write it."""
    if serve is None:
        return None
    named = (serve,) if isinstance(serve, str) else tuple(serve)
    return WORDS.get(named[0], named) if len(named) == 1 else named


def wrong_serving(pack: Pack, asked: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with the classes that are to be served first."""
    own = classes(pack)
    if tuple(asked) == LEAST:
        return
    for name in dict.fromkeys(asked):
        if name in WORDS:
            yield Problem(f"{name!r} stands alone, without classes", path="serve")
        elif name not in own:
            near = get_close_matches(name, own, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else f" (it knows {', '.join(own) or 'none'})"
            yield Problem(f"the pack knows no priority class {name!r}{hint}", path="serve")
        elif list(asked).count(name) > 1:
            yield Problem(f"{name!r} cannot be served twice", path="serve")


def ways(built: Built, asked: tuple[str, ...] | None) -> list[Serving]:
    """In proportion first; then every order of the classes behind the first, or the one asked for."""
    own = classes(built.pack)
    if asked is not None and asked != LEAST:
        rest = tuple(c for c in own if c not in asked)
        turns = [(*asked, *rest)] if asked else []
    elif len(own) <= FEW:
        turns = [(*own[:1], *behind) for behind in permutations(own[1:])] if own else []
    else:
        turns = [(own[0], c, *(o for o in own[1:] if o != c)) for c in own[1:]]
    return [Serving(EVENLY, built), *(Serving(t, _in_turn(built, own, t)) for t in turns)]


def choose(
    judge: Judge, sought: Sought, known: Sequence[tuple[str, Found]], asked: tuple[str, ...] | None
) -> Served:
    """Judge the plan and the best of the ``known`` rules with every way; where one is taken, pick the order again with
    it.

    ``asked``: the classes to serve first, or ``LEAST``. Else all is served in proportion: with ``EVENLY`` nothing is
    tried beside, with None every way is.
    """
    every = ways(judge.ground.built, asked)
    even = Served(every[0], sought.best, pl.DataFrame(schema=SCHEMA))
    if len(every) == 1 or (sought.stopped and asked in (None, LEAST)):
        return even
    try:
        ranked = sorted(known, key=lambda pair: pair[1].loss)[:RULES]
        schedules = [sought.best.schedule, *(rule.schedule for _, rule in ranked)]
        lost, without = _costs(judge, every, schedules)
        taken = _taken(lost[:, 0], asked)
        best = sought.best
        if taken:
            rivals = (best, *sought.others[:RIVALS])
            again, lacking = _costs(judge, [every[taken]], [f.schedule for f in rivals])
            least = int(again[0].argmin())
            best = replace(rivals[least], loss=float(again[0, least]))
            lost[taken, 0], without[taken, 0] = again[0, least], lacking[0, least]
    except KeyboardInterrupt:
        return replace(even, stopped=True)
    rows = [
        (
            list(way.classes),
            *(plan, *_worst(judge.ground.built, without[number, 0])),
            *min((x, name) for x, (name, _) in zip(rules, ranked, strict=True)),
            number == taken,
        )
        for number, (way, (plan, *rules)) in enumerate(zip(every, lost.tolist(), strict=True))
    ]
    frame = pl.DataFrame(rows, SCHEMA, orient="row").sort(~pl.col("taken"), "plan", maintain_order=True)
    return Served(every[taken], best, frame)


def _in_turn(built: Built, own: tuple[str, ...], turn: tuple[str, ...]) -> Built:
    """The same network with its classes in another order."""
    network = built.network
    assert network.nodes.priority is not None
    place = np.array([1 + turn.index(c) for c in own], np.int32)
    nodes = replace(network.nodes, priority=place[network.nodes.priority - 1])
    return replace(built, network=replace(network, nodes=nodes))


def _costs(judge: Judge, every: Sequence[Serving], schedules: Sequence[Schedule]) -> tuple[Floats, Floats]:
    """(ways, schedules) loss, and what people go without as ``costs_on`` says; ways of one kind side by side."""
    shocks = [judge.shocks(s) for s in schedules]
    found = np.zeros((len(every), len(shocks), 2 + len(judge.ground.built.network.products)))
    for turns in (False, True):
        here = [n for n, way in enumerate(every) if bool(way.classes) == turns]
        if here:
            how = every[here[0]].on(judge).ground.settings
            costs = costs_on([(every[n].built, s) for n in here for s in shocks], how)
            found[here] = costs.reshape(len(here), *found.shape[1:])
    return found[..., 0], found[..., 1:]


def _worst(built: Built, without: Floats) -> tuple[float, str | None, float | None]:
    """Final demand not met, and the service that lacks most; none where none does."""
    days = without[1:]
    worst = int(days.argmax())
    lacks = days[worst] > 0
    return float(without[0]), *(
        (built.network.products[worst], float(days[worst])) if lacks else (None, None)
    )


def _taken(lost: Floats, asked: tuple[str, ...] | None) -> int:
    """Number of the way to take."""
    if asked is None:
        return 0
    if asked != LEAST:
        return len(lost) - 1
    least = int(lost.argmin())
    return least if lost[least] < lost[0] * (1 - WORTH) else 0
