"""`kaname screen --diff` and `--batch`: what changes between two days, and a folder of cases."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from kaname.cli.show import out, progress, show
from kaname.errors import InputProblems, Problem
from kaname.labels import Lang, text
from kaname.nation import Nation
from kaname.safeguards import cases, compare, private, telling


def diff(
    nation: Nation, file: Path | None, days: tuple[date, date], lang: Lang, format: str, strict: bool
) -> None:
    """What changes in the law between two days, and in the answer to a case."""
    since, until = days
    if since > until:
        raise InputProblems([Problem(f"{since} is later than {until}", path="--diff")])
    answers = None
    case = cases.read(file, nation.book) if file is not None else None
    if case is not None:
        answers = (nation.screen(case, since, strict=strict), nation.screen(case, until, strict=strict))
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


def batch(
    nation: Nation,
    folder: Path,
    to: Path | None,
    asof: date | None,
    lang: Lang,
    format: str,
    strict: bool,
) -> None:
    """Every case of a folder; what was done is shown, and kept, though the work be stopped."""
    if not folder.is_dir():
        raise InputProblems([Problem("no such folder", str(folder))])
    files = sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml") and path.is_file())
    if not files:
        raise InputProblems([Problem("no case file (.yaml, .yml) in this folder", str(folder))])
    stems = [file.stem for file in files]
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    try:
        with progress() as bar:
            for file in bar.track(files, description=""):
                name = file.stem if stems.count(file.stem) == 1 else file.name  # a.yaml and a.yml: both kept
                place = to / f"{name}.json" if to is not None else None
                rows.append(_row(nation, file, place, asof, strict, problems))
    finally:
        _show_rows(rows, lang, format)
    if problems:
        raise InputProblems(problems)


_COLUMNS = ("file", "case", "asof", "outcome", "also", "if_signed", "rules", "missing")


def _row(
    nation: Nation,
    file: Path,
    to: Path | None,
    asof: date | None,
    strict: bool,
    problems: list[Problem],
) -> dict[str, Any]:
    """A line of the table: the answer to one case, or that it could not be read."""
    try:
        case = cases.read(file, nation.book)
        answer = nation.screen(case, asof, strict=strict)
    except InputProblems as error:
        problems += [Problem(p.message, p.file or str(file), p.line, p.path) for p in error.problems]
        return dict.fromkeys(_COLUMNS) | {"file": file.name, "rules": [], "missing": []}
    if to is not None:
        said = json.dumps(telling.as_dict(answer), ensure_ascii=False, indent=1) + "\n"
        private.write(to, said)
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
        """A row as people read it; ``if_signed`` is left blank where signatures would change nothing."""
        said = {k: ", ".join(v) if isinstance(v, list) else v for k, v in row.items()}
        for name in ("outcome", "also", "if_signed"):
            value = row[name]
            said[name] = text(f"safeguards.outcome_{value}", lang) if value else ""
        if row["outcome"] is None:
            said["outcome"] = text("safeguards.batch_bad_row", lang)
        elif row["if_signed"] == row["outcome"]:
            said["if_signed"] = ""
        return said

    heads = {name: text(f"safeguards.col_{name}", lang) for name in _COLUMNS}
    title = text("safeguards.batch_title", lang, n=len(rows))
    told = [words(row) for row in rows]
    columns = [name for name in _COLUMNS if name == "file" or any(row[name] for row in told)]
    if rows:
        frame = pl.DataFrame(told, infer_schema_length=None)
        show(frame, "table", title=title, heads=heads, columns=columns)
    out.print(text("safeguards.notice", lang), markup=False)
