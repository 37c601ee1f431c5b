"""`kaname match`, `judge`, `changes`: names against lists that users bring."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import polars as pl
from cyclopts import App, Parameter

from kaname.cli.show import Format, err, out, progress, show
from kaname.errors import InputProblems, Problem, problem
from kaname.labels import Lang, text
from kaname.safeguards.names import decisions as kept
from kaname.safeguards.names.changes import changes as compared
from kaname.safeguards.names.decisions import Decision, Verdict
from kaname.safeguards.names.index import TOP, Answer, Hit, HitClass, Index
from kaname.safeguards.names.lists import NameList, load

Language = Annotated[Lang, Parameter(help="Language of labels and messages.")]
Shape = Annotated[Format, Parameter(help="table for people; json and csv hold every column, unrounded.")]
Lists = Annotated[
    tuple[str, ...],
    Parameter(
        name="--list",
        consume_multiple=True,
        help="FILE:KIND or FILE:KIND@DAY (the day where the file does not say it); kinds: "
        "ofac-xml, ofac-csv, us-csl, un-xml, meti, notice.",
    ),
]
Register = Annotated[
    Path | None, Parameter(help="Register of decisions (JSON lines), read and written by you alone.")
]
GoOn = Annotated[
    bool, Parameter(name="--skip-bad-rows", negative="", help="Go on without rows that cannot be read.")
]


def register(app: App) -> None:
    """Add the commands of this file to ``app``."""
    for command in (match, judge, changes):
        app.command(command)


def match(
    *names: Annotated[str, Parameter(help="Names of people or bodies, in any script.")],
    list_: Lists = (),
    file: Annotated[
        Path | None, Parameter(help="More names: CSV with a column 'name', or text, a name a line.")
    ] = None,
    register: Register = None,
    top: Annotated[int, Parameter(help="Entries shown for a name, at most.")] = TOP,
    skip_bad_rows: GoOn = False,
    lang: Language = "ja",
    format: Shape = "table",
) -> None:
    """Who on your lists may be meant by a name: by which key, on which edition, and why. A person decides.

    Example: `kaname match "三菱重工業" --list enduser.csv:meti@2025-10-09 --register decisions.jsonl`
    """
    if top < 1:
        raise problem("--top must be 1 or more")
    lists = _load(list_, skip_bad_rows)
    asked = [*names, *_named_in(file)]
    if not asked:
        raise problem("give a name, or --file with names")
    decided = kept.read(register) if register else ()
    with progress() as bar:
        task = bar.add_task(text("match.reading", lang), total=1.0)
        index = Index(lists, lambda share: bar.update(task, completed=share))
        task = bar.add_task(text("match.comparing", lang), total=1.0)
        answers = index.match(asked, top, lambda share: bar.update(task, completed=share))
    today = datetime.now(UTC).astimezone().date()
    if format == "json":
        _print_json(lists, answers, decided, today)
    elif format == "csv":
        show(_frame([row for answer in answers for row in _rows(answer, decided, today)]), format)
    else:
        _print_people(lists, answers, decided, today, lang)


def judge(
    name: Annotated[str, Parameter(help="The name as it was asked.")],
    *,
    list_: Lists = (),
    entry: Annotated[str, Parameter(help="Number of the entry, as `kaname match` shows it.")],
    verdict: Annotated[Verdict, Parameter(help="same, other, or open (cannot be told yet).")],
    who: Annotated[str, Parameter(help="Who decides.")],
    why: Annotated[str, Parameter(help="The reason.")],
    register: Annotated[Path, Parameter(help="Register of decisions (JSON lines); made if it is not there.")],
    until: Annotated[date | None, Parameter(help="Last day on which the decision holds.")] = None,
    skip_bad_rows: GoOn = False,
    lang: Language = "ja",
) -> None:
    """Keep what a person decided about a hit; it holds until the list changes.

    Example: `kaname judge "Acme Trading" --list sdn.xml:ofac-xml --entry 36 --verdict other --who "Sato, export
    control" --why "other country, other line of business" --register decisions.jsonl`
    """
    lists = _load(list_, skip_bad_rows)
    answer = Index(lists).match([name], top=200)[0]
    hits = [hit for hit in answer.hits if hit.entry.id == entry]
    if len(hits) != 1:
        what = "no hit of this name has" if not hits else "more than one list has"
        raise problem(f"{what} the number '{entry}'; give one list, and a number that `kaname match` shows")
    decision = kept.decide(register, name, hits[0], verdict, who=who, why=why, until=until)
    said = text(f"match.verdict_{decision.verdict}", lang)
    out.print(
        text(
            "match.kept",
            lang,
            name=name,
            entry=hits[0].name,
            verdict=said,
            list=hits[0].list.label,
            file=register,
        ),
        markup=False,
        soft_wrap=True,
    )


def changes(
    before: Annotated[str, Parameter(help="The earlier edition, FILE:KIND or FILE:KIND@DAY.")],
    after: Annotated[str, Parameter(help="The later edition.")],
    *,
    skip_bad_rows: GoOn = False,
    lang: Language = "ja",
    format: Shape = "table",
) -> None:
    """Who came onto a list, who went, and of whom it says something else.

    Example: `kaname changes enduser2024.csv:meti@2024-02-01 enduser2025.csv:meti@2025-10-09`
    """
    one, other = _load((before, after), skip_bad_rows)
    found = compared(one, other)
    rows = []
    for change in found:
        shown = change.after or change.before
        rows.append(
            {
                "what": change.what if format != "table" else text(f"match.{change.what}", lang),
                "entry": shown.id if shown else "",
                "name": shown.names[0] if shown else "",
                "country": shown.country if shown else "",
                "fields": ", ".join(
                    f if format != "table" else text(f"match.field_{f}", lang) for f in change.fields
                ),
            }
        )
    columns = ["what", "entry", "name", "country", "fields"]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))
    title = text("match.changes_title", lang, before=one.label, after=other.label, n=len(found))
    show(frame, format, title=title, heads={c: text(f"match.{c}", lang) for c in columns})
    if format == "table" and not found:
        out.print(text("match.no_changes", lang))


def _load(specs: Sequence[str], go_on: bool) -> list[NameList]:
    """All lists, or every problem of all of them."""
    if not specs:
        raise problem("give a list: --list FILE:KIND")
    lists: list[NameList] = []
    problems: list[Problem] = []
    for spec in specs:
        try:
            lists.append(load(*_spec(spec), go_on=go_on))
        except InputProblems as told:
            problems.extend(told.problems)
    if problems:
        raise InputProblems(problems)
    return lists


def _spec(spec: str) -> tuple[Path, str, date | None]:
    file, colon, rest = spec.rpartition(":")
    kind, at, day = rest.partition("@")
    if not colon or not file or not kind:
        raise problem(f"'{spec}' is not FILE:KIND or FILE:KIND@2026-01-31")
    try:
        return Path(file), kind, date.fromisoformat(day) if at else None
    except ValueError:
        raise problem(f"'{day}' is not a day such as 2026-01-31", file) from None


def _named_in(file: Path | None) -> list[str]:
    if file is None:
        return []
    return [name for entry in load(file, "notice", date.today()).entries for name in entry.names]


def _rows(answer: Answer, decided: Sequence[Decision], today: date) -> list[dict[str, Any]]:
    """A flat row for each hit; a name without hits has one too, so that it is seen to have been asked."""
    rows = [_row(answer.name, hit, decided, today) for hit in answer.hits]
    return rows or [{"name": answer.name, "class": "none"}]


def _row(name: str, hit: Hit, decided: Sequence[Decision], today: date) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": name,
        "class": hit.sort.value,
        "by": hit.by,
        "score": hit.score,
        "listed": hit.name,
        "entry": hit.entry.id,
        "country": hit.entry.country,
        "said": "; ".join(f"{key}: {value}" for key, value in hit.entry.said),
        "list": hit.list.kind,
        "edition": hit.list.edition.isoformat(),
        "sha256": hit.list.sha256,
        "file": hit.list.file,
        "row": hit.entry.row,
        "evidence": _evidence(hit),
    }
    decision = kept.about(decided, name, hit)
    if decision is not None:
        row.update(
            verdict=decision.verdict.value,
            standing=kept.standing(decision, hit, today).value,
            who=decision.who,
            why=decision.why,
            decided=decision.at,
            decided_edition=decision.list_edition,
        )
    return row


def _evidence(hit: Hit) -> str:
    """``volgograd = volgograd; zavod ~ zavods 0.90; - plant; + works``: asked only, listed only."""
    said = []
    for ours, theirs, alike in hit.pairs:
        if ours and theirs:
            said.append(f"{ours} = {theirs}" if alike >= 1 else f"{ours} ~ {theirs} {alike:.2f}")
        else:
            said.append(f"- {ours}" if ours else f"+ {theirs}")
    return "; ".join(said)


def _words(hit: Hit, lang: Lang) -> str:
    """The same for people: pairs, then what stands on one side only."""
    pairs = [(a, b, alike) for a, b, alike in hit.pairs if a and b]
    said = [f"{a} = {b}" if alike >= 1 else f"{a} ≈ {b} ({alike:.2f})" for a, b, alike in pairs]
    for key, alone in (
        ("asked_only", [a for a, b, _ in hit.pairs if not b]),
        ("listed_only", [b for a, b, _ in hit.pairs if not a]),
    ):
        if alone:
            said.append(text(f"match.{key}", lang, words=" ".join(alone)))
    return "; ".join(said)


_TEXTS = (
    "name class by listed entry country said list edition sha256 file evidence verdict standing who why decided "
    "decided_edition"
)
_SCHEMA = {
    **dict.fromkeys(_TEXTS.split(), pl.String),
    "score": pl.Float64,
    "row": pl.Int64,
}


def _frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    whole = [{name: row.get(name) for name in _SCHEMA} for row in rows]
    return pl.DataFrame(whole, schema=_SCHEMA)


def _print_json(
    lists: Sequence[NameList], answers: Sequence[Answer], decided: Sequence[Decision], today: date
) -> None:
    told = {
        "lists": [
            {
                "kind": li.kind,
                "file": li.file,
                "edition": li.edition.isoformat(),
                "sha256": li.sha256,
                "beside": dict(li.beside),
                "entries": len(li.entries),
                "notes": li.notes,
                "unread": [str(p) for p in li.unread],
            }
            for li in lists
        ],
        "answers": [
            {"name": a.name, "alarm": a.alarm, "hits": [_row(a.name, h, decided, today) for h in a.hits]}
            for a in answers
        ],
    }
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")


_FEW = 5
"""Leads shown for each of several names."""


def _print_people(
    lists: Sequence[NameList], answers: Sequence[Answer], decided: Sequence[Decision], today: date, lang: Lang
) -> None:
    """Each name with its hits, two lines a hit, as people read them."""
    alarms = sum(answer.alarm for answer in answers)
    out.print(text("match.title", lang, n=len(answers), alarms=alarms), style="bold")
    for answer in answers:
        out.print(f"\n{answer.name}", style="bold", markup=False, soft_wrap=True)
        leads = [hit for hit in answer.hits if hit.sort is HitClass.LEAD]
        hidden = leads[_FEW:] if len(answers) > 1 else []
        for hit in answer.hits:
            if hit not in hidden:
                for line in _in_words(answer.name, hit, decided, today, lang):
                    out.print(line, markup=False, soft_wrap=True)
        if hidden:
            out.print("  " + text("match.hidden", lang, n=len(hidden)), markup=False, soft_wrap=True)
        if not answer.hits:
            out.print("  " + text("match.class_none", lang), markup=False)
    out.print()
    for li in lists:
        said = text("match.against", lang, list=li.label, n=len(li.entries), file=li.file)
        out.print(said, style="dim", markup=False, soft_wrap=True)
        for note in (*li.notes, *map(str, li.unread)):
            err.print(text("match.note", lang, list=li.label, note=note), markup=False, soft_wrap=True)
    out.print(text("match.caution", lang), style="dim", markup=False, soft_wrap=True)


def _in_words(name: str, hit: Hit, decided: Sequence[Decision], today: date, lang: Lang) -> list[str]:
    """A hit in lines: what was found where, by what, what the list says, and what was decided before."""
    where = text("match.where", lang, list=f"{hit.list.kind} {hit.list.edition}", entry=hit.entry.id)
    place = f"  {hit.entry.country}" if hit.entry.country else ""
    also = f" = {hit.entry.names[0]}" if hit.name != hit.entry.names[0] else ""
    kind = text(f"match.class_{hit.sort}", lang)
    lines = [f"  {kind} {hit.score:.2f}  {hit.name}{also}{place}  [{where}]"]
    by = text(f"match.by_{hit.by}", lang)
    words = _words(hit, lang) if hit.by in {"words", "across"} else ""
    lines.append(f"      {by}{': ' if words else ''}{words}")
    lines.extend(f"      {text(f'match.said_{key}', lang)}: {value}" for key, value in hit.entry.said)
    decision = kept.about(decided, name, hit)
    if decision is not None:
        said = text(
            f"match.standing_{kept.standing(decision, hit, today)}",
            lang,
            verdict=text(f"match.verdict_{decision.verdict}", lang),
            who=decision.who,
            day=decision.at[:10],
            edition=decision.list_edition,
        )
        lines.append(f"      {text('match.decision', lang)}: {said} – {decision.why}")
    return lines
