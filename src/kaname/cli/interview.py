"""An interview on the terminal: one question at a time, the one that settles most; answers by number or as written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import yaml

from kaname.cli.show import err
from kaname.errors import problem
from kaname.labels import text
from kaname.pack.faults import suggestion
from kaname.pack.legal import Fact
from kaname.pack.stated import Value
from kaname.safeguards.book import Book
from kaname.safeguards.cases import Case, contradictions, typed
from kaname.safeguards.questions import next_question
from kaname.safeguards.screen import screen
from kaname.safeguards.words import plain


def begin(book: Book, kind: str | None, lang: str) -> Case:
    """An empty case of a kind; asked for if it is not given."""
    known = {one.id: one.label[lang] for one in book.pack.kinds}
    if kind is None:
        _say(text("safeguards.ask_kind", lang))
        for index, (name, label) in enumerate(known.items(), 1):
            _say(f"  {index}  {label} ({name})")
        reply = _reply()
        if reply is None:
            raise problem("name a case file or a kind of case (--kind)")
        kind = list(known)[int(reply) - 1] if reply.isdecimal() and 0 < int(reply) <= len(known) else reply
    if kind not in known:
        raise problem(f"no kind of case {kind!r}{suggestion(kind, known)}: {', '.join(known)}", path="--kind")
    return Case(kind, {})


def hold(book: Book, case: Case, asof: date, lang: str, thorough: bool) -> Case:
    """Ask until the outcome can no longer change, or the person stops; the case with what was answered."""
    facts: dict[str, Value] = dict(case.facts)
    declined: list[str] = []
    asked = 0
    while True:
        answer = screen(book, case.case, facts, asof)
        fact = next_question(answer, declined, thorough)
        if fact is None:
            _say(text("safeguards.ask_done", lang, n=asked))
            break
        reply = _ask(fact, lang)
        if reply == "q" or reply is None:
            _say(text("safeguards.ask_stopped", lang, n=asked))
            break
        asked += 1
        if reply == "":
            declined.append(fact.id)
            continue
        try:
            value = _read(fact, reply, lang)
            wrong = contradictions(book, Case(case.case, {**facts, fact.id: value}), asof, lang)
            if wrong:
                raise ValueError("; ".join(one.message for one in wrong))
            facts[fact.id] = value
        except ValueError as error:
            asked -= 1
            _say(text("safeguards.ask_bad", lang, why=str(error)))
    return replace(case, facts=facts)


def _ask(fact: Fact, lang: str) -> str | None:
    unit = f" [{fact.unit[lang]}]" if fact.unit else ""
    _say(f"{(fact.question or fact.label)[lang]}{unit} {text('safeguards.ask_more', lang)}")
    for index, (_, label) in enumerate(_options(fact, lang), 1):
        _say(f"  {index}  {label}")
    return _reply()


def _options(fact: Fact, lang: str) -> list[tuple[str, str]]:
    if fact.kind == "yes_no":
        return [("yes", text("safeguards.yes", lang)), ("no", text("safeguards.no", lang))]
    return [(choice.id, choice.label[lang]) for choice in fact.choices]


def _read(fact: Fact, reply: str, lang: str) -> Value:
    options = _options(fact, lang)
    if options and reply.isdecimal() and 0 < int(reply) <= len(options):
        reply = options[int(reply) - 1][0]
    try:
        return typed(fact, reply.split(";") if fact.kind == "codes" else [reply])
    except ValueError as error:
        raise ValueError(_wanted(fact, len(options), lang)) from error


def _wanted(fact: Fact, options: int, lang: str) -> str:
    """What an answer to a question must look like."""
    if options:
        return text("safeguards.ask_choice", lang, n=options)
    low, high = (None if end is None else f"{end:g}" for end in (fact.low, fact.high))
    if fact.kind == "number" and (low or high):
        return text("safeguards.ask_number_within", lang, low=low or "", high=high or "")
    return text(f"safeguards.ask_{fact.kind}", lang)


def _say(line: str) -> None:
    err.print(line, markup=False, soft_wrap=True)


def _reply() -> str | None:
    try:
        err.print("> ", end="")  # the answer alone goes to standard output
        return input().strip()
    except (EOFError, KeyboardInterrupt):
        return None  # what was answered so far is kept, and answered


def written(case: Case, asof: date) -> str:
    """The case as a file: what was answered, and all that the case said before."""
    lines = [f"case: {case.case}", f"asof: {asof.isoformat()}", "facts:" if case.facts else "facts: {}"]
    for name, value in case.facts.items():
        held = plain(value)
        said = (
            ("yes" if held else "no")
            if isinstance(held, bool)
            else repr(held).removesuffix(".0")
            if isinstance(held, float)
            else held
        )
        shown = "[" + ", ".join(f'"{one}"' for one in said) + "]" if isinstance(said, list) else said
        lines.append(f"  {name}: {shown}")
    rest = yaml.safe_dump(_rest(case), allow_unicode=True, sort_keys=False) if _rest(case) else ""
    return "\n".join(lines) + "\n" + rest


def _rest(case: Case) -> dict[str, Any]:
    """What a case says beside its facts, as its file has it."""
    parties = []
    for party in case.parties:
        said: dict[str, Any] = {"name": party.name, "role": party.role, "country": party.country}
        said |= {"makes": list(party.makes), "home_share": party.home_share}
        said |= {"public": "yes" if party.public else ""}
        parties.append({name: value for name, value in said.items() if value not in ("", None, [])})
    rest = {
        "title": case.title,
        "parties": parties,
        "goods": list(case.goods),
        "technologies": list(case.technologies),
        "public": sorted(case.public),
    }
    return {name: value for name, value in rest.items() if value}
