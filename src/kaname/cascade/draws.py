"""Draws: what the pack's ranges leave open, made definite many times over.

A *factor* is one figure of the pack that states a range; a *draw* gives every factor a value. Values follow the
triangular distribution over the range with its mode at the stated value (Kotz and van Dorp 2004): all that a low, a
likely and a high end tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from kaname.errors import InputProblems, Problem, Unavailable, wrong_days
from kaname.network.tables import Floats
from kaname.pack.figures import Figure, Part
from kaname.pack.model import Pack

Design = Literal["random", "sobol", "morris"]
AMONG = ("parameters", "scenarios")
"""Lists of the pack whose ranges vary unless others are asked for."""


@dataclass(frozen=True)
class Factor:
    """A figure with a range: ``path`` is its place in the pack, such as ``parameters.restock-days.figure``."""

    path: str
    low: float
    value: float
    high: float
    unit: str

    def at(self, u: Floats) -> Floats:
        """Values at quantiles ``u`` in 0..1."""
        width = self.high - self.low
        if width == 0:
            return np.full_like(np.asarray(u, float), self.value)
        mode = (self.value - self.low) / width
        left = self.low + width * np.sqrt(np.asarray(u, float) * mode)
        right = self.high - width * np.sqrt((1 - np.asarray(u, float)) * (1 - mode))
        return np.where(np.asarray(u) < mode, left, right)

    def quantile(self, values: Floats) -> Floats:
        """The inverse of :meth:`at`."""
        width = self.high - self.low
        if width == 0:
            return np.full_like(values, 0.5)
        x, mode = (values - self.low) / width, (self.value - self.low) / width
        below = np.minimum(x, mode) ** 2 / mode if mode > 0 else np.zeros_like(x)
        above = 1 - np.minimum(1 - x, 1 - mode) ** 2 / (1 - mode) if mode < 1 else np.ones_like(x)
        return np.where(x < mode, below, above)


@dataclass(frozen=True)
class Draw:
    """One definite state of what is uncertain, and the scenarios to run in it."""

    number: int
    scenarios: tuple[str, ...]
    """As for ``Nation.stress``: ``name`` or ``name@day``."""
    days: int
    values: Mapping[str, float]
    """By path of the factor, in the figure's own unit."""
    measures: tuple[str, ...] = ()
    design: Mapping[str, Any] = field(default_factory=dict)
    """How the draw came about: design, seed, count."""
    division: int | None = None
    """Seed of the division of home over its areas: every share within its range; None: the shares as stated."""


def factors(pack: Pack, scenarios: Iterable[str], among: Sequence[str] = AMONG) -> tuple[Factor, ...]:
    """Every figure with a range in these lists of the pack; of the scenarios only those named."""
    named = {text.partition("@")[0] for text in scenarios}
    found: list[Factor] = []
    for part in among:
        for entry in getattr(pack, part):
            if part != "scenarios" or entry.id in named:
                found += _within(entry, f"{part}.{entry.id}")
    return tuple(found)


def _within(part: Part, path: str) -> Iterator[Factor]:
    for name in type(part).model_fields:
        value = getattr(part, name)
        for key, item in _items(value):
            place = f"{path}.{name}{key}"
            if isinstance(item, Figure):
                if item.value is not None and (item.low is not None or item.high is not None):
                    low = item.value if item.low is None else item.low
                    high = item.value if item.high is None else item.high
                    yield Factor(place, low, item.value, high, item.unit)
            elif isinstance(item, Part):
                yield from _within(item, place)


def _items(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, tuple):
        yield from ((f"[{number}]", item) for number, item in enumerate(value))
    else:
        yield "", value


def draws(
    pack: Pack,
    scenarios: Sequence[str],
    count: int,
    *,
    seed: int = 0,
    days: int = 365,
    measures: Sequence[str] = (),
    among: Sequence[str] = AMONG,
    design: Design = "random",
    areas: bool = False,
) -> tuple[Draw, ...]:
    """Draws of all factors for one combination of scenarios.

    ``design``: ``random`` gives ``count`` independent draws, each from a seed of its own, so that the first ones are
    the same however many are asked for; ``sobol`` and ``morris`` give the samples that variance-based (Saltelli 2010)
    and elementary-effect (Morris 1991) indices need: count x (factors + 2) and count x (factors + 1) draws.

    ``areas``: for a nation divided by area; each draw of the random design also divides home anew, within what the
    splits leave open. The other designs keep the stated shares, since a seed is no factor that an index could name.

    Raises ``InputProblems`` for a count below 1, a list of the pack that is none, or nothing that is uncertain, and
    ``Unavailable`` where a design needs the extra ``ensemble``.
    """
    wrong = [Problem(f"no list {name!r} in a pack", path="among") for name in among if name not in pack.by_id]
    if count < 1:
        wrong.append(Problem(f"an ensemble needs at least one draw, not {count}", path="count"))
    wrong += [
        Problem(
            f"an ensemble draws the severity itself: name the scenario without {text!r}", path="scenarios"
        )
        for text in {":" + name.partition("@")[0].partition(":")[2] for name in scenarios if ":" in name}
    ]
    wrong += wrong_days(days)
    if wrong:
        raise InputProblems(wrong)
    open_ = factors(pack, scenarios, among)
    if not open_:
        raise InputProblems([Problem(f"nothing in {', '.join(among)} states a range", path="among")])
    unit = _sample(len(open_), count, seed, design)
    columns = [factor.at(unit[:, k]) for k, factor in enumerate(open_)]
    told = {"design": design, "seed": seed, "count": count}
    return tuple(
        Draw(
            number=row,
            scenarios=tuple(scenarios),
            days=days,
            values={f.path: float(column[row]) for f, column in zip(open_, columns, strict=True)},
            measures=tuple(measures),
            design=told,
            division=_member(seed, row) if areas and design == "random" else None,
        )
        for row in range(len(unit))
    )


def uniform(width: int, count: int, seed: int) -> NDArray[np.float64]:
    """(count, width) numbers in 0..1, each row from a seed of its own: the first rows are the same however many are
    asked for."""
    children = np.random.SeedSequence(seed).spawn(count)
    return np.array([np.random.default_rng(child).random(width) for child in children]).reshape(count, width)


def _member(seed: int, row: int) -> int:
    """The seed of one draw's division: the same however many draws are asked for."""
    return int(np.random.SeedSequence([seed, row]).generate_state(1)[0])


def _sample(width: int, count: int, seed: int, design: Design) -> NDArray[np.float64]:
    if design == "random":
        return uniform(width, count, seed)
    try:
        from SALib.sample import morris, sobol  # noqa: PLC0415 - an extra
    except ImportError as why:
        raise Unavailable(f"the design {design!r} needs the extra 'ensemble' (SALib): {why}") from why
    cube = {"num_vars": width, "names": [str(k) for k in range(width)], "bounds": [[0.0, 1.0]] * width}
    if design == "sobol":
        return np.asarray(sobol.sample(cube, count, calc_second_order=False, seed=seed))
    return np.asarray(morris.sample(cube, count, seed=seed))


def with_values(pack: Pack, values: Mapping[str, float]) -> Pack:
    """``pack`` with the figures at these paths set to these values."""
    wanted: dict[str, dict[str, dict[str, float]]] = {}
    for path, value in values.items():
        part, rest = path.split(".", 1)
        # ids may hold dots: the longest id that fits is meant
        id_ = max((i for i in pack.by_id[part] if rest.startswith(f"{i}.")), key=len)
        wanted.setdefault(part, {}).setdefault(id_, {})[rest[len(id_) + 1 :]] = value
    lists = {
        part: tuple(
            _set(entry, entries[entry.id]) if entry.id in entries else entry for entry in getattr(pack, part)
        )
        for part, entries in wanted.items()
    }
    fields = {name: getattr(pack, name) for name in type(pack).model_fields}
    return Pack.model_construct(**{**fields, **lists})


def _set(part: Any, values: Mapping[str, float]) -> Any:
    """A copy of a part with figures below it set, by path."""
    if isinstance(part, Figure):
        return part.model_copy(update={"value": values[""], "low": None, "high": None})
    below: dict[str, dict[str, float]] = {}
    for path, value in values.items():
        head, _, rest = path.partition(".")
        below.setdefault(head, {})[rest] = value
    changes: dict[str, Any] = {}
    for head, inner in below.items():
        name, bracket, number = head.partition("[")
        old = changes.get(name, getattr(part, name))
        if bracket:
            place = int(number.rstrip("]"))
            changes[name] = (*old[:place], _set(old[place], inner), *old[place + 1 :])
        else:
            changes[name] = _set(old, inner)
    return part.model_copy(update=changes)
