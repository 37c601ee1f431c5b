"""What a user names, made into a case to run: scenarios and storylines with their days, measures (floor 4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kaname.autonomy.stress import SEVERITIES, at_severity
from kaname.cascade.shocks import Case
from kaname.errors import InputProblems, Problem, wrong_days
from kaname.pack.faults import suggestion
from kaname.pack.model import Pack
from kaname.pack.scenarios import Scenario


def case(pack: Pack, scenarios: Sequence[str], measures: Sequence[str] = (), days: int | None = None) -> Case:
    """Scenarios or storylines of ``pack`` by name, with measures: one run to make.

    ``name@30`` strikes on day 30; ``name:high`` (or ``low``) is the scenario with all that is stated of it at that end
    of its range. Raises ``InputProblems`` naming every scenario or measure that is not in the pack, a run of no
    ``days``, and what would begin only after its end.
    """
    faults = [fault for text in scenarios for fault in _faults(pack, text, days)]
    known = {m.id: m for m in pack.measures}
    faults += [
        Problem(f"no measure {name!r}{suggestion(name, known)}", path=name)
        for name in measures
        if name not in known
    ]
    if not scenarios:
        faults.append(Problem("name at least one scenario"))
    if days is not None:
        faults += wrong_days(days)
    if faults:
        raise InputProblems(faults)
    parts = tuple(part for text in scenarios for part in _parts(pack, text))
    return Case(parts, tuple(known[name] for name in measures), " + ".join(scenarios))


def _split(text: str) -> tuple[str, str | None, str | None]:
    """Name, end of the range and day of what a user names; ``None`` where it is not stated."""
    called, at, start = text.partition("@")
    name, colon, end = called.partition(":")
    return name, end if colon else None, start if at and start else None


def _faults(pack: Pack, text: str, days: int | None) -> Iterator[Problem]:
    """What is wrong with one of those named: the first thing only, the rest would follow from it."""
    name, end, start = _split(text)
    known = [*(s.id for s in pack.scenarios), *(s.id for s in pack.storylines)]
    if name not in known:
        yield Problem(f"no scenario {name!r}{suggestion(name, known)}", path=text)
    elif start is not None and not start.isdecimal():
        yield Problem(f"the day after '@' must be a whole number, not {start!r}", path=text)
    elif end is not None and end not in SEVERITIES:
        yield Problem(f"a severity is one of {', '.join(SEVERITIES)}, not {end!r}", path=text)
    elif days is not None and float(start or 0) >= days > 0:
        yield Problem(f"begins on day {start}; the run's last day is {days - 1:g}", path=text)


def _parts(pack: Pack, text: str) -> Iterator[tuple[Scenario, float]]:
    """The scenarios that one of those named comes to, and the days on which they strike."""
    name, end, start = _split(text)
    by_id = {s.id: s for s in pack.scenarios}
    chapters = next((story.chapters for story in pack.storylines if story.id == name), ())
    for one, later in [(c.scenario, c.day) for c in chapters] or [(name, 0)]:
        yield at_severity(by_id[one], end or "base"), float(start or 0) + later
