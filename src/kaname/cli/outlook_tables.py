"""What `kaname outlook` prints: tables and sentences of a projection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from kaname.cli.outlook_effects import print_effects
from kaname.cli.show import out, show
from kaname.labels import money, number, percent, text
from kaname.nation import Nation
from kaname.pack.outlook import Outlook, PublishedOutlook, SupplyCase
from kaname.planning.outlook import Projection

WIDE = 120
"""Columns that the table of published figures needs."""
ROUND = 100.0
"""Figures from here on are shown whole."""


def label(nation: Nation, part: str, id_: str, lang: str) -> str:
    """The label of an entry of a list of the pack."""
    return str(nation.pack.by_id[part][id_].label[lang])  # type: ignore[attr-defined]


def _span(low: float | None, high: float | None, digits: int = 0) -> str:
    if low is None or high is None:
        return "—"
    ends = number(low, digits), number(high, digits)
    return ends[0] if ends[0] == ends[1] else "–".join(ends)


def print_projection(nation: Nation, found: Projection, lang: str) -> None:
    """One screen after the other: ranges, published figures, weeks of winter, needs, effects."""
    years = ", ".join(map(str, found.years))
    base = float(found.totals["base"][0])
    out.print(f"[bold]{text('outlook.title', lang, years=years)}[/bold]")
    lead = text("outlook.lead", lang, base=found.base_year, twh=number(base, 1), draws=found.draws)
    out.print(f"[dim]{lead}[/dim]\n")
    for one in nation.pack.outlooks:
        out.print(f"  {one.label[lang]}  [dim]{one.summary[lang]}[/dim]", highlight=False, soft_wrap=True)
    out.print()
    _totals(nation, found, lang)
    for year in found.years:
        _uses(nation, found, year, lang)
    for year in found.years:
        _areas(nation, found, year, lang)
    _published(nation, found, lang)
    for case in nation.pack.supply_cases:
        _weeks(nation, found, case, lang)
    _first(nation, found, lang)
    for one in nation.pack.outlooks:
        if one.pessimistic and not one.bound:
            for case in nation.pack.supply_cases:
                _needs(nation, found, one, case, lang)
    print_effects(nation, found, lang)


def _table(
    rows: Iterable[tuple[Any, ...]], heads: Mapping[str, str], title: str, notes: Iterable[str] = ()
) -> None:
    frame = pl.DataFrame(list(rows), list(heads), orient="row", infer_schema_length=None)
    show(frame, "table", title=title, heads=heads, notes=list(notes))
    out.print()


def _heads(names: Iterable[str], lang: str, **values: object) -> dict[str, str]:
    return {name: text(f"outlook.{name}", lang, **values) for name in names}


def _totals(nation: Nation, found: Projection, lang: str) -> None:
    rows = [
        (
            label(nation, "outlooks", r["outlook"], lang),
            str(r["year"]),
            number(r["value"]),
            _span(r["low"], r["high"]),
            percent(r["growth"]),
        )
        for r in found.totals.iter_rows(named=True)
    ]
    _table(rows, _heads(("outlook", "year", "value", "range", "growth"), lang), text("outlook.totals", lang))


def _uses(nation: Nation, found: Projection, year: int, lang: str) -> None:
    """What electricity is used for."""
    outlooks = [o.id for o in nation.pack.outlooks]
    here = found.uses.filter(pl.col("year") == year)
    cell = {(r["outlook"], r["use"]): r for r in here.iter_rows(named=True)}
    rows = []
    for use in nation.pack.demand_uses:
        spans = [_span(cell[o, use.id]["low"], cell[o, use.id]["high"]) for o in outlooks]
        rows.append((use.label[lang], number(cell[outlooks[0], use.id]["base"]), *spans))
    heads = {"use": text("outlook.use", lang), "base": text("outlook.base", lang, year=found.base_year)}
    heads |= {o: label(nation, "outlooks", o, lang) for o in outlooks}
    _table(rows, heads, text("outlook.by_use", lang, year=year))


def _said(nation: Nation) -> dict[str, float]:
    """Published growth by area."""
    return {
        row.area: row.figure.to("1")
        for row in nation.pack.published_outlooks
        if row.metric == "growth" and row.area is not None
    }


def _areas(nation: Nation, found: Projection, year: int, lang: str) -> None:
    here = found.areas.filter(pl.col("year") == year)
    outlooks = [o.id for o in nation.pack.outlooks]
    cell = {(r["outlook"], r["area"]): r for r in here.iter_rows(named=True)}
    said = _said(nation)
    rows = []
    for area in here["area"].unique(maintain_order=True):
        base = number(cell[outlooks[0], area]["base"], 1)
        spans = [_span(cell[o, area]["low"], cell[o, area]["high"]) for o in outlooks]
        growth = percent(said[area]) if area in said else None
        rows.append((label(nation, "areas", area, lang), base, *spans, growth))
    heads = {"area": text("outlook.area", lang), "base": text("outlook.base", lang, year=found.base_year)}
    heads |= {o: label(nation, "outlooks", o, lang) for o in outlooks}
    heads["said"] = text("outlook.said", lang)
    _table(rows, heads, text("outlook.by_area", lang, year=year), [text("outlook.said_note", lang)])


def _what(nation: Nation, row: PublishedOutlook, lang: str) -> str:
    """What a published figure is of."""
    if row.use is not None:
        what = label(nation, "demand_uses", row.use, lang)
    else:
        what = row.concerns[lang] if row.concerns is not None else text("outlook.all_demand", lang)
    if row.area is not None:
        what = text("outlook.in_area", lang, area=label(nation, "areas", row.area, lang), what=what)
    if row.scope == "world":
        what = text("outlook.world", lang, what=what)
    what = text(f"outlook.metric_{row.metric}", lang, what=what)
    return (
        what
        if row.assumption is None
        else text("outlook.premise", lang, what=what, premise=row.assumption[lang])
    )


def _amount(value: float, unit: str) -> str:
    return percent(value) if unit == "1" else f"{number(value, 0 if value >= ROUND else 1)} {unit}"


def _published(nation: Nation, found: Projection, lang: str) -> None:
    """Figures of the years asked for and later ones; the rest are in JSON."""
    written = {row.id: row for row in nation.pack.published_outlooks}
    beside, rows = _beside(nation), []
    later = found.published.filter(pl.col("year") > found.base_year + 1).sort("year", "id")
    for r in later.iter_rows(named=True):
        row = written[r["id"]]
        value = _amount(r["value"], r["unit"])
        if r["low"] is not None and r["high"] is not None:
            value = f"{_span(r['low'], r['high'])} {r['unit']}"
        ours = [_ours(r, o) for o in beside]
        compared = any(told is not None for told in ours)
        inside = ", ".join(label(nation, "outlooks", o, lang) for o in r["inside"])
        held = (inside or text("outlook.none", lang)) if compared else text("outlook.not_compared", lang)
        how = text(f"outlook.trust_{r['trust']}", lang)
        rows.append((str(r["year"]), row.label[lang], _what(nation, row, lang), value, how, *ours, held))
    heads = _heads(("year", "who", "what", "figure", "trust"), lang)
    ours_head = text("outlook.ours", lang)
    heads |= {o: f"{ours_head}: {label(nation, 'outlooks', o, lang)}" for o in beside}
    heads["inside"] = text("outlook.inside", lang)
    if out.width >= WIDE:
        _table(rows, heads, text("outlook.published", lang))
    else:
        _listed(rows, list(heads.values()), text("outlook.published", lang))


def _listed(rows: Iterable[tuple[str | None, ...]], heads: list[str], title: str) -> None:
    """What would stand in columns of a few letters each on a narrow screen, in two lines a figure."""
    out.print(title, style="italic")
    for year, who, what, value, how, *rest in rows:
        out.print(f"{year}  [bold]{value}[/bold]  {who}: {what} ({how})", highlight=False)
        told = [f"{head}: {one}" for head, one in zip(heads[5:], rest, strict=True) if one is not None]
        out.print(f"      [dim]{'; '.join(told)}[/dim]", highlight=False)
    out.print()


def _beside(nation: Nation) -> list[str]:
    """The outlooks that published figures stand beside: the middle one, and the first pessimistic one."""
    calm = [o.id for o in nation.pack.outlooks if not o.pessimistic]
    bleak = [o.id for o in nation.pack.outlooks if o.pessimistic]
    return [*calm[len(calm) // 2 :][:1], *bleak[:1]]


def _ours(row: Mapping[str, Any], outlook: str) -> str | None:
    low, high = row[f"{outlook}_low"], row[f"{outlook}_high"]
    if low is None or high is None:
        return None
    return f"{percent(low)}–{percent(high)}" if row["unit"] == "1" else _span(low, high)


def _weeks(nation: Nation, found: Projection, case: SupplyCase, lang: str) -> None:
    last = max(found.years)
    here = found.weeks.filter((pl.col("supply") == case.id) & (pl.col("year") == last))
    cell = {(r["outlook"], r["week"]): r for r in here.iter_rows(named=True)}
    outlooks = [o.id for o in nation.pack.outlooks]
    rows = []
    for week in nation.pack.winter_weeks:
        line = []
        for o in outlooks:
            r = cell[o, week.id]
            year = f" ({r['first_year']})" if r["first_year"] is not None else ""
            line.append(f"{number(r['headroom'], 2)}{year}")
        rows.append((week.label[lang], *line))
    heads = {"week": text("outlook.week", lang)}
    heads |= {o: label(nation, "outlooks", o, lang) for o in outlooks}
    title = text("outlook.weeks", lang, year=last, supply=case.label[lang])
    _table(rows, heads, title, [text("outlook.weeks_note", lang)])


def _first(nation: Nation, found: Projection, lang: str) -> None:
    """Which winter week breaks first, in each outlook and supply case."""
    last = max(found.years)
    out.print(f"[bold]{text('outlook.first', lang)}[/bold]")
    for one in nation.pack.outlooks:
        for case in nation.pack.supply_cases:
            broken = found.breaks(one.id, case.id)
            tight, _ = found.tightest(one.id, case.id, last)
            row = found.weeks.filter(
                (pl.col("outlook") == one.id)
                & (pl.col("supply") == case.id)
                & (pl.col("year") == last)
                & (pl.col("week") == tight)
            ).row(0, named=True)
            said = {
                "outlook": one.label[lang],
                "supply": case.label[lang],
                "headroom": number(row["headroom"], 2),
                "range": _span(row["low"], row["high"], 2),
                "last": last,
                "week": label(nation, "winter_weeks", broken[0] if broken else tight, lang),
            }
            key = "outlook.breaks" if broken else "outlook.holds"
            line = text(key, lang, **said, **({"year": broken[1]} if broken else {}))
            out.print(f"  {line}", highlight=False, soft_wrap=True)
            if one.pessimistic and not one.bound:
                _dark(nation, found, one.id, case.id, lang)
    out.print()


def _dark(nation: Nation, found: Projection, outlook: str, case: str, lang: str) -> None:
    """What the worst week of the last year lacks."""
    if "share" not in found.shed.columns:
        return
    here = found.shed.filter(
        (pl.col("outlook") == outlook) & (pl.col("supply") == case) & (pl.col("year") == max(found.years))
    )
    lacking = float(here["energy_mwh"].sum())
    if here.is_empty() or lacking <= 0:
        return
    wanted = float((here["energy_mwh"] / here["share"]).fill_nan(0).sum())
    worst = here.sort("share", descending=True).head(3)
    areas = ", ".join(
        f"{label(nation, 'areas', a, lang)} {percent(s, 0)}"
        for a, s in worst.select("area", "share").iter_rows()
    )
    line = text(
        "outlook.dark",
        lang,
        share=percent(lacking / wanted, 0),
        gwh=number(lacking / 1e3),
        gw=number(float(here["most_mw"].sum()) / 1e3),
        areas=areas,
        money=money(float(here["value_added"].sum()), lang),
    )
    out.print(f"    [dim]{line}[/dim]", highlight=False, soft_wrap=True)


def _needs(nation: Nation, found: Projection, one: Outlook, case: SupplyCase, lang: str) -> None:
    here = found.needs.filter((pl.col("outlook") == one.id) & (pl.col("supply") == case.id))
    if here.is_empty():
        return
    total = {(r["way"], r["item"]): r for r in here.filter(pl.col("place") == "").iter_rows(named=True)}
    plants = total["plants", "plants"]
    title = text(
        "outlook.needs", lang, outlook=one.label[lang], year=max(found.years), supply=case.label[lang]
    )
    lines = []
    places = here.filter((pl.col("way") == "plants") & (pl.col("item") == "plants") & (pl.col("place") != ""))
    named = ", ".join(
        f"{label(nation, 'areas', a, lang)} {number(v, 1)}"
        for a, v in places.sort("value", descending=True).select("place", "value").iter_rows()
        if v >= 0.05
    )
    spread = _span(plants["low"], plants["high"])
    lines.append(
        text("outlook.need_plants", lang, gw=number(plants["value"]), range=spread, places=named or "—")
    )
    lines.append(_by_ties(nation, here, total, lang))
    lines += _other_means(nation, total, lang)
    out.print(f"[bold]{title}[/bold]")
    for line in lines:
        out.print(f"  {line}", highlight=False, soft_wrap=True)
    out.print()


def _by_ties(
    nation: Nation, here: pl.DataFrame, total: Mapping[tuple[str, str], Mapping[str, Any]], lang: str
) -> str:
    """What interties can do by themselves."""
    free = number(total["ties_alone", "share"]["value"], 2)
    rows = here.filter((pl.col("way") == "ties") & (pl.col("item") == "ties")).sort("value", descending=True)
    if rows.is_empty():
        return text("outlook.need_ties_no", lang, headroom=free)
    named = []
    for place, value in rows.select("place", "value").iter_rows():
        start, _, end = place.partition(">")
        named.append(
            f"{label(nation, 'areas', start, lang)}→{label(nation, 'areas', end, lang)} {number(value, 1)}"
        )
    return text("outlook.need_ties", lang, ties=", ".join(named))


def _other_means(nation: Nation, total: Mapping[tuple[str, str], Mapping[str, Any]], lang: str) -> list[str]:
    lines = []
    store = total.get(("storage", "storage"))
    if store is not None:
        pumped = sum(nation.reading.tables["power-areas"]["pumped"].to_list()) / 1e3
        today = pumped * nation.pack.parameter("pump-hours", "hour")
        lines.append(
            text(
                "outlook.need_storage",
                lang,
                gwh=number(store["value"]),
                gw=number(total["storage", "storage-power"]["value"]),
                times=number(store["value"] / today),
                today=number(today),
            )
        )
    figures = {p.id: p.figure for p in nation.pack.parameters}
    if ("response", "plants") in total:
        lines.append(
            text(
                "outlook.need_response",
                lang,
                share=percent(total["response_alone", "share"]["value"], 0),
                most=percent(figures["load-response"].high, 0),
                gw=number(total["response", "plants"]["value"]),
            )
        )
    if ("reserve", "plants") in total:
        reserve = percent(figures["outlook-reserve"].to("1"))
        lines.append(
            text(
                "outlook.need_reserve", lang, reserve=reserve, gw=number(total["reserve", "plants"]["value"])
            )
        )
    return lines
