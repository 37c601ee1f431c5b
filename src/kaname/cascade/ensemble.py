"""Ensembles: the same question asked of many draws, on threads, processes or machines; what is done is kept.

The work is cut into chunks of fixed draws. A chunk gives the same numbers wherever and beside whatever it runs, so
results do not depend on the number of workers, and a stopped ensemble goes on with the chunks that are missing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
import polars as pl

from kaname.cascade.compiling import one_blas_thread
from kaname.cascade.draws import Draw, factors, with_values
from kaname.cascade.run import run_many
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case
from kaname.cascade.store import Chunk, Store
from kaname.errors import KanameError, Unavailable, problem
from kaname.network.build import Built
from kaname.network.tables import Floats
from kaname.pack.model import Pack

if TYPE_CHECKING:
    import xarray as xr

CHUNK = 16
"""Draws that one task runs side by side."""
Tick = Callable[[float], None]


class Subject(Protocol):
    """What is drawn from and run: a nation."""

    @property
    def pack(self) -> Pack:
        """What people wrote."""

    @property
    def built(self) -> Built:
        """The network made of it."""

    @property
    def settings(self) -> Settings:
        """How producers behave."""

    @property
    def fingerprint(self) -> str:
        """A hash of all that is written and all data."""

    def with_pack(self, pack: Pack) -> Self:
        """The same nation with other figures."""
        ...

    def divided(self, seed: int) -> Self:
        """The same nation with home divided over its areas by shares drawn within their ranges."""
        ...

    def case(self, *scenarios: str, measures: Sequence[str] = ()) -> Case:
        """Scenarios and measures by name."""
        ...


@dataclass(frozen=True)
class Ensemble:
    """Outcomes of draws, in their order."""

    draws: tuple[Draw, ...]
    data: xr.Dataset
    """``loss`` (draw, time) at home, million USD a day; ``total_loss``, ``direct_loss``, ``world_loss`` (draw), million
    USD; ``error`` (draw); every factor as a coordinate of ``draw``."""

    @property
    def total_loss(self) -> xr.DataArray:
        """(draw,) value added not produced at home, million USD."""
        return self.data["total_loss"]

    @property
    def failures(self) -> pl.DataFrame:
        """Draws that failed: draw, error, and the values that they failed on."""
        bad = [n for n, text in enumerate(self.data["error"].values) if text]
        rows = [
            (self.draws[n].number, str(self.data["error"].values[n]), json.dumps(dict(self.draws[n].values)))
            for n in bad
        ]
        return pl.DataFrame(rows, {"draw": pl.Int64, "error": pl.String, "values": pl.String}, orient="row")

    def quantiles(self, at: Sequence[float] = (0.05, 0.5, 0.95)) -> pl.DataFrame:
        """Total loss at these shares of the draws that did not fail: share, loss."""
        known = self.total_loss.values[np.isfinite(self.total_loss.values)]
        return pl.DataFrame(
            {"share": list(at), "loss": np.quantile(known, at) if len(known) else [None] * len(at)}
        )

    def indices(self, pack: Pack) -> pl.DataFrame:
        """Which factors the spread of the total loss comes from, by the design of the draws (SALib).

        ``sobol``: factor, first, first_conf, total, total_conf (shares of the variance; confidence at 95%).
        ``morris``: factor, mean_effect, spread (mean and deviation of absolute elementary effects, million USD).
        ``random``: factor, rank (Spearman's rank correlation with the loss).

        Raises ``InputProblems`` where a draw of a design failed: its indices need them all.
        """
        names, loss = list(self.draws[0].values), self.total_loss.values
        values = np.array([[d.values.get(name, np.nan) for name in names] for d in self.draws])
        design = str(self.draws[0].design.get("design", "random"))
        known = np.isfinite(loss)
        if design == "random":
            return _ranks(names, values[known], loss[known])
        if not known.all():
            raise problem(
                f"{int((~known).sum())} of {len(loss)} draws failed; {design} indices need all", path="draws"
            )
        among = sorted({name.partition(".")[0] for name in names})
        factor = {f.path: f for f in factors(pack, self.draws[0].scenarios, among)}
        unit = np.stack([factor[name].quantile(values[:, k]) for k, name in enumerate(names)], axis=1)
        return _salib(design, names, unit, loss)


def _ranks(names: Sequence[str], values: Floats, loss: Floats) -> pl.DataFrame:
    frame = pl.DataFrame({name: values[:, k] for k, name in enumerate(names)}).with_columns(loss=loss)
    found = [frame.select(pl.corr(name, "loss", method="spearman")).item() for name in names]
    return pl.DataFrame({"factor": names, "rank": found}).sort(
        pl.col("rank").abs().fill_nan(0), descending=True
    )


def _salib(design: str, names: Sequence[str], unit: Floats, loss: Floats) -> pl.DataFrame:
    try:
        from SALib.analyze import morris, sobol  # noqa: PLC0415 - an extra
    except ImportError as why:
        raise Unavailable(f"{design} indices need the extra 'ensemble' (SALib): {why}") from why
    cube = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    if design == "sobol":
        found = sobol.analyze(cube, loss, calc_second_order=False, seed=0)
        told = {"first": "S1", "first_conf": "S1_conf", "total": "ST", "total_conf": "ST_conf"}
        columns = {name: np.asarray(found[key]) for name, key in told.items()}
        return pl.DataFrame({"factor": names, **columns}).sort("total", descending=True)
    found = morris.analyze(cube, unit, loss, seed=0)
    effects = {"mean_effect": np.asarray(found["mu_star"]), "spread": np.asarray(found["sigma"])}
    return pl.DataFrame({"factor": names, **effects}).sort("mean_effect", descending=True)


def run_ensemble(
    nation: Subject,
    draws: Sequence[Draw],
    executor: Executor | None = None,
    store: str | Path | None = None,
    *,
    chunk: int = CHUNK,
    tick: Tick | None = None,
) -> Ensemble:
    """Run every draw on the nation.

    ``executor``: any ``concurrent.futures.Executor`` (processes, Dask's ``Client.get_executor()``); none: two threads
    here, which the compiled kernel keeps busy. ``store``: a folder in zarr format that takes each chunk when it is
    done; an ensemble that was stopped goes on from there, and one of other draws or another pack is refused. ``tick``
    is told the share done.

    A draw that fails is data: its loss is not a number, ``failures`` tells why. Raises ``InputProblems`` where the
    draws differ in their days, and ``Unavailable`` where a store needs the extra ``ensemble``.
    """
    draws = tuple(draws)
    if not draws:
        raise problem("an ensemble needs at least one draw", path="draws")
    days = {d.days for d in draws}
    if len(days) != 1:
        raise problem(f"draws of one ensemble run equally long, not {sorted(days)} days", path="draws")
    steps = round(draws[0].days / nation.settings.dt)
    parts = [draws[start : start + chunk] for start in range(0, len(draws), chunk)]
    kept = None if store is None else Store.open(store, _key(nation, draws, chunk), len(draws), steps)
    done: dict[int, Chunk] = {} if kept is None else {k: kept.read(k, k * chunk) for k in kept.done()}

    def keep(number: int, found: Chunk) -> None:
        done[number] = found
        if kept is not None:
            kept.write(number, number * chunk, found)
        if tick:
            tick(len(done) / len(parts))

    left = {number: part for number, part in enumerate(parts) if number not in done}
    with one_blas_thread():
        if executor is not None:
            _work(nation, left, executor, keep)
        else:
            with ThreadPoolExecutor(2) as threads:
                _work(nation, left, threads, keep)
    return Ensemble(draws, _dataset(nation, draws, [done[k] for k in range(len(parts))]))


def _work(
    nation: Subject,
    left: Mapping[int, Sequence[Draw]],
    executor: Executor,
    keep: Callable[[int, Chunk], None],
) -> None:
    """Hand out the chunks that are left; stopped, it keeps those that are done and calls off the rest."""
    tasks = {executor.submit(run_chunk, nation, part): number for number, part in left.items()}
    waiting = dict(tasks)
    try:
        for task in as_completed(tasks):
            keep(waiting.pop(task), task.result())
    except BaseException:
        for task in waiting:
            task.cancel()
        for task, number in waiting.items():
            if task.done() and not task.cancelled() and task.exception() is None:
                keep(number, task.result())
        raise


_HERE: dict[str, Subject] = {}
"""The nation that this process last ran, so that its network is built once and not for every chunk."""


def run_chunk(nation: Subject, draws: Sequence[Draw]) -> Chunk:
    """Run some draws side by side where they share a network, one by one where a draw changes that."""
    if nation.fingerprint not in _HERE:
        _HERE.clear()
        _HERE[nation.fingerprint] = nation
    nation = _HERE[nation.fingerprint]
    found: dict[int, tuple[Floats, float, float, str]] = {}
    steps = round(draws[0].days / nation.settings.dt)
    for subject, group in _groups(nation, draws):
        try:
            cases = [_case(nation, subject, draw) for draw in group]
            runs = run_many(subject.built, cases, group[0].days, nation.settings, chunk=len(group))
            for draw, run in zip(group, runs, strict=True):
                found[draw.number] = (run.home_daily, run.direct_loss, run.world_loss, "")
        except Exception as why:
            if len(group) > 1:
                found |= {n: row for draw in group for n, row in _alone(nation, draw).items()}
                continue
            kind = "" if isinstance(why, KanameError) else f"{type(why).__name__}: "
            nothing = np.full(steps, np.nan)
            found[group[0].number] = (nothing, np.nan, np.nan, f"{kind}{why}")
    rows = [found[d.number] for d in draws]
    return Chunk(
        tuple(d.number for d in draws),
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
        tuple(row[3] for row in rows),
    )


def _alone(nation: Subject, draw: Draw) -> dict[int, tuple[Floats, float, float, str]]:
    part = run_chunk(nation, [draw])
    return {draw.number: (part.daily[0], float(part.direct[0]), float(part.world[0]), part.error[0])}


def _groups(nation: Subject, draws: Sequence[Draw]) -> Iterator[tuple[Subject, list[Draw]]]:
    """Draws that leave the network as it is together; each other one on a network of its own."""
    same = [d for d in draws if d.division is None and not any(map(_builds, d.values))]
    if same:
        yield nation, same
    for draw in draws:
        if draw not in same:
            subject = nation.with_pack(with_values(nation.pack, draw.values))
            yield subject if draw.division is None else subject.divided(draw.division), [draw]


def _builds(path: str) -> bool:
    """Whether a figure enters the network, not only a scenario or how producers behave."""
    part, _, rest = path.partition(".")
    return part != "scenarios" and not (
        part == "parameters" and rest.removesuffix(".figure") in Settings.stated()
    )


def _case(nation: Subject, subject: Subject, draw: Draw) -> Case:
    """The draw's case: its scenarios and settings from the pack as drawn."""
    drawn = subject.pack if subject is not nation else with_values(nation.pack, draw.values)
    case = nation.case(*draw.scenarios, measures=draw.measures)
    own = {s.id: s for s in drawn.scenarios}
    scenarios = tuple((own[s.id], day) for s, day in case.scenarios)
    return replace(case, scenarios=scenarios, settings=Settings.of(drawn), label=f"draw {draw.number}")


def _key(nation: Subject, draws: Sequence[Draw], chunk: int) -> str:
    """What an ensemble is: the pack and data, the draws, how they are cut."""
    told = [(d.number, d.scenarios, d.days, dict(d.values), d.measures, d.division) for d in draws]
    text = json.dumps([nation.fingerprint, told, chunk, repr(nation.settings)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _dataset(nation: Subject, draws: Sequence[Draw], parts: Sequence[Chunk]) -> xr.Dataset:
    import xarray as xr  # noqa: PLC0415 - a quarter of what starting would take, and few ask for it

    dt = nation.settings.dt
    daily = np.concatenate([part.daily for part in parts])
    number = [d.number for d in draws]
    money = {"units": "million USD"}
    data = xr.Dataset(
        {
            "loss": (("draw", "time"), daily, {"units": "million USD/day"}),
            "total_loss": ("draw", daily.sum(axis=1) * dt, money),
            "direct_loss": ("draw", np.concatenate([part.direct for part in parts]), money),
            "world_loss": ("draw", np.concatenate([part.world for part in parts]), money),
            "error": ("draw", np.array([e for part in parts for e in part.error], dtype=str)),
        },
        coords={"draw": number, "time": np.arange(daily.shape[1]) * dt},
    )
    data["time"].attrs["units"] = "days since the start"
    names = list(dict.fromkeys(name for d in draws for name in d.values))
    return data.assign_coords({name: ("draw", [d.values.get(name, np.nan) for d in draws]) for name in names})
