"""Whole steps against first order: where the loss bends within a day or a point, the ranking is that of the runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import polars as pl
import pytest

from kaname.cascade import kernel, screening
from kaname.cascade.adjoint import gradients
from kaname.cascade.disturbance import Cut, Shocks
from kaname.cascade.run import Run
from kaname.cascade.screening import LEADING, Part, Screening
from kaname.cascade.sensitivities import per_unit
from kaname.cascade.settings import Settings
from kaname.cascade.steps import can_step, stepped, worth
from kaname.cascade.trace import Record
from kaname.cli import main
from kaname.nation import Nation
from kaname.network.tables import Floats, Network
from tests.cascade.networks import chain, random_network
from tests.cascade.test_kernel_equals_reference import random_shocks, with_more_services

HOW = Settings(tolerance=1e-10, passes=2000, rest=0.0)
KINDS = frozenset(["cuts", "closures"])


@dataclass
class Small:
    """A network and what strikes it, asked as a run is."""

    network: Network
    shocks: Shocks
    asked: list[Part] = field(default_factory=list)

    def first(self) -> dict[str, Floats]:
        run = SimpleNamespace(built=SimpleNamespace(network=self.network))
        return per_unit(cast(Run, run), gradients(self.network, self.shocks, HOW))

    def savings(self, parts: Sequence[Part]) -> list[float]:
        self.asked += parts
        networks = [self.network, *(stepped(self.network, part) for part in parts)]
        shocks = Shocks.joined([self.shocks] * len(networks))
        trace = kernel.simulate(self.network, shocks, HOW, Record(nodes=False), variants=networks)
        lost = trace.home_loss.sum(axis=0) * shocks.dt
        return [float(saved) for saved in lost[0] - lost[1:]]

    def screened(self, most: int, first: Mapping[str, Floats] | None = None) -> Screening:
        found = Screening(first or self.first(), can_step(self.network), self.savings, least=1e-9)
        for _ in found.rounds(most):
            pass
        return found

    def each(self) -> dict[Part, float]:
        """What every single step saves, asked one by one."""
        parts = [
            Part(k, (int(p),)) for k, able in can_step(self.network).items() for p in np.flatnonzero(able)
        ]
        return dict(zip(parts, self.savings(parts), strict=True))


def grid_lacks(share: float) -> Small:
    """The grid loses a share of its capacity for half a run; nobody can stretch."""
    network = chain()
    network = replace(network, nodes=replace(network.nodes, slack=np.zeros(len(network.nodes))))
    profile = np.where(np.arange(40) < 20, 1.0, 0.0)
    grid = np.array([network.index["HOM:grid"]], np.int32)
    cut = Cut(0, 0, profile, grid, np.array([share]))
    return Small(network, Shocks(40, 1.0, ("grid",), cuts=(cut,)))


def test_a_point_is_worth_no_more_than_what_is_lost() -> None:
    small = grid_lacks(1e-4)
    part = Part("spare", (small.network.index["HOM:grid"],))
    lost = float(kernel.simulate(small.network, small.shocks, HOW).home_loss.sum())
    told = small.first()["spare"][part.places[0]]
    assert told > 20 * lost > 0, "first order goes far past the loss itself"
    saved = small.screened(most=1).alone[part]
    assert 0 < saved < lost
    assert saved == pytest.approx(small.savings([part])[0], rel=1e-9)


def _leading(each: Mapping[Part, float], kind: str, most: int) -> list[Part]:
    mine = sorted((p for p in each if p.kind == kind), key=lambda p: -abs(each[p]))[:most]
    return [p for p in mine if abs(each[p]) > 1e-6]


@pytest.mark.parametrize("seed", [23, 39, 52, 57, 59])
def test_what_first_order_would_miss_is_found(seed: int) -> None:
    """On networks where a step matters that is not among the first by first order, as runs of each step alone say."""
    network = with_more_services(random_network(seed), seed)
    small = Small(network, random_shocks(network, seed, KINDS, 1))
    first, each = small.first(), small.each()
    known, hidden = small.screened(2, first).alone, 0
    for kind in first:
        ahead = np.argsort(-np.abs(first[kind]), kind="stable")[: LEADING * 2]
        for part in _leading(each, kind, 2):
            assert known[part] == pytest.approx(each[part], rel=1e-4, abs=1e-6)
            hidden += part.places[0] not in ahead
    assert hidden, "first order had them all ahead: the network tests nothing"


def test_what_first_order_has_at_nothing_is_found() -> None:
    """A needle: one of a thousand places matters and its first-order value is 0."""
    first = {"stock": np.zeros(1000)}
    first["stock"][:20] = 1.0
    needle, answers = 777, 0

    def ask(parts: Sequence[Part]) -> list[float]:
        nonlocal answers
        answers += len(parts)
        return [sum(50.0 if p == needle else first["stock"][p] for p in part.places) for part in parts]

    found = Screening(first, {"stock": np.ones(1000, np.bool_)}, ask, least=0.5)
    assert sum(found.rounds(4)) == answers < 60
    assert found.alone[Part("stock", (needle,))] == 50.0
    assert sum(len(p.places) for p in (*found.alone, *found.groups)) == 1000, "everything was asked about"
    assert max(map(abs, found.groups.values())) < 50


def test_steps_keep_the_structure_and_stay_in_range() -> None:
    network = random_network(4)
    for kind, able in can_step(network).items():
        every = Part(kind, tuple(np.flatnonzero(able).tolist()))
        assert stepped(network, every).structure == network.structure
    full = replace(network, slots=replace(network.slots, shift=np.full(len(network.slots), 0.995)))
    every = Part("shift", tuple(range(len(full.slots))))
    assert (stepped(full, every).slots.shift == 1.0).all()


def test_worth_of_the_pack_is_ranked_by_runs(japan: Nation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "ROUNDS", 1)
    run = japan.stress("cable-cut", days=20)
    found = worth(run, most=2)
    rows = found.rows
    first = run.sensitivities()
    assert (
        rows.filter(pl.col("saved") != 0)
        .drop("by_run", "by_run_yen", "together", "bent")
        .sort("kind", "subject", "input")
        .equals(first.sort("kind", "subject", "input"))
    )
    told = rows["by_run"].drop_nulls().abs().to_list()
    assert told == sorted(told, reverse=True)
    assert (rows["by_run"].is_null() != rows["together"].is_null()).all()
    for kind in first["kind"].unique():
        mine = rows.filter(pl.col("kind") == kind)
        assert mine["by_run"].drop_nulls().len() >= min(LEADING * 2, mine.height)
    # the rows are what the same change makes of a run of its own
    top = rows.filter(pl.col("kind") == "spare").row(0, named=True)
    part = Part("spare", (run.built.network.index[top["subject"]],))
    alone = kernel.simulate(stepped(run.built.network, part), run.shocks, run.settings, Record(nodes=False))
    saved = run.total_loss - float(alone.home_loss.sum() * run.shocks.dt)
    assert top["by_run"] == pytest.approx(saved, rel=1e-3, abs=1e-4 * abs(run.total_loss))


@pytest.mark.slow
def test_us_electricity_is_not_worth_billions(capsys: pytest.CaptureFixture[str]) -> None:
    """With the strait of Hormuz closed first order puts a point of it at 57 times what runs say."""
    with pytest.raises(SystemExit) as end:
        main(["worth", "hormuz-closure", "--days", "150", "--format", "json"])
    assert end.value.code == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    row = next(r for r in rows if (r["kind"], r["subject"]) == ("spare", "USA:D"))
    assert row["saved"] > 1000
    assert 0 < row["by_run"] < 100
    assert row["bent"] is True
    assert rows[0]["kind"] == "stock"
