"""The derivative of a run's loss by everything at once beside one forward run; the embedded network's own speed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import kaname as kn
from bench.harness import Row, Work, alone, in_turn, seconds
from kaname.cascade import kernel
from kaname.cascade.adjoint import gradients
from kaname.cascade.compiling import one_blas_thread
from kaname.cascade.shocks import compile_cases
from kaname.cascade.trace import Record

DAYS = 365


def _walk() -> float:
    nation = kn.open("japan")
    settings = replace(nation.settings, rest=0.0)
    shocks = compile_cases(nation.built, [nation.case("hormuz-closure")], DAYS, settings)
    return gradients(nation.network, shocks, settings).loss


def _adjoint() -> Iterator[Row]:
    nation = kn.open("japan")
    settings = replace(nation.settings, rest=0.0)
    shocks = compile_cases(nation.built, [nation.case("hormuz-closure")], DAYS, settings)
    network = nation.network
    with one_blas_thread():
        back, forward = in_turn(
            lambda: gradients(network, shocks, settings),
            lambda: kernel.simulate(network, shocks, settings, Record(nodes=False)),
            runs=3,
        )
    many = len(network.slots) * 3 + len(network.links) + len(network.nodes)
    _, memory = alone(_walk)
    yield Row(
        "adjoint",
        f"loss and its derivative by {many:,} figures and every day's capacities, {DAYS} days, beside one forward run",
        back,
        forward,
        "s",
        goal=0.2,
        memory_mb=memory,
        note=f"{back / forward:.1f} forward runs; central differences would take {2 * many:,}",
    )


def _batch() -> Iterator[Row]:
    nation = kn.open("japan")
    settings = replace(nation.settings, rest=0.0)
    names, days = list(nation.scenarios)[:24], 60
    cases = [nation.case(name) for name in names] * 2
    network = nation.network
    many = compile_cases(nation.built, cases, days, settings)
    one = many.part([0])
    with one_blas_thread():
        side_by_side = seconds(lambda: kernel.simulate(network, many, settings, Record(nodes=False)), runs=3)
        single = seconds(lambda: kernel.simulate(network, one, settings, Record(nodes=False)), runs=3)
    yield Row(
        "batch",
        f"a case-day of the embedded network ({len(network.nodes):,} nodes, {len(network.links):,} links), "
        f"{len(cases)} scenarios side by side, beside one alone (one thread)",
        1e3 * side_by_side / days / len(cases),
        1e3 * single / days,
        "ms",
    )


WORKS = [Work("adjoint", _adjoint), Work("batch", _batch)]
