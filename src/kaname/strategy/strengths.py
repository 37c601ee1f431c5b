"""The register of strengths beside what trade measures of each, technologies and investments, as frames (floor 6)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Literal

import polars as pl

from kaname.autonomy.beside import Beside
from kaname.autonomy.history import churn, history, spells
from kaname.autonomy.shares import exports, flows
from kaname.data.baci import Trade
from kaname.errors import InputProblems
from kaname.indispensability.strengths import Strengths, strengths
from kaname.labels import amount
from kaname.pack.model import Pack
from kaname.pack.strengths import Strength
from kaname.pack.survey import STRATEGIES
from kaname.strategy.ties import judged_years

Part = Literal["present", "few", "potential"]
PARTS: tuple[Part, ...] = ("present", "few", "potential")
FEW_GOODS = 1000
"""Below so many goods the table is a part of trade, and complexity is told to mean little."""


def part_of(frame: pl.DataFrame, part: Part) -> pl.DataFrame:
    """The goods of :attr:`Strengths.frame` that are ``part`` of the strengths: potential ones by what they would add,
    others by world share."""
    order = "gain" if part == "potential" else "world_share"
    return frame.filter(pl.col(part)).sort(order, "hs6", descending=[True, False])


def scope_frame(found: Strengths) -> pl.DataFrame:
    """One row, how much the figures can mean: year, goods (in the trade table), since and market (growth), and eci,
    rank, countries (complexity of home among all)."""
    me = found.eci.row(by_predicate=pl.col("country") == found.home, named=True)
    row = {
        "year": found.year,
        "goods": found.goods,
        "since": found.since,
        "market": found.market,
        "eci": me["eci"],
        "rank": me["rank"],
        "countries": found.eci.height,
    }
    schema = {"since": pl.Int64, "market": pl.Float64}
    return pl.DataFrame([row], schema_overrides=schema)


def yearly(pack: Pack, trade: Trade, beside: Beside) -> Mapping[str, pl.DataFrame]:
    """Tables of the yearly assessment, by the names they have there: what ``kaname strengths``, ``kaname technologies``
    and ``kaname depend --view history`` show, texts in both languages. The first two are empty where the trade table is
    too small for complexity."""
    home, year = pack.home, pack.trade_year
    try:
        found = strengths(trade, home, year)
    except InputProblems:
        held = {}
    else:
        held = {"strengths": found.frame, "strengths_scope": scope_frame(found)}
    flags = history(trade, home, judged_years(trade, year), beside=beside)
    return held | {
        "strengths_register": in_both(
            lambda lang: register_frame(pack, trade, lang), ("name", "evidence", "rivals", "owner")
        ),
        "technologies": in_both(
            lambda lang: technologies_frame(pack, lang), ("name", "within", "industries", "strengths")
        ),
        "investments": in_both(lambda lang: investments_frame(pack, lang), ("name", "amount", "note")),
        "history": spells(flags),
        "churn": churn(flags),
    }


def in_both(make: Callable[[str], pl.DataFrame], texts: Collection[str]) -> pl.DataFrame:
    """A table with ``<text>_ja`` and ``<text>_en`` in the place of each of ``texts``."""
    ja, en = make("ja"), make("en")
    columns: list[pl.Series] = []
    for name in ja.columns:
        if name in texts:
            columns += [ja[name].alias(f"{name}_ja"), en[name].alias(f"{name}_en")]
        else:
            columns.append(ja[name])
    return pl.DataFrame(columns)


def register_frame(pack: Pack, trade: Trade, lang: str) -> pl.DataFrame:
    """One row a strength: id, name, kind, digest, evidence, share (stated), measured (home's share of world
    exports of its codes in the pack's trade year; null where the trade data hold none), rivals, strategies (how
    many of the three are written), owner, review, measures, data (whether a share is stated or measured)."""
    measured = _measured(pack, trade)
    owners = {o.id: o.label[lang] for o in pack.owners}
    rows = []
    for one in pack.strengths:
        share = one.share.to("1") if one.share is not None and one.share.known else None
        rows.append(
            {
                "id": one.id,
                "name": one.label[lang],
                "kind": one.kind,
                "digest": ", ".join(one.digest),
                "evidence": " / ".join(f"{e.text[lang]} ({e.source}, {e.year})" for e in one.evidence),
                "share": share,
                "measured": measured.get(one.id),
                "rivals": ", ".join(r.label[lang] for r in one.rivals),
                "strategies": sum(getattr(one, name) is not None for name in STRATEGIES),
                "owner": owners.get(one.owner or "", one.owner),
                "review": None if one.review is None else one.review.isoformat(),
                "measures": ", ".join(one.measures),
                "data": share is not None or one.id in measured,
            }
        )
    schema = {"share": pl.Float64, "measured": pl.Float64, "strategies": pl.Int64, "data": pl.Boolean}
    return pl.DataFrame(rows, schema_overrides=schema, infer_schema_length=None)


def _measured(pack: Pack, trade: Trade) -> dict[str, float]:
    """Home's share of world exports of each strength's codes, where the trade data hold all of them."""
    held = set(trade.products)
    codes = {s.id: s.hs for s in pack.strengths if _covered(s, held)}
    if not codes or pack.trade_year not in trade.years:
        return {}
    sold = exports(flows(trade, (pack.trade_year,), codes)).filter(exporter=pack.home)
    found: dict[str, float] = dict(sold.select("product", "world_share").iter_rows())
    return found


def _covered(strength: Strength, held: set[str]) -> bool:
    return bool(strength.hs) and set(strength.hs) <= held


def technologies_frame(pack: Pack, lang: str) -> pl.DataFrame:
    """One row a technology: id, name, report, k_program (named there), within, industries, strengths, ipc, source."""
    names = {t.id: t.label[lang] for t in pack.technologies}
    industries = {i.id: i.label[lang] for i in pack.industries}
    rows = [
        {
            "id": t.id,
            "name": t.label[lang],
            "report": "report-2021" in t.lists,
            "k_program": "k-program" in t.lists,
            "within": names.get(t.within or ""),
            "industries": ", ".join(industries[i] for i in t.industries),
            "strengths": ", ".join(s.label[lang] for s in pack.strengths if t.id in s.technologies),
            "ipc": ", ".join(t.ipc),
            "source": t.source,
        }
        for t in pack.technologies
    ]
    return pl.DataFrame(rows, schema_overrides={"within": pl.String}, infer_schema_length=None)


def investments_frame(pack: Pack, lang: str) -> pl.DataFrame:
    """One row an investment: id, country, name, amount (as announced), yen (trillion), stage, first, last,
    technologies, source, note; by country and size."""
    rows = [
        {
            "id": i.id,
            "country": i.country,
            "name": i.label[lang],
            "amount": amount(i.amount.value, i.amount.unit, lang),
            "yen": i.yen.to("trillion JPY") if i.yen.known else None,
            "stage": i.stage,
            "first": i.first,
            "last": i.last,
            "technologies": ", ".join(i.technologies),
            "source": i.yen.source,
            "note": i.note[lang] if i.note else None,
        }
        for i in pack.investments
    ]
    frame = pl.DataFrame(
        rows, schema_overrides={"first": pl.Int64, "last": pl.Int64}, infer_schema_length=None
    )
    return frame.sort("country", "yen", descending=[False, True]) if rows else frame
