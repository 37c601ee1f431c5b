"""How long buyers could do without: days that the network tells as they are, usual stock in brackets, else a dash."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from kaname.strategy.report import render
from kaname.strategy.report.names import Book
from kaname.strategy.report.section_leverage import dependents, strongest

from .fixture import GEO, assessment


def test_days_of_the_network_and_of_usual_stock() -> None:
    made = assessment()
    frame = strongest(made).head(3)
    rows = frame.with_columns(
        covered=pl.Series([96.4, None, None], dtype=pl.Float64),
        lasts=pl.Series([60.0, 42.4, None], dtype=pl.Float64),
    )
    told = dependents(replace(made, dependents=rows), Book(made.pack, GEO))
    assert [row[6].en for row in told.rows] == ["96", "(42)", "—"]  # type: ignore[union-attr]


def test_trade_is_cited_as_what_it_is() -> None:
    made = assessment()
    brought = "CEPII, BACI, HS92, V202501, all products, 2021-2023"
    own, theirs = (
        dependents(made, book).caption for book in (Book(made.pack, GEO), Book(made.pack, GEO, brought))
    )
    assert own is not None
    assert theirs is not None
    assert "raw-material" in own.en
    assert "raw-material" not in theirs.en
    assert brought in theirs.ja
    page = render(made, GEO, brought)
    assert brought in page.split('id="sources"')[1]
    assert "raw-material" not in page.split('id="sources"')[0].split('id="method"')[1]
