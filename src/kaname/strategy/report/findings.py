"""Findings first: sentences made from the figures, each with its unit, year and evidence (floor 6).

Every function takes the assessment and gives a sentence, or nothing where there is no figure to say it with.
Figures are given to two significant digits, money as a range where the severity has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import polars as pl

from kaname.labels import significant
from kaname.strategy.assessment import Assessment
from kaname.strategy.report.blocks import Answer, Finding
from kaname.strategy.report.names import Book
from kaname.strategy.report.section_answers import best
from kaname.strategy.report.section_leverage import strongest
from kaname.strategy.report.section_methods import judging, method_name, split
from kaname.strategy.report.section_register import flagged, frames
from kaname.strategy.report.section_scenarios import cause, ranked
from kaname.strategy.report.section_scenarios import first_stop as first_stop_of
from kaname.strategy.report.words import (
    Words,
    day,
    inner,
    listed,
    money,
    number,
    same,
    say,
    share,
    signed,
    span,
    strong,
    when,
)

HALF = 0.5
Maker = Callable[[Assessment, Book], Finding | None]


def answers(a: Assessment, book: Book) -> tuple[Answer, ...]:
    """The findings under the questions they answer; a question that nothing answers is left out."""
    found = []
    for key, makers in QUESTIONS:
        sentences = tuple(finding for make in makers if (finding := make(a, book)) is not None)
        if sentences:
            found.append(Answer(say(key), sentences))
    return tuple(found)


def methods(a: Assessment, book: Book) -> Finding | None:
    """How far the methods' counts lie apart, and where all agree."""
    ids = judging(a.dependence)
    if not ids:
        return None
    counts = sorted(((int(a.dependence[name].sum()), name) for name in ids), key=lambda pair: pair[0])
    every, apart = split(a.dependence)
    words = say(
        "find_methods",
        year=same(a.pack.trade_year),
        total=strong(number(a.dependence.height)),
        least=strong(number(counts[0][0])),
        least_by=method_name(counts[0][1]),
        most=strong(number(counts[-1][0])),
        most_by=method_name(counts[-1][1]),
        all=strong(number(every.height)),
        apart=strong(number(apart.height)),
    )
    return Finding(words, "methods")


def single_origin(a: Assessment, book: Book) -> Finding | None:
    """Goods of which one country supplies half or more."""
    held = a.goods.drop_nulls("largest_share").sort(["largest_share", "good"], descending=[True, False])
    if held.is_empty():
        return None
    high = held.filter(pl.col("largest_share") >= HALF)
    top = listed(
        say(
            "find_good",
            good=inner(book.of("goods", r["good"])),
            country=book.country(r["largest_origin"]),
            share=strong(share(r["largest_share"])),
        )
        for r in held.head(3).iter_rows(named=True)
    )
    words = say(
        "find_single",
        total=number(held.height),
        n=strong(number(high.height)),
        top=top,
        year=same(a.pack.trade_year),
    )
    return Finding(words, "goods")


def costliest(a: Assessment, book: Book) -> Finding | None:
    """The scenario with the largest loss, and its range."""
    rows = ranked(a)
    if not rows or rows[0]["loss"] is None:
        return None
    r = rows[0]
    words = say(
        "find_costliest",
        n=number(len(rows)),
        days=number(a.days),
        name=book.of("scenarios", r["scenario"]),
        range=strong(span(r["low"], r["high"])),
        share=strong(share(r["share_of_gdp"])),
    )
    if len(rows) > 1:
        after = listed(
            say("find_next", name=book.of("scenarios", n["scenario"]), range=span(n["low"], n["high"]))
            for n in rows[1:3]
        )
        words = words + say("find_then", after=after)
    return Finding(words, "ranking")


def first_stop(a: Assessment, book: Book) -> Finding | None:
    """In the costliest scenario: what stops first for want of inputs, and on which day."""
    rows = ranked(a)
    if not rows:
        return None
    name = rows[0]["scenario"]
    r = first_stop_of(name, a)
    if r is None:
        return None
    key = "find_first_input" if r["cause"] == "input" else "find_first"
    words = say(
        key,
        name=book.of("scenarios", name),
        day=strong(day(r["day"])),
        node=strong(book.node(r["node"], alone=False)),
        level=share(r["level"]),
        cause=cause(r, book),
    )
    return Finding(words, f"scenario-{name}")


def indirect(a: Assessment, book: Book) -> Finding | None:
    """Direct against indirect loss."""
    rows = [r for r in ranked(a) if r["direct"] is not None and r["indirect"] is not None and r["loss"]]
    if not rows:
        return None
    more = [r for r in rows if r["indirect"] > r["direct"]]
    r = rows[0]
    words = say(
        "find_indirect",
        n=strong(number(len(more))),
        total=number(len(rows)),
        name=book.of("scenarios", r["scenario"]),
        direct=strong(money(r["direct"], 2)),
        indirect=strong(money(r["indirect"], 2)),
    )
    return Finding(words, "ranking")


def _pair(a: Assessment, book: Book, *, most: bool) -> Finding | None:
    if a.pairs.is_empty():
        return None
    r = a.pairs.sort(["extra", "a", "b"], descending=[most, False, False]).row(0, named=True)
    if (r["extra"] > 0) != most:
        return None
    words = say(
        "find_pair_most" if most else "find_pair_least",
        a=book.of("scenarios", r["a"]),
        b=book.of("scenarios", r["b"]),
        loss=money(r["loss"], 2),
        sum=money(r["sum"], 2),
        extra=strong(money(abs(r["extra"]), 2)),
        days=number(a.pair_days),
    )
    return Finding(words, "pairs")


def pair_most(a: Assessment, book: Book) -> Finding | None:
    """The pair whose loss most exceeds the sum."""
    return _pair(a, book, most=True)


def pair_least(a: Assessment, book: Book) -> Finding | None:
    """The pair whose loss most falls short of the sum."""
    return _pair(a, book, most=False)


def sides(a: Assessment, book: Book) -> Finding | None:
    """Prevention and resolution, side by side."""
    rows = (
        a.relief.filter(pl.col("none") > 0).drop_nulls().sort(["none", "scenario"], descending=[True, False])
    )
    if rows.is_empty():
        return None
    r = rows.row(0, named=True)
    before = rows.filter(pl.col("prevention") < pl.col("resolution")).height
    after = rows.filter(pl.col("resolution") < pl.col("prevention")).height
    words = say(
        "find_sides",
        name=book.of("scenarios", r["scenario"]),
        days=number(a.relief_days),
        none=money(r["none"]),
        prevention=strong(money(r["prevention"])),
        resolution=strong(money(r["resolution"])),
        both=strong(money(r["both"])),
        total=number(rows.height),
        before=number(before),
        after=number(after),
    )
    return Finding(words, "relief")


def best_measures(a: Assessment, book: Book) -> Finding | None:
    """The measures that save most in one scenario."""
    rows = [r for r in best(a) if r["saved"] > 0][:3]
    if not rows:
        return None
    named = listed(
        say(
            "find_measure",
            measure=book.of("measures", r["measure"]),
            scenario=book.of("scenarios", r["scenario"]),
            saved=strong(money(r["saved"], 2)),
        )
        for r in rows
    )
    return Finding(say("find_best", named=named, days=number(a.relief_days)), "measures")


def leverage(a: Assessment, book: Book) -> Finding | None:
    """Partners that lose more than we do."""
    held = a.leverage.drop_nulls("net")
    if held.is_empty():
        return None
    more = held.filter(pl.col("net") > 0).sort(["net", "partner"], descending=[True, False])
    less = held.filter(pl.col("net") < 0).sort(["net", "partner"])
    words = say("find_leverage", total=number(held.height), n=strong(number(more.height)))
    if more.height:
        words = words + say("find_leverage_more", top=_partners(more, book))
    if less.height:
        words = words + say("find_leverage_less", top=_partners(less, book))
    return Finding(words, "leverage-chart")


def _partners(frame: pl.DataFrame, book: Book) -> Words:
    return listed(
        say("find_partner", name=book.country(r["partner"]), net=strong(signed(money(r["net"], 2), r["net"])))
        for r in frame.head(2).iter_rows(named=True)
    )


def dependents(a: Assessment, book: Book) -> Finding | None:
    """Products for which others buy half or more from us."""
    if a.dependents.is_empty():
        return None
    high = a.dependents.filter(pl.col("share_from_home") >= HALF)
    top = strongest(a).row(0, named=True)
    described = dict(a.dependence.select("hs6", "name").iter_rows()) if not a.dependence.is_empty() else {}
    words = say(
        "find_dependents",
        n=strong(number(high.height)),
        products=number(high["hs6"].n_unique()),
        top=book.product(top["hs6"], described.get(top["hs6"])),
        partner=book.country(top["partner"]),
        share=strong(share(top["share_from_home"])),
        year=same(a.pack.trade_year),
    )
    return Finding(words, "dependents")


def register(a: Assessment, book: Book) -> Finding | None:
    """What is overdue or lacks an owner, a deadline, a legal basis."""
    held = frames(a).get("measures")
    if held is None or held.is_empty():
        return None
    counted = {
        flag: strong(number(flagged(a, flag).height))
        for flag in ("overdue", "no_owner", "no_deadline", "no_legal_basis")
    }
    words = say("find_register", total=number(held.height), asof=when(a.asof), **counted)
    return Finding(words, "register")


def unanswered(a: Assessment, book: Book) -> Finding | None:
    """Scenarios answered on one side or not at all, measures without effect."""
    held = frames(a).get("scenarios")
    if held is None or held.is_empty():
        return None
    lacks = {name: held.filter(pl.col(name).fill_null("") == "") for name in ("prevention", "resolution")}
    nothing = held.filter(pl.col("unanswered"))
    words = say(
        "find_unanswered",
        total=number(held.height),
        none=strong(number(nothing.height)),
        before=strong(number(lacks["prevention"].height)),
        after=strong(number(lacks["resolution"].height)),
        nil=strong(number(flagged(a, "nil").height)),
    )
    return Finding(words, "unanswered")


def certainty(a: Assessment, book: Book) -> Finding | None:
    """How many figures are assumed or empty, and how wide the ranges are."""
    if a.findings.is_empty():
        return None
    counted = dict(a.findings.group_by("kind").len().iter_rows())
    words = say(
        "find_sure",
        assumed=strong(number(counted.get("assumption", 0))),
        empty=strong(number(counted.get("empty-figure", 0))),
    )
    wide = _width(a)
    return Finding(words if wide is None else words + wide, "sure")


def _width(a: Assessment) -> Words | None:
    """The middle of all scenarios' ratios of high to low."""
    held: list[float] = [
        r["high"] / r["low"] for r in _rows(a.scenarios) if r["low"] and r["high"] and r["low"] > 0
    ]
    if not held:
        return None
    middle = sorted(held)[len(held) // 2]
    return say("find_width", ratio=strong(same(significant(middle, 2))))


def _rows(frame: pl.DataFrame) -> Iterable[dict[str, Any]]:
    return frame.iter_rows(named=True)


QUESTIONS: tuple[tuple[str, tuple[Maker, ...]], ...] = (
    ("q_depend", (methods, single_origin)),
    ("q_breaks", (costliest, first_stop, indirect)),
    ("q_compound", (pair_most, pair_least)),
    ("q_helps", (sides, best_measures)),
    ("q_leverage", (leverage, dependents)),
    ("q_register", (register, unanswered)),
    ("q_sure", (certainty,)),
)
