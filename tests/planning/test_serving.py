"""Who is served first where there is too little is part of what a restoration chooses."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from kaname.cascade.plan import plan
from kaname.cascade.shocks import Case
from kaname.errors import InputProblems
from kaname.network.build import Built
from kaname.network.tables import Kind
from kaname.planning.judge import Judge
from kaname.planning.restoration import Means, Restoration, wrong
from kaname.planning.serving import EVENLY, LEAST, REST, SCHEMA, WORTH, Decision, classes, turn, ways

from ..network import small
from .made import event, facility, nation, quake, restored, scenario, service, works


def classed(*held: dict[str, Any]) -> Built:
    return nation(priorities=list(held))


def one(name: str, *industries: str) -> dict[str, Any]:
    return {"id": name, "label": small.label(name), "industries": list(industries), "note": "x"}


@pytest.fixture(scope="module")
def built() -> Built:
    return classed(one("life", "SRV"), one("works", "MAK"))


@pytest.fixture(scope="module")
def found(built: Built) -> Restoration:
    return restored(built, quake(5), Means(4))


def test_every_order_of_the_classes_is_tried(built: Built, found: Restoration) -> None:
    assert classes(built.pack) == ("life", "works", REST)
    turns = [w.classes for w in ways(built, None)]
    assert turns == [(), ("life", "works", REST), ("life", REST, "works")]
    assert found.serving.height == 3 and found.serving.schema == SCHEMA
    assert found.serving["taken"].to_list() == [True, False, False]
    assert found.serving["plan"][1:].is_sorted()


def test_in_proportion_while_nobody_asks_otherwise(built: Built, found: Restoration) -> None:
    """The plan's figures are those of proportion to the last digit, whatever a decision might save."""
    even = restored(built, quake(5), Means(4, serve=EVENLY))
    assert not found.served and not even.served and not even.serving.height and even.decision is None
    assert (found.loss, found.bound) == (even.loss, even.bound) and found.rules.equals(even.rules)
    assert found.ground.settings.rationing == "proportional"


def test_what_a_decision_would_save_stands_beside(built: Built, found: Restoration) -> None:
    told = found.decision
    assert told is not None
    row = found.serving.filter(pl.col("serving") == pl.lit(list(told.serving), pl.List(pl.String)))
    assert told.saves == pytest.approx(found.serving["plan"][0] - row["plan"][0]) and told.saves > 0
    assert row["plan"][0] == found.serving["plan"].min()
    taken = restored(built, quake(5), Means(4, serve=LEAST))
    assert tuple(taken.served) == told.serving and taken.decision is None
    # the order of work is picked again with it, so no less is saved (but for precision)
    assert found.loss - taken.loss >= told.saves * (1 - 1e-2)


def test_a_saving_of_next_to_nothing_is_no_decision(found: Restoration) -> None:
    even = found.serving.row(0, named=True)["plan"]
    plans = pl.Series("plan", [even, even * (1 - WORTH / 2), even * (1 + WORTH)])
    assert Decision.in_(found.serving.with_columns(plans)) is None
    assert Decision.in_(found.serving.with_columns(plans - even * WORTH * pl.Series([0, 1, 0]))) is not None


def test_what_is_asked_for_may_be_one_word() -> None:
    assert [turn(x) for x in (None, "evenly", ["evenly"], "least", "life", ("life", "works"))] == [
        None, EVENLY, EVENLY, LEAST, ("life",), ("life", "works"),
    ]  # fmt: skip


def test_a_class_in_front_is_the_pack_with_that_class_in_front(built: Built) -> None:
    other = classed(one("works", "MAK"), one("life", "SRV"))
    turned = next(w for w in ways(built, ("works", "life")) if w.classes)
    here, there = turned.built.network.nodes.priority, other.network.nodes.priority
    assert here is not None and there is not None and here.tolist() == there.tolist()


def test_what_is_asked_for_is_what_is_run(built: Built, found: Restoration) -> None:
    even = restored(built, quake(5), Means(4, serve=EVENLY))
    assert even.loss == pytest.approx(restored(nation(), quake(5), Means(4)).loss, rel=1e-12)
    turn = restored(built, quake(5), Means(4, serve=("works",)))
    assert turn.served == ["works", "life", REST] and turn.serving.height == 2
    assert turn.loss != even.loss and turn.ground.settings.rationing == "priority"
    # one number: the final figure is the rough one of the table, but for precision
    assert turn.serving.filter("taken")["plan"][0] == pytest.approx(turn.loss, rel=2e-3)
    assert turn.bound <= turn.loss <= turn.rules["loss"][0]
    # of all ways, the plan loses no more than in proportion or with the pack's first class first
    first = restored(built, quake(5), Means(4, serve=("life", "works")))
    least = restored(built, quake(5), Means(4, serve=LEAST))
    assert least.loss <= min(even.loss, first.loss) * (1 + 2e-3)


def test_what_people_go_without_stands_beside_the_loss(built: Built, found: Restoration) -> None:
    """Served last, the makers of services are short of what they need, and people of what they would have made."""
    unmet = {tuple(r["serving"]): r["unmet"] for r in found.serving.iter_rows(named=True)}
    assert min(unmet.values()) > 0 and len({round(x, 6) for x in unmet.values()}) > 1
    again = restored(built, quake(5), Means(4, serve=EVENLY))
    run_ = Judge(again.ground).runs([Judge(again.ground).shocks(again.schedule)])[0]
    final = plan(built.network, again.ground.settings).final
    made = built.network.nodes.kind != Kind.FACILITY
    home = run_.trace.home
    whole = (run_.trace.shortfall[..., 0].sum(axis=0) * (final * made)[home]).sum() * run_.shocks.dt
    assert unmet[()] == pytest.approx(float(whole), rel=5e-3)


def test_a_service_that_people_use_directly_is_told_in_days() -> None:
    """Half of the wire is lost for ten days: people who use it directly lack five days, in proportion."""
    users = {"MAK": 0.8}
    wires = [facility("wire-a", "wire", 0.5), facility("wire-b", "wire", 0.5)]
    small_ = small.built(
        services=[{**service("wire", users), "people": True}],
        facilities=wires,
        repair_works=works(),
        priorities=[one("life", "SRV")],
    )
    strike = Case(((scenario(event(1, 10, 0.01, facilities=["wire-a"])), 0.0),))
    plan_ = restored(small_, strike, Means(40))
    even = plan_.serving.filter(plan_.serving["serving"].list.len() == 0).row(0, named=True)
    final = plan(small_.network, plan_.ground.settings).final
    lasting = [small_.network.index[n] for n in ("wire-a", "wire-b")]
    assert final[lasting].sum() > 0.1
    assert even["service"] == "wire" and even["service_days"] == pytest.approx(5, rel=0.05)


def test_the_first_class_is_never_passed_over_unasked(found: Restoration) -> None:
    assert all(way[0] == "life" for way in found.serving["serving"] if len(way))


def test_unknown_and_double_classes_are_told(built: Built) -> None:
    told = [str(p) for p in wrong(built.pack, Means(1, serve=("lif", "works", "works")), 10)]
    assert len(told) == 2 and "did you mean 'life'?" in told[0] and "served twice" in told[1]
    told = [str(p) for p in wrong(built.pack, Means(1, serve=("least", "life")), 10)]
    assert told == ["'least' stands alone, without classes @ serve"]
    assert not list(wrong(built.pack, Means(1, serve=LEAST), 10))
    with pytest.raises(InputProblems):
        raise InputProblems(wrong(nation().pack, Means(1, serve=("life",)), 10))
