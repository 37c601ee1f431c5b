"""`kaname screen` and `kaname signatures`: cases read, asked, compared, run by the folder, decided."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
from cyclopts import App, Parameter

from kaname.cli import interview
from kaname.cli.beside import told
from kaname.cli.show import Format, err, out, progress, show
from kaname.errors import InputProblems, Problem
from kaname.labels import Lang, text
from kaname.nation import Nation
from kaname.nation import open as open_nation
from kaname.safeguards import cases, compare, decisions, ledger, page, private, signing, telling
from kaname.safeguards.screen import Answer
from kaname.safeguards.telling import Branch
from kaname.strategy.context import Context
from kaname.strategy.context import as_dict as beside_dict

Pack = Annotated[str, Parameter(help="An embedded pack (japan, us, eu, uk) or the folder of one.")]
Language = Annotated[Lang, Parameter(help="Language of labels and messages.")]
Shape = Annotated[Literal["table", "json"], Parameter(help="table for people; json holds everything.")]


@dataclass(frozen=True)
class _Asked:
    """What was asked for one case."""

    nation: Nation
    case: cases.Case
    answer: Answer
    lang: Lang
    beside: Context | None
    public: bool

    @property
    def show(self) -> frozenset[str] | None:
        return self.case.public if self.public else None

    def tree(self, public: bool) -> Branch:
        whole = telling.tree(self.answer, self.lang, self.case.public if public else None)
        if self.beside is None or (public and cases.GOODS not in self.case.public):
            return whole
        return Branch("", (*whole.children, told(self.nation, self.beside, self.lang, public)))

    def json(self) -> dict[str, Any]:
        said = telling.as_dict(self.answer, self.show)
        if self.beside is not None and not (self.public and cases.GOODS not in self.case.public):
            said["beside"] = beside_dict(self.beside, self.public)
        return said


def add_to(app: App) -> None:
    """Register the commands."""
    app.command(screen)
    app.command(signatures)


def screen(
    case: Annotated[Path | None, Parameter(help="A case file (YAML); none: you are asked.")] = None,
    *,
    pack: Pack = "japan",
    lang: Language = "ja",
    format: Shape = "table",
    asof: Annotated[
        date | None, Parameter(help="The day whose law is asked; default the case's, else the pack's.")
    ] = None,
    ask: Annotated[
        bool,
        Parameter(name="--interview", help="Ask for what is missing, as few facts as possible.", negative=()),
    ] = False,
    kind: Annotated[str | None, Parameter(help="Kind of case for an interview without a file.")] = None,
    thorough: Annotated[
        bool, Parameter(help="Ask for every duty, not only the strongest.", negative=())
    ] = False,
    save: Annotated[Path | None, Parameter(help="Keep the case of an interview in a file.")] = None,
    diff: Annotated[tuple[date, date] | None, Parameter(help="Two days: what changes between them.")] = None,
    batch: Annotated[Path | None, Parameter(help="Screen every case file of a folder.")] = None,
    to: Annotated[
        Path | None, Parameter(name="--out", help="With --batch: keep each answer as JSON here.")
    ] = None,
    strict: Annotated[
        bool, Parameter(help="Refer wherever a rule of grade M or S3 is in force.", negative=())
    ] = False,
    network: Annotated[
        bool, Parameter(help="Show what the network knows of the goods and companies.", negative=())
    ] = False,
    public: Annotated[bool, Parameter(help="Only what the case marks public.", negative=())] = False,
    report: Annotated[
        Path | None, Parameter(help="Write the answer as a page of HTML, without what is not public.")
    ] = None,
    decision: Annotated[
        str | None, Parameter(name="--decide", help="Write a decision to the register.")
    ] = None,
    who: Annotated[str, Parameter(help="With --decide: who decides.")] = "",
    why: Annotated[str, Parameter(help="With --decide: why.")] = "",
    register: Annotated[Path, Parameter(help="The register of decisions.")] = Path("decisions.jsonl"),
) -> None:
    """Does a case need screening, why, under which law, from which day? No legal advice.

    Example: `kaname screen case.yaml --asof 2026-11-23`
    """
    nation = open_nation(pack)
    if batch is not None:
        _batch(nation, batch, to, asof, lang, format)
        return
    if diff is not None:
        _diff(nation, case, diff, lang, format)
        return
    if decision is not None and case is None:
        raise InputProblems([Problem("a decision needs a case file")])
    found = _case(nation, case, asof, ask, kind, thorough, lang, save)
    answer = nation.screen(found, asof, strict=strict)
    asked = _Asked(nation, found, answer, lang, nation.context(found) if network else None, public)
    if format == "json":
        sys.stdout.write(json.dumps(asked.json(), ensure_ascii=False, indent=1) + "\n")
    else:
        out.print("\n".join(telling.lines(asked.tree(public))), markup=False, soft_wrap=True)
    if report is not None:
        title = text("safeguards.title", lang, kind=_kind(nation, found.case, lang))
        private.write(report, page.render(asked.tree(public=True), title, lang, redacted=True))
        err.print(text("safeguards.saved", lang, place=report), markup=False)
    if decision is not None and case is not None:
        entry = decisions.decide(register, answer, case, decision=decision, who=who, why=why)
        err.print(
            text("safeguards.decided", lang, seq=entry.seq, hash=entry.hash), markup=False, soft_wrap=True
        )


def _case(
    nation: Nation,
    file: Path | None,
    asof: date | None,
    ask: bool,
    kind: str | None,
    thorough: bool,
    lang: Lang,
    save: Path | None,
) -> cases.Case:
    """The case of a file, or of an interview where one is wanted."""
    found = interview.begin(nation.book, kind, lang) if file is None else cases.read(file, nation.book)
    if file is not None and not ask:
        return found
    day = asof or found.asof or date.fromisoformat(nation.pack.asof)
    found = interview.hold(nation.book, found, day, lang, thorough)
    if save is not None:
        private.write(save, interview.written(found, day))
        err.print(text("safeguards.saved", lang, place=save), markup=False)
    return found


def _kind(nation: Nation, name: str, lang: str) -> str:
    return next(kind.label[lang] for kind in nation.pack.kinds if kind.id == name)


def _diff(nation: Nation, file: Path | None, days: tuple[date, date], lang: Lang, format: str) -> None:
    since, until = days
    if since > until:
        raise InputProblems([Problem(f"{since} is later than {until}", path="--diff")])
    answers = None
    case = cases.read(file, nation.book) if file is not None else None
    if case is not None:
        answers = (nation.screen(case, since), nation.screen(case, until))
    found = compare.changes(nation.book, since, until, case.case if case else None)
    if format == "json":
        said: dict[str, Any] = {"from": since, "to": until, "changes": [vars_of(change) for change in found]}
        if answers is not None:
            said["answers"] = [telling.as_dict(answer) for answer in answers]
        sys.stdout.write(json.dumps(said, ensure_ascii=False, indent=1, default=str) + "\n")
        return
    branch = compare.tree(nation.book, found, since, until, lang, answers)
    out.print("\n".join(telling.lines(branch)), markup=False, soft_wrap=True)


def vars_of(change: compare.Change) -> dict[str, Any]:
    """A change as JSON."""
    return {name: getattr(change, name) for name in ("day", "kind", "record", "before", "after")}


def _batch(nation: Nation, folder: Path, to: Path | None, asof: date | None, lang: Lang, format: str) -> None:
    """Every case of a folder; what was done is shown, and kept, though the work be stopped."""
    if not folder.is_dir():
        raise InputProblems([Problem("no such folder", str(folder))])
    files = sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml") and path.is_file())
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    try:
        with progress() as bar:
            for file in bar.track(files, description=""):
                rows.append(_row(nation, file, to, asof, problems))
    finally:
        _show_rows(rows, lang, format)
    if problems:
        raise InputProblems(problems)


def _row(
    nation: Nation, file: Path, to: Path | None, asof: date | None, problems: list[Problem]
) -> dict[str, Any]:
    try:
        case = cases.read(file, nation.book)
        answer = nation.screen(case, asof)
    except InputProblems as error:
        problems += [Problem(p.message, p.file or str(file), p.line, p.path) for p in error.problems]
        return {
            "file": file.name,
            "case": None,
            "asof": None,
            "outcome": None,
            "also": None,
            "if_signed": None,
            "rules": [],
            "missing": [],
        }
    if to is not None:
        said = json.dumps(telling.as_dict(answer), ensure_ascii=False, indent=1) + "\n"
        private.write(to / f"{file.stem}.json", said)
    return {
        "file": file.name,
        "case": answer.case,
        "asof": answer.asof.isoformat(),
        "outcome": answer.outcome.value,
        "also": answer.also.value if answer.also else None,
        "if_signed": answer.if_signed.value,
        "rules": [one.rule.id for one in answer.fired],
        "missing": list(answer.missing),
    }


def _show_rows(rows: Sequence[dict[str, Any]], lang: Lang, format: str) -> None:
    if format == "json":
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return

    def words(row: dict[str, Any]) -> dict[str, Any]:
        said = {k: ", ".join(v) if isinstance(v, list) else v for k, v in row.items()}
        for name in ("outcome", "also", "if_signed"):
            value = row[name]
            said[name] = text(f"safeguards.outcome_{value}", lang) if value else ""
        if row["outcome"] is None:
            said["outcome"] = text("safeguards.batch_bad_row", lang)
        return said

    heads = {
        name: text(f"safeguards.col_{name}", lang)
        for name in ("file", "case", "asof", "outcome", "also", "if_signed", "rules", "missing")
    }
    title = text("safeguards.batch_title", lang, n=len(rows))
    if rows:
        show(
            pl.DataFrame([words(row) for row in rows], infer_schema_length=None),
            "table",
            title=title,
            heads=heads,
        )
    out.print(text("safeguards.notice", lang), markup=False)


def signatures(
    *,
    pack: Pack = "japan",
    lang: Language = "ja",
    format: Format = "table",
    paste: Annotated[
        bool, Parameter(help="As YAML to be filled in and put into the pack.", negative=())
    ] = False,
) -> None:
    """What waits for a lawyer's signature: every figure, list, definition and rule of grade M or S3, with its stamp.

    Example: `kaname signatures --lang en`
    """
    nation = open_nation(pack)
    found = signing.waiting(nation.book)
    if paste:
        sys.stdout.write(signing.to_fill_in(found))
        return
    rows = [
        (
            one.record,
            signing.name(nation.book, one, lang),
            one.grades,
            text(f"safeguards.state_{one.state}", lang),
            one.stamp,
        )
        for one in found
    ]
    frame = pl.DataFrame(rows, schema=["record", "name", "grade", "state", "stamp"], orient="row")
    heads = {name: text(f"safeguards.col_{name}", lang) for name in frame.columns}
    show(frame, format, title=text("safeguards.signatures_title", lang, n=len(found)), heads=heads)


def check_register(path: Path, head: str | None, lang: Lang) -> None:
    """Say that a register of decisions is whole, or raise every line that was changed or lost."""
    if not path.exists() and not ledger.verify(path, head):
        raise InputProblems([Problem("no such register", str(path))])
    problems = ledger.verify(path, head)
    if problems:
        raise InputProblems(problems)
    entries = ledger.read(path)
    last = entries[-1].hash if entries else "—"
    out.print(text("safeguards.register_sound", lang, n=len(entries), hash=last), soft_wrap=True)
