"""Ensembles: the same numbers whoever computes them, failures as data, and nothing lost when stopped."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import kaname as kn
from kaname.cascade.draws import Draw, Factor, draws, factors, with_values
from kaname.cascade.ensemble import run_ensemble
from kaname.cascade.run import run
from kaname.errors import InputProblems
from kaname.nation import Nation

DAYS, CHUNK = 12, 3


@pytest.fixture(scope="module")
def some(japan: Nation) -> tuple[Draw, ...]:
    return draws(japan.pack, ["substations-cyber"], 6, seed=7, days=DAYS, among=["scenarios"])


@pytest.fixture(scope="module")
def expected(japan: Nation, some: tuple[Draw, ...]) -> kn.Ensemble:
    return run_ensemble(japan, some, chunk=CHUNK)


class Stopping(Executor):
    """Runs at once, and gives up after some tasks."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.ran = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.left == 0:
            future.set_exception(KeyboardInterrupt())
            return future
        self.left -= 1
        self.ran += 1
        future.set_result(fn(*args, **kwargs))
        return future


def test_draws_are_within_their_ranges_and_the_first_stay_the_same(japan: Nation) -> None:
    open_ = {f.path: f for f in factors(japan.pack, ["hormuz-closure"])}
    few = draws(japan.pack, ["hormuz-closure"], 3, seed=1)
    many = draws(japan.pack, ["hormuz-closure"], 9, seed=1)
    assert [d.values for d in many[:3]] == [d.values for d in few]
    assert draws(japan.pack, ["hormuz-closure"], 3, seed=2)[0].values != few[0].values
    assert set(few[0].values) == set(open_)
    assert any(path.startswith("scenarios.hormuz-closure.events[0]") for path in open_)
    for draw in many:
        assert all(open_[p].low <= v <= open_[p].high for p, v in draw.values.items())


def test_a_draw_sets_the_figures_of_the_pack_and_nothing_else(japan: Nation) -> None:
    drawn = draws(japan.pack, ["hormuz-closure"], 1, seed=3)[0]
    pack = with_values(japan.pack, drawn.values)
    assert pack.parameter("restock-days", "day") == drawn.values["parameters.restock-days.figure"]
    event = next(s for s in pack.scenarios if s.id == "hormuz-closure").events[0]
    assert event.duration.value == drawn.values["scenarios.hormuz-closure.events[0].duration"]
    assert pack.goods == japan.pack.goods
    assert [s for s in pack.scenarios if s.id != "hormuz-closure"] == [
        s for s in japan.pack.scenarios if s.id != "hormuz-closure"
    ]


@given(
    low=st.floats(-5, 5), up=st.floats(0, 5), more=st.floats(0, 5), u=st.lists(st.floats(0, 1), min_size=1)
)
@example(low=0.0, up=5e-324, more=1.0, u=[1.0])
def test_quantiles_are_the_inverse_of_the_distribution(
    low: float, up: float, more: float, u: list[float]
) -> None:
    factor = Factor("x", low, low + up, low + up + more, "1")
    values = factor.at(np.sort(np.array(u)))
    assert (np.diff(values) >= -1e-12).all()
    assert ((values >= factor.low - 1e-12) & (values <= factor.high + 1e-12)).all()
    if up + more > 1e-3:
        assert factor.quantile(values) == pytest.approx(np.sort(np.array(u)), abs=1e-5)


def test_bad_questions_are_told_all_at_once(japan: Nation) -> None:
    with pytest.raises(InputProblems) as told:
        draws(japan.pack, ["hormuz-closure"], 0, days=0, among=["parameters", "nothing"])
    assert len(told.value.problems) == 3
    one = draws(japan.pack, ["hormuz-closure"], 1, days=5)[0]
    with pytest.raises(InputProblems, match="equally long"):
        run_ensemble(japan, [one, replace(one, number=1, days=6)])


def test_results_do_not_depend_on_who_computes_them(
    japan: Nation, some: tuple[Draw, ...], expected: kn.Ensemble
) -> None:
    assert len(set(expected.total_loss.values.tolist())) == len(some)
    with ThreadPoolExecutor(1) as one:
        assert run_ensemble(japan, some, one, chunk=CHUNK).data.identical(expected.data)
    single = japan.case("substations-cyber")
    drawn = {s.id: s for s in with_values(japan.pack, some[4].values).scenarios}
    scenario = drawn[single.scenarios[0][0].id]
    alone = run(japan.built, replace(single, scenarios=((scenario, 0.0),)), DAYS, japan.settings)
    assert expected.total_loss.values[4] == pytest.approx(alone.total_loss, rel=1e-9)


@pytest.mark.slow
def test_processes_and_a_cluster_give_the_same(
    japan: Nation, some: tuple[Draw, ...], expected: kn.Ensemble
) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert run_ensemble(japan, some, pool, chunk=CHUNK).data.identical(expected.data)
    distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        found = run_ensemble(japan, some, client.get_executor(), chunk=CHUNK)
    assert found.data.identical(expected.data)


def test_a_failed_draw_is_data_with_its_origin(
    japan: Nation, some: tuple[Draw, ...], expected: kn.Ensemble
) -> None:
    broken = replace(some[1], values={**some[1].values, "parameters.restock-days.figure": -1.0})
    found = run_ensemble(japan, [some[0], broken, *some[2:]], chunk=CHUNK)
    assert found.failures["draw"].to_list() == [1]
    assert "restock_days must be above 0" in found.failures["error"][0]
    assert '"parameters.restock-days.figure": -1.0' in found.failures["values"][0]
    kept = [0, 2, 3, 4, 5]
    assert np.isnan(found.total_loss.values[1])
    assert found.total_loss.values[kept] == pytest.approx(expected.total_loss.values[kept], rel=1e-12)
    with pytest.raises(InputProblems, match="1 of 6 draws failed"):
        replace(found, draws=tuple(replace(d, design={"design": "sobol"}) for d in found.draws)).indices(
            japan.pack
        )


def test_a_stopped_ensemble_goes_on_where_it_was(
    japan: Nation, some: tuple[Draw, ...], expected: kn.Ensemble, tmp_path: Path
) -> None:
    pytest.importorskip("zarr", reason="the extra 'ensemble' is not installed")
    with pytest.raises(KeyboardInterrupt):
        run_ensemble(japan, some, Stopping(after=1), tmp_path / "kept", chunk=CHUNK)
    rest = Stopping(after=9)
    found = run_ensemble(japan, some, rest, tmp_path / "kept", chunk=CHUNK)
    assert rest.ran == 1
    assert found.data.identical(expected.data)
    with pytest.raises(InputProblems, match="results of other draws"):
        run_ensemble(japan, some[:4], store=tmp_path / "kept", chunk=CHUNK)


def test_a_draw_that_changes_the_network_runs_on_one_of_its_own(japan: Nation) -> None:
    one = Draw(0, ("hormuz-closure",), 100, {"goods.crude.stock": 5.0})
    other = Draw(1, ("hormuz-closure",), 100, {"goods.crude.stock": 60.0})
    found = run_ensemble(japan, [one, other]).total_loss.values
    assert found[0] > found[1] >= 0


def test_designs_tell_where_the_spread_comes_from(japan: Nation) -> None:
    pytest.importorskip("SALib", reason="the extra 'ensemble' is not installed")
    made = draws(japan.pack, ["substations-cyber"], 4, days=6, among=["scenarios"], design="morris", seed=1)
    found = run_ensemble(japan, made).indices(japan.pack)
    assert found["factor"].n_unique() == found.height == len(made[0].values)
    assert found["mean_effect"][0] > 0
    # what strikes after the last day cannot matter
    assert (found["mean_effect"] >= 0).all()


def test_a_nation_travels_without_its_network(japan: Nation) -> None:
    twin = pickle.loads(pickle.dumps(japan))
    assert twin.fingerprint == japan.fingerprint
    assert "built" not in twin.__dict__
    assert (
        japan.with_pack(with_values(japan.pack, {"goods.crude.stock": 5.0})).fingerprint != twin.fingerprint
    )
