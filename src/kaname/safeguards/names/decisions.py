"""What a person made of a hit: kept for good, and good only for the edition of the list it was made on.

The register is a ``kaname.safeguards.ledger``: a line is added, never changed. A decision is about one writing of a
name and one entry of one list; when the list changes it lapses, and is shown as lapsed until a person decides anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from kaname.errors import InputProblems, Problem
from kaname.safeguards import ledger
from kaname.safeguards.names.index import Hit
from kaname.safeguards.names.script import folded

KIND: Final = "name-decision"


class Verdict(StrEnum):
    """What was decided."""

    SAME = "same"
    """The name means the listed person or body."""
    OTHER = "other"
    """It means somebody else."""
    OPEN = "open"
    """Not to be told yet; reasons say what is missing."""


class Standing(StrEnum):
    """What a decision is worth now."""

    HOLDS = "holds"
    """Made on this very edition."""
    LAPSED = "lapsed"
    """The list has changed since; what it says of this entry has not."""
    CHANGED = "changed"
    """The list has changed since, and what it says of this entry too."""
    EXPIRED = "expired"
    """The day until which it was to hold has passed."""


@dataclass(frozen=True)
class Decision:
    """One line of the register: who decided what of which name and entry, when and why, on which edition."""

    name: str
    entry: str
    entry_name: str
    entry_digest: str
    list_kind: str
    list_edition: str
    list_identity: str
    verdict: Verdict
    who: str
    why: str
    at: str
    until: str
    score: float
    found_by: str


def decide(
    path: Path, name: str, hit: Hit, verdict: Verdict, *, who: str, why: str, until: date | None = None
) -> Decision:
    """Add a decision on ``hit`` of ``name`` to the register at ``path``.

    ``InputProblems`` where ``who`` or ``why`` is empty, or the register was changed by other hands.
    """
    empty = [what for what, text in (("who decided", who), ("the reason", why)) if not text.strip()]
    if empty:
        raise InputProblems([Problem(f"a decision needs {what}", str(path)) for what in empty])
    record = {
        "kind": KIND,
        "name": name,
        "entry": hit.entry.id,
        "entry_name": hit.name,
        "entry_digest": hit.entry.digest,
        "list_kind": hit.list.kind,
        "list_edition": hit.list.edition.isoformat(),
        "list_identity": hit.list.identity,
        "verdict": verdict.value,
        "who": who.strip(),
        "why": why.strip(),
        "until": until.isoformat() if until else "",
        "score": hit.score,
        "found_by": hit.by,
    }
    entry = ledger.append(path, record)
    return _decision(entry.record, entry.at)


def read(path: Path) -> tuple[Decision, ...]:
    """All decisions of a register, the oldest first; other records in it are passed over."""
    found, wrong = [], []
    for entry in ledger.read(path):
        if entry.record.get("kind") == KIND:
            try:
                found.append(_decision(entry.record, entry.at))
            except (KeyError, TypeError, ValueError):
                wrong.append(
                    Problem("not a decision on a name as this version writes it", str(path), entry.seq)
                )
    if wrong:
        raise InputProblems(wrong)
    return tuple(found)


def _decision(record: Mapping[str, Any], at: str) -> Decision:
    fields = {name: str(record.get(name, "")) for name in Decision.__dataclass_fields__}
    fields.update(at=at)
    verdict, score = Verdict(record["verdict"]), float(record.get("score", 0.0))
    return Decision(**{**fields, "verdict": verdict, "score": score})  # type: ignore[arg-type]


def standing(decision: Decision, hit: Hit, today: date) -> Standing:
    """What ``decision`` is worth for ``hit`` on the day ``today``."""
    if decision.until and date.fromisoformat(decision.until) < today:
        return Standing.EXPIRED
    if decision.list_identity == hit.list.identity:
        return Standing.HOLDS
    return Standing.LAPSED if decision.entry_digest == hit.entry.digest else Standing.CHANGED


def about(decisions: Sequence[Decision], name: str, hit: Hit) -> Decision | None:
    """The last decision on this writing of the name and this entry of this kind of list.

    An entry is known by its number or its name, since some lists number anew each year.
    """
    asked, listed = folded(name), folded(hit.name)
    for decision in reversed(decisions):
        same_entry = decision.entry == hit.entry.id or folded(decision.entry_name) == listed
        if same_entry and decision.list_kind == hit.list.kind and folded(decision.name) == asked:
            return decision
    return None
