"""What changes in the law of a pack between two days, and in the answer to a case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from kaname.labels import text
from kaname.pack.legal import Dated, LegalList, Member
from kaname.safeguards.book import Book
from kaname.safeguards.screen import Answer
from kaname.safeguards.telling import Branch

_NEXT = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Change:
    """One thing that changes on a day: a rule that begins, is first applied or has ended; a value; a member of a
    list."""

    day: date
    kind: Literal["begins", "applies", "ends", "value", "joins", "leaves"]
    record: str
    """``rules/ID``, ``legal_values/ID``, ``legal_lists/ID``."""
    before: str = ""
    after: str = ""


def changes(book: Book, since: date, until: date, case: str | None = None) -> tuple[Change, ...]:
    """What changes after ``since`` up to ``until``, in order; of a kind of case, if one is named.

    Rules whose first day is not known (``by``) are told on the latest day on which they can begin.
    """
    found = [*_rules(book, case), *_values(book), *_lists(book)]
    return tuple(sorted(change for change in found if since < change.day <= until))


def _rules(book: Book, case: str | None) -> Iterator[Change]:
    for rule in book.pack.rules:
        if case is not None and case not in rule.cases:
            continue
        record, time = f"rules/{rule.id}", rule.in_force
        begins = time.from_ or time.by
        if begins is not None:
            yield Change(begins, "begins", record)
        if rule.applied_from is not None:
            yield Change(rule.applied_from, "applies", record)
        if time.to is not None:
            yield Change(time.to + _NEXT, "ends", record)


def _values(book: Book) -> Iterator[Change]:
    for value in book.pack.legal_values:
        for day in {*_edges(value.values)}:
            before, after = (book.number(value.id, at)[0] for at in (day - _NEXT, day))
            if before != after:
                yield Change(day, "value", f"legal_values/{value.id}", _said(before), _said(after))


def _lists(book: Book) -> Iterator[Change]:
    for listed in book.pack.legal_lists:
        for member in listed.members:
            record, name = f"legal_lists/{listed.id}", member.id
            # one stretch may follow another at once, under another grade: nobody came or went then
            if member.from_ is not None and not _there(listed, name, member.from_ - _NEXT):
                yield Change(member.from_, "joins", record, after=name)
            if member.to is not None and not _there(listed, name, member.to + _NEXT):
                yield Change(member.to + _NEXT, "leaves", record, before=name)


def _there(listed: LegalList, name: str, day: date) -> bool:
    return any(member.id == name and member.holds(day) for member in listed.members)


def _edges(parts: tuple[Dated | Member, ...]) -> Iterator[date]:
    for part in parts:
        if part.from_ is not None:
            yield part.from_
        if part.to is not None:
            yield part.to + _NEXT


def _said(number: float | None) -> str:
    return "—" if number is None else f"{number:g}"


def tree(
    book: Book, found: tuple[Change, ...], since: date, until: date, lang: str,
    answers: tuple[Answer, Answer] | None = None,
) -> Branch:  # fmt: skip
    """The changes in words; with the answers of a case on both days, how it stands on each."""
    head = text("safeguards.diff_title", lang, a=since.isoformat(), b=until.isoformat())
    told = []
    if answers is not None:
        a, b = (text(f"safeguards.outcome_{one.outcome}", lang) for one in answers)
        told.append(Branch(text("safeguards.diff_outcome", lang, a=a, b=b)))
    told += [Branch(_line(book, change, lang)) for change in found]
    if not told:
        told.append(Branch(text("safeguards.diff_nothing", lang)))
    late: dict[date, list[str]] = {}
    for kind in book.pack.kinds:
        if kind.until < until and (answers is None or answers[0].case == kind.id):
            late.setdefault(kind.until, []).append(kind.label[lang])
    join = text("safeguards.join", lang)
    told += [
        Branch(text("safeguards.diff_covers", lang, day=day, name=join.join(names)))
        for day, names in late.items()
    ]
    return Branch(head, tuple(told))


def _line(book: Book, change: Change, lang: str) -> str:
    group, _, name = change.record.partition("/")
    found = book.pack.by_id[group][name]
    day = change.day.isoformat()
    if group == "rules":
        rule = next(rule for rule in book.pack.rules if rule.id == name)
        outcome = text(f"safeguards.outcome_{rule.outcome}", lang)
        key = "drafted" if rule.status == "draft" and change.kind == "begins" else change.kind
        return text(f"safeguards.diff_{key}", lang, day=day, rule=rule.title[lang], outcome=outcome)
    label = found.label[lang]  # type: ignore[attr-defined]
    if change.kind == "value":
        return text("safeguards.diff_value", lang, day=day, name=label, a=change.before, b=change.after)
    return text(
        f"safeguards.diff_{change.kind}", lang, day=day, name=label, member=change.before or change.after
    )
