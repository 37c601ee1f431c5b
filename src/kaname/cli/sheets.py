"""One good on one screen, and its ways through third countries over the years."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import polars as pl

from kaname.autonomy.methods import METHODS, WHY
from kaname.cli.show import Format, out, show
from kaname.errors import problem
from kaname.labels import NOTHING, day, days, money, number, percent, significant, text
from kaname.nation import Nation
from kaname.strategy.areas import Layer, stacked
from kaname.strategy.goodsheet import Sheet, named_passages
from kaname.strategy.ties import longest, through_years

SHOWN = 10
"""Suppliers and ways shown of each good."""
COMMA = {"ja": "、", "en": ", "}
CARRIERS = 5
"""Countries shown by name among those through which a good comes."""


def sheet_as_dict(found: Sheet) -> dict[str, Any]:
    """The sheet as plain data, frames as lists of rows."""
    plain = {
        name: value
        for name, value in vars(found).items()
        if not isinstance(value, pl.DataFrame) and name not in ("good", "halt")
    }
    frames = {
        name: value.to_dicts() for name, value in vars(found).items() if isinstance(value, pl.DataFrame)
    }
    halt = None
    if found.halt is not None:
        halt = asdict(replace(found.halt, stops=pl.DataFrame())) | {"stops": found.halt.stops.to_dicts()}
    good = None if found.good is None else found.good.id
    return {**plain, "good": good, **frames, "halt": halt}


def print_sheet(nation: Nation, found: Sheet, lang: str) -> None:
    """Suppliers, ways, verdicts, users, what happens if the first supplier stops, and what answers it."""

    def say(key: str, **values: object) -> str:
        return text(f"sheet.{key}", lang, **values)

    name = found.good.label[lang] if found.good is not None else nation.product(found.asked, lang)
    out.print(f"[bold]{name}[/bold]  {' '.join(found.codes)}", highlight=False)
    facts = {
        "imports": money(found.imports, lang),
        "imports_t": NOTHING if found.imports_t is None else say("tonnes", amount=number(found.imports_t)),
        "stock": days(found.stock_days, lang),
        "reserve": days(found.reserve_days, lang),
        "domestic": percent(found.domestic, 0),
    }
    out.print(
        "  ".join(f"{say(k, year=found.year)} {v}" for k, v in facts.items()), highlight=False, soft_wrap=True
    )
    _suppliers(nation, found, lang, say)
    _through(nation, found, lang, say)
    _verdicts(found, lang, say)
    if found.good is None:
        out.print(f"\n{say('no_good')}", highlight=False, soft_wrap=True)
        return
    _users(nation, found, lang, say)
    _halt(nation, found, lang, say)


Say = Callable[..., str]


def _named(nation: Nation, column: str, lang: str) -> pl.Expr:
    return pl.col(column).map_elements(lambda c: nation.name(c, lang), pl.String)


def _percents(*columns: str) -> list[pl.Expr]:
    return [pl.col(c).map_elements(lambda x: percent(x, 1), pl.String) for c in columns]


def _suppliers(nation: Nation, found: Sheet, lang: str, say: Say) -> None:
    frame = found.suppliers.filter(pl.col("share").fill_null(0.0) > 0).head(SHOWN)
    ways = pl.col("passages").map_elements(
        lambda names: COMMA[lang].join(nation.name(p, lang) for p in names.split(", ") if p), pl.String
    )
    shown = frame.select(
        _named(nation, "origin", lang),
        pl.col("value"),
        *_percents("share", "share_t", "first_share"),
        pl.col("lead_days").round(0).cast(pl.Int64),
        ways,
    )
    heads = {c: say(c, first=found.first_year, year=found.year) for c in shown.columns}
    out.print()
    if frame.is_empty():
        out.print(say("no_suppliers", year=found.year))
        return
    used = named_passages(frame)
    notes = [say("passages_used", names=COMMA[lang].join(nation.name(p, lang) for p in used))] if used else []
    show(shown, "table", title=say("suppliers", year=found.year), heads=heads, notes=notes)


def _through(nation: Nation, found: Sheet, lang: str, say: Say) -> None:
    if found.through.is_empty():
        return
    columns = ("direct", "through", "direct_quantity", "through_quantity")
    shown = found.through.head(SHOWN).select(_named(nation, "country", lang), *_percents(*columns))
    heads = {c: text(f"depend.{c}", lang) for c in shown.columns}
    out.print()
    show(shown, "table", title=say("through_title"), heads=heads, notes=[text("depend.through_note", lang)])


def _verdicts(found: Sheet, lang: str, say: Say) -> None:
    methods = {m.id: m for m in METHODS}

    def flag(value: bool | None) -> str:
        return NOTHING if value is None else say("yes") if value else say("no")

    rows = []
    for row in found.verdicts.iter_rows(named=True):
        method = methods[row["method"]]
        criterion = next((c.label[lang] for c in method.criteria if c.id == row["criterion"]), NOTHING)
        judged = row["flag"] is not None
        near = f"{criterion} {significant(row['value']) if row['margin'] is None else _signed(row['margin'])}"
        rows.append(
            (
                method.label[lang],
                flag(row["flag"]),
                flag(row["flag_quantity"]),
                near if judged else WHY[row["why"]][lang],
                str(row["since"]) if row["since"] is not None and judged else NOTHING,
                NOTHING if row["years_judged"] is None else f"{row['years_flagged']}/{row['years_judged']}",
                NOTHING if row["entries"] is None else f"{row['entries']}/{row['exits']}",
            )
        )
    names = ["method", "by_value", "by_quantity", "near", "since", "of_years", "in_out"]
    frame = pl.DataFrame(rows, names, orient="row")
    heads = {n: say(n) for n in names}
    out.print()
    title = say("verdicts", first=found.years[0], last=found.years[1])
    show(frame, "table", title=title, heads=heads, notes=[say("near_note")])


def _signed(share: float) -> str:
    return f"{'+' if share > 0 else ''}{percent(share, 0)}".replace("-", "−")


def _users(nation: Nation, found: Sheet, lang: str, say: Say) -> None:
    assert found.good is not None
    known = sorted((u for u in found.good.users if u.weight.known), key=lambda u: -u.weight.to("1"))
    users = [(nation.name(u.industry, lang), percent(u.weight.to("1"), 1)) for u in known]
    out.print()
    heads = {"user": say("user"), "weight": say("weight")}
    show(pl.DataFrame(users, ["user", "weight"], orient="row"), "table", title=say("users"), heads=heads)
    for s in found.good.substitutes:
        share = percent(s.share.to("1"), 0) if s.share.known else NOTHING
        delay = days(s.delay.to("day"), lang) if s.delay.known else NOTHING
        line = say("substitute", name=s.label[lang], share=share, delay=delay)
        out.print(line, highlight=False, soft_wrap=True)
    if not found.good.substitutes:
        out.print(say("no_substitute"))


def _halt(nation: Nation, found: Sheet, lang: str, say: Say) -> None:
    out.print()
    halt = found.halt
    if halt is None:
        out.print(say("no_halt"), highlight=False, soft_wrap=True)
    else:
        supplier = nation.name(halt.supplier, lang)
        out.print(f"[bold]{say('halt', supplier=supplier, days=halt.days)}[/bold]", highlight=False)
        first = halt.stops.head(1).rows(named=True)
        if first:
            line = say(
                "first_stop",
                day=day(first[0]["day"], lang),
                industry=nation.name(first[0]["node"], lang),
                level=percent(first[0]["level"], 0),
            )
        elif halt.kept.felt is not None:
            line = say("felt_only", day=day(halt.kept.felt, lang))
        else:
            line = say("nothing_felt", days=halt.days)
        out.print(line, highlight=False, soft_wrap=True)
        kept, turned = money(halt.kept.amount, lang), money(halt.turned.amount, lang)
        out.print(say("halt_loss", kept=kept, turned=turned), highlight=False, soft_wrap=True)
        out.print(f"[dim]{text('stress.hypothetical', lang)}[/dim]")
    out.print()
    out.print(f"[bold]{say('measures')}[/bold]")
    for measure in found.measures:
        kind = nation.measures[measure].kind
        out.print(
            f"  {text(f'text.{kind}', lang)}  {nation.name(measure, lang)}", highlight=False, soft_wrap=True
        )
    if not found.measures:
        out.print(f"  {say('no_measures')}")


def chart(nation: Nation, good: str, source: str, svg: Path | None, lang: str, format: Format) -> None:
    """What comes from ``source`` direct and in all, year by year, and through whom; a chart where asked."""
    part = nation.goods.get(good)
    codes = part.hs if part is not None else (good,)
    table = longest(nation.trade, nation.history, codes)
    faults = [c for c in codes if c not in table.products] if part is None else []
    if faults or not set(codes) & set(table.products):
        raise problem(f"{good!r} is neither a good nor a code that the trade data hold", path="--good")
    if source not in nation.countries:
        raise problem(f"unknown country {source!r} (three-letter codes are used)", path="--source")
    home = nation.pack.home
    by = {
        name: through_years(table, codes, home, source, table.years, tonnes=tonnes)
        for name, tonnes in (("value", False), ("quantity", True))
    }
    frame = (
        by["value"][0]
        .join(by["quantity"][0], on="year", how="full", coalesce=True, suffix="_quantity")
        .sort("year")
    )
    carriers = by["quantity"][1]
    if svg is not None:
        write_whole(svg, _drawing(nation, part.label[lang] if part else good, source, by["quantity"], lang))
    if format != "table":
        show(frame, format)
        return
    heads = {
        c: text(f"depend.{c}", lang)
        for c in ("year", "direct", "through", "direct_quantity", "through_quantity")
    }
    shown = frame.select(
        pl.col("year").cast(pl.String),
        *_percents("direct", "through", "direct_quantity", "through_quantity"),
        pl.Series("carriers", [_by_way(nation, carriers, y, lang) for y in frame["year"]], pl.String),
    )
    heads["carriers"] = text("sheet.carriers", lang)
    title = text("sheet.source_title", lang, good=nation.name(good, lang), source=nation.name(source, lang))
    show(shown, "table", title=title, heads=heads, notes=[text("depend.through_note", lang)])


def _by_way(nation: Nation, carriers: pl.DataFrame, year: int, lang: str) -> str:
    rows = (
        carriers.filter(pl.col("year") == year, pl.col("share") >= 0.005)
        .head(3)
        .select("country", "share")
        .rows()
    )
    return COMMA[lang].join(f"{nation.name(c, lang)} {percent(s, 1)}" for c, s in rows)


def _drawing(
    nation: Nation, good: str, source: str, found: tuple[pl.DataFrame, pl.DataFrame], lang: str
) -> str:
    """Direct at the bottom, on top of it what came by way of others, the largest of them by name."""
    frame, carriers = found
    years = frame["year"].to_list()
    sums: Mapping[str, float] = dict(
        carriers.group_by("country", maintain_order=True).agg(pl.col("share").sum()).rows()
    )
    largest = sorted(sums, key=lambda c: (-sums[c], c))[:CARRIERS]
    table = {(y, c): s for y, c, s in carriers.rows()}
    layers = [Layer(text("sheet.direct", lang), frame["direct"].to_list())]
    layers += [
        Layer(
            text("sheet.by_way_of", lang, country=nation.name(c, lang)),
            [table.get((y, c), 0.0) for y in years],
        )
        for c in largest
    ]
    named = [sum(layer.shares[n] for layer in layers) for n in range(len(years))]
    rest = [max(0.0, t - n) for t, n in zip(frame["through"].to_list(), named, strict=True)]
    layers.append(Layer(text("sheet.by_others", lang), rest))
    title = text(
        "sheet.chart_title",
        lang,
        home=nation.name(nation.pack.home, lang),
        good=good,
        source=nation.name(source, lang),
    )
    return stacked(years, layers, title, text("sheet.chart_source", lang), text("sheet.in_all", lang))


def write_whole(path: Path, content: str) -> None:
    """Written whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def print_json(value: object) -> None:
    """One value as JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")
