"""What breaks: scenarios ranked by loss, and a card for each (floor 6)."""

from __future__ import annotations

from typing import Any

import polars as pl

from kaname.labels import percent
from kaname.strategy.assessment import Assessment
from kaname.strategy.report import charts
from kaname.strategy.report.blocks import (
    Bar,
    Block,
    Card,
    Cell,
    Chart,
    Column,
    Facts,
    Prose,
    Section,
    Side,
    Table,
    column,
    joined,
    missing,
)
from kaname.strategy.report.events import severity
from kaname.strategy.report.names import Book
from kaname.strategy.report.words import (
    Words,
    day,
    days,
    listed,
    money,
    number,
    same,
    say,
    share,
    shared,
    span,
)

FEW = 6
"""Rows of a card's lists; the tables of the edition hold all."""
STOPPED = 10


def ranked(a: Assessment) -> list[dict[str, Any]]:
    """The scenarios, costliest first."""
    return list(
        a.scenarios.sort(["loss", "scenario"], descending=[True, False], nulls_last=True).iter_rows(
            named=True
        )
    )


def section(a: Assessment, book: Book) -> Section:
    """The ranking, then every scenario."""
    rows = ranked(a)
    blocks: list[Block] = [ranking(rows, a, book)]
    blocks += [card(n, row, a, book) for n, row in enumerate(rows, 1)]
    return Section(
        "breaks",
        say("s_breaks"),
        say("s_breaks_lead", days=number(a.days)),
        tuple(blocks),
        say("s_breaks_short"),
    )


def ranking(rows: list[dict[str, Any]], a: Assessment, book: Book) -> Chart | Prose:
    """Bars of direct and indirect loss with the range of severity."""
    title = say("ranking_title")
    if not rows:
        return missing(title)
    caption = say("ranking_caption", days=number(a.days), source=book.cite("icio"))
    key = (("direct", say("direct")), ("indirect", say("indirect")), ("range", say("range")))
    names = [_numbered(n, book.of("scenarios", row["scenario"])) for n, row in enumerate(rows, 1)]
    option = charts.ranking(rows, names)
    return Chart("ranking", 70 + 25 * len(rows), option, title, caption, key=key)


def _numbered(n: int, name: Words) -> Words:
    return Words(f"{name.ja}  {n}", f"{name.en}  {n}")


def of(frame: pl.DataFrame, scenario: str) -> pl.DataFrame:
    """The rows of one scenario, in their order."""
    return frame.filter(pl.col("scenario") == scenario)


def card(n: int, row: dict[str, Any], a: Assessment, book: Book) -> Card:
    """One scenario with all that is known of it."""
    name = row["scenario"]
    scenario = next((s for s in a.pack.scenarios if s.id == name), None)
    figures = (
        (say("f_first"), _first(name, a, book)),
        (say("f_loss"), span(row["low"], row["high"])),
        (say("f_share"), share(row["share_of_gdp"])),
    )
    tags: tuple[Words, ...] = ()
    summary = None
    if scenario is not None:
        tags = tuple(book.of("infrastructures", i) for i in scenario.infrastructures)
        tags += tuple(shared(f"text.{c}") for c in scenario.common)
        summary = Prose((Words(scenario.summary.ja, scenario.summary.en),))
    blocks = joined(
        (
            summary,
            facts(row),
            curve(name, a, book),
            stops_table(name, a, book),
            run_down(name, a, book),
            industries(name, a, book),
            Side((people(name, a, book), relief(name, a, book))),
            necks(name, a, book),
            severity(scenario, book) if scenario is not None else None,
        )
    )
    return Card(f"scenario-{name}", n, book.of("scenarios", name), figures, tags, blocks)


def first_stop(name: str, a: Assessment) -> dict[str, Any] | None:
    """What stops first for want of an input; if nothing does, what stops first."""
    stops = of(a.stops, name).sort("day", maintain_order=True)
    passed_on = stops.filter(pl.col("cause") == "input")
    found = passed_on if passed_on.height else stops
    return found.row(0, named=True) if found.height else None


def _first(name: str, a: Assessment, book: Book) -> Words:
    row = first_stop(name, a)
    if row is None:
        return same("—")
    when, node = day(row["day"]), book.node(row["node"])
    return Words(f"{when.ja} {node.ja}", f"{when.en}: {node.en}")


def facts(row: dict[str, Any]) -> Facts:
    """The scenario's main figures."""
    back = row["recovered_day"]
    peak = _peak(row["peak_day"], row["peak_share"])
    return Facts(
        (
            (say("f_loss_central"), money(row["loss"])),
            (say("f_direct"), money(row["direct"])),
            (say("f_indirect"), money(row["indirect"])),
            (say("f_world"), money(row["world_loss"])),
            (say("f_peak"), peak),
            (say("f_back"), say("not_back") if back is None else day(back)),
        )
    )


def _peak(when: int | None, part: float | None) -> Words:
    return same("—") if when is None else say("on_day", share=share(part), day=day(when))


def curve(name: str, a: Assessment, book: Book) -> Chart | Prose:
    """Loss a day."""
    frame = of(a.daily, name).sort("day")
    if frame.is_empty():
        return missing(say("curve_title"))
    option, last = charts.daily(frame), charts.last_day(frame)
    whole = last >= int(frame["day"].to_list()[-1])
    rest = same("") if whole else say("curve_rest", last=number(last))
    caption = say("curve_caption", rest=rest, days=number(a.days), source=book.cite("icio"))
    return Chart(f"daily-{name}", 190, option, say("curve_title"), caption)


def stops_table(name: str, a: Assessment, book: Book) -> Table:
    """What stops first, in order of day, with the cause."""
    rows = []
    for r in of(a.stops, name).sort("day", maintain_order=True).head(STOPPED).iter_rows(named=True):
        rows.append(
            (day(r["day"]), book.node(r["node"]), _kind(r["kind"]), share(r["level"]), cause(r, book))
        )
    head = (
        column("day", "number"),
        column("what", wide=True),
        column("kind", "short"),
        column("level", "number", say("unit_normal")),
        column("cause", wide=True),
    )
    return Table(
        head, tuple(rows), say("stops_caption", n=number(STOPPED)), say("stops_title"), say("nothing_stops")
    )


RUN_DOWN = 12


def run_down(name: str, a: Assessment, book: Book) -> Table | None:
    """In what order stocks run down, and what still comes on which way."""
    frame = of(a.stocks, name).head(RUN_DOWN)
    if frame.is_empty():
        return None

    def at(value: int | None) -> Words:
        return same("—") if value is None else day(value)

    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            book.any(r["good"]),
            number(r["cover"]),
            number(r["at_sea"]),
            at(r["short_day"]),
            at(r["half_day"]),
            at(r["bound_day"]),
            Bar(min(r["arrivals"], 1.0), same(percent(r["arrivals"], 0)), "shade"),
            *(same(percent(r[way], 0)) for way in ("usual", "bypass", "elsewhere")),
        )
        for r in frame.iter_rows(named=True)
    )
    names = ("cover", "at_sea", "short", "half", "bound", "arrivals", "usual", "bypass", "elsewhere")
    heads = (
        Column(shared("stocks.good"), wide=True),
        *(Column(shared(f"stocks.{n}"), "number") for n in names),
    )
    return Table(heads, rows, shared("stocks.note"), shared("stocks.title"))


def _kind(kind: str) -> Words:
    return shared(f"stress.{kind}") if kind in ("industry", "good", "facility") else same(kind)


def cause(row: dict[str, Any], book: Book) -> Words:
    """Why it stopped, in a few words."""
    via = row["via"]
    if row["cause"] == "input" and via:
        return say("cause_input", via=book.node(via, alone=False))
    if row["cause"] in ("capacity", "demand", "input"):
        return say(f"cause_{row['cause']}_plain")
    return same(row["cause"] or "—")


def industries(name: str, a: Assessment, book: Book) -> Table:
    """The industries that lose most."""
    frame = of(a.industries, name).sort(["loss", "industry"], descending=[True, False]).head(FEW)
    top = frame["loss"].max() if frame.height else None
    scale = float(top) if isinstance(top, float) and top > 0 else 1.0
    rows = tuple(
        (
            book.node(r["industry"]),
            Bar(r["loss"] / scale, money(r["loss"], 2)),
            money(r["direct"], 2),
            money(r["indirect"], 2),
            say("on_day", share=share(r["lowest"]), day=day(r["lowest_day"])),
            day(r["below_90"]),
        )
        for r in frame.iter_rows(named=True)
    )
    head = (
        column("industry", wide=True),
        column("loss", "number"),
        column("f_direct", "number"),
        column("f_indirect", "number"),
        column("lowest", "number"),
        column("below_90", "number"),
    )
    return Table(head, rows, None, say("industries_title"), say("no_industry"))


def people(name: str, a: Assessment, book: Book) -> Table:
    """Final demand that is not met."""
    frame = of(a.shortfall, name).sort(["shortfall", "node"], descending=[True, False]).head(FEW)
    rows = tuple(
        (
            book.node(r["node"]),
            days(r["shortfall"], 1),
            say("on_day", share=share(r["peak_share"]), day=day(r["peak_day"])),
        )
        for r in frame.iter_rows(named=True)
    )
    head = (column("service", wide=True), column("shortfall", "number"), column("worst", "number"))
    return Table(head, rows, None, say("people_title"), say("no_shortfall"))


def relief(name: str, a: Assessment, book: Book) -> Table:
    """Loss without measures, with prevention, with resolution, with both."""
    frame = of(a.relief, name)
    rows = []
    if frame.height:
        r = frame.row(0, named=True)
        whole = r["none"] or 1.0
        for kind in ("none", "prevention", "resolution", "both"):
            left = r[kind]
            cell = None if left is None else Bar(left / whole, money(left, 2), kind)
            rows.append((say(f"with_{kind}"), cell, share(None if left is None else left / whole)))
    head = (column("measures_used"), column("loss", "number", wide=True), column("remaining", "number"))
    return Table(
        head, tuple(rows), None, say("relief_card_title", days=number(a.relief_days)), say("not_computed")
    )


def necks(name: str, a: Assessment, book: Book) -> Table:
    """Where an input bound its users."""
    frame = of(a.bottlenecks, name).sort(["loss", "input", "user"], descending=[True, False, False]).head(FEW)
    rows = tuple(
        (
            listed((book.any(r["input"]),)),
            book.node(r["user"]),
            book.node(r["supplier"]),
            number(r["days"]),
            money(r["loss"], 2),
        )
        for r in frame.iter_rows(named=True)
    )
    head = (
        column("input"),
        column("user", wide=True),
        column("failed"),
        column("bound_days", "number", say("unit_days")),
        column("loss", "number"),
    )
    return Table(head, rows, None, say("necks_title"), say("no_neck"))
