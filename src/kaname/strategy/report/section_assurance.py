"""How sure we are: what was asked for and is not answered, assumptions, empty figures, method, sources (floor 6)."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlparse

import polars as pl
from markupsafe import Markup

from kaname.labels import catalogue
from kaname.strategy.assessment import Assessment
from kaname.strategy.report.blocks import Block, Cell, Fold, Prose, Section, Table, column
from kaname.strategy.report.names import Book
from kaname.strategy.report.words import Lines, Words, each, number, same, say, shared

WEIGHTY = ("empty-figure", "assumption")
"""Kinds of finding that stand first."""
OF_THE_REGISTER = ("no-owner", "no-deadline", "no-legal-basis", "status-unknown", "unanswered", "one-sided")
"""Kinds of finding that the section on the register lists already."""


def coverage(a: Assessment, book: Book) -> Section:
    """Every line that the pack answers, with what cites it."""
    cited = a.coverage.filter(pl.col("cited_by").fill_null("") != "").height
    lead = say("s_coverage_lead", n=number(a.coverage.height), cited=number(cited))
    rows = tuple(_line(r, book) for r in a.coverage.iter_rows(named=True))
    head = (
        column("digest", "short"),
        column("asked", wide=True),
        column("asks", "short"),
        column("cited_by", "short"),
        column("open_reason"),
    )
    table = Table(head, rows, empty=say("not_computed"), id="coverage-table")
    reasons = tuple(row for row in rows if row[-1] is not None)
    brief = Table(head, reasons, None, say("coverage_open"), say("coverage_none_open"))
    blocks = (brief, Fold(say("coverage_all"), (table,), count=len(rows)))
    return Section("coverage", say("s_coverage"), lead, blocks, say("s_coverage_short"))


def _line(row: dict[str, str | None], book: Book) -> tuple[Cell, ...]:
    ids = [one.strip() for one in (row["cited_by"] or "").split(",") if one.strip()]
    ja, en = row["reason_ja"], row["reason_en"]
    kinds = _counted(ids, book)
    return (
        row["digest"],
        book.of("digest", row["digest"]),
        say(f"asks_{row['asks']}"),
        _cites(kinds, ids),
        Words(ja, en or ja) if ja else None,
    )


def _counted(ids: list[str], book: Book) -> dict[str, int]:
    order = ("measures", "scenarios", "outlooks", "goods", "services", "infrastructures")
    found = Counter(next((kind for kind in order if one in book.pack.by_id[kind]), "measures") for one in ids)
    return {kind: found[kind] for kind in order if found[kind]}


def _cites(kinds: dict[str, int], ids: list[str]) -> Words:
    """Counts by kind; the ids are in the title, for those who look them up."""
    if not ids:
        return shared("text.none")
    shown = {
        lang: ("、" if lang == "ja" else ", ").join(
            catalogue()[f"report.cites_{kind}"][lang].format(n=n) for kind, n in kinds.items()
        )
        for lang in ("ja", "en")
    }
    return each(lambda lang: Markup('<span title="{}">{}</span>').format(", ".join(ids), shown[lang]))


def certainty(a: Assessment, book: Book) -> Section:
    """Empty and assumed figures in full, other gaps, notes of the build."""
    blocks: list[Block] = [by_kind(a)]
    kinds = a.findings["kind"].unique().to_list() if not a.findings.is_empty() else []
    order = {kind: n for n, kind in enumerate(WEIGHTY)}
    for kind in sorted(kinds, key=lambda k: (order.get(k, 9), k)):
        if kind not in OF_THE_REGISTER:
            blocks.append(_found(a.findings.filter(pl.col("kind") == kind), kind, book))
    blocks.append(notes(a))
    return Section("sure", say("s_sure"), say("s_sure_lead"), tuple(blocks), say("s_sure_short"))


def _kind(kind: str) -> Words:
    key = f"check.kind_{kind}"
    return shared(key) if key in catalogue() else same(kind)


def by_kind(a: Assessment) -> Table:
    """How many findings of each kind."""
    found = a.findings.group_by("kind").len().sort(["len", "kind"], descending=[True, False])
    rows = tuple((_kind(kind), number(n)) for kind, n in found.iter_rows())
    head = (column("finding_kind", wide=True), column("count", "number"))
    return Table(head, rows, None, say("by_kind_title"), say("nothing_open"), id="open")


def _found(frame: pl.DataFrame, kind: str, book: Book) -> Fold:
    """One row a subject and file, with all that is found there."""
    file, line = (
        pl.col("place").str.extract(r"^(\S+?)(?::\d+)?(?: |$)"),
        pl.col("place").str.extract(r"^\S+:(\d+)"),
    )
    held = frame.with_columns(file=file, line=line).group_by("subject", "file", maintain_order=True)
    rows: list[tuple[Cell, ...]] = []
    for (subject, name), part in held.agg("ja", "en", "line").rows_by_key(["subject", "file"]).items():
        ja, en, lines = part[0]
        words = Lines(tuple(Words(*pair) for pair in zip(ja, en, strict=True)))
        rows.append((_subject(subject, book), words, _place(name, lines)))
    head = (column("subject"), column("finding", wide=True), column("place"))
    return Fold(_kind(kind), (Table(head, tuple(rows)),), count=frame.height)


def _subject(subject: str | None, book: Book) -> Words:
    if subject is None:
        return same("—")
    name = book.any(subject)
    if name.en == subject and "." in subject:
        name = book.any(subject.partition(".")[2])
    if name.en == subject:
        name = book.of("parameters", subject)
    return name


def _place(file: str | None, lines: list[str | None]) -> Words:
    """File and lines; the path within the file is for programs."""
    numbers = ", ".join(dict.fromkeys(line for line in lines if line))
    written = f"{file}:{numbers}" if numbers else file
    return same(Markup("<code>{}</code>").format(written) if written else "—")


def notes(a: Assessment) -> Table:
    """What was capped, left out or assumed when the network was built."""
    rows = tuple((Words(ja, en),) for ja, en in a.notes.select("ja", "en").iter_rows())
    return Table((column("note", wide=True),), rows, None, say("notes_title"), say("no_notes"), id="notes")


def method(a: Assessment, book: Book) -> Section:
    """The method and its limits in a page."""
    paragraphs = tuple(say(f"method_{n}", days=number(a.days), table=book.cite("icio")) for n in range(1, 6))
    whole = {} if book.brought is None else {6: "limit_6_whole"}
    limits = tuple(say(whole.get(n, f"limit_{n}"), trade=book.cite("trade")) for n in range(1, 8))
    blocks: tuple[Block, ...] = (
        Prose((say("loss_equation"),), "equation"),
        Prose(paragraphs),
        Prose((say("limits_title"),), "subhead"),
        Prose(limits, "list"),
        Prose((say("borders"),), "note"),
        parameters(book),
    )
    return Section("method", say("s_method"), say("s_method_lead"), blocks, say("s_method_short"))


def parameters(book: Book) -> Fold:
    """The settings that the pack states."""
    rows: list[tuple[Cell, ...]] = []
    for p in book.pack.parameters:
        f = p.figure
        low, high = ("—" if end is None else f"{end:g}" for end in (f.low, f.high))
        value = "—" if f.value is None else f"{f.value:g}"
        unit = "" if f.unit in ("1", "count") else f.unit
        confidence = shared(f"text.{f.confidence}") if f.confidence else None
        rows.append(
            (Words(p.label.ja, p.label.en), value, f"{low} – {high}", unit, confidence, f.note or f.why)
        )
    head = (
        column("parameter", wide=True),
        column("value", "number"),
        column("bounds", "number"),
        column("unit"),
        column("confidence"),
        column("reason", wide=True),
    )
    return Fold(say("parameters_title"), (Table(head, tuple(rows)),), count=len(rows))


def sources(a: Assessment, book: Book) -> Section:
    """Every source with its licence."""
    data = tuple(
        (
            _link(s.title, s.url),
            s.publisher,
            str(s.year),
            s.licence,
            Words(s.attribution, s.attribution),
            s.unit,
        )
        for s in book.sources
    )
    head = (
        column("source_title", wide=True),
        column("publisher"),
        column("year", "number"),
        column("licence"),
        column("attribution"),
        column("unit"),
    )
    own = tuple(
        (_link(s.title, s.url), s.publisher, "—" if s.year is None else str(s.year), s.licence, s.note)
        for s in sorted(a.pack.sources, key=lambda s: s.id)
    )
    own_head = (*head[:4], column("source_note", wide=True))
    blocks = (
        Table(head, data, None, say("data_title"), say("no_sources")),
        Fold(say("pack_sources_title"), (Table(own_head, own),), count=len(own)),
        Prose((say("parts_used"),), "small"),
    )
    return Section("sources", say("s_sources"), say("s_sources_lead"), blocks, say("s_sources_short"))


def _link(title: str, url: str | None) -> Words:
    if url and urlparse(url).scheme in ("http", "https"):
        return same(Markup('<a href="{}" rel="noreferrer noopener">{}</a>').format(url, title))
    return same(title)
