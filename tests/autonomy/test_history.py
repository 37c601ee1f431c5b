"""Spells, turnover, revisions and margins, by hand."""

from __future__ import annotations

import polars as pl
import pytest

from kaname.autonomy.dependence import dependence
from kaname.autonomy.history import FLAGS, churn, history, long, margins, revision, spells
from kaname.data.baci import SCHEMA, TradeTable


def flags(**courses: str) -> pl.DataFrame:
    """A course is a letter a year from 2001: y flagged, n not, . not judged."""
    value = {"y": True, "n": False, ".": None}
    rows = [
        (product, 2001 + n, "m", value[letter], None)
        for product, course in courses.items()
        for n, letter in enumerate(course)
    ]
    return pl.DataFrame(rows, FLAGS, orient="row")


def spell(course: str) -> dict[str, object]:
    return spells(flags(p=course)).row(0, named=True)


class TestSpells:
    def test_in_and_out(self) -> None:
        one = spell("nyynyy")
        assert (one["flag"], one["since"], one["first"], one["last"]) == (True, 2005, 2002, 2006)
        assert (one["entries"], one["exits"], one["years_flagged"], one["years_judged"]) == (2, 1, 4, 6)

    def test_years_not_judged_neither_break_nor_begin(self) -> None:
        one = spell("y.y.")
        assert (one["since"], one["last"], one["entries"], one["exits"]) == (2001, 2003, 0, 0)
        assert (one["years_flagged"], one["years_judged"]) == (2, 2)

    def test_since_when_not_flagged(self) -> None:
        one = spell("yyn")
        assert (one["flag"], one["since"], one["exits"]) == (False, 2003, 1)

    def test_never_judged(self) -> None:
        one = spell("..")
        assert (one["flag"], one["since"], one["first"], one["years_judged"]) == (None, None, None, 0)

    def test_flagged_from_the_beginning_did_not_enter(self) -> None:
        assert spell("yyy")["entries"] == 0


class TestChurn:
    def test_turnover(self) -> None:
        found = churn(flags(a="yy", b="yn", c="ny", d="nn", e="y."))
        assert found.rows() == [("m", 2002, 2, 4, 1, 1, pytest.approx(2 / 4))]

    def test_flagged_are_all_of_the_year_as_the_counts_of_the_year_tell(self) -> None:
        (row,) = churn(flags(a="yy", b=".y", c="nn", d=".n")).to_dicts()
        assert (row["flagged"], row["compared"], row["entered"], row["turnover"]) == (2, 2, 0, 0.0)

    def test_nothing_flagged_has_no_turnover(self) -> None:
        assert churn(flags(a="nn"))["turnover"].to_list() == [None]

    def test_a_gap_of_years_is_not_compared(self) -> None:
        gap = flags(a="yyn").filter(pl.col("year") != 2002)
        assert churn(gap).is_empty()


def trade(*rows: tuple[int, str, float]) -> TradeTable:
    """year, exporter, value: what AAA buys of one product; CCC always sells it 40."""
    bought = [(y, e, "AAA", "250410", v, 1.0) for y, e, v in rows]
    bought += [(y, "CCC", "AAA", "250410", 40.0, 1.0) for y in {y for y, _, _ in rows}]
    return TradeTable(pl.DataFrame(bought, SCHEMA, orient="row"))


class TestHistory:
    def test_as_each_year_by_itself(self) -> None:
        table = trade((2020, "BBB", 30.0), (2021, "BBB", 90.0), (2022, "BBB", 39.0), (2023, "BBB", 10.0))
        found = history(table, "AAA", methods=["cabinet_office", "geodep"])
        alone = pl.concat(
            [long(dependence(table, "AAA", y, ["cabinet_office", "geodep"])) for y in table.years]
        )
        assert found.sort("method", "year").equals(alone.sort("method", "year"))
        by_share = found.filter(method="cabinet_office")["flag"].to_list()
        assert by_share == [True, True, True, True]  # BBB or CCC, never less than half

    def test_years_asked_for(self) -> None:
        table = trade((2022, "BBB", 1.0), (2023, "BBB", 1.0))
        found = history(table, "AAA", [2023], ["cabinet_office"])
        assert found["year"].to_list() == [2023]


class TestRevision:
    def test_what_another_edition_turns(self) -> None:
        before = dependence(trade((2023, "BBB", 41.0), (2023, "DDD", 1.0)), "AAA", 2023, ["cabinet_office"])
        after = dependence(trade((2023, "BBB", 41.0), (2023, "DDD", 20.0)), "AAA", 2023, ["cabinet_office"])
        found = revision(before, after)
        assert found.rows() == [
            ("250410", "cabinet_office", True, False, pytest.approx(0.082), pytest.approx(0.101), True, True)
        ]
        assert revision(before, before).is_empty()

    def test_a_product_that_only_one_edition_holds(self) -> None:
        table = trade((2023, "BBB", 41.0))
        more = TradeTable(pl.concat([table.frame, table.frame.with_columns(hs6=pl.lit("250490"))]))
        before, after = (dependence(t, "AAA", 2023, ["cabinet_office"]) for t in (table, more))
        one = revision(before, after).row(0, named=True)
        assert (one["product"], one["before"], one["after"]) == ("250490", None, True)
        assert (one["held_before"], one["held_after"]) == (False, True)


class TestMargins:
    def test_the_nearest_criterion(self) -> None:
        found = dependence(trade((2023, "BBB", 60.0)), "AAA", 2023, ["ec_2021", "cabinet_office"])
        rows = {m: (c, margin) for _, m, c, _, margin in margins(found).rows()}
        assert rows["cabinet_office"] == ("largest", pytest.approx(0.2))  # .6 over .5
        assert rows["ec_2021"] == ("CDI1", pytest.approx(0.52 / 0.4 - 1))  # the others are further above

    def test_groups_have_none(self) -> None:
        found = dependence(trade((2023, "BBB", 60.0)), "AAA", 2023, ["korniyenko_2017"])
        assert margins(found)["margin"].to_list() == [None]
