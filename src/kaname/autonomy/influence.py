"""Which assumptions matter: what the stated range of each assumed figure is worth in a run (floor 4).

From the derivatives of one run: the value of a day or a point, times half the width of the range. First-order, one
figure at a time. Reached: stocks, buffers, substitution, over-capacity, weights, shares of facilities, ways round a
passage, the events of the scenario. What no derivative reaches is listed without one, and counted by ``unreached``.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from kaname.autonomy.slopes import Slopes
from kaname.cascade.run import Run
from kaname.cascade.sensitivities import derivatives, sensitivities
from kaname.network.industries import SLACK_DEFAULTS
from kaname.pack.document import Path
from kaname.pack.draft import Site, sites
from kaname.pack.figures import Confidence, Figure
from kaname.pack.model import Facility, Good, Industry, Pack, Parameter, Service
from kaname.pack.places import Places
from kaname.pack.survey import OUTLOOK_ONLY
from kaname.units import UNITS

SCHEMA = {
    "list": pl.String,
    "subject": pl.String,
    "field": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "unit": pl.String,
    "influence": pl.Float64,
    "place": pl.String,
}
Worth = tuple[str, str, float]
"""Kind of derivative, unit (day or 1), million USD saved by one more day, or by a whole share more."""


def influence(pack: Pack, run: Run, places: Places | None = None) -> pl.DataFrame:
    """Every assumed figure of the pack that a scenario may rest on, the most influential first.

    Columns: list, subject, field, value, low, high, unit, influence (million USD of home loss for half its range, at
    most the whole loss, which first order may pass; null where no derivative reaches it), place (file and line).
    """
    known, whole = _Derivatives(run), max(run.total_loss, 0.0)
    where = places or Places()
    rows = []
    for site in sites(pack):
        figure = site.value
        if (
            not isinstance(figure, Figure)
            or figure.value is None
            or figure.confidence is not Confidence.ASSUMPTION
            or site.subject in OUTLOOK_ONLY
        ):
            continue
        worth = known.of(pack, site)
        rows.append(
            (
                site.subject,
                getattr(getattr(pack, site.subject)[site.path[1]], "id", ""),
                site.name,
                figure.value,
                figure.low,
                figure.high,
                figure.unit,
                None if worth is None else min(_half(figure, worth[1]) * abs(worth[2]), whole),
                str(where.place(site.path)),
            )
        )
    frame = pl.DataFrame(rows, SCHEMA, orient="row")
    return frame.sort(
        pl.col("influence").fill_null(-1.0),
        "list",
        "subject",
        "field",
        descending=[True, False, False, False],
    )


def most_influential(pack: Pack, runs: Sequence[Run], places: Places | None = None) -> pl.DataFrame:
    """As :func:`influence` for several runs: each figure with its largest influence, and the run (column scenario)."""
    frames = [influence(pack, run, places).with_columns(scenario=pl.lit(run.case.label)) for run in runs]
    order = {"descending": [True, False], "maintain_order": True}
    ranked = pl.concat(frames).sort(pl.col("influence").fill_null(-1.0), "place", **order)  # type: ignore[arg-type]
    return ranked.unique(["list", "subject", "field", "place"], keep="first", maintain_order=True)


def unreached(found: pl.DataFrame) -> pl.DataFrame:
    """Figures that no derivative reaches, by list and field: list, field, count; most first."""
    rows = found.filter(pl.col("influence").is_null()).group_by("list", "field").agg(count=pl.len())
    return rows.sort("count", "list", "field", descending=[True, False, False])


def _made_by(node: str) -> str:
    """The industry of a node's id."""
    return node.partition(":")[2]


def _half(figure: Figure, unit: str) -> float:
    """Half the width of the range, in days or as a share."""
    if figure.low is None or figure.high is None or UNITS[figure.unit] != UNITS[unit]:
        return 0.0
    ends = (figure.model_copy(update={"value": v}).to(unit) for v in (figure.low, figure.high))
    low, high = ends
    return (high - low) / 2


class _Derivatives:
    """Sums of a run's derivatives by what they are of."""

    def __init__(self, run: Run) -> None:
        found = derivatives(run)
        self.frame = sensitivities(run, found)
        self.slopes = Slopes(run, found)
        self.stock = self._sums("stock", "input")
        self.shift = self._sums("shift", "input")
        self.buffer = {
            (subject, input_): saved
            for subject, input_, saved in self.frame.filter(pl.col("kind") == "stock")
            .select("subject", "input", "saved")
            .iter_rows()
        }
        self.spare = dict(self.frame.filter(pl.col("kind") == "spare").select("subject", "saved").iter_rows())
        self.event = {
            (kind, subject): saved
            for kind, subject, saved in self.frame.filter(pl.col("kind").str.starts_with("event-"))
            .select("kind", "subject", "saved")
            .iter_rows()
        }
        nodes = run.built.network.nodes
        self.product = dict(
            zip(nodes.id, (run.built.network.products[p] for p in nodes.product), strict=True)
        )

    def _sums(self, kind: str, by: str) -> dict[str, float]:
        """Home's rows of a kind by input; points become whole shares."""
        scale = 100.0 if kind == "shift" else 1.0
        mine = self.frame.filter(pl.col("kind") == kind)
        return {
            name: saved * scale
            for name, saved in mine.group_by(by, maintain_order=True).agg(pl.col("saved").sum()).iter_rows()
        }

    def of(self, pack: Pack, site: Site) -> Worth | None:
        """What a unit more of a figure is worth; None where no derivative reaches it."""
        part = getattr(pack, site.subject)[site.path[1]]
        match part:
            case Industry() | Good() if site.name == "stock":
                return self._known("stock", "day", self.stock.get(part.id))
            case Industry() | Good() if site.name == "substitution" and len(site.path) == 3:
                return self._known("shift", "1", self.shift.get(part.id))
            case Industry() | Facility() if site.name == "buffer":
                return self._known("stock", "day", self._buffer(part, site))
            case Service() if site.name == "takeover":
                spare = sum(v for n, v in self.spare.items() if self.product.get(n) == part.id)
                return "spare", "1", 100 * spare + self.shift.get(part.id, 0.0)
            case Parameter() if part.id in SLACK_DEFAULTS:
                return self._slack(pack, part.id)
        slope = self.slopes.of(part, site)
        return self._event(part, site) if slope is None else ("slope", "1", slope)

    def _buffer(self, part: Industry | Facility, site: Site) -> float | None:
        """A day more of what a user, or a facility, runs without."""
        place = int(site.path[3])
        if isinstance(part, Facility):
            return self.buffer.get((part.id, part.needs[place].of))
        user = part.exceptions[place].industry
        mine = [v for (who, what), v in self.buffer.items() if what == part.id and _made_by(who) == user]
        return sum(mine) if mine else None

    @staticmethod
    def _known(kind: str, unit: str, saved: float | None) -> Worth | None:
        return None if saved is None else (kind, unit, saved)

    def _slack(self, pack: Pack, name: str) -> Worth:
        industries = {i.id: i for i in pack.industries}
        goods = {g.id for g in pack.goods}

        def governed(product: str) -> bool:
            """Whether the over-capacity of this product's makers is what the parameter ``name`` sets."""
            if name == "slack-origins":
                return product in goods
            found = industries.get(product)
            if found is None:
                return False
            power = product == "D"
            return {"slack-power": power, "slack-goods": found.storable and not power}.get(
                name, not found.storable and not power
            )

        return "spare", "1", 100 * sum(v for n, v in self.spare.items() if governed(self.product.get(n, "")))

    def _event(self, part: object, site: Site) -> Worth | None:
        if site.subject != "scenarios" or len(site.path) < 4 or site.path[2] != "events":
            return None
        subject = f"{getattr(part, 'id', '')}[{site.path[3]}]"
        kinds: dict[Path, tuple[str, str, float]] = {
            ("loss",): ("event-size", "1", 100.0),
            ("duration",): ("event-time", "day", 1.0),
            ("recovery", "duration"): ("event-recovery", "day", 1.0),
        }
        found = kinds.get(tuple(site.path[4:]))
        if found is None or (found[0], subject) not in self.event:
            return None
        return found[0], found[1], found[2] * self.event[found[0], subject]
