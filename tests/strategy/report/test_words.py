"""How figures are put into words."""

from __future__ import annotations

import math
from datetime import date

import pytest
from markupsafe import Markup

from kaname.strategy.report.words import (
    Words,
    brief,
    inner,
    listed,
    money,
    same,
    say,
    share,
    short,
    signed,
    span,
    strong,
    when,
)


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        (28_400, "284億ドル", "28.4 billion USD"),
        (999_900, "1.00兆ドル", "1.00 trillion USD"),
        (0.5, "50.0万ドル", "0.500 million USD"),
        (-4_320, "−43.2億ドル", "−4.32 billion USD"),
        (0, "0", "0"),
        (None, "—", "—"),
        (math.nan, "—", "—"),
        (math.inf, "—", "—"),
    ],
)
def test_money(value: float | None, ja: str, en: str) -> None:
    assert (money(value).ja, money(value).en) == (ja, en)


@pytest.mark.parametrize(
    ("low", "high", "ja", "en"),
    [
        (12_000, 31_000, "120〜310億ドル", "12–31 billion USD"),
        (940, 4_600, "9.4〜46億ドル", "0.9–4.6 billion USD"),
        (0, 5_000, "0〜50億ドル", "0–5.0 billion USD"),
        (3_000, 3_000, "30億ドル", "3.0 billion USD"),
        (0, 0, "0万ドル", "0 million USD"),
        (-30, -11, "−3,000〜−1,100万ドル", "−30 to −11 million USD"),
        (-0.5, 17_000, "0〜170億ドル", "0–17 billion USD"),
        (None, 1, "—", "—"),
    ],
)
def test_a_range_is_in_one_unit(low: float | None, high: float, ja: str, en: str) -> None:
    assert (span(low, high).ja, span(low, high).en) == (ja, en)


def test_shares_are_never_too_exact() -> None:
    assert [share(v).en for v in (0, 0.000001, 0.0034, 0.0516, 0.52, 0.996, 1.0)] == [
        "0%",
        "<0.01%",
        "0.34%",
        "5.2%",
        "52%",
        "99.6%",
        "100%",
    ]


def test_words_write_themselves_escaped_and_share_their_end() -> None:
    assert same("a<b").__html__() == "a&lt;b"
    assert Words("<", "&").__html__() == "<span lang=ja>&lt;</span><span lang=en>&amp;</span>"
    note = "the same long note in one language only"
    assert Words(f"甲：{note}", f"x: {note}").__html__().count(note) == 1


def test_markup_in_a_sentence_escapes_the_rest() -> None:
    said = say("find_good", good=same("<x>"), country=same("A & B"), share=strong(same("93%")))
    assert isinstance(said.en, Markup)
    assert said.en == "&lt;x&gt; (A &amp; B <b>93%</b>)"
    assert listed([same("<"), strong(same("b"))]).en == "&lt;, <b>b</b>"


def test_names_within_sentences() -> None:
    assert inner(Words("原油", "Crude oil")).en == "crude oil"
    assert inner(Words("情報", "IT services")).en == "IT services"
    assert short("one two three four", 9) == "one two …"
    assert signed(money(5_000, 2), 5_000).en == "+5.0 billion USD"
    assert when(date(2026, 11, 23)) == Words("2026年11月23日", "23 November 2026")
    assert brief(-20_000).en == "−$20 bn"
