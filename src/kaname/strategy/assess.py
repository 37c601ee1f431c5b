"""The yearly job: ask every question of the pack and hold the answers as frames (floor 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from kaname.autonomy.beside import NOTHING, Beside
from kaname.autonomy.dependence import Dependence, both_bases, dependents
from kaname.autonomy.exposure import industry_exposure
from kaname.autonomy.power_days import balances
from kaname.autonomy.stress import Stress, pairs, ranges, stress
from kaname.autonomy.suppliers import goods_dependence, goods_history
from kaname.cascade.pool import Pool
from kaname.cascade.settings import Settings
from kaname.data.baci import Trade, TradeTable
from kaname.data.hsnames import HsNames
from kaname.data.routes import Routes
from kaname.data.tables import InterCountryTable
from kaname.indispensability.leverage import Leverage, leverage
from kaname.network.build import Built
from kaname.network.routes import through_passages
from kaname.network.tables import Kind
from kaname.pack.coverage import coverage
from kaname.pack.figures import Figure
from kaname.pack.measures import Measure
from kaname.pack.model import Good, Pack
from kaname.pack.reach import Through
from kaname.pack.reader import Reading
from kaname.pack.scenarios import Scenario
from kaname.pack.survey import OUTLOOK_ONLY, survey
from kaname.planning.relief import Relief, relief
from kaname.strategy.assessment import LEVERAGE_DAYS, RELIEF_DAYS, Assessment
from kaname.strategy.register import Review, review, vulnerabilities
from kaname.strategy.strengths import yearly
from kaname.strategy.struck import run_down, shaken
from kaname.strategy.ties import method_table, through_table, with_holds

Progress = Callable[[str, float], None]
TRIFLING = 0.02
"""Origins under this share of a good's supply do not count when asking which passages it comes through."""
POWER_SEASON = "peak"
"""Kind of day of the power balances."""
PARTS = {"stress": 0.15, "leverage": 0.14, "ranges": 0.2, "measures": 0.28, "pairs": 0.2}
"""The runs, as a share of the time of the whole work."""


@dataclass(frozen=True)
class Materials:
    """What an assessment works on."""

    reading: Reading
    built: Built
    trade: Trade
    routes: Routes
    names: HsNames
    settings: Settings
    table: InterCountryTable
    beside: Beside = NOTHING
    history: TradeTable | None = None
    """Trade over more years in a few products."""

    @property
    def pack(self) -> Pack:
        """The pack."""
        return self.reading.pack


def assess(
    what: Materials,
    *,
    days: int = 365,
    pair_days: int = 90,
    asof: date | None = None,
    progress: Progress | None = None,
) -> Assessment:
    """Dependence, stress alone and in pairs, relief, leverage and register, all on one network.

    ``progress`` is told what is under way and the share of the work done. Raises ``InputProblems`` for a run of no
    days.
    """
    pack, home, nodes = what.pack, what.built.network.is_home, what.built.network.nodes
    pair_days = min(pair_days, days)
    asof = asof or date.fromisoformat(pack.asof)
    with Pool() as pool:
        first = _First.ask(what, days, pool, told := _told(progress))
        # while scenarios run, what can be told without them
        by_good = goods_dependence(what.trade, pack.goods, pack.home, pack.trade_year, beside=what.beside)
        suppliers = _suppliers(what)
        through = _through(what, suppliers)
        wanted = _meant(pack, review(pack, asof, through=through))
        tables = _tables(what, by_good)
        ran = _run(what, first, wanted, days, pair_days, pool, told)
    found, eased, levers = ran.stress, ran.relief, ran.leverage
    return Assessment(
        pack=pack,
        asof=asof,
        days=days,
        pair_days=pair_days,
        gdp=365.0 * float(nodes.value_added[home].sum()),
        good_suppliers=suppliers,
        scenarios=found.scenarios,
        daily=found.daily,
        industries=found.industries,
        stops=found.stops,
        shortfall=found.shortfall,
        bottlenecks=found.bottlenecks,
        pairs=ran.pairs,
        relief=eased.together,
        measures=eased.alone,
        leverage=levers.frame,
        leverage_products=levers.products,
        dependents=with_holds(_dependents(what), levers.products, pack),
        review=review(pack, asof, vulnerabilities(by_good), _saved(eased.alone), through=through),
        stocks=ran.stocks,
        **tables,
    )


def _tables(what: Materials, by_good: Dependence) -> Mapping[str, Any]:
    """Fields of the assessment that rest on no run of it."""
    pack, home, year = what.pack, what.pack.home, what.pack.trade_year
    by_product = both_bases(what.trade, home, year, beside=what.beside)
    lasting = dict(yearly(pack, what.trade, what.beside))
    if "strengths" in lasting:
        lasting["strengths"] = named_products(lasting["strengths"], what.names)
    return {
        "goods": goods_table(what, by_good),
        "dependence": named_products(by_product.frame, what.names),
        "methods": method_table(by_product, what.trade, what.beside),
        "agreement": by_product.agreement,
        "through": through_table(what.trade, pack.goods, home, year),
        "industry_exposure": industry_exposure(what.table, home),
        "findings": _findings(what.reading),
        "coverage": _coverage(pack),
        "notes": pl.DataFrame([(n.ja, n.en) for n in what.built.notes], ["ja", "en"], orient="row"),
        "power": balances(what.built, what.reading.tables, what.settings, POWER_SEASON),
        "shaken": shaken(pack, what.reading.tables),
        **lasting,
    }


Told = Callable[[str], Callable[[float], None]]


@dataclass(frozen=True)
class _First:
    """What the cascade is asked first: each scenario's course alone, on which other questions build, and leverage,
    which keeps the threads busy until these can be asked."""

    stress: Future[Stress]
    leverage: Future[Leverage]

    @classmethod
    def ask(cls, what: Materials, days: int, pool: Pool, told: Told) -> _First:
        """Ask both: scenarios over ``days`` days, a stop of trade over half a year at most, beside each other on
        ``pool``."""
        half = min(days, LEVERAGE_DAYS)
        alone = pool.beside(
            stress, what.built, what.pack.scenarios, what.settings, days, told("stress"), pool
        )
        return cls(
            alone, pool.beside(leverage, what.built, what.settings, half, half, told("leverage"), pool)
        )


@dataclass(frozen=True)
class Ran:
    """What the cascade answered."""

    stress: Stress
    pairs: pl.DataFrame
    leverage: Leverage
    relief: Relief
    stocks: pl.DataFrame


def _run(
    what: Materials,
    first: _First,
    wanted: Iterable[tuple[Measure, Scenario]],
    days: int,
    pair_days: int,
    pool: Pool,
    told: Told,
) -> Ran:
    """All else that is run, once each scenario's course alone is known."""
    built, scenarios, settings = what.built, what.pack.scenarios, what.settings
    relief_days = min(days, RELIEF_DAYS)
    found = first.stress.result()
    ends = pool.beside(ranges, built, scenarios, settings, days, told("ranges"), found.felt, pool)
    order = pool.beside(run_down, built, found.scenarios, days, settings)
    paired = [s for s in scenarios if s.paired]
    both = pool.beside(
        pairs, built, paired, found.within(pair_days), settings, pair_days, told("pairs"), found.felt, pool
    )
    # last: among its batches are the smallest
    none, measures = found.within(relief_days), what.pack.measures
    eased = pool.beside(
        relief, built, scenarios, none, measures, wanted, settings, relief_days, told("measures"), found.felt, pool
    )  # fmt: skip
    return Ran(
        found.ranged(ends.result()), both.result(), first.leverage.result(), eased.result(), order.result()
    )


def _told(progress: Progress | None) -> Told:
    """For each part of the runs, whom to tell its share done."""
    done = dict.fromkeys(PARTS, 0.0)

    def part(name: str) -> Callable[[float], None]:
        def tick(share: float) -> None:
            done[name] = share
            if progress:
                progress(name, sum(PARTS[one] * part for one, part in done.items()))

        return tick

    return part


def named_products(frame: pl.DataFrame, names: HsNames) -> pl.DataFrame:
    """``frame`` with the name of each HS code beside it."""
    name = [names.describe(code) for code in frame["hs6"]]
    rest = [c for c in frame.columns if c != "hs6"]
    return frame.select("hs6", pl.Series("name", name, pl.String), *rest)


def goods_table(what: Materials, table: Dependence) -> pl.DataFrame:
    """The critical goods: on whom, how concentrated, how many days; columns as in ``Assessment.goods``."""
    lead = _lead_days(what.built)

    def days(figure: Figure | None) -> float | None:
        return figure.to("day") if figure is not None and figure.known else None

    def row(good: Good) -> tuple[object, ...]:
        domestic = good.domestic.to("1") if good.domestic is not None and good.domestic.known else None
        return good.id, days(good.stock), lead.get(good.id), days(good.reserve), domestic, good.status

    own: list[str] = ["good", "stock_days", "lead_days", "reserve_days", "domestic_share", "status"]
    ours = pl.DataFrame([row(g) for g in what.pack.goods], own, orient="row", infer_schema_length=None)
    frame = table.frame.with_columns(
        year=pl.lit(table.year), suppliers=pl.col("suppliers_above_1pct"), imports=pl.col("imports")
    )
    flags = [name for m in table.methods for name in (m.id, f"{m.id}_why")]
    return ours.join(frame, on="good", how="left", maintain_order="left").select(
        *["good", "imports", "year", "largest_origin", "largest_share", "hhi", "suppliers"],
        *own[1:],
        *flags,
    )


def _lead_days(built: Built) -> dict[str, float]:
    """Days at sea of home's supply of each good, weighted by share and use."""
    net = built.network
    slots, links = net.slots, net.links
    use = links.share * (slots.need * net.nodes.output[slots.user])[links.slot]
    user = slots.user[links.slot]
    mine = (
        net.is_home[user]
        & (net.nodes.kind[user] == Kind.INDUSTRY)
        & (net.nodes.kind[links.supplier] == Kind.GOOD)
    )
    frame = pl.DataFrame({"product": slots.product[links.slot], "use": use, "lead": links.lead}).filter(
        pl.Series(mine)
    )
    mean = (pl.col("lead") * pl.col("use")).sum() / pl.col("use").sum()
    rows = frame.group_by("product").agg(lead=mean).iter_rows()
    return {net.products[product]: lead for product, lead in rows}


def _suppliers(what: Materials) -> pl.DataFrame:
    """good, origin, year, value, share: the years that the trade data hold, the last first."""
    found = goods_history(what.trade, what.pack.goods, what.pack.home, what.pack.trade_year)
    told = found.select("good", "origin", pl.col("year").cast(pl.Int32), "value", "share")
    return told.sort("good", "year", "share", "origin", descending=[False, True, True, False])


def _dependents(what: Materials) -> pl.DataFrame:
    """Products of which some partner gets at least half from home, or of which home sells a tenth of the world's."""
    found = dependents(what.trade, what.pack.home, what.pack.trade_year, beside=what.beside)
    strong = (pl.col("share_from_home") >= 0.5) | (pl.col("world_share") >= 0.1)
    kept = found.filter(strong & (pl.col("imports") >= 1.0))
    return named_products(kept, what.names).sort(
        "world_share", "hs6", "partner", descending=[True, False, False]
    )


def _through(what: Materials, suppliers: pl.DataFrame) -> Through:
    """Which goods come through which passage, and from where."""
    latest = suppliers.filter(pl.col("share") >= TRIFLING)
    origins = latest.group_by("good", maintain_order=True).agg(pl.col("origin").unique().sort())
    return through_passages(what.pack, what.routes, dict(origins.iter_rows()))


def _meant(pack: Pack, found: Review) -> Iterable[tuple[Measure, Scenario]]:
    """Measures that act on the model, with the scenarios that they say they answer."""
    measures = {m.id: m for m in pack.measures if m.effects}
    scenarios = {s.id: s for s in pack.scenarios}
    return [
        (measures[a.measure], scenarios[a.subject])
        for a in found.answers
        if a.measure in measures and a.subject in scenarios and a.effects and a.how == "listed"
    ]


def _saved(single: pl.DataFrame) -> dict[str, dict[str, float]]:
    saved: dict[str, dict[str, float]] = {}
    for measure, scenario, amount in single.select("measure", "scenario", "saved").iter_rows():
        saved.setdefault(measure, {})[scenario] = amount
    return saved


def _findings(reading: Reading) -> pl.DataFrame:
    rows = [
        (str(f.kind), f.subject, f.message.ja, f.message.en, str(f.place))
        for f in survey(reading.pack, reading.places)
        if f.list not in OUTLOOK_ONLY
    ]
    return pl.DataFrame(rows, ["kind", "subject", "ja", "en", "place"], orient="row")


def _coverage(pack: Pack) -> pl.DataFrame:
    rows = [
        (
            c.item.id,
            c.item.asks,
            ", ".join(citation.id for citation in c.citations),
            c.item.reason.ja if c.item.reason else None,
            c.item.reason.en if c.item.reason else None,
        )
        for c in coverage(pack)
    ]
    return pl.DataFrame(
        rows, ["digest", "asks", "cited_by", "reason_ja", "reason_en"], orient="row", infer_schema_length=None
    )
