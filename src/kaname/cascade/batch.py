"""A batch of cases under way: what it works on, and how it goes on without the cases that are over."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kaname.cascade import moving
from kaname.cascade.compiling import compiled
from kaname.cascade.disturbance import Pairs, Shocks
from kaname.cascade.limiting import Limiting
from kaname.cascade.moving import Moving
from kaname.cascade.plan import Plan, plan
from kaname.cascade.rebuilding import Rebuilding
from kaname.cascade.settings import Settings
from kaname.cascade.trace import Precision
from kaname.cascade.wiring import BY_CASE, Fields, Wiring, fields, in_one_piece, wiring
from kaname.network.tables import Floats, Ints, Network


@dataclass
class Batch:
    """One batch of cases under way."""

    p: Plan
    """Of the first case; others differ from it in ``w`` only."""
    shocks: Shocks
    pairs: Pairs
    settings: Settings
    """Of the first case; others differ from it in ``w`` only."""
    precision: Precision
    w: Wiring
    f: Fields
    factor: Floats
    """(nodes, cases) on final demand."""
    lost: Floats
    """(gates, cases) share of each gate's work lost at the last step."""
    reserve: list[Floats]
    """What is left of each release."""
    gated: Ints
    """Pairs that gates may close."""
    cuts: Moving
    closures: Moving
    swings: Moving
    limiting: Limiting | None
    rebuilding: Rebuilding | None


def start(
    networks: Sequence[Network],
    shocks: Shocks,
    behave: Settings | Sequence[Settings],
    precision: Precision = "double",
) -> Batch:
    """All cases at baseline, each on its own network and, if given, under its own settings.

    ``ValueError`` where networks have not one ``Network.structure`` or settings not one ``Settings.frame``.
    """
    if len(networks) != len(shocks.cases) or len({network.structure for network in networks}) != 1:
        raise ValueError("the cases of one batch need a network each, all of one structure")
    each = [behave] * len(networks) if isinstance(behave, Settings) else list(behave)
    if len(each) != len(networks) or len({s.frame for s in each}) != 1:
        raise ValueError("the cases of one batch need settings each, all of one frame")
    settings = each[0]
    plans = {key: plan(network, settings) for key, network in {id(n): n for n in networks}.items()}
    p, network = plans[id(networks[0])], networks[0]
    pairs = Pairs.of(network, shocks)
    w = in_one_piece(wiring([plans[id(network)] for network in networks], pairs, each, shocks.limited))
    cases = len(shocks.cases)
    return Batch(
        p=p,
        shocks=shocks,
        pairs=pairs,
        settings=settings,
        precision=precision,
        w=w,
        f=in_one_piece(fields(p, w, len(pairs.node), cases, settings.dt, precision, len(shocks.limited))),
        factor=np.ones((len(network.nodes), cases)),
        lost=np.zeros((len(shocks.gates), cases)),
        reserve=[r.days * p.normal_use[r.slots] for r in shocks.releases],
        gated=np.unique(np.concatenate([np.zeros(0, np.int32), *pairs.of_gate])).astype(np.int32),
        cuts=moving.cuts(shocks),
        closures=moving.closures(shocks, pairs),
        swings=moving.swings(shocks),
        limiting=Limiting.of(p, pairs, shocks),
        rebuilding=Rebuilding.of(shocks, each),
    )


def narrowed(batch: Batch, cases: Ints) -> Batch:
    """``batch`` with these of its cases only, as they stand, in the same memory: the old one is no more."""
    going, shocks = set(cases.tolist()), batch.shocks
    left, pairs = shocks.part(cases.tolist()), batch.pairs.part(shocks, cases.tolist())
    # rows without a case axis are flags, set anew at each step
    by_case = [name for name, values in batch.f._asdict().items() if values.ndim > 1]
    return Batch(
        p=batch.p,
        shocks=left,
        pairs=pairs,
        settings=batch.settings,
        precision=batch.precision,
        w=batch.w._replace(**{name: _columns(getattr(batch.w, name), cases) for name in BY_CASE}),
        f=batch.f._replace(**{name: _columns(getattr(batch.f, name), cases) for name in by_case}),
        factor=_columns(batch.factor, cases),
        gated=batch.gated,
        cuts=moving.cuts(left),
        closures=moving.closures(left, pairs),
        swings=moving.swings(left),
        limiting=batch.limiting and batch.limiting.narrowed(cases),
        rebuilding=batch.rebuilding and batch.rebuilding.narrowed(cases),
        lost=_columns(batch.lost, cases),
        reserve=[
            r for release, r in zip(shocks.releases, batch.reserve, strict=True) if release.case in going
        ],
    )


def _columns(values: Any, cases: Ints) -> Any:
    """These of the columns (.., cases), moved together where they lie."""
    close_up(values.reshape(-1), values.shape[-1], cases)
    shape = (*values.shape[:-1], len(cases))
    return values.reshape(-1)[: math.prod(shape)].reshape(shape)


@compiled
def close_up(values: Any, wide: int, kept: Any) -> None:
    """Of each ``wide`` numbers in a row keep those at the places ``kept`` (in order), and move these together."""
    count = len(kept)
    for row in range(len(values) // wide):
        for k in range(count):
            values[row * count + k] = values[row * wide + kept[k]]
