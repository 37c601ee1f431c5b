"""`kaname screen` and `kaname signatures`: a case read or asked, shown, decided."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
from cyclopts import App, Parameter

from kaname.cli import interview, screen_many
from kaname.cli.beside import told
from kaname.cli.show import Format, err, out, show
from kaname.errors import InputProblems, Problem
from kaname.labels import Lang, text
from kaname.nation import Nation
from kaname.nation import open as open_nation
from kaname.safeguards import cases, decisions, ledger, page, private, signing, telling
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


@Parameter(name="*")
@dataclass(frozen=True)
class Asking:
    """How a case is asked for."""

    ask: Annotated[
        bool,
        Parameter(name="--interview", help="Ask for what is missing, as few facts as possible.", negative=()),
    ] = False
    kind: Annotated[str | None, Parameter(help="Kind of case for an interview without a file.")] = None
    thorough: Annotated[bool, Parameter(help="Ask for every duty, not only the strongest.", negative=())] = (
        False
    )
    save: Annotated[Path | None, Parameter(help="Keep the case of an interview in a file.")] = None

    def case(self, nation: Nation, file: Path | None, asof: date | None, lang: Lang) -> cases.Case:
        """The case of a file, or of an interview where one is wanted."""
        found = (
            interview.begin(nation.book, self.kind, lang) if file is None else cases.read(file, nation.book)
        )
        if file is not None and not self.ask:
            if self.save is not None:
                raise InputProblems(
                    [Problem("there is no interview to keep: add --interview", path="--save")]
                )
            return found
        day = asof or found.asof or date.fromisoformat(nation.pack.asof)
        found = interview.hold(nation.book, found, day, lang, self.thorough)
        if self.save is not None:
            private.write(self.save, interview.written(found, day))
            err.print(text("safeguards.saved", lang, place=self.save), markup=False)
        return found


@Parameter(name="*")
@dataclass(frozen=True)
class Showing:
    """What of an answer is shown, and to whom."""

    network: Annotated[
        bool, Parameter(help="Show what the network knows of the goods and companies.", negative=())
    ] = False
    public: Annotated[bool, Parameter(help="Only what the case marks public.", negative=())] = False
    report: Annotated[
        Path | None, Parameter(help="Write the answer as a page of HTML, without what is not public.")
    ] = None


@Parameter(name="*")
@dataclass(frozen=True)
class Deciding:
    """A decision to be written to the register."""

    decision: Annotated[str | None, Parameter(name="--decide", help="Write a decision to the register.")] = (
        None
    )
    who: Annotated[str, Parameter(help="With --decide: who decides.")] = ""
    why: Annotated[str, Parameter(help="With --decide: why.")] = ""
    register: Annotated[Path, Parameter(help="The register of decisions.")] = Path("decisions.jsonl")

    def keep(self, answer: Answer, case: Path | None, lang: Lang) -> None:
        """Write it, if one is made."""
        if self.decision is None or case is None:
            return
        entry = decisions.decide(
            self.register, answer, case, decision=self.decision, who=self.who, why=self.why
        )
        said = text("safeguards.decided", lang, seq=entry.seq, hash=entry.hash)
        err.print(said, markup=False, soft_wrap=True)


def screen(
    case: Annotated[Path | None, Parameter(help="A case file (YAML); none: you are asked.")] = None,
    *,
    pack: Pack = "japan",
    lang: Language = "ja",
    format: Shape = "table",
    asof: Annotated[
        date | None, Parameter(help="The day whose law is asked; default the case's, else the pack's.")
    ] = None,
    strict: Annotated[
        bool, Parameter(help="Refer wherever a rule of grade M or S3 is in force.", negative=())
    ] = False,
    diff: Annotated[
        tuple[date, date] | None, Parameter(help="Two days: what changes between them.", negative=())
    ] = None,
    batch: Annotated[Path | None, Parameter(help="Screen every case file of a folder.")] = None,
    to: Annotated[
        Path | None, Parameter(name="--out", help="With --batch: keep each answer as JSON here.")
    ] = None,
    asking: Asking = Asking(),
    showing: Showing = Showing(),
    deciding: Deciding = Deciding(),
) -> None:
    """Does a case need screening, why, under which law, from which day? No legal advice.

    Example: `kaname screen case.yaml --asof 2026-11-23`
    """
    nation = open_nation(pack)
    if batch is not None:
        screen_many.batch(nation, batch, to, asof, lang, format, strict)
    elif diff is not None:
        screen_many.diff(nation, case, diff, lang, format, strict)
    elif deciding.decision is not None and (case is None or asking.ask) and asking.save is None:
        message = "a decision needs a case file: keep the answers of the interview with --save"
        raise InputProblems([Problem(message if asking.ask else "a decision needs a case file")])
    else:
        found = asking.case(nation, case, asof, lang)
        answer = nation.screen(found, asof, strict=strict)
        beside = nation.context(found) if showing.network else None
        _show(_Asked(nation, found, answer, lang, beside, showing.public), format, showing.report)
        deciding.keep(answer, asking.save or case, lang)  # the register binds the file that was judged


def _show(asked: _Asked, format: str, report: Path | None) -> None:
    """An answer on the screen, and as a page where one is wanted."""
    if format == "json":
        sys.stdout.write(json.dumps(asked.json(), ensure_ascii=False, indent=1) + "\n")
    else:
        out.print("\n".join(telling.lines(asked.tree(asked.public))), markup=False, soft_wrap=True)
    if report is not None:
        kind = next(one.label[asked.lang] for one in asked.nation.pack.kinds if one.id == asked.case.case)
        title = text("safeguards.title", asked.lang, kind=kind)
        private.write(report, page.render(asked.tree(public=True), title, asked.lang, redacted=True))
        err.print(text("safeguards.saved", asked.lang, place=report), markup=False)


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
