"""An answer as a tree for people, in either language, and as JSON for programs.

The tree is what the terminal indents and the report folds: one telling of the trace, so that they say the same.
Where ``show`` is given, facts that it does not name are left out of it: their values are replaced, not their names.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from kaname.labels import LANGUAGES, both, text
from kaname.pack.legal import Outcome, stamp
from kaname.safeguards import words
from kaname.safeguards.book import Book
from kaname.safeguards.logic import Leaf
from kaname.safeguards.questions import effects, samples
from kaname.safeguards.screen import Answer, Ruling

Show = Collection[str] | None
_REASONS: Final = (
    "rule",
    "missing",
    "law",
    "transitional",
    "open",
    "before",
    "after",
    "unknown-kind",
    "grade",
)


@dataclass(frozen=True)
class Branch:
    """A line and what is under it."""

    text: str
    children: tuple[Branch, ...] = ()


def lines(branch: Branch, depth: int = 0) -> list[str]:
    """A tree as indented lines."""
    own = ["  " * depth + branch.text] if branch.text else []
    return own + [line for child in branch.children for line in lines(child, depth + bool(branch.text))]


def tree(answer: Answer, lang: str, show: Show = None) -> Branch:
    """The whole answer: what it is, what is due, what is open, what was excluded and why, what is to come."""
    branches = (
        Branch("", _head(answer, lang)),
        _group("duties", lang, [_duty(answer, one, lang, show) for one in _duties(answer)]),
        _group("refer", lang, _refer(answer, lang, show)),
        _group(
            "missing",
            lang,
            [] if show is not None else [_missing(answer, name, lang) for name in answer.missing],
        ),
        _group("advice", lang, [_advice(answer.book, one, lang) for one in answer.advice]),
        _group("coming", lang, [_coming(answer, one, lang) for one in answer.coming]),
        _group("could", lang, [_could(answer, one, lang, show) for one in answer.undecided]),
        _group("excluded", lang, [_excluded(answer, one, lang, show) for one in _excluded_of(answer)]),
        Branch("", _foot(answer, lang)),
    )
    return Branch("", tuple(branch for branch in branches if branch.children))


def _group(name: str, lang: str, children: list[Branch]) -> Branch:
    return Branch(text(f"safeguards.head_{name}", lang), tuple(children))


def _head(answer: Answer, lang: str) -> tuple[Branch, ...]:
    outcome = answer.outcome.value
    told = [
        text(
            "safeguards.lines",
            lang,
            a=text(f"safeguards.outcome_{outcome}", lang),
            b=text(f"safeguards.means_{outcome}", lang),
        )
    ]
    if answer.also:
        told.append(text("safeguards.also_refer", lang))
    if answer.if_signed is not answer.outcome:
        told.append(
            text("safeguards.if_signed", lang, outcome=text(f"safeguards.outcome_{answer.if_signed}", lang))
        )
    if answer.could_be:
        told.append(
            text("safeguards.could_be", lang, outcome=text(f"safeguards.outcome_{answer.could_be}", lang))
        )
    return tuple(Branch(line) for line in told)


def _foot(answer: Answer, lang: str) -> tuple[Branch, ...]:
    grade = answer.grade.value if answer.grade else "none"
    meaning = text(f"safeguards.grade_{grade}", lang)
    pack = answer.book.pack
    return (
        *((_considered(answer, lang),) if answer.outcome is Outcome.CLEAR else ()),
        Branch(text("safeguards.grade", lang, grade=grade if answer.grade else "—", meaning=meaning)),
        Branch(
            text("safeguards.pack", lang, id=pack.id, edition=pack.edition, asof=pack.asof, day=answer.asof)
        ),
        Branch(text("safeguards.notice", lang)),
    )


def _considered(answer: Answer, lang: str) -> Branch:
    """What a clear answer was held against, and which of it nobody has checked."""
    live, untested = answer.held_against, answer.untested
    if not live:
        return Branch(text("safeguards.considered_none", lang))
    key = "considered_untested" if untested else "considered"
    named = (Branch(f"{one.rule.title[lang]}") for one in untested)
    return Branch(text(f"safeguards.{key}", lang, n=len(live), weak=len(untested)), tuple(named))


def _duty(answer: Answer, one: Ruling, lang: str, show: Show) -> Branch:
    rule, book = one.rule, answer.book
    outcome = text(f"safeguards.outcome_{rule.outcome}", lang)
    children = [Branch(rule.reason[lang])]
    if rule.deadline:
        children.append(Branch(words.deadline(book, rule.deadline, lang)))
    if rule.authority:
        owner = book.pack.by_id["owners"][rule.authority]
        children.append(Branch(text("safeguards.authority", lang, name=owner.label[lang])))  # type: ignore[attr-defined]
    children += [Branch(words.cite(book, cite, lang)) for cite in rule.cite]
    children.append(_because(answer, one, lang, show))
    return Branch(f"{rule.title[lang]} — {outcome}", tuple(children))


def _because(answer: Answer, one: Ruling, lang: str, show: Show) -> Branch:
    return _group(
        "because", lang, [Branch(line) for line in _told(answer.book, one.judged.because, lang, show)]
    )


def _told(book: Book, leaves: Sequence[Leaf], lang: str, show: Show) -> dict[str, None]:
    """The tests that decided, each once. Of a classification only the places under which a symbol lies are told, or
    that it lies under none: there may be a hundred."""
    places = [leaf for leaf in leaves if isinstance(leaf.value, tuple)]
    met = {leaf.fact for leaf in places if leaf.truth}
    told: dict[str, None] = {}
    for leaf in leaves:
        if isinstance(leaf.value, tuple) and not leaf.truth:
            if leaf.fact in met:
                continue
            hidden = show is not None and leaf.fact not in show
            line = _leaf(book, leaf, lang, show) if hidden else words.under_none(book, leaf, lang)
        else:
            line = _leaf(book, leaf, lang, show)
        told[line] = None
    return told


def _leaf(book: Book, one: Leaf, lang: str, show: Show) -> str:
    if show is not None and one.fact not in show:
        hidden = text("safeguards.hidden", lang)
        return text("safeguards.because_fact", lang, fact=words.fact(book, one.fact, lang), value=hidden)
    return words.leaf(book, one, lang)


def _duties(answer: Answer) -> list[Ruling]:
    """What is due: the rules that apply, without those that only say that a person must decide."""
    return [one for one in answer.fired if one.rule.outcome is not Outcome.REFER]


def _refer(answer: Answer, lang: str, show: Show) -> list[Branch]:
    """The rules that hand the case to a person, then every other reason, each once. What is missing has its own
    group."""
    rules = [_duty(answer, one, lang, show) for one in answer.fired if one.rule.outcome is Outcome.REFER]
    skipped = ("rule", "missing") if show is None else ("rule",)
    order = sorted(answer.refer, key=lambda reason: _REASONS.index(reason.kind))
    told = (words.reason(answer.book, reason, lang) for reason in order if reason.kind not in skipped)
    return [*rules, *(Branch(line) for line in dict.fromkeys(told))]


def _missing(answer: Answer, name: str, lang: str) -> Branch:
    fact = answer.book.facts[name]
    told, every = [], samples(answer.book, fact, answer.asof)
    for effect in effects(answer, name):
        if effect.fires or effect.excludes:
            value = words.samples(answer.book, name, effect.values, every, answer.asof, lang)
            outcome = text(f"safeguards.outcome_{effect.outcome}", lang)
            told.append(Branch(text("safeguards.missing_effect", lang, value=value, outcome=outcome)))
    more = Branch(text("safeguards.missing_more", lang))
    return Branch((fact.question or fact.label)[lang], tuple(told) or (more,))


def _advice(book: Book, one: Ruling, lang: str) -> Branch:
    return Branch(
        one.rule.reason[lang], tuple(Branch(words.cite(book, cite, lang)) for cite in one.rule.cite)
    )


def _coming(answer: Answer, one: Ruling, lang: str) -> Branch:
    rule, time = one.rule, one.rule.in_force
    day = time.from_ or time.by
    if one.phase == "draft":
        key = "coming_draft" if day else "coming_draft_open"
    elif time.from_ is None:
        key = "coming_by"
    else:
        key = "coming_applied" if rule.applied_from else "coming_on"
    head = text(f"safeguards.{key}", lang, rule=rule.title[lang], day=day, applied=rule.applied_from)
    if one.state == "excluded":
        return Branch(text("safeguards.coming_excluded", lang, head=head))
    key = one.state if one.state != "could" or one.judged.missing else "law"
    state = text(f"safeguards.coming_{key}", lang, facts=words.facts(answer.book, one.judged.missing, lang))
    cites = (Branch(words.cite(answer.book, cite, lang)) for cite in rule.cite)
    return Branch(head, (Branch(state), Branch(rule.reason[lang]), *cites))


def _could(answer: Answer, one: Ruling, lang: str, show: Show) -> Branch:
    rule = one.rule
    open_ = Branch(
        text(
            "safeguards.why_missing" if one.judged.missing else "safeguards.why_law",
            lang,
            rule=rule.title[lang],
            facts=words.facts(answer.book, one.judged.missing, lang),
        )
    )
    held = _because(answer, one, lang, show)
    cites = tuple(Branch(words.cite(answer.book, cite, lang)) for cite in rule.cite)
    children = (open_, *((held,) if held.children else ()), *cites)
    return Branch(f"{rule.title[lang]} — {text(f'safeguards.outcome_{rule.outcome}', lang)}", children)


def _excluded_of(answer: Answer) -> list[Ruling]:
    live = [r for r in answer.rulings if r.duty and r.phase not in ("coming", "draft", "ended")]
    return [r for r in live if r.state == "excluded"]


def _excluded(answer: Answer, one: Ruling, lang: str, show: Show) -> Branch:
    told = []
    if one.exempted is not None:
        reason = one.rule.unless[one.exempted].reason[lang]
        told.append(Branch(text("safeguards.exempted", lang, reason=reason)))
    leaves = _told(answer.book, one.judged.because, lang, show)
    return Branch(one.rule.title[lang], (*told, *(Branch(line) for line in leaves)))


def as_dict(answer: Answer, show: Show = None) -> dict[str, Any]:
    """The answer as JSON: ``outcome``, ``also``, ``if_signed``, ``rules``, ``coming``, ``missing``, ``pack`` and
    more."""
    book, pack = answer.book, answer.book.pack
    live = [r for r in answer.rulings if r.phase in ("live", "transitional", "open")]
    return {
        "case": answer.case,
        "asof": answer.asof.isoformat(),
        "outcome": answer.outcome.value,
        "also": [answer.also.value] if answer.also else [],
        "if_signed": answer.if_signed.value,
        "could_be": answer.could_be.value if answer.could_be else None,
        "grade": answer.grade.value if answer.grade else None,
        "notice": both("safeguards.notice"),
        "rules": [_rule(answer, r, show) for r in live if r.duty],
        "advice": [_rule(answer, r, show) for r in answer.advice],
        "coming": [_rule(answer, r, show) for r in answer.coming],
        "untested": [r.rule.id for r in answer.untested],
        "missing": [] if show is not None else [_open(answer, name) for name in answer.missing],
        "refer": [
            {"kind": r.kind, "rule": r.rule or None, "facts": list(r.facts), "reason": _both(book, r)} for r in
            answer.refer ], "pack": {"id": pack.id, "edition": pack.edition, "asof": pack.asof, "law":
            law_stamp(book)}, }  # fmt: skip


def law_stamp(book: Book) -> str:
    """One stamp of all the law of a pack: two answers with the same stamp were given by the same text."""
    held = (
        *book.pack.facts,
        *book.pack.legal_values,
        *book.pack.legal_lists,
        *book.pack.rules,
        *book.pack.signatures,
    )
    from hashlib import sha256  # noqa: PLC0415

    return sha256("".join(stamp(part) for part in held).encode()).hexdigest()[:16]


def _both(book: Book, reason: Any) -> dict[str, str]:
    return {lang: words.reason(book, reason, lang) for lang in LANGUAGES}


def _rule(answer: Answer, one: Ruling, show: Show) -> dict[str, Any]:
    rule, book = one.rule, answer.book
    time = {
        "from": rule.in_force.from_,
        "applied_from": rule.applied_from,
        "by": rule.in_force.by,
        "to": rule.in_force.to,
    }
    return {
        "id": rule.id,
        "title": rule.title.model_dump(),
        "outcome": rule.outcome.value,
        "phase": one.phase,
        "state": one.state,
        "deciding": [_fact(leaf, show) for leaf in one.judged.because],
        "missing": list(one.judged.missing),
        "exempted": rule.unless[one.exempted].reason.model_dump() if one.exempted is not None else None,
        "reason": rule.reason.model_dump(),
        "authority": rule.authority,
        "deadline": rule.deadline.model_dump(mode="json", exclude_none=True) if rule.deadline else None,
        "in_force": {name: day.isoformat() for name, day in time.items() if day},
        "citation": [cite.model_dump(mode="json", exclude_none=True) for cite in rule.cite],
        "grade": one.grade.value,
        "signed": f"rules/{rule.id}" in book.signed,
        "unsigned": [f"{weak.record} ({weak.part}, {weak.grade or 'confidence ' + weak.confidence})" for weak in
        one.weak], }  # fmt: skip


def _fact(leaf: Leaf, show: Show) -> dict[str, Any]:
    if show is not None and leaf.fact not in show:
        return {"fact": leaf.fact, "value": None, "public": False}
    one = replace(leaf)
    against = list(one.against[:10])
    return {
        "fact": one.fact,
        "value": words.plain(one.value),
        "op": one.op,
        "against": against,
        "source": one.source or None,
        "met": one.truth,
        "derived": one.derived,
    }  # fmt: skip


def _open(answer: Answer, name: str) -> dict[str, Any]:
    fact = answer.book.facts[name]
    found = [
        {
            "values": [words.plain(value) for value in e.values],
            "outcome": e.outcome.value,
            "fires": list(e.fires),
            "excludes": list(e.excludes),
        }
        for e in effects(answer, name)
    ]
    rules = [r.rule.id for r in answer.undecided if name in r.judged.missing]
    return {"fact": name, "question": (fact.question or fact.label).model_dump(), "rules": rules, "if": found}
