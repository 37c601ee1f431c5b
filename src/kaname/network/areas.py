"""Layer 2: the home country by area. How its industries spread, how far apart its areas are.

An area's share of an industry comes from figures of its prefectures (pack: ``splits``). What an industry sells inside
the country is spread over pairs of areas by :mod:`kaname.network.gravity`; :mod:`kaname.network.split` then divides
the built network. Sums over areas are the national network again, to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from kaname.errors import InputProblems, Problem
from kaname.network.build import Built
from kaname.network.industries import parameter
from kaname.network.split import Division, divide
from kaname.network.tables import Flags, Floats
from kaname.pack.areas import TABLE, Split
from kaname.pack.figures import Label, share
from kaname.pack.model import Pack

EARTH = 6371.0
"""Radius, km."""
INNER = 0.67
"""Mean distance inside a disc of the same land is this times the root of land over pi (Head and Mayer 2002)."""


@dataclass(frozen=True)
class Shares:
    """Shares of each industry by area, (industries, areas); rows sum to 1. Industries made where they are used
    (``use``) have shares of people here; their own follow from the network."""

    areas: tuple[str, ...]
    industries: tuple[str, ...]
    value: Floats
    spread: Floats
    """(industries,) how far a share may be off, as a part of it."""
    use: Flags
    """(industries,) made where it is used."""
    people: Floats
    """(areas,) share of population."""

    @property
    def low(self) -> Floats:
        """Shares at the low end of their range, each by itself."""
        return self.value * (1 - self.spread[:, None])

    @property
    def high(self) -> Floats:
        """Shares at the high end of their range, each by itself."""
        return np.minimum(self.value * (1 + self.spread[:, None]), 1.0)

    def drawn(self, rng: np.random.Generator) -> Shares:
        """One member of an ensemble: every share drawn evenly within its range, rows scaled to sum to 1."""
        drawn = rng.uniform(self.low, self.high)
        return replace(self, value=drawn / drawn.sum(axis=1, keepdims=True))

    def quotient(self, product: Floats) -> Floats:
        """Location quotients: share of the industry over the area's share of all product (``product`` (areas,))."""
        return np.asarray(self.value / (product / product.sum()))


def frame_of(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The table of prefectures. Raises :class:`~kaname.errors.InputProblems` where the pack has none."""
    if TABLE not in tables:
        raise InputProblems(
            [Problem(f"the pack has no table {TABLE!r}: it cannot be split by area", path="tables")]
        )
    return tables[TABLE]


def shares(pack: Pack, prefectures: pl.DataFrame) -> Shares:
    """Shares by area of every industry that a split of the pack names, in the order of the pack's industries.

    Raises :class:`~kaname.errors.InputProblems` for an industry without a split, or one whose figures sum to nothing.
    """
    of = {industry: split for split in pack.splits for industry in split.industries}
    found = {split.id: _share(pack, prefectures, split) for split in pack.splits}
    industries = tuple(i.id for i in pack.industries)
    faults = [Problem(f"no split names industry {i!r}", path="splits") for i in industries if i not in of]
    faults += [
        Problem(f"figures of split {name!r} sum to nothing", path="splits")
        for name, value in found.items()
        if not value.sum() > 0
    ]
    if not pack.areas:
        faults.append(Problem("the pack has no areas", path="areas"))
    if faults:
        raise InputProblems(faults)
    return Shares(
        areas=tuple(a.id for a in pack.areas),
        industries=industries,
        value=np.array([found[of[i].id] / found[of[i].id].sum() for i in industries]),
        spread=np.array([share(of[i].spread, 0.0) for i in industries]),
        use=np.array([of[i].use for i in industries]),
        people=column_shares(pack, prefectures, ("population",)),
    )


def _share(pack: Pack, prefectures: pl.DataFrame, split: Split) -> Floats:
    if split.use:
        return column_shares(pack, prefectures, ("population",))
    if split.service is not None:
        return _of_service(pack, prefectures, split)
    listed = column_shares(pack, prefectures, split.columns)
    unlisted = share(split.unlisted, 0.0)
    if unlisted <= 0:
        return listed
    empty = prefectures.filter(pl.any_horizontal(pl.col(c).is_null() for c in split.columns))
    return (1 - unlisted) * listed + unlisted * column_shares(pack, empty, split.fill)


def column_shares(pack: Pack, prefectures: pl.DataFrame, columns: tuple[str, ...]) -> Floats:
    """(areas,) shares of the product of ``columns``; cells left empty count as nothing."""
    key = next(t.key for t in pack.tables if t.id == TABLE)
    values = prefectures.select(
        pl.col(key), value=pl.reduce(lambda a, b: a * b, [pl.col(c) for c in columns])
    )
    of = {code: value or 0.0 for code, value in values.iter_rows()}
    sums = np.array([sum(of.get(code, 0.0) for code in area.prefectures) for area in pack.areas])
    return sums / sums.sum() if sums.sum() > 0 else sums


def _of_service(pack: Pack, prefectures: pl.DataFrame, split: Split) -> Floats:
    """What facilities of a service carry by area; what stands in none goes by ``fill``."""
    place = {area.id: n for n, area in enumerate(pack.areas)}
    carried = np.zeros(len(place))
    for facility in pack.facilities:
        if facility.service == split.service and facility.area in place:
            carried[place[facility.area]] += facility.share.to("1", 0.0)
    rest = max(0.0, 1 - float(carried.sum()))
    return carried + rest * column_shares(pack, prefectures, split.fill)


def distances(pack: Pack, prefectures: pl.DataFrame) -> Floats:
    """(areas, areas) mean distance in km between the prefectures of two areas, weighted by gross product.

    Great circles between centroids; inside a prefecture :data:`INNER`.
    """
    key = next(t.key for t in pack.tables if t.id == TABLE)
    codes = prefectures[key].to_list()
    weight = prefectures["gross_product"].to_numpy().astype(np.float64)
    y, x = (np.radians(prefectures[c].to_numpy()) for c in ("latitude", "longitude"))
    half = (
        np.sin((y[:, None] - y) / 2) ** 2 + np.cos(y[:, None]) * np.cos(y) * np.sin((x[:, None] - x) / 2) ** 2
    )
    between = 2 * EARTH * np.arcsin(np.sqrt(half))
    np.fill_diagonal(between, INNER * np.sqrt(prefectures["land"].to_numpy() / np.pi))
    member = (
        np.array([[code in area.prefectures for code in codes] for area in pack.areas], np.float64) * weight
    )
    member /= member.sum(axis=1, keepdims=True)
    return np.asarray(member @ between @ member.T)


def by_area(
    built: Built,
    tables: Mapping[str, pl.DataFrame],
    *,
    elasticity: float | None = None,
    drawn: np.random.Generator | None = None,
) -> Built:
    """``built`` with every home industry divided over the areas of the pack; ids are ``JPN-TOKYO:C26``.

    ``elasticity`` of trade between areas with distance (default: parameter ``trade-distance``); ``drawn`` gives a
    member of the ensemble instead of the stated shares, elasticity included. Sums over areas are those of ``built``.

    Raises :class:`~kaname.errors.InputProblems` where the pack does not say how to split.
    """
    pack, frame = built.pack, frame_of(tables)
    known = shares(pack, frame)
    decay = parameter(pack, "trade-distance", "1", 0.9) if elasticity is None else elasticity
    if drawn is not None:
        known = known.drawn(drawn)
        figure = next((p.figure for p in pack.parameters if p.id == "trade-distance"), None)
        if figure is not None and figure.low is not None and figure.high is not None:
            decay = float(drawn.uniform(figure.low, figure.high))
    division = Division(
        areas=known.areas,
        share={i: known.value[n] for n, i in enumerate(known.industries)},
        use=frozenset(i for i, made in zip(known.industries, known.use, strict=True) if made),
        people=known.people,
        near=frozenset(i.id for i in pack.industries if not i.storable),
        local=frozenset(s.id for s in pack.services if s.local),
        distance=distances(pack, frame),
        elasticity=decay,
    )
    network, old = divide(built.network, division)
    routes = replace(built.routes, sea=built.routes.sea[old], air=built.routes.air[old])
    note = Label(
        ja=f"国内産業を{len(known.areas)}地域に、都道府県の統計から分けた。地域間の取引は統計がなく、距離の{decay:.2g}乗に反比例する"
        "重力式（サービスは地域内を優先）で推計した。",
        en=f"Home industries are divided over {len(known.areas)} areas by figures of prefectures. Trade between areas "
        f"is not measured: goods follow gravity with distance to the power of {decay:.2g}, services are bought "
        "near first.",
    )
    return replace(built, network=network, routes=routes, notes=(*built.notes, note))
