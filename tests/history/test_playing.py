"""A small event through every engine, onto a page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bench.history import account, build, course, page, runs, settings
from bench.history.account import Account
from bench.history.stage import Stage

from kaname.cascade import classic
from kaname.cascade.trace import Record
from tests.history import small


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return small.stage(small.event(tmp_path_factory.mktemp("event")))


@pytest.fixture(scope="module")
def judged(stage: Stage) -> Account:
    return account.work_out(stage, 3, 1, lambda _: None)


def test_losses_add_up(judged: Account) -> None:
    made = judged.course
    assert made.home_loss > 0
    assert sum(made.loss_by(made.product, made.at_home).values()) == pytest.approx(made.home_loss)
    assert sum(made.direct_by.values()) == pytest.approx(made.direct, rel=1e-5)
    assert 0 < made.direct <= made.home_loss * (1 + 1e-6)
    assert sum(lost for *_, lost in judged.periods) == pytest.approx(
        made.losses(made.at_home)[:56].sum() / 1e3
    )


def test_a_stop_of_half_shows_as_half(judged: Account) -> None:
    first = next(f for f in judged.order if f.product == "C26")
    assert first.first == 0
    assert first.lowest == pytest.approx(50, abs=1)
    assert first.back is not None
    assert 20 < first.back < 60


def test_industries_are_told_by_month_deepest_first(stage: Stage, judged: Account) -> None:
    rows = account.by_month(stage, judged.course)
    assert rows[0][0] == "C26"
    assert list(rows[0][1]) == ["2011-03", "2011-04"]
    assert rows[0][1]["2011-03"] == pytest.approx(
        next(j.model for j in judged.judged if j.fact.id == "march") + 100
    )


def test_every_input_is_varied_and_more_lost_is_worse(judged: Account) -> None:
    by = {c.name: c.loss for c in judged.changes}
    assert {"lost:low", "lost:high", "time:low", "time:high", "short-stocks", "irreplaceable", "both"} == set(
        by
    )
    assert by["lost:low"] < judged.course.home_loss / 1e3 < by["lost:high"]
    assert by["both"] >= judged.course.home_loss / 1e3 * 0.99


def test_the_foremost_assumption_is_the_event_itself(judged: Account) -> None:
    first = judged.assumptions[0]
    assert first.label.en in ("share lost", "days")
    gone = next(a for a in judged.assumptions if a.label.en == "share lost")
    assert gone.low < judged.course.home_loss / 1e3 < gone.high
    assert gone.without == pytest.approx(0, abs=1e-6)
    ends = {c.name: c.loss for c in judged.changes}
    assert (gone.low, gone.high) == pytest.approx((ends["lost:low"], ends["lost:high"]), rel=1e-5)


def test_what_would_hold_if_nothing_happened_is_told(judged: Account) -> None:
    assert not any(j.nothing for j in judged.judged)
    assert judged.course.idle().home_loss == 0


def test_classic_gets_the_same_capacity(stage: Stage) -> None:
    made = runs.play(stage)
    cut, closed = course.lost_shares(made, stage.table.nodes, {})
    assert not closed.any()
    felt = np.flatnonzero(cut.max(axis=0) > 0)
    parts = [*settings._first(stage.table, cut, felt), *settings._later(stage.table, cut, felt)]
    trace = classic.simulate(stage.table, [parts], classic.Settings(), len(cut), Record(nodes=True))
    assert trace.able is not None
    np.testing.assert_allclose(1 - trace.able[:, :, 0], cut, atol=1e-7)


def test_static_models_lose_at_least_what_they_are_told(judged: Account) -> None:
    by = {a.name: a.course for a in judged.answers}
    assert set(by) == {"ours", "classic", "leontief", "inoperability"}
    mine = judged.course.index(judged.course.at_home & (judged.course.product == "C26"))
    iim = by["inoperability"]
    theirs = iim.index(iim.at_home & (iim.product == "C26"))
    assert (theirs[:10] <= mine[:10] + 1e-6).all()


def test_splitting_slots_moves_nothing_at_rest(stage: Stage) -> None:
    network = stage.built.network
    struck = np.zeros(len(network.nodes), bool)
    struck[network.index["JPN:C26"]] = True
    other = runs.apart(network, struck)
    assert len(other.slots) > len(network.slots)
    assert np.abs(other.imbalance).max() < 1e-9
    assert other.slots.need.sum() == pytest.approx(network.slots.need.sum())
    shares = np.bincount(other.links.slot, other.links.share)
    np.testing.assert_allclose(shares, 1)


def test_the_page_says_misses_first_and_is_the_same_twice(stage: Stage, judged: Account) -> None:
    text, drawn = page.write([judged], 3)
    again, drawn_again = page.write([account.work_out(stage, 3, 1, lambda _: None)], 3)
    assert text == again
    assert drawn == drawn_again
    assert text.index("## Where the model misses") < text.index("## A small event")
    section = text[text.index("## A small event") :]
    assert section.index("**Verdict") < section.index("### Published figures")
    for told in ("direct", "By country", "range of the draws", "left out", "Classic ARIO", "Leontief", "IIM"):
        assert told in section
    assert all(f"images/history/{name}" in text for name in drawn)


def test_a_verdict_nobody_explained_says_so(judged: Account) -> None:
    assert judged.verdict in ("right", "wrong", "order")
    text, _ = page.write([judged], 3)
    assert ("It fits." in text) == (judged.verdict == "right")
    assert ("Nobody has explained this verdict yet." in text) == (judged.verdict != "right")


def test_a_half_built_page_never_replaces_a_whole_one(tmp_path: Path) -> None:
    build.put(tmp_path, "one\n", {"a.svg": "<svg/>", "old.svg": "<svg/>"})
    with pytest.raises(TypeError):
        build.put(tmp_path, "two\n", {"a.svg": "<svg>new</svg>", "b.svg": None})  # type: ignore[dict-item]
    assert (tmp_path / "validation.md").read_text() == "one\n"
    assert (tmp_path / "images" / "history" / "a.svg").read_text() == "<svg/>"
    build.put(tmp_path, "two\n", {"a.svg": "<svg>new</svg>"})
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.svg", "history", "images", "validation.md"]
