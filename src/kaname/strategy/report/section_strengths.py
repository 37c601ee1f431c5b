"""Strengths in trade, the register of strengths, critical technologies and investments (floor 6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from kaname.indispensability.strengths import RULES
from kaname.labels import amount, percent
from kaname.strategy.assessment import Assessment
from kaname.strategy.report.blocks import (
    Bar,
    Block,
    Cell,
    Column,
    Fold,
    Prose,
    Section,
    Table,
    column,
    missing,
)
from kaname.strategy.report.names import Book
from kaname.strategy.report.words import NOTHING, Words, each, money, number, same, say, share, shared, when
from kaname.strategy.strengths import FEW_GOODS, PARTS, part_of

MOST = 10
"""Goods shown of each kind."""


def section(a: Assessment, book: Book) -> Section:
    """Goods, the register, technologies, investments."""
    blocks: tuple[Block, ...] = (
        *_goods(a, book),
        register(a),
        Fold(_say("technologies_title"), (technologies(a),), count=a.technologies.height),
        Fold(_say("investments_title"), (investments(a, book),), count=a.investments.height),
    )
    return Section("strengths", _say("title"), _say("lead"), blocks, _say("short"))


def _say(key: str, **values: object) -> Words:
    return shared(f"strengthview.{key}", **values)


def _head(key: str, align: Any = "text", *, wide: bool = False) -> Column:
    return Column(_say(key), align, wide=wide)


def _goods(a: Assessment, book: Book) -> tuple[Block, ...]:
    if a.strengths.is_empty():
        return (missing(_say("goods_title", year=same(a.pack.trade_year)), _say("none")),)
    scope = a.strengths_scope.row(0, named=True)
    rows = tuple(
        _good(row, part, book) for part in PARTS for row in part_of(a.strengths, part).head(MOST).to_dicts()
    )
    head = (
        _head("kind", "short"),
        column("hs6"),
        column("product_name", wide=True),
        _head("exports", "number"),
        _head("world", "number"),
        _head("rank", "number"),
        _head("leader", "short"),
        _head("exporters", "number"),
        _head("rca", "number"),
        _head("growth_head", "number"),
    )
    caption = _say(
        "goods_caption",
        share=_percent_of(RULES.share),
        few=_percent_of(RULES.few_share),
        n=number(RULES.few_exporters),
        source=book.cite("trade"),
    )
    title = _say("goods_title", year=same(scope["year"]))
    return Table(head, rows, caption, title, id="strengths-goods"), Prose(_scope(scope), "small")


def _percent_of(threshold: float) -> Words:
    return same(percent(threshold, 0))


def _good(row: Mapping[str, Any], part: str, book: Book) -> tuple[Cell, ...]:
    leader = book.country(row["leader"])
    lead = share(row["leader_share"])
    return (
        _say(f"kind_{part}"),
        row["hs6"],
        book.product(row["hs6"], row["name"], alone=True),
        money(row["exports"]),
        Bar(row["world_share"], share(row["world_share"])),
        number(row["rank"]),
        Words(f"{leader.ja} {lead.ja}", f"{leader.en} {lead.en}"),
        number(row["exporters"], 1),
        number(row["rca"], 2),
        share(row["growth"]),
    )


def _scope(scope: Mapping[str, Any]) -> tuple[Words, ...]:
    """How much the figures can mean."""
    if scope["goods"] < FEW_GOODS:
        first = _say("scope", n=number(scope["goods"]))
    else:
        place = {"n": number(scope["countries"]), "rank": number(scope["rank"])}
        first = _say("eci", eci=number(scope["eci"], 2), **place)
    since = scope["since"]
    grown = _say("growth", since=since, market=share(scope["market"])) if since else _say("no_growth")
    return first, grown


def _pair(row: Mapping[str, Any], name: str) -> Words:
    ja, en = row[f"{name}_ja"], row[f"{name}_en"]
    return Words(ja, en) if ja else NOTHING


def register(a: Assessment) -> Table:
    """The register beside what trade measures."""
    frame = a.strengths_register
    rows = tuple(
        (
            _pair(row, "name"),
            _say(f"kind_{row['kind']}"),
            share(row["share"]),
            share(row["measured"]),
            same(f"{row['strategies']}/3"),
            _pair(row, "owner"),
            when(date.fromisoformat(row["review"])) if row["review"] else NOTHING,
        )
        for row in frame.iter_rows(named=True)
    )
    bare = frame.filter(~pl.col("data")).height if rows else 0
    head = (
        _head("strength", wide=True),
        _head("kind", "short"),
        _head("stated", "number"),
        _head("measured", "number"),
        _head("strategies", "number"),
        column("owner", "short"),
        _head("review", "short"),
    )
    caption = _say("register_caption", n=number(frame.height), bare=number(bare))
    return Table(head, rows, caption, _say("register_title"), say("not_computed"), id="strengths-register")


def technologies(a: Assessment) -> Table:
    """The taxonomy."""
    rows = tuple(
        (
            _pair(row, "name"),
            same("●") if row["report"] else None,
            same("●") if row["k_program"] else None,
            _pair(row, "industries"),
            _pair(row, "strengths"),
        )
        for row in a.technologies.iter_rows(named=True)
    )
    head = (
        _head("technology", wide=True),
        _head("report", "mark"),
        _head("k_program", "mark"),
        _head("industries"),
        _head("strengths"),
    )
    return Table(head, rows, _say("technologies_caption"), empty=say("not_computed"))


def _yen(trillion: float | None) -> Words:
    return NOTHING if trillion is None else each(lambda lang: amount(trillion, "trillion JPY", lang))


def investments(a: Assessment, book: Book) -> Table:
    """Public money as announced."""
    rows = tuple(
        (
            shared("technologies.eu") if row["country"] == "EUR" else book.country(row["country"]),
            _pair(row, "name"),
            _pair(row, "amount"),
            _yen(row["yen"]),
            shared(f"technologies.stage_{row['stage']}"),
            _pair(row, "note"),
        )
        for row in a.investments.iter_rows(named=True)
    )
    head = (
        column("country", "short"),
        _head("investment", wide=True),
        _head("amount", "number"),
        _head("yen", "number"),
        _head("stage", "short"),
        _head("note"),
    )
    return Table(head, rows, _say("investments_caption"), empty=say("not_computed"))
