"""``kaname strengths`` and ``kaname technologies``: what the world cannot do without, or may come not to."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from cyclopts import Parameter

from kaname.cli.show import Format, out, show
from kaname.cli.ties import Rows, short
from kaname.data.research import Research, read_research
from kaname.errors import problem
from kaname.indispensability.strengths import Strengths
from kaname.indispensability.technologies import Leads, leads
from kaname.labels import Lang, amount, number, percent, share, significant, text
from kaname.nation import Nation
from kaname.nation import open as open_nation
from kaname.strategy.strengths import (
    FEW_GOODS,
    PARTS,
    Part,
    investments_frame,
    part_of,
    register_frame,
    scope_frame,
    technologies_frame,
)

Pack = Annotated[str, Parameter(help="An embedded pack (japan) or the folder of one.")]
Language = Annotated[Lang, Parameter(help="Language of labels and messages.")]
Shape = Annotated[Format, Parameter(help="table for people; json and csv hold every column, unrounded.")]
Shown = Literal["all", "present", "few", "potential", "register"]


def strengths(
    *,
    pack: Pack = "japan",
    lang: Language = "ja",
    format: Shape = "table",
    year: Annotated[int | None, Parameter(help="Year of trade; default the pack's.")] = None,
    part: Annotated[Shown, Parameter(help="Only this; json and csv: goods, or the register.")] = "all",
    top: Rows = 15,
) -> None:
    """Where the nation is strong in trade or could be, and the register of strengths.

    Example: `kaname strengths --part potential --lang en`
    """
    nation = open_nation(pack)
    if part == "register":
        _register(nation, lang, format)
        return
    found = nation.strengths(year)
    wanted = PARTS if part == "all" else (part,)
    if format != "table":
        frame = found.frame if part == "all" else found.frame.filter(pl.col(part))
        show(frame, format)
        return
    title = text(
        "strengths.title", lang, home=nation.name(found.home, lang), year=found.year, n=number(found.goods)
    )
    out.print(f"[bold]{title}[/bold]")
    _scope(found, lang)
    for one in wanted:
        out.print()
        _goods(nation, found, one, lang, top)
    if part == "all":
        out.print()
        _register(nation, lang, format)


def _scope(found: Strengths, lang: str) -> None:
    """How much the figures can mean."""
    me = scope_frame(found).row(0, named=True)
    if found.goods < FEW_GOODS:
        out.print(text("strengths.scope", lang, n=number(found.goods)), soft_wrap=True)
    else:
        eci = number(me["eci"], 2)
        out.print(text("strengths.eci", lang, eci=eci, n=me["countries"], rank=me["rank"]))
    if found.since is None:
        out.print(text("strengths.no_growth", lang), soft_wrap=True)
    else:
        out.print(
            text("strengths.growth_note", lang, since=found.since, market=share(found.market)),
            soft_wrap=True,
        )


def _goods(nation: Nation, found: Strengths, part: Part, lang: str, top: int) -> None:
    rules = found.rules
    least = percent(rules.few_share if part == "few" else rules.share, 0)
    title = text(f"strengths.{part}", lang, share=least, n=number(rules.few_exporters))
    rows = part_of(found.frame, part)
    columns = {
        "present": ("exports", "world_share", "rank", "leader", "rca", "pci"),
        "few": ("exports", "world_share", "rank", "leader", "leader_share", "exporters"),
        "potential": ("exports", "world_share", "leader", "density", "pci", "gain", "growth"),
    }[part]
    if rows.is_empty():
        out.print(f"{title}\n{text('strengths.none', lang)}", soft_wrap=True)
        return
    shares = [c for c in ("world_share", "leader_share", "growth") if c in columns]
    shown = rows.head(top).select(
        "hs6",
        pl.col("hs6").map_elements(lambda c: short(nation, c, lang, 44), pl.String).alias("good"),
        *[
            pl.col(c).map_elements(lambda i: nation.name(i, lang), pl.String)
            if c == "leader"
            else pl.col(c).map_elements(share, pl.String)
            if c in shares
            else pl.col(c)
            for c in columns
        ],
    )
    heads = {c: text(f"strengths.{c}", lang) for c in shown.columns}
    notes = [text("stress.more", lang, n=rows.height - shown.height)] if rows.height > shown.height else []
    show(shown, "table", title=title, heads=heads, notes=notes, right=shares)


def _register(nation: Nation, lang: str, format: Format) -> None:
    frame = register_frame(nation.pack, nation.trade, lang)
    if format != "table":
        show(frame, format)
        return
    bare = frame.filter(~pl.col("data")).height
    title = text("strengths.register", lang, n=frame.height, bare=bare)
    shown = frame.select(
        "name",
        pl.col("kind").map_elements(lambda k: text(f"strengths.kind_{k}", lang), pl.String),
        pl.col("share").map_elements(share, pl.String),
        pl.col("measured").map_elements(share, pl.String),
        pl.format("{}/3", "strategies").alias("strategies"),
        pl.col("id").replace({s.id: s.owner for s in nation.pack.strengths}).alias("owner"),
    )
    heads = {c: text(f"strengths.{c}", lang) for c in shown.columns}
    show(shown, format, title=title, heads=heads, right=["share", "measured"])


def technologies(
    *,
    pack: Pack = "japan",
    lang: Language = "ja",
    format: Shape = "table",
    works: Annotated[
        Path | None,
        Parameter(help="CSV of works or patents: OpenAlex, PATSTAT, or counts by country and year."),
    ] = None,
    years: Annotated[int, Parameter(help="Years up to the last in the file that are summed.")] = 5,
) -> None:
    """Critical technologies, what others invest in them, and with a file of works or patents who leads.

    Example: `kaname technologies --works quantum.csv --lang en`
    """
    if years < 1:
        raise problem(f"years must be at least 1, not {years}", path="--years")
    nation = open_nation(pack)
    if works is not None:
        _leads(nation, read_research(works, nation.taxonomy, nation.countries), years, lang, format)
        return
    frame = technologies_frame(nation.pack, lang)
    if format != "table":
        show(frame, format)
        return
    heads = {c: text(f"technologies.{c}", lang) for c in frame.columns}
    shown = frame.drop("ipc", "source")
    show(shown, format, title=text("technologies.title", lang, n=frame.height), heads=heads)
    money = investments_frame(nation.pack, lang)
    if money.height:
        shown = money.select(
            pl.col("country").map_elements(lambda c: _giver(nation, c, lang), pl.String),
            "name",
            pl.col("amount"),
            pl.col("yen").map_elements(lambda x: amount(x, "trillion JPY", lang), pl.String),
            pl.col("stage").map_elements(lambda s: text(f"technologies.stage_{s}", lang), pl.String),
            "note",
        )
        heads = {c: text(f"technologies.{c}", lang) for c in shown.columns}
        out.print()
        notes = [text("technologies.investments_note", lang)]
        title = text("technologies.investments", lang)
        show(shown, format, title=title, heads=heads, notes=notes, right=["amount", "yen"])


def _giver(nation: Nation, code: str, lang: str) -> str:
    return text("technologies.eu", lang) if code == "EUR" else nation.name(code, lang)


def _leads(nation: Nation, held: Research, years: int, lang: str, format: Format) -> None:
    found: Leads = leads(held.frame, nation.pack.home, years)
    if format != "table":
        show(found.frame, format)
        return
    named = {t.id: t.label[lang] for t in nation.pack.technologies}
    shown = found.frame.select(
        pl.col("technology").replace(named),
        pl.col("measure").map_elements(lambda m: text(f"technologies.measure_{m}", lang), pl.String),
        "total",
        pl.col("leader").map_elements(lambda c: nation.name(c, lang), pl.String),
        pl.col("leader_share").map_elements(share, pl.String),
        pl.col("second").map_elements(lambda c: nation.name(c, lang), pl.String),
        pl.col("gap").map_elements(share, pl.String),
        pl.col("lead").map_elements(
            lambda x: significant(x) if isfinite(x) else "∞", pl.String, skip_nulls=True
        ),
        pl.col("hhi").round(2),
        pl.col("home_share").map_elements(share, pl.String),
        "home_rank",
        pl.col("risk").map_elements(lambda r: text(f"technologies.risk_{r}", lang), pl.String),
    )
    heads = {c: text(f"technologies.{c}", lang) for c in shown.columns}
    title = text("technologies.leads", lang, first=found.first, last=found.last)
    notes = [text("technologies.risk_note", lang)]
    if held.abroad or held.unsorted:
        notes.append(
            text("technologies.left_out", lang, abroad=number(held.abroad), unsorted=number(held.unsorted))
        )
    show(shown, format, title=title, heads=heads, notes=notes, right=["lead"])
