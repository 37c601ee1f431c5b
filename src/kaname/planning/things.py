"""What there is to bring back after a scenario: things, each with its place, its work and what it takes away.

A *thing* is one facility at home that an event takes from, or the industries of an event in one area. Its work is what
the scenario itself says: its usual crews (the pack's ``repair_works``), for as long as its event lasts and recovers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from kaname.cascade.disturbance import Cut, Shocks
from kaname.cascade.remedies import Remedies
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case, Course, compile_cases
from kaname.errors import problem
from kaname.network.build import Built
from kaname.network.tables import Floats, Ints, Kind, Network
from kaname.pack.model import Facility, Pack
from kaname.pack.restoration import RepairWork
from kaname.pack.scenarios import CapacityEvent

HALF = 0.5
"""A thing is brought back in two stages: until this share of its loss is back, and the rest."""
GONE = 0.05
"""What is left of an exponential recovery after its stated time comes back without crews."""


@dataclass(frozen=True)
class Thing:
    """One thing to bring back."""

    id: str
    """The facility, or ``AREA:event`` with the number of the event."""
    scenario: str
    event: int
    facility: str
    """Empty where it is industries."""
    service: str
    """Of the facility."""
    area: str
    """Empty where it stands in none."""
    industries: tuple[str, ...]
    cut: Cut
    """What it takes from which node; its profile is that of the scenario itself."""
    course: Course
    faster: tuple[float, float]
    """Day of work from which measures speed it up, and how many times."""
    kind: str
    """The pack's work that it is; empty where the pack names none."""
    usual: float
    """Crews at work at the usual pace, as the pack's figures give it."""
    crews: int
    """The same, whole; more find no room."""
    worth: float
    """Value added that hangs on what is lost, directly, million USD a day."""
    needs: Mapping[str, int]
    """Other supplies that it needs while work goes on."""

    @property
    def length(self) -> float:
        """Days of work at the usual pace until it is back, but for ``GONE``."""
        assert self.course.recovery is not None
        return self.natural(self.course.duration + self.course.recovery.duration.to("day"))

    @property
    def first(self) -> float:
        """Days of work at the usual pace until ``HALF`` is back."""
        assert self.course.recovery is not None
        back = self.course.recovery.duration.to("day")
        part = np.log(1 / HALF) / 3 if self.course.recovery.shape == "exponential" else 1 - HALF
        return self.natural(self.course.duration + back * float(part))

    def natural(self, day: float) -> float:
        """Days of work at the usual pace that do what would take ``day`` without measures."""
        after, pace = self.faster
        return day if day <= after else after + (day - after) / pace

    def called(self, name: str) -> bool:
        """Whether a facility's, service's, area's or work's name means it."""
        return bool(name) and name in (self.id, self.facility, self.service, self.area, self.kind)

    @property
    def work(self) -> float:
        """Crew-days."""
        return self.crews * self.length


@dataclass(frozen=True)
class Ground:
    """A case with its things apart: what strikes and is not theirs goes on whatever crews do."""

    built: Built
    """After the prevention of the case's measures."""
    case: Case
    settings: Settings
    things: tuple[Thing, ...]
    shocks: Shocks
    """As the scenario says: every thing at once, each with its usual crews."""
    other: tuple[Cut, ...]
    """Cuts that are nobody's work."""


def ground(built: Built, case: Case, days: int, settings: Settings) -> Ground:
    """The things of ``case`` on ``built`` (after the prevention of its measures).

    Raises ``InputProblems`` where there is nothing to bring back.
    """
    shocks = compile_cases(built, [case], days, settings)
    events = [(s, day, e) for s, day in case.scenarios for e in s.events]
    remedies = Remedies(built, case.measures)
    things: list[Thing] = []
    other: list[Cut] = []
    for cut in shocks.cuts:
        scenario, day, event = events[cut.origin]
        number = shocks.origins[cut.origin].event
        ours = built.network.is_home[cut.nodes] & (cut.size > 0)
        if not (isinstance(event, CapacityEvent) and _mends(event) and ours.any()):
            other.append(cut)
            continue
        if (~ours & (cut.size > 0)).any():
            other.append(_part(cut, ~ours))
        course = Course(day + event.start, event.duration.to("day", 0.0), event.recovery)
        for facility, area, rows in _places(built.network, cut.nodes, ours):
            part = _part(cut, rows)
            faster = next(iter(remedies.repaired(part.nodes)))[0]
            industries = () if facility else tuple(event.industries or event.goods)
            work = _work_of(built.pack, facility, industries)
            things.append(
                Thing(
                    id=facility or f"{area or built.network.home}:{number}",
                    scenario=scenario.id,
                    event=number,
                    facility=facility,
                    service=_service(built.pack, facility),
                    area=area,
                    industries=industries,
                    cut=part,
                    course=course,
                    faster=faster,
                    worth=_worth(built.network, part),
                    kind=work.id if work else "",
                    usual=(usual := _crews(built.network, work, part)),
                    crews=max(1, round(usual)),
                    needs=_needs(work),
                )
            )
    if not things:
        names = " + ".join(s.id for s, _ in case.scenarios)
        raise problem(
            "there is nothing for crews to bring back: no event takes capacity at home that recovers by work "
            "(straits, trade and demand are answered by measures: kaname stress --with)",
            path=names,
        )
    return Ground(built, case, settings, _numbered(things), shocks, tuple(other))


def scaled(of: Ground, scale: float) -> Ground:
    """The same, but every thing takes so many times the crews, and so the crew-days."""
    return replace(of, things=tuple(replace(t, crews=max(1, round(scale * t.usual))) for t in of.things))


def _mends(event: CapacityEvent) -> bool:
    """Whether what an event takes comes back by work; what ends at once, ends by itself."""
    recovery = event.recovery
    return recovery is not None and recovery.shape != "step" and recovery.duration.to("day", 0.0) > 0


def _part(cut: Cut, rows: np.ndarray) -> Cut:
    return Cut(cut.case, cut.origin, cut.profile, cut.nodes[rows], cut.size[rows])


def _places(network: Network, nodes: Ints, ours: np.ndarray) -> Iterator[tuple[str, str, np.ndarray]]:
    """Facility (or nothing), area and rows of each thing among ``nodes``."""
    facility = network.nodes.kind[nodes] == Kind.FACILITY
    for row in np.flatnonzero(ours & facility):
        yield network.nodes.id[nodes[row]], network.nodes.area[nodes[row]], np.arange(len(nodes)) == row
    areas = np.array([network.nodes.area[n] for n in nodes])
    rest = ours & ~facility
    for area in dict.fromkeys(areas[rest].tolist()):
        yield "", area, rest & (areas == area)


def _worth(network: Network, cut: Cut) -> float:
    """What hangs on a cut directly: value added of the nodes, and of home's users of what they make."""
    nodes, slots, links = network.nodes, network.slots, network.links
    lost = np.zeros(len(nodes))
    lost[cut.nodes] = cut.size
    value = np.where(network.is_home, nodes.value_added, 0.0)
    user = slots.user[links.slot]
    through = lost[links.supplier] * links.share * slots.weight[links.slot] * value[user]
    facility = nodes.kind[links.supplier] == Kind.FACILITY
    return float(lost @ value + through[facility].sum())


def _service(pack: Pack, facility: str) -> str:
    """The service of a facility; of what facilities leave unnamed it is in the name."""
    known = pack.by_id["facilities"].get(facility)
    return known.service if isinstance(known, Facility) else facility.partition("/")[0]


def _work_of(pack: Pack, facility: str, industries: tuple[str, ...]) -> RepairWork | None:
    """What the pack says of a facility, else of its service; of industries, where it names most of them."""
    works = pack.repair_works
    if facility:
        service = _service(pack, facility)
        named = [w for w in works if facility in w.facilities] or [w for w in works if service in w.services]
        return named[0] if named else None
    common = [(len(set(w.industries) & set(industries)), -k) for k, w in enumerate(works)]
    most, place = max(common, default=(0, 0))
    return works[-place] if most else None


def _crews(network: Network, work: RepairWork | None, cut: Cut) -> float:
    """The crews at work on a thing: its part of those for the whole of the nation's service or output."""
    if work is None or not work.crews.known:
        return 1.0
    same = network.is_home & np.isin(network.nodes.product, network.nodes.product[cut.nodes])
    lost: Floats = cut.size * network.nodes.output[cut.nodes]
    return work.crews.to("count") * float(lost.sum() / network.nodes.output[same].sum())


def _needs(work: RepairWork | None) -> dict[str, int]:
    needs = work.needs if work else ()
    return {need.of: round(need.count.to("count")) for need in needs if need.count.known}


def _numbered(things: list[Thing]) -> tuple[Thing, ...]:
    """Things under names of their own: one struck by two events is two."""
    seen: dict[str, int] = {}
    found = []
    for thing in things:
        seen[thing.id] = seen.get(thing.id, 0) + 1
        again = seen[thing.id]
        found.append(thing if again == 1 else replace(thing, id=f"{thing.id}#{again}"))
    return tuple(found)
