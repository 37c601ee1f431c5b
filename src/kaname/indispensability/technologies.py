"""Who leads in a technology, by how much, and whether the lead may be made up again (floor 4).

Shares of output and of the most cited tenth, from works or patents by country and year. The question whether a
lead may not be regained follows the technology monopoly risk of the Critical Technology Tracker (Gaida, Wong-
Leung, Robin and Cave 2023, Australian Strategic Policy Institute), which asks for a lead of three times the
second (high) or twice (medium) and for how many of the ten leading institutions are in one country. Tables by
country hold no institutions: only the lead is asked here, and whether it has held in every year and widened.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

HIGH, MEDIUM = 3.0, 2.0
"""The leader's share over the second's from which a lead is hard, or harder, to make up."""


@dataclass(frozen=True)
class Leads:
    """``frame``: one row a technology and measure (``works``, ``most_cited``): technology, measure, total; leader,
    leader_share; second, second_share; gap (of the two shares), lead (leader over second; infinite without a second);
    hhi; home_share, home_rank (null where home has none); held (years of the span, in a row up to its end, in which the
    leader led); widening (the lead is larger at the end than at the start); risk (``high``, ``medium``, ``low``).
    ``first`` and ``last``: the span; ``by_year``: technology, measure, year, country, share.
    """

    home: str
    first: int
    last: int
    frame: pl.DataFrame
    by_year: pl.DataFrame


def leads(table: pl.DataFrame, home: str, years: int = 5) -> Leads:
    """Leads in the last ``years`` years of ``table`` (columns of ``kaname.data.research.SCHEMA``, not empty)."""
    held: list[int] = table["year"].to_list()
    last = max(held)
    first = max(last - years + 1, min(held))
    long = (
        table.filter(pl.col("year") >= first)
        .unpivot(["works", "most_cited"], index=["technology", "country", "year"], variable_name="measure")
        .filter(pl.col("value") > 0)
    )
    key = ["technology", "measure"]
    by_year = (
        long.with_columns(share=pl.col("value") / pl.col("value").sum().over(*key, "year"))
        .select(*key, "year", "country", "share")
        .sort(*key, "year", "share", "country", descending=[False, False, False, True, False])
    )
    rows = []
    for (technology, measure), part in long.group_by(key, maintain_order=True):
        course = by_year.filter(technology=technology, measure=measure)
        rows.append(
            {"technology": technology, "measure": measure, **_lead(part, home), **_held(part, course)}
        )
    frame = pl.DataFrame(rows, infer_schema_length=None)
    if rows:
        order = pl.col("measure").replace_strict({"works": 0, "most_cited": 1}, return_dtype=pl.Int64)
        frame = frame.sort("technology", order).with_columns(risk=_risk())
    return Leads(home, first, last, frame, by_year)


def _lead(part: pl.DataFrame, home: str) -> dict[str, object]:
    """Shares of the whole span."""
    sums = (
        part.group_by("country", maintain_order=True)
        .agg(pl.col("value").sum())
        .sort("value", "country", descending=[True, False])
    )
    total = float(sums["value"].sum())
    countries = sums["country"].to_list()
    shares = [value / total for value in sums["value"].to_list()]
    second = shares[1] if len(shares) > 1 else 0.0
    mine = countries.index(home) if home in countries else None
    return {
        "total": total,
        "leader": countries[0],
        "leader_share": shares[0],
        "second": countries[1] if len(countries) > 1 else None,
        "second_share": second,
        "gap": shares[0] - second,
        "lead": shares[0] / second if second else float("inf"),
        "hhi": sum(share**2 for share in shares),
        "home_share": 0.0 if mine is None else shares[mine],
        "home_rank": None if mine is None else mine + 1,
    }


def _held(part: pl.DataFrame, course: pl.DataFrame) -> dict[str, object]:
    """For how many years the leader of the span has led, and whether its lead grows."""
    sums = (
        part.group_by("country", maintain_order=True)
        .agg(pl.col("value").sum())
        .sort("value", "country", descending=[True, False])
    )
    leader = sums["country"][0]
    held, margins = 0, []
    for _, year in course.group_by("year", maintain_order=True):
        first = year.row(0, named=True)
        other = year["share"][1] if year.height > 1 else 0.0
        held = held + 1 if first["country"] == leader else 0
        margins.append(first["share"] - other if first["country"] == leader else other - first["share"])
    return {"held": held, "widening": len(margins) > 1 and margins[-1] > margins[0]}


def _risk() -> pl.Expr:
    lead = pl.col("lead")
    return (
        pl.when(lead >= HIGH)
        .then(pl.lit("high"))
        .when(lead >= MEDIUM)
        .then(pl.lit("medium"))
        .otherwise(pl.lit("low"))
    )
