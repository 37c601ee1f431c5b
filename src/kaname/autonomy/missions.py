"""What a mission rests on, and what alone or together brings it down (floor 4).

A mission is a fault tree over what the pack says: capabilities, assets, facilities and what these need. Its minimal cut
sets (Vesely 1970) are found from the bottom up, exactly up to a number of failures at once: sets beyond it are dropped
on the way, which loses no smaller one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from typing import Literal

from kaname.errors import problem
from kaname.pack.figures import Figure, Label, share
from kaname.pack.missions import Asset, Capability, Mission
from kaname.pack.model import Facility, Pack

ESSENTIAL = 0.5
"""A need counts where this share or more of the user stops without it."""
Rule = Literal["event", "all", "enough", "keep"]
Cuts = frozenset[frozenset[str]]


@dataclass(frozen=True)
class Branch:
    """A part of the tree: what it is, when it stands, and what it rests on."""

    id: str
    label: Label
    kind: str
    """mission, capability, or the kind of the asset or facility; industry, good."""
    rule: Rule
    """event: fails by itself; all: needs every part; enough: ``least`` of them; keep: parts that carry ``least``."""
    least: float = 0.0
    parts: tuple[Branch, ...] = ()
    shares: tuple[float, ...] = ()
    buffer: float = 0.0
    """Days it can be missing before what rests on it stops."""

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Branch]]:
        """This branch and all below it, with their depth."""
        yield depth, self
        for part in self.parts:
            yield from part.walk(depth + 1)


def tree(pack: Pack, name: str, days: float = float("inf")) -> Branch:
    """The tree of mission ``name``, for an outage of ``days``: what has stock or battery for so long is left out.

    Raises ``InputProblems`` for a mission that the pack does not have.
    """
    missions = {m.id: m for m in pack.missions}
    if name not in missions:
        raise problem(f"no mission {name!r}: one of {', '.join(missions)}", path="mission")
    return _Grower(pack, days).mission(missions[name], ())


@dataclass(frozen=True)
class _Grower:
    """Follows what things rest on. ``above`` is the way from the mission down: what rests on itself adds nothing."""

    pack: Pack
    days: float
    facilities: dict[str, Facility] = field(default_factory=dict)
    assets: dict[str, Asset] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.facilities.update({f.id: f for f in self.pack.facilities})
        self.assets.update({a.id: a for a in self.pack.assets})

    def mission(self, mission: Mission, above: tuple[str, ...]) -> Branch:
        inside = (*above, mission.id)
        parts = tuple(self.capability(c, inside) for c in mission.capabilities)
        return Branch(mission.id, mission.label, "mission", "all", parts=parts)

    def capability(self, one: Capability, above: tuple[str, ...]) -> Branch:
        """A capability with what it rests on: so much of a service kept, enough of its assets, or all of them.

        ``above``: ids on the way down from the mission; what is among them is not followed again.
        """
        if one.service is not None:
            mine = [f for f in self.pack.facilities if f.service == one.service and f.share.to("1", 0.0) > 0]
            parts = tuple(self.thing(f.id, above) for f in mine)
            shares = tuple(f.share.to("1", 0.0) for f in mine)
            least = share(one.keep, 0.5)
            return Branch(one.id, one.label, "capability", "keep", least, parts, shares)
        parts = tuple(self.thing(name, above) for name in one.assets)
        if one.enough is None:
            return Branch(one.id, one.label, "capability", "all", parts=parts)
        return Branch(one.id, one.label, "capability", "enough", float(one.enough), parts)

    def thing(self, name: str, above: tuple[str, ...], buffer: float = 0.0) -> Branch:
        """A facility, asset, industry, good or mission by id, with what it needs."""
        missions = {m.id: m for m in self.pack.missions}
        if name in missions:
            return self.mission(missions[name], above)
        label, kind = self._called(name)
        event = Branch(name, label, kind, "event", buffer=buffer)
        if name in above:
            return event
        needs = [(of, held) for of, held in self._needs(name) if held < self.days and of not in above]
        if not needs:
            return event
        parts = tuple(self.thing(of, (*above, name), held) for of, held in needs)
        return Branch(name, label, kind, "all", parts=parts, buffer=buffer)

    def _needs(self, name: str) -> Iterator[tuple[str, float]]:
        if name in self.assets:
            for rest in self.assets[name].needs:
                yield rest.of, _days(rest.buffer)
        if name in self.facilities:
            for need in self.facilities[name].needs:
                if need.weight.to("1", 1.0) >= ESSENTIAL:
                    yield need.of, _days(need.buffer)

    def _called(self, name: str) -> tuple[Label, str]:
        if name in self.assets:
            return self.assets[name].label, self.assets[name].kind
        if name in self.facilities:
            return self.facilities[name].label, self.facilities[name].kind
        for of, kind in (("industries", "industry"), ("goods", "good")):
            found = self.pack.by_id[of].get(name)
            if found is not None:
                return found.label, kind  # type: ignore[attr-defined]
        return Label(ja=name, en=name), "industry"


def _days(figure: Figure | None) -> float:
    return 0.0 if figure is None else figure.to("day", 0.0)


def cut_sets(branch: Branch, order: int = 3) -> tuple[tuple[str, ...], ...]:
    """Minimal sets of at most ``order`` things whose failing together fails the branch, smallest first."""
    found = _cuts(branch, order)
    return tuple(sorted((tuple(sorted(one)) for one in found), key=lambda one: (len(one), one)))


def single_points(branch: Branch) -> tuple[str, ...]:
    """What alone fails the branch."""
    return tuple(one[0] for one in cut_sets(branch, 1))


def _cuts(branch: Branch, order: int) -> Cuts:
    """A thing with parts also fails by itself; a mission or capability does not."""
    itself = frozenset({frozenset({branch.id})})
    if branch.rule == "event":
        return itself
    parts = [_cuts(part, order) for part in branch.parts]
    if branch.rule == "all":
        own = itself if branch.kind not in ("mission", "capability") else frozenset()
        return _minimal(one for cuts in (own, *parts) for one in cuts)
    if branch.rule == "enough":
        weights, bear = [1.0] * len(parts), len(parts) - branch.least
    else:
        weights, bear = list(branch.shares), 1 - branch.least
    failing = _failing(weights, bear)
    return _minimal(one for group in failing for one in _together([parts[k] for k in group], order))


def _failing(weights: list[float], bear: float) -> Iterator[tuple[int, ...]]:
    """Minimal groups of parts that weigh more than ``bear``. A group may have more parts than a cut set has failures,
    since one failure can take several parts."""
    by_weight = sorted(range(len(weights)), key=lambda k: (-weights[k], k))
    after = [sum(weights[k] for k in by_weight[i:]) for i in range(len(by_weight) + 1)]

    def grow(start: int, group: tuple[int, ...], weight: float) -> Iterator[tuple[int, ...]]:
        """Groups that begin with ``group``, which weighs ``weight``, and go on with parts from place ``start`` of
        ``by_weight``."""
        if weight > bear + 1e-12:
            # by falling weight: without its last, lightest part it weighs too little, so it is minimal
            yield group
            return
        for place in range(start, len(by_weight)):
            if weight + after[place] <= bear + 1e-12:
                return
            yield from grow(place + 1, (*group, by_weight[place]), weight + weights[by_weight[place]])

    yield from grow(0, (), 0.0)


def _together(parts: list[Cuts], order: int) -> Cuts:
    """Cut sets of all parts failing at once, at most ``order`` large."""

    def both(a: Cuts, b: Cuts) -> Cuts:
        return _minimal(x | y for x in a for y in b if len(x | y) <= order)

    return reduce(both, parts, frozenset({frozenset()}))


def _minimal(found: Iterable[frozenset[str]]) -> Cuts:
    """Without the sets that contain another."""
    kept: list[frozenset[str]] = []
    for one in sorted(set(found), key=len):
        if not any(other <= one for other in kept):
            kept.append(one)
    return frozenset(kept)
