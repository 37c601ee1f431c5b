"""What is overdue or ownerless: the register of measures on the day of the review (floor 6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from kaname.labels import LANGUAGES
from kaname.strategy.assessment import Assessment
from kaname.strategy.report.blocks import Bar, Block, Cell, Facts, Fold, Section, Table, column
from kaname.strategy.report.names import Book
from kaname.strategy.report.section_answers import names_of
from kaname.strategy.report.words import Words, money, number, say, share, shared, when

FLAGS = ("overdue", "no_owner", "no_deadline", "no_legal_basis", "status_unknown", "no_effect", "nil")
"""What may be wrong with a measure."""


def frames(a: Assessment) -> Mapping[str, pl.DataFrame]:
    """The review's frames."""
    return a.review.frames()


def flagged(a: Assessment, flag: str) -> pl.DataFrame:
    """Measures with a flag; an empty frame where the review does not say."""
    held = frames(a).get("measures")
    if held is None or flag not in held.columns:
        return pl.DataFrame()
    return held.filter(pl.col(flag).fill_null(value=False))


def section(a: Assessment, book: Book) -> Section:
    """Counts, then lists."""
    lead = say("s_register_lead", asof=when(a.asof), n=number(len(a.pack.measures)))
    blocks: tuple[Block, ...] = (
        counts(a),
        overdue(a, book),
        scenarios(a, book),
        weak(a, book),
        balance(a, book),
        *(_list(a, book, flag) for flag in ("no_owner", "no_legal_basis", "no_deadline", "nil")),
        owners(a, book),
        everything(a, book),
    )
    return Section("register", say("s_register"), lead, blocks, say("s_register_short"))


def counts(a: Assessment) -> Facts:
    """How many measures lack what."""
    shown = ("overdue", "no_owner", "no_deadline", "no_legal_basis", "status_unknown", "nil")
    return Facts(
        tuple((say(f"count_{flag}"), say("n_measures", n=number(flagged(a, flag).height))) for flag in shown)
    )


def _title(row: Mapping[str, object], book: Book) -> Words:
    return book.of("measures", str(row["id"]))


def _date(value: date | None) -> Words:
    return when(value)


def _status(value: object) -> Words:
    return shared(f"list.status_{value}")


def overdue(a: Assessment, book: Book) -> Table:
    """Measures past their deadline, latest first."""
    frame = flagged(a, "overdue")
    rows = []
    if not frame.is_empty():
        for r in frame.sort(["days_late", "id"], descending=[True, False]).iter_rows(named=True):
            cells = (_title(r, book), shared(f"text.{r['kind']}"), book.of("owners", r["owner"]))
            rows.append((*cells, _date(r["deadline"]), number(r["days_late"]), _status(r["status"])))
    head = (
        column("measure", wide=True),
        column("prevent_or_resolve", "short"),
        column("owner"),
        column("deadline", "short"),
        column("days_late", "number", say("unit_days")),
        column("status_now", "short"),
    )
    return Table(head, tuple(rows), None, say("overdue_title"), say("nothing_overdue"), id="overdue")


def _list(a: Assessment, book: Book, flag: str) -> Fold:
    """Measures that lack something, by owner."""
    frame = flagged(a, flag)
    rows = []
    if not frame.is_empty():
        for r in frame.sort("owner", "id", nulls_last=False).iter_rows(named=True):
            cells = (_title(r, book), shared(f"text.{r['kind']}"), book.of("owners", r["owner"]))
            rows.append((*cells, _date(r["deadline"]), _status(r["status"])))
    head = (
        column("measure", wide=True),
        column("prevent_or_resolve", "short"),
        column("owner"),
        column("deadline", "short"),
        column("status_now", "short"),
    )
    return Fold(say(f"list_{flag}"), (Table(head, tuple(rows)),), count=len(rows))


def scenarios(a: Assessment, book: Book) -> Table:
    """Scenarios that nothing answers, or only before or only after."""
    held = frames(a).get("scenarios")
    rows = []
    if held is not None and not held.is_empty():
        for r in held.iter_rows(named=True):
            counted = [_many(r["prevention"]), _many(r["resolution"])]
            if not all(counted):
                rows.append((book.of("scenarios", r["id"]), *(number(n) for n in counted), _lack(counted)))
    head = (
        column("scenario", wide=True),
        column("n_prevention", "number"),
        column("n_resolution", "number"),
        column("lack"),
    )
    return Table(head, tuple(rows), None, say("unanswered_title"), say("all_answered"), id="unanswered")


def _many(ids: str | None) -> int:
    return len([one for one in (ids or "").split(",") if one.strip()])


def _lack(counted: list[int]) -> Words:
    before, after = counted
    return say(
        "lack_both" if not before and not after else "lack_prevention" if not before else "lack_resolution"
    )


def weak(a: Assessment, book: Book) -> Table:
    """Goods of which one origin supplies half, and the measures that answer."""
    held = frames(a).get("vulnerabilities")
    rows: list[tuple[Cell, ...]] = []
    if held is not None and not held.is_empty():
        for r in held.sort(["unanswered", "share", "good"], descending=[True, True, False]).iter_rows(
            named=True
        ):
            answer = say("no_measure") if r["unanswered"] else number(_many(r["measures"]))
            rows.append((book.of("goods", r["good"]), book.country(r["origin"]), share(r["share"]), answer))
    head = (
        column("good", wide=True),
        column("largest_origin"),
        column("share", "number"),
        column("n_measures_head", "number"),
    )
    return Table(head, tuple(rows), None, say("weak_title"), say("no_weak"), id="weak")


def balance(a: Assessment, book: Book) -> Table:
    """Prevention against resolution in each infrastructure."""
    held = frames(a).get("balance")
    rows: list[tuple[Cell, ...]] = []
    if held is not None and not held.is_empty():
        kinds = ("prevention", "resolution")
        top = max(held.select(f"asked_{k}" for k in kinds).max().row(0)) or 1
        for r in held.iter_rows(named=True):
            name = (
                say("common")
                if r["infrastructure"] == "common"
                else book.of("infrastructures", r["infrastructure"])
            )
            bars = [Bar(r[f"asked_{k}"] / top, number(r[f"asked_{k}"]), k) for k in kinds]
            rest = [number(r[name]) for name in ("answering_prevention", "answering_resolution", "scenarios")]
            lacks = [number(r[f"scenarios_without_{k}"]) for k in kinds]
            rows.append((name, *bars, *rest, *lacks))
    head = (
        column("infrastructure", wide=True),
        column("asked_prevention", "number"),
        column("asked_resolution", "number"),
        column("answering_prevention", "number"),
        column("answering_resolution", "number"),
        column("n_scenarios", "number"),
        column("without_prevention", "number"),
        column("without_resolution", "number"),
    )
    return Table(
        head, tuple(rows), say("balance_caption"), say("balance_title"), say("not_computed"), id="balance"
    )


def owners(a: Assessment, book: Book) -> Fold:
    """Each owner's measures in figures."""
    held = frames(a).get("owners")
    names = (
        "measures",
        "prevention",
        "resolution",
        "overdue",
        "no_deadline",
        "no_legal_basis",
        "status_unknown",
    )
    rows: list[tuple[Cell, ...]] = []
    if held is not None and not held.is_empty():
        for r in held.iter_rows(named=True):
            owner = book.of("owners", r["id"]) if r["id"] else say("nobody")
            rows.append((owner, *(number(r[name]) for name in (*names, "finished"))))
    head = (column("owner", wide=True), *(column(f"own_{name}", "number") for name in (*names, "finished")))
    return Fold(say("owners_title"), (Table(head, tuple(rows)),), count=len(rows))


def everything(a: Assessment, book: Book) -> Fold:
    """The whole register."""
    held = frames(a).get("measures")
    rows: list[tuple[Cell, ...]] = []
    if held is not None and not held.is_empty():
        for r in held.iter_rows(named=True):
            cells = (_title(r, book), shared(f"text.{r['kind']}"), book.of("owners", r["owner"]))
            lacks = names_of(None, book) if not any(r[f] for f in FLAGS) else _lacks(r)
            rows.append(
                (
                    *cells,
                    _date(r["deadline"]),
                    _status(r["status"]),
                    r["digest"],
                    money(r["largest_saving"], 2),
                    lacks,
                )
            )
    head = (
        column("measure", wide=True),
        column("prevent_or_resolve", "short"),
        column("owner"),
        column("deadline", "short"),
        column("status_now", "short"),
        column("asked_in"),
        column("largest_saving", "number"),
        column("lack"),
    )
    return Fold(say("register_title"), (Table(head, tuple(rows)),), count=len(rows))


def _lacks(row: Mapping[str, object]) -> Words:
    found = [say(f"flag_{flag}") for flag in FLAGS if row[flag] and not (flag == "nil" and row["no_effect"])]
    parts = {lang: ("、" if lang == "ja" else ", ").join(w[lang] for w in found) for lang in LANGUAGES}
    return Words(parts["ja"], parts["en"])
