"""Trade of the whole world: figures in memory beside pandas, Polars and DuckDB; from disk; and over many years.

Tables are made (``bench/_made.py``), as large as BACI's: eleven million rows a year.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import kaname as kn
from bench import _made
from bench.harness import Missing, Row, Work, alone
from kaname.autonomy.beside import Beside
from kaname.autonomy.dependence import both_bases
from kaname.data.add_baci import add_baci
from kaname.data.concentration import concentration
from kaname.data.stored_trade import stored_trade
from kaname.data.trade_year import TradeYear

GOAL_PANDAS, GOAL_BEST = 10.0, 5.0
INSIDE = 3
"""So many countries are inside, for the outside share."""
YEARS = int(os.environ.get("KANAME_BENCH_YEARS", "25"))


def as_year(made: _made.Made, year: int = 2023) -> TradeYear:
    """A made year as arrays."""
    start = np.searchsorted(made.product, np.arange(len(made.products) + 1))
    value = made.value / 1000
    known = np.where(np.isnan(made.quantity), 0.0, value)
    return TradeYear(
        year,
        made.products,
        made.countries,
        start.astype(np.int64),
        made.importer,
        made.exporter,
        value,
        made.quantity,
        known,
    )


def in_memory() -> Iterator[Row]:
    """Concentration, top share, outside share and import/export ratio of every country and product."""
    made = _made.year()
    year, inside = as_year(made), frozenset(made.countries[:INSIDE])
    table = pl.DataFrame(
        {
            "k": pl.Series(made.product, dtype=pl.Int32),
            "j": pl.Series(made.importer, dtype=pl.Int32),
            "i": pl.Series(made.exporter, dtype=pl.Int32),
            "v": year.value,
        }
    )
    works: dict[str, Callable[[], Any]] = {
        "kaname": lambda: concentration(year, inside, quantities=False),
        "kaname, all 17 columns": lambda: concentration(year, inside),
        "pandas": _pandas(table),
        "polars": lambda: _polars(table),
        "duckdb": _duckdb(table),
    }
    answers = {name: work() for name, work in works.items()}
    wrong = _largest_difference(answers["kaname"], answers["polars"], made)
    took = _in_turn(works)
    best = min(("pandas", "polars", "duckdb"), key=lambda name: took[name])
    what = f"{year.rows:,} rows, {answers['kaname'].height:,} pairs of country and product; peer "
    for name in ("pandas", "polars", "duckdb"):
        goal = GOAL_BEST if name == best else GOAL_PANDAS if name == "pandas" else None
        note = f"largest difference {wrong:.0e}; all 17 columns {took['kaname, all 17 columns']:.3f} s"
        yield Row(
            "trade-memory", what + f"{name} {version(name)}", took["kaname"], took[name], "s", goal, note=note
        )


def _in_turn(works: dict[str, Callable[[], Any]], runs: int = 5) -> dict[str, float]:
    """Medians; all take turns, so that a slow spell of the machine strikes each."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(each) for name, each in times.items()}


def _pandas(table: pl.DataFrame) -> Callable[[], Any]:
    """One pass of sums: quicker than transforming shares row by row."""
    frame = table.to_pandas()

    def work() -> Any:
        v = frame["v"]
        rows = frame[["k", "j", "v"]].assign(sq=v * v, out=v.where(frame["i"] >= INSIDE, 0.0), top=v)
        sums = rows.groupby(["k", "j"], sort=False).agg({"v": "sum", "sq": "sum", "out": "sum", "top": "max"})
        sold = frame.groupby(["k", "i"], sort=False)["v"].sum().rename("sold")
        sold.index.names = ["k", "j"]
        joined = sums.join(sold)
        return joined.assign(
            hhi=joined["sq"] / joined["v"] ** 2,
            top=joined["top"] / joined["v"],
            out=joined["out"] / joined["v"],
            ratio=joined["v"] / joined["sold"],
        )

    return work


def _polars(table: pl.DataFrame) -> pl.DataFrame:
    v = pl.col("v")
    sums = (
        table.lazy()
        .group_by("k", "j")
        .agg(v=v.sum(), sq=(v * v).sum(), top=v.max(), out=v.filter(pl.col("i") >= INSIDE).sum())
    )
    sold = table.lazy().group_by("k", "i").agg(sold=v.sum()).rename({"i": "j"})
    return (
        sums.join(sold, on=["k", "j"], how="left")
        .select(
            "k",
            "j",
            hhi=pl.col("sq") / pl.col("v") ** 2,
            top=pl.col("top") / pl.col("v"),
            out=pl.col("out") / pl.col("v"),
            ratio=pl.col("v") / pl.col("sold"),
        )
        .collect()
    )


def _duckdb(table: pl.DataFrame) -> Callable[[], Any]:
    try:
        import duckdb  # noqa: PLC0415
    except ImportError as error:
        raise Missing("duckdb (extra bench)") from error
    base = duckdb.connect()
    base.register("given", table.to_arrow())
    base.execute("create table trade as select * from given")
    query = f"""
        with sums as (
            select k, j, sum(v) v, sum(v * v) sq, max(v) top, sum(case when i < {INSIDE} then 0 else v end) o
            from trade group by k, j
        ), sold as (select k, i j, sum(v) sold from trade group by k, i)
        select k, j, sq / (v * v) hhi, top / v top, o / v o, v / sold ratio
        from sums left join sold using (k, j)
    """
    return lambda: base.sql(query).to_arrow_table()


def _largest_difference(ours: pl.DataFrame, theirs: pl.DataFrame, made: _made.Made) -> float:
    """Of the four figures, relative."""
    names = {"hhi": "hhi", "top": "largest_share", "out": "outside_share", "ratio": "import_export_ratio"}
    named = theirs.with_columns(
        product=pl.Series(made.products).gather(theirs["k"]),
        importer=pl.Series(made.countries).gather(theirs["j"]),
    )
    both = ours.join(named.drop("k", "j"), on=["product", "importer"])
    if both.height != ours.height:
        raise ValueError("not the same pairs")
    worst = 0.0
    for name, own in names.items():
        pair = both.select(a=pl.col(own), b=pl.col(name)).filter(pl.col("a").is_finite() & (pl.col("a") != 0))
        worst = max(worst, float(((pair["a"] - pair["b"]).abs() / pair["a"]).max()))  # type: ignore[arg-type]
    return worst


def all_methods() -> Iterator[Row]:
    """All methods by value and by quantity for one importer and year, with the years that they look back to."""
    with tempfile.TemporaryDirectory() as folder:
        home = _home(Path(folder), 3)
        alone(_judge, str(home))  # loops are compiled once and kept
        (took, cpu, products, methods), peak = alone(_judge, str(home))
        what = f"{methods} methods by value and quantity, {products:,} products, 2023 (three years read), from Parquet"
        yield Row(
            "trade-disk", what, took, None, "s", 5.0, memory_mb=peak, note=f"{cpu:.1f} s of processor time"
        )


def _judge(home: str) -> tuple[float, float, int, int]:
    stability = kn.open("japan").beside.stability
    start, cpu = time.perf_counter(), time.process_time()
    (trade,) = stored_trade(Path(home))
    found = both_bases(trade, "JPN", 2023, beside=Beside(stability=stability))
    took = time.perf_counter() - start, time.process_time() - cpu
    return *took, found.frame.height, len(found.methods)


def many_years() -> Iterator[Row]:
    """Figures of every country and product over ``YEARS`` years on disk, a year in memory at a time."""
    with tempfile.TemporaryDirectory() as folder:
        home = _home(Path(folder), YEARS)
        (took, cpu, rows), peak = alone(_stream, str(home))
        what = f"{YEARS} years, {rows:,} rows: all 17 columns of every country and product, from Parquet"
        note = f"{cpu:.1f} s of processor time"
        yield Row("trade-years", what, took, None, "s", 180.0, memory_mb=peak, note=note)


def _stream(home: str) -> tuple[float, float, int]:
    start, cpu = time.perf_counter(), time.process_time()
    (trade,) = stored_trade(Path(home))
    rows = sum(trade.held[year].rows for year in trade.years)
    for year in trade.years:
        concentration(trade.year(year))
    return time.perf_counter() - start, time.process_time() - cpu, rows


def _home(folder: Path, years: int) -> Path:
    """A data folder of ``years`` years. The last goes through the zip; the others are drawn from it, a tenth of the
    rows left out and values moved, and written in the same form: zipping 250 million rows would measure the zip."""
    last = 2023
    added = add_baci(_made.write_baci(folder / "BACI_HS92_V202501.zip", [(last, _made.year(seed=1))]), folder)
    note = added.years[0]
    first = pl.read_parquet(added.folder / f"{last}.parquet")
    spans = tuple(range(last - years + 1, last + 1))
    for year in spans[:-1]:
        rng = np.random.default_rng(year)
        keep = rng.random(first.height) < 0.9
        part = first.filter(pl.Series(keep)).with_columns(
            pl.lit(year, pl.Int16).alias("year"),
            value_kusd=(pl.col("value_kusd") * pl.Series(rng.lognormal(0, 0.3, int(keep.sum())))).round(3)
            + 0.001,
        )
        part.write_parquet(added.folder / f"{year}.parquet", compression="zstd", row_group_size=1 << 19)
        told = replace(note, year=year, read=part.height, rows=part.height, of=spans)
        (added.folder / f"{year}.json").write_text(told.as_json())
    (added.folder / f"{last}.json").write_text(replace(note, of=spans).as_json())
    return folder


def adding() -> Iterator[Row]:
    """One year through ``kaname data add baci``: unzip, check, sort, write."""
    with tempfile.TemporaryDirectory() as folder:
        path = _made.write_baci(Path(folder) / "BACI_HS92_V202501.zip", [(2023, _made.year())])
        (took, cpu, rows), peak = alone(_add, str(path), folder)
        note = f"{cpu:.1f} s of processor time"
        yield Row(
            "trade-add",
            f"{rows:,} rows of one year, zip to Parquet",
            took,
            None,
            "s",
            memory_mb=peak,
            note=note,
        )


def _add(path: str, home: str) -> tuple[float, float, int]:
    start, cpu = time.perf_counter(), time.process_time()
    added = add_baci(Path(path), Path(home))
    return time.perf_counter() - start, time.process_time() - cpu, added.years[0].rows


WORKS = [
    Work("trade-memory", in_memory),
    Work("trade-add", adding),
    Work("trade-disk", all_methods),
    Work("trade-years", many_years),
]
