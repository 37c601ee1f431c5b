"""A synthetic assessment with the real pack's ids: figures are random, the same every time, and mean nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from bench import _made

from kaname.autonomy.beside import NOTHING
from kaname.autonomy.dependence import Dependence
from kaname.autonomy.methods import METHODS
from kaname.autonomy.power_days import BALANCES
from kaname.data import hsnames
from kaname.data.baci import TradeTable
from kaname.pack.coverage import coverage
from kaname.pack.model import Pack
from kaname.pack.reader import load
from kaname.pack.survey import survey
from kaname.strategy.assess import named_products
from kaname.strategy.assessment import Assessment
from kaname.strategy.register import Review, Vulnerability, review
from kaname.strategy.strengths import yearly
from kaname.strategy.ties import THROUGH

READING = load("japan")
GEO: Path = READING.data
ORIGINS = ("CHN", "AUS", "USA", "SAU", "ARE", "KOR", "VNM", "IDN", "CHL", "ZAF", "CAN", "DEU", "RUS", "QAT")
PARTNERS = ("CHN", "USA", "KOR", "TWN", "DEU", "AUS", "THA", "VNM", "IDN", "IND", "SGP", "FRA", "XEU", "XAS")
ASOF = date(2026, 11, 23)
KINDS = ("industry", "good", "facility")


def _rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def goods(pack: Pack) -> tuple[pl.DataFrame, pl.DataFrame]:
    rng, rows, suppliers = _rng(1), [], []
    for n, good in enumerate(pack.goods):
        if n % 11 == 10:  # a good without data
            rows.append((good.id, None, None, None, None, None, None, None, None, None, None, good.status))
            continue
        shares = np.sort(rng.dirichlet(np.full(6, 0.5)))[::-1]
        origins = rng.permutation(ORIGINS)[:6]
        value = float(rng.lognormal(6, 1.5))
        for year, shifted in ((2020, shares[::-1]), (2023, shares)):
            suppliers += [
                (good.id, str(o), year, value * float(s), float(s))
                for o, s in zip(origins, shifted, strict=True)
            ]
        stock, reserve = good.stock.value, good.reserve.value if good.reserve else None
        home = good.domestic.value if good.domestic else None
        hhi = float((shares**2).sum())
        lead = float(rng.uniform(4, 30))
        many = int((shares > 0.01).sum())
        trade = (good.id, value, 2023, str(origins[0]), float(shares[0]), hhi, many)
        rows.append((*trade, stock, lead, reserve, home, good.status))
    names = ("good", "imports", "year", "largest_origin", "largest_share", "hhi", "suppliers", "stock_days")
    schema = [*names, "lead_days", "reserve_days", "domestic_share", "status"]
    return (
        pl.DataFrame(rows, schema, orient="row", infer_schema_length=None),
        pl.DataFrame(suppliers, ["good", "origin", "year", "value", "share"], orient="row"),
    )


def dependence() -> pl.DataFrame:
    rng = _rng(2)
    held = hsnames.read_embedded(GEO)
    codes = [code for code in sorted(held.names["HS92"]) if code.startswith(("25", "26", "28", "81"))][::4][
        :74
    ]
    rows: list[dict[str, Any]] = []
    for n, code in enumerate(codes):
        top, hhi = float(rng.uniform(0.2, 1)), float(rng.uniform(0.1, 1))
        rows.append(
            {
                "hs6": code,
                "name": held.describe(code),
                "imports": float(rng.lognormal(4, 2)),
                "exports": float(rng.lognormal(2, 2)),
                "hhi": hhi,
                "hhi_quantity": None if n % 9 == 0 else hhi * 0.9,
                "largest_origin": str(rng.choice(ORIGINS)),
                "largest_share": top,
                "outside_share": 1.0,
                "world_hhi": float(rng.uniform(0.1, 0.9)),
                "import_export_ratio": float(rng.lognormal(1, 2)),
                **{m.id: None if n % 13 == 0 else bool(rng.random() < 0.5) for m in METHODS},
                **{f"{m.id}_quantity": bool(rng.random() < 0.5) for m in METHODS},
            }
        )
    return pl.DataFrame(rows)


def ties(flags: pl.DataFrame, pack: Pack) -> dict[str, pl.DataFrame]:
    """Methods, agreement, ways through third countries, holds."""
    found = Dependence("JPN", 2023, frozenset(), METHODS, flags, pl.DataFrame(), "made up")
    rng = _rng(8)
    moves = pl.DataFrame(
        {"method": [m.id for m in METHODS], "entered": 2, "left": 1, "turnover": [0.1] * len(METHODS)}
    )
    ways = [
        (g.id, c, d := float(rng.uniform(0, 0.4)), d + float(rng.uniform(0, 0.4)), None, None)
        for g in pack.goods[:9]
        for c in ORIGINS[:3]
    ]
    shares = [
        (i.id if n else "", c, 0.01, 0.02, float(rng.uniform(0.02, 0.2)), 1e5)
        for n, i in enumerate(pack.industries[:5])
        for c in PARTNERS
    ]
    held = [
        (
            p,
            g.id,
            3.0,
            float(rng.lognormal(6, 1)),
            1e-6,
            1e-4,
            -100.0,
            None,
            60,
            0.4,
            50.0,
            0.3,
            60.0,
            *[None] * 4,
        )
        for g in pack.goods[:4]
        for p in PARTNERS[:2]
    ]
    four = ("use", "covered", "replaceable", "replace_days")
    names = ["partner", "product", "their_loss", "our_loss", "their_share", "our_share", "net"]
    names += ["their_felt", "our_felt", *(f"our_{f}" for f in four), *(f"their_{f}" for f in four)]
    return {
        "methods": found.counts.join(moves, on="method"),
        "agreement": found.agreement,
        "through": pl.DataFrame(ways, THROUGH, orient="row"),
        "industry_exposure": pl.DataFrame(
            shares, ["industry", "region", "direct", "added", "through", "output"], orient="row"
        ),
        "leverage_products": pl.DataFrame(held, names, orient="row", infer_schema_length=None),
    }


def scenarios(pack: Pack, days: int) -> dict[str, pl.DataFrame]:
    rng, rows, daily = _rng(3), [], []
    gdp_day = 4_200_000 / 365
    for n, s in enumerate(pack.scenarios):
        loss = float(rng.lognormal(8.5, 1.8))
        part = float(rng.uniform(0.05, 0.9))
        peak = int(rng.integers(0, 40))
        curve = np.exp(-np.abs(np.arange(days) - peak) / rng.uniform(3, 40))
        curve *= loss / curve.sum()
        daily += [(s.id, d, float(v), float(v / gdp_day)) for d, v in enumerate(curve)]
        back = None if n % 5 == 0 else int(peak + rng.integers(10, 100))
        worst = float(curve.max() / gdp_day)
        money = (loss, loss * 0.4, loss * 2.1, loss * part, loss * (1 - part), loss * 1.7)
        rows.append((s.id, *money, peak, worst, back, loss / 4_200_000))
    schema = ["scenario", "loss", "low", "high", "direct", "indirect", "world_loss", "peak_day", "peak_share"]
    return {
        "scenarios": pl.DataFrame(
            rows, [*schema, "recovered_day", "share_of_gdp"], orient="row", infer_schema_length=None
        ),
        "daily": pl.DataFrame(daily, ["scenario", "day", "loss", "share"], orient="row"),
    }


def details(pack: Pack) -> dict[str, pl.DataFrame]:
    rng = _rng(4)
    industries, stops, short, necks = [], [], [], []
    people = [f"JPN:{i.id}" for i in pack.industries]
    for s in pack.scenarios:
        for i in rng.permutation(len(pack.industries))[:12]:
            a, b = rng.lognormal(4, 1.5), rng.lognormal(5, 1.5)
            low = float(rng.uniform(0.1, 1))
            first = int(rng.integers(0, 60)) if low < 0.9 else None
            industries.append(
                (
                    s.id,
                    f"{pack.industries[i].id}",
                    float(a + b),
                    float(a),
                    float(b),
                    low,
                    int(rng.integers(0, 90)),
                    first,
                )
            )
        for k in range(9):
            kind = KINDS[k % 3]
            pool = {"industry": people, "good": [f"SAU/{g.id}" for g in pack.goods]}.get(
                kind, [f.id for f in pack.facilities]
            )
            cause = ("capacity", "input", "demand")[int(rng.integers(0, 3))]
            via = pack.goods[int(rng.integers(0, len(pack.goods)))].id if cause == "input" else s.id
            stops.append(
                (
                    s.id,
                    int(k * rng.integers(0, 9)),
                    str(rng.choice(pool)),
                    kind,
                    float(rng.uniform(0, 0.9)),
                    cause,
                    via,
                )
            )
        for i in rng.permutation(len(people))[:7]:
            short.append(
                (
                    s.id,
                    people[i],
                    float(rng.lognormal(0, 1)),
                    float(rng.uniform(0, 1)),
                    int(rng.integers(0, 90)),
                )
            )
        for _ in range(6):
            good = pack.goods[int(rng.integers(0, len(pack.goods)))].id
            necks.append(
                (
                    s.id,
                    good,
                    str(rng.choice(people)),
                    f"{rng.choice(ORIGINS)}/{good}",
                    int(rng.integers(1, 90)),
                    float(rng.lognormal(5, 1)),
                )
            )
    names = ["scenario", "industry", "loss", "direct", "indirect", "lowest", "lowest_day", "below_90"]
    return {
        "industries": pl.DataFrame(industries, names, orient="row", infer_schema_length=None).sort(
            "scenario", "loss", descending=[False, True]
        ),
        "stops": pl.DataFrame(
            stops, ["scenario", "day", "node", "kind", "level", "cause", "via"], orient="row"
        ).sort("scenario", "day", "node"),
        "shortfall": pl.DataFrame(
            short, ["scenario", "node", "shortfall", "peak_share", "peak_day"], orient="row"
        ).sort("scenario", "shortfall", descending=[False, True]),
        "bottlenecks": pl.DataFrame(
            necks, ["scenario", "input", "user", "supplier", "days", "loss"], orient="row"
        ).sort("scenario", "loss", descending=[False, True]),
    }


def answers(pack: Pack, alone: dict[str, float]) -> dict[str, pl.DataFrame]:
    rng, pairs, relief, measures = _rng(5), [], [], []
    ids = list(alone)
    for n, a in enumerate(ids):
        for b in ids[n + 1 :]:
            total = alone[a] + alone[b]
            extra = min(alone[a], alone[b]) * float(rng.normal(0, 0.4))
            pairs.append((a, b, total + extra, total, extra))
        p, r = float(rng.uniform(0.5, 1)), float(rng.uniform(0.6, 1))
        relief.append((a, alone[a], alone[a] * p, alone[a] * r, alone[a] * p * r))
        for m in rng.permutation(len(pack.measures))[:6]:
            saved = alone[a] * float(rng.uniform(-0.01, 0.3))
            measures.append((pack.measures[m].id, a, alone[a], alone[a] - saved, saved))
    return {
        "pairs": pl.DataFrame(pairs, ["a", "b", "loss", "sum", "extra"], orient="row"),
        "relief": pl.DataFrame(
            relief, ["scenario", "none", "prevention", "resolution", "both"], orient="row"
        ),
        "measures": pl.DataFrame(
            measures, ["measure", "scenario", "without", "with_measure", "saved"], orient="row"
        ),
    }


def abroad(products: list[str]) -> dict[str, pl.DataFrame]:
    rng, partners, rows = _rng(6), [], []
    for p in PARTNERS:
        ours, theirs = float(rng.lognormal(9, 1)), float(rng.lognormal(9, 1))
        partners.append((p, ours, theirs, ours / 4.2e6, theirs / float(rng.uniform(3e5, 2e7)), theirs - ours))
    for code in products[:12]:
        for p in PARTNERS[:3]:
            flags = {m.id: bool(rng.random() < 0.6) for m in METHODS}
            rows.append(
                {
                    "hs6": code,
                    "partner": p,
                    "imports": float(rng.lognormal(3, 1)),
                    "share_from_home": float(rng.uniform(0.3, 1)),
                    "world_share": float(rng.uniform(0.05, 0.6)),
                    **flags,
                }
            )
    names = ["partner", "our_loss", "their_loss", "our_share", "their_share", "net"]
    return {"leverage": pl.DataFrame(partners, names, orient="row"), "dependents": pl.DataFrame(rows)}


def open_points(pack: Pack) -> dict[str, pl.DataFrame]:
    found = [
        (str(f.kind), f.subject, f.message.ja, f.message.en, f"{f.place}")
        for f in survey(pack, READING.places)
    ]
    covers = []
    for c in coverage(pack):
        reason = c.item.reason
        ids = ",".join(sorted(x.id for x in c.citations))
        covers.append(
            (c.item.id, c.item.asks, ids, reason.ja if reason else None, reason.en if reason else None)
        )
    notes = [
        (
            "豪州のウランの価額を上限で抑えた。",
            "Uranium from Australia was capped at what its users' value added can hold.",
        )
    ]
    return {
        "findings": pl.DataFrame(found, ["kind", "subject", "ja", "en", "place"], orient="row"),
        "coverage": pl.DataFrame(
            covers,
            ["digest", "asks", "cited_by", "reason_ja", "reason_en"],
            orient="row",
            infer_schema_length=None,
        ),
        "notes": pl.DataFrame(notes, ["ja", "en"], orient="row"),
    }


def reviewed(pack: Pack, own: pl.DataFrame, saved: pl.DataFrame) -> Review:
    """The register's own review of the real pack, with the synthetic figures handed in."""
    high = own.filter(pl.col("largest_share") >= 0.5)
    weak = [Vulnerability(*row) for row in high.select("good", "largest_origin", "largest_share").iter_rows()]
    effects: dict[str, dict[str, float]] = {}
    for measure, scenario, value in saved.select("measure", "scenario", "saved").iter_rows():
        effects.setdefault(measure, {})[scenario] = value
    return review(pack, ASOF, weak, effects)


@cache
def assessment() -> Assessment:
    """The whole."""
    pack, days = READING.pack, 180
    own, suppliers = goods(pack)
    runs = scenarios(pack, days)
    alone: dict[str, float] = dict(runs["scenarios"].select("scenario", "loss").iter_rows())
    products = dependence()
    helped = answers(pack, alone)
    return Assessment(
        pack=pack,
        asof=ASOF,
        days=days,
        pair_days=90,
        gdp=4_200_000.0,
        goods=own,
        good_suppliers=suppliers,
        dependence=products,
        **runs,
        **details(pack),
        **helped,
        **abroad(products["hs6"].to_list()),
        **ties(products, pack),
        review=reviewed(pack, own, helped["measures"]),
        **open_points(pack),
        power=power(pack),
        **lasting(pack),
    )


def lasting(pack: Pack) -> dict[str, pl.DataFrame]:
    """Strengths, and flags over the years, of a made trade table."""
    parts = []
    for year in (2021, 2022, 2023):
        made = _made.year(rows=6_000, products=40, countries=30, seed=year)
        parts.append(
            pl.DataFrame(
                {
                    "year": pl.Series(np.full(len(made.value), year, np.int16)),
                    "exporter": pl.Series(made.countries).gather(made.exporter),
                    "importer": pl.Series(made.countries).gather(made.importer),
                    "hs6": pl.Series(made.products).gather(made.product),
                    "value_kusd": made.value * 1000,
                    "quantity_t": pl.Series(made.quantity).fill_nan(None),
                }
            )
        )
    found = dict(yearly(pack, TradeTable(pl.concat(parts)), NOTHING))
    names = hsnames.read_embedded(GEO)
    return {**found, "strengths": named_products(found["strengths"], names)}


def power(pack: Pack) -> pl.DataFrame:
    """A usual and a struck day of each area."""
    rng, rows = _rng(31), []
    items = [*(f.id for f in pack.fuels), "demand", "drawn", "in", "lacking"]
    for state, scenario in (("usual", ""), ("struck", pack.scenarios[0].id)):
        for area in pack.areas:
            for item in items:
                mw = float(rng.uniform(-800, 800) if item in ("in", "drawn") else rng.uniform(0, 5000))
                mw = 0.0 if state == "usual" and item == "lacking" else mw
                rows.append((state, "peak", scenario, area.id, item, mw))
    return pl.DataFrame(rows, BALANCES, orient="row")


def empty() -> Assessment:
    """The same with nothing in any frame, and a register without measures."""
    whole = assessment()
    bare: dict[str, Any] = {
        name: frame.clear() for name, frame in whole.tables().items() if not name.startswith("review_")
    }
    pack = whole.pack.model_copy(
        update={"measures": (), "scenarios": (), "digest": (), "infrastructures": ()}
    )
    return replace(whole, **bare, review=review(pack, ASOF))
