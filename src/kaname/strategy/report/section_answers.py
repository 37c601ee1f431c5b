"""Two at once, and what helps: pairs of scenarios, relief by measures (floor 6)."""

from __future__ import annotations

from typing import Any

import polars as pl

from kaname.pack.measures import Measure
from kaname.strategy.assessment import Assessment
from kaname.strategy.report import charts
from kaname.strategy.report.blocks import Bar, Chart, Fold, Prose, Section, Table, column, missing
from kaname.strategy.report.names import Book
from kaname.strategy.report.section_scenarios import ranked
from kaname.strategy.report.words import Words, listed, money, number, same, say, share, shared, signed

FEW = 6
BEST = 20
"""Measures shown at once; the rest fold."""
WORSE = 1e-4
"""A set of measures counts as making a scenario worse from this share of its loss: less is no figure at all."""


def compound(a: Assessment, book: Book) -> Section:
    """Pairs of scenarios that begin on the same day."""
    most = a.pairs.sort(["extra", "a", "b"], descending=[True, False, False])
    least = a.pairs.sort(["extra", "a", "b"])
    tables = (
        _pairs(most.filter(pl.col("extra") > 0).head(FEW), book, "pairs_most", "no_pair_more"),
        _pairs(least.filter(pl.col("extra") < 0).head(FEW), book, "pairs_least", "no_pair_less"),
    )
    lead = say("s_compound_lead", days=number(a.pair_days))
    return Section("compound", say("s_compound"), lead, (heatmap(a, book), *tables), say("s_compound_short"))


def heatmap(a: Assessment, book: Book) -> Chart | Prose:
    """Every pair's extra loss."""
    title = say("pairs_title")
    rows = a.pairs.select("a", "b", "loss", "sum", "extra").drop_nulls().rows()
    if not rows:
        return missing(title)
    held = {name for row in rows for name in row[:2]}
    order = [row["scenario"] for row in ranked(a) if row["scenario"] in held]
    order += sorted(held - set(order))
    names = {name: book.of("scenarios", name) for name in order}
    caption = say("pairs_caption", days=number(a.pair_days), source=book.cite("icio"))
    return Chart("pairs", 110 + 24 * len(order), charts.pairs(rows, order, names), title, caption)


def _pairs(frame: pl.DataFrame, book: Book, title: str, empty: str) -> Table:
    rows = tuple(
        (
            Words(
                f"{book.of('scenarios', r['a']).ja} ＋ {book.of('scenarios', r['b']).ja}",
                f"{book.of('scenarios', r['a']).en} + {book.of('scenarios', r['b']).en}",
            ),
            money(r["loss"], 2),
            money(r["sum"], 2),
            signed(money(r["extra"], 2), r["extra"]),
        )
        for r in frame.iter_rows(named=True)
    )
    head = (
        column("pair", wide=True),
        column("loss_both", "number"),
        column("loss_sum", "number"),
        column("extra", "number"),
    )
    return Table(head, rows, None, say(title), say(empty))


def measures(a: Assessment, book: Book) -> Section:
    """Prevention and resolution side by side, then measure by measure."""
    rows = best(a)
    shown, rest = rows[:BEST], rows[BEST:]
    blocks = (
        relief(a, book),
        *worse(a, book),
        Fold(say("as_table"), (relief_table(a, book),)),
        measure_table(shown, a, book),
        Fold(say("measures_rest"), (measure_table(rest, a, book, titled=False),), count=len(rest)),
    )
    return Section("helps", say("s_helps"), say("s_helps_lead"), blocks, say("s_helps_short"))


def _relief_rows(a: Assessment) -> list[dict[str, Any]]:
    frame = a.relief.filter(pl.col("none") > 0).sort(["none", "scenario"], descending=[True, False])
    return list(frame.iter_rows(named=True))


def relief(a: Assessment, book: Book) -> Chart | Prose:
    """What is left of each scenario's loss."""
    title = say("relief_title")
    rows = _relief_rows(a)
    if not rows:
        return missing(title)
    names = [book.of("scenarios", row["scenario"]) for row in rows]
    key = (
        ("prevention", say("key_prevention")),
        ("resolution", say("key_resolution")),
        ("both", say("key_both")),
    )
    caption = say("relief_caption", source=book.cite("icio")) + period(a.relief_days)
    return Chart("relief", 50 + 25 * len(rows), charts.relief(rows, names), title, caption, key=key)


def worse(a: Assessment, book: Book) -> tuple[Prose, ...]:
    """Why measures may leave more loss than none, where they do: said, not hidden."""
    more = [
        (row["none"], max(row[kind] or 0.0 for kind in ("prevention", "resolution", "both")), row["scenario"])
        for row in _relief_rows(a)
    ]
    found = sorted(
        ((most - none) / none, most - none, name) for none, most, name in more if most - none > WORSE * none
    )
    if not found:
        return ()
    part, added, name = found[-1]
    named = book.of("scenarios", name)
    words = say("relief_worse", n=number(len(found)), name=named, share=share(part), added=money(added, 2))
    return (Prose((words,)),)


def period(days: int) -> Words:
    """Over how many days: an amount over another period is another amount."""
    return say("over_days", days=number(days))


def relief_table(a: Assessment, book: Book) -> Table:
    """The same, in money."""
    kinds = ("none", "prevention", "resolution", "both")
    rows = tuple(
        (book.of("scenarios", r["scenario"]), *(money(r[kind], 2) for kind in kinds)) for r in _relief_rows(a)
    )
    head = (column("scenario", wide=True), *(column(f"with_{kind}", "number") for kind in kinds))
    return Table(head, rows, empty=say("not_computed"))


def best(a: Assessment) -> list[dict[str, Any]]:
    """Measures by the largest saving in any one scenario: measure, scenario, without, saved, scenarios helped."""
    if a.measures.is_empty():
        return []
    order = a.measures.sort(["saved", "measure", "scenario"], descending=[True, False, False])
    top = order.group_by("measure", maintain_order=True).agg(
        pl.col("scenario").first(),
        pl.col("without").first(),
        pl.col("saved").first(),
        helped=(pl.col("saved") > 0).sum(),
    )
    return list(top.iter_rows(named=True))


def measure_table(rows: list[dict[str, Any]], a: Assessment, book: Book, *, titled: bool = True) -> Table:
    """Each measure with where it saves most."""
    top = max((row["saved"] for row in best(a)), default=0.0) or 1.0
    cells = []
    for row in rows:
        found = book.pack.by_id["measures"].get(row["measure"])
        kind = found.kind if isinstance(found, Measure) else "none"
        owner = book.of("owners", found.owner) if isinstance(found, Measure) else same("—")
        part = row["saved"] / row["without"] if row["without"] else None
        cells.append(
            (
                book.of("measures", row["measure"]),
                shared(f"text.{kind}"),
                owner,
                book.of("scenarios", row["scenario"]),
                Bar(row["saved"] / top, money(row["saved"], 2), kind),
                share(part),
                number(row["helped"]),
            )
        )
    head = (
        column("measure", wide=True),
        column("prevent_or_resolve", "short"),
        column("owner"),
        column("most_in"),
        column("saved", "number"),
        column("saved_share", "number"),
        column("helped", "number", say("unit_scenarios")),
    )
    title, caption = (
        (say("measures_title"), say("measures_caption", n=number(BEST)) + period(a.relief_days))
        if titled
        else (None, None)
    )
    return Table(head, tuple(cells), caption, title, say("not_computed"), id="measures" if titled else "")


def names_of(ids: str | None, book: Book) -> Words:
    """Labels of ids that are joined with commas."""
    return listed(book.any(one.strip()) for one in (ids or "").split(",") if one.strip())
