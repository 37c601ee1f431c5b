"""Whether the examples of a pack are answered as written, and whether every rule is proved by one of them both ways."""

from __future__ import annotations

from collections.abc import Iterator

from kaname.errors import InputProblems, Problem
from kaname.pack import stated
from kaname.pack.legal import Example, Expectation
from kaname.pack.model import Pack
from kaname.pack.places import Places
from kaname.safeguards import cases
from kaname.safeguards.book import Book, Facts
from kaname.safeguards.screen import Answer, screen


def facts_of(book: Book, example: Example) -> Facts:
    """The facts of an example as typed values."""
    return {name: stated.parse(book.facts[name], texts) for name, texts in example.facts.items()}


def verify(pack: Pack, places: Places | None = None) -> int:
    """Run every example; how many there are. Raises ``InputProblems`` with every one that is answered otherwise
    than written, every one whose facts contradict each other, and every rule that fires in none or is excluded in
    none."""
    where, book = places or Places(), Book(pack)
    problems: list[Problem] = []
    fired: set[str] = set()
    excluded: set[str] = set()
    for index, example in enumerate(pack.examples):
        facts = facts_of(book, example)
        for place, expected in enumerate(example.expect):
            path = ("examples", index, "expect", place)
            answer = screen(book, example.case, facts, expected.asof)
            problems += [
                where.problem(f"example {example.id!r}: {one}", path) for one in _differs(answer, expected)
            ]
            case = cases.Case(example.case, facts)
            for told in cases.contradictions(book, case, expected.asof):
                problems.append(where.problem(f"example {example.id!r}: {told.message}", path))
            now = [r for r in answer.rulings if r.phase in ("live", "open", "coming", "draft")]
            fired |= {r.rule.id for r in now if r.state == "fires"}
            excluded |= {r.rule.id for r in now if r.state == "excluded"}
    for index, rule in enumerate(pack.rules):
        lacks = [what for what, seen in (("fires", fired), ("is excluded", excluded)) if rule.id not in seen]
        if lacks:
            message = f"no example in which rule {rule.id!r} {' or '.join(lacks)}"
            problems.append(where.problem(message, ("rules", index)))
    if problems:
        raise InputProblems(problems)
    return len(pack.examples)


def _differs(answer: Answer, expected: Expectation) -> Iterator[str]:
    """How an answer differs from what is expected of it."""
    day = expected.asof.isoformat()
    if answer.outcome is not expected.outcome:
        yield f"on {day} the outcome is {answer.outcome.value}, not {expected.outcome.value}"
    also = answer.also.value if answer.also else None
    if also != expected.also:
        yield f"on {day} 'also' is {also or 'nothing'}, not {expected.also or 'nothing'}"
    if expected.if_signed is not None and answer.if_signed is not expected.if_signed:
        yield f"on {day} it would be {answer.if_signed.value} if signed off, not {expected.if_signed.value}"
    held = {
        "fires": {r.rule.id for r in answer.fired},
        "coming": {r.rule.id for r in answer.coming if r.state != "excluded"},
        "advice": {r.rule.id for r in answer.advice},
        "missing": set(answer.missing),
    }
    for name, names in held.items():
        lacking = set(getattr(expected, name)) - names
        if lacking:
            yield f"on {day} {name!r} lacks {', '.join(sorted(lacking))}"
