"""The register of measures, reviewed: what is late, what nobody owns, what nothing answers (floor 6).

:func:`review` reads the pack alone; what the model found (weak supplies, losses with and without a measure) is
handed in as data, so that the review says the same as the tables it is printed beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from kaname.autonomy.dependence import Dependence
from kaname.errors import InputProblems, Problem
from kaname.pack.measures import Measure
from kaname.pack.model import Pack
from kaname.pack.reach import Answer, Through, answers, answers_to_supply
from kaname.strategy.state import (
    ANSWERS,
    BALANCE,
    DIGEST,
    MEASURES,
    OWNERS,
    SCENARIOS,
    VULNERABILITIES,
    Balance,
    DigestState,
    MeasureState,
    OwnerState,
    ScenarioState,
    VulnerabilityState,
    frame,
)

FINISHED = ("in_force", "done")
"""Statuses for which a deadline that has passed is not missed."""
COMMON = "common"
"""Row of the balance for measures whose digest lines belong to no single infrastructure."""

Saved = Mapping[str, Mapping[str, float]]
"""Measure -> scenario -> loss that the measure saves there (loss without less loss with it), million USD."""


@dataclass(frozen=True)
class Vulnerability:
    """A good of the pack of which one origin supplies at least half."""

    good: str
    origin: str
    share: float


@dataclass(frozen=True)
class Review:
    """The register on one day."""

    asof: date
    epsilon: float
    """Change of loss, million USD, up to which a measure counts as without effect."""
    measures: tuple[MeasureState, ...]
    scenarios: tuple[ScenarioState, ...]
    vulnerabilities: tuple[VulnerabilityState, ...]
    digest: tuple[DigestState, ...]
    owners: tuple[OwnerState, ...]
    balance: tuple[Balance, ...]
    answers: tuple[Answer, ...]

    def _where(self, flag: str) -> tuple[MeasureState, ...]:
        return tuple(m for m in self.measures if getattr(m, flag))

    @property
    def overdue(self) -> tuple[MeasureState, ...]:
        """Measures past their deadline, latest first."""
        return tuple(sorted(self._where("overdue"), key=lambda m: (-(m.days_late or 0), m.id)))

    @property
    def without_owner(self) -> tuple[MeasureState, ...]:
        """Measures that nobody owns."""
        return self._where("no_owner")

    @property
    def without_deadline(self) -> tuple[MeasureState, ...]:
        """Measures without a deadline (FR-10)."""
        return self._where("no_deadline")

    @property
    def without_legal_basis(self) -> tuple[MeasureState, ...]:
        """Measures without a legal basis that are not said to need none (LG-1)."""
        return self._where("no_legal_basis")

    @property
    def status_unknown(self) -> tuple[MeasureState, ...]:
        """Measures of which it is not known how far they are."""
        return self._where("status_unknown")

    @property
    def nil(self) -> tuple[MeasureState, ...]:
        """Measures whose effect on the model is nil."""
        return self._where("nil")

    @property
    def unanswered_scenarios(self) -> tuple[ScenarioState, ...]:
        """Scenarios that no measure answers."""
        return tuple(s for s in self.scenarios if s.unanswered)

    @property
    def unanswered_vulnerabilities(self) -> tuple[VulnerabilityState, ...]:
        """Weak supplies that no measure answers."""
        return tuple(v for v in self.vulnerabilities if v.unanswered)

    @property
    def missing_actions(self) -> tuple[DigestState, ...]:
        """Lines that ask for action and have no measure."""
        return tuple(d for d in self.digest if d.missing)

    def frames(self) -> dict[str, pl.DataFrame]:
        """Every part as a table, by name; lists of ids are joined with a comma and a space."""
        return {
            "measures": frame(self.measures, MEASURES),
            "scenarios": frame(self.scenarios, SCENARIOS),
            "vulnerabilities": frame(self.vulnerabilities, VULNERABILITIES),
            "digest": frame(self.digest, DIGEST),
            "owners": frame(self.owners, OWNERS),
            "balance": frame(self.balance, BALANCE),
            "answers": frame(self.answers, ANSWERS),
        }


def vulnerabilities(table: Dependence, method: str = "cabinet_office") -> tuple[Vulnerability, ...]:
    """The goods that ``method`` flags in a table of goods (``kaname.autonomy.suppliers.goods_dependence``)."""
    rows = table.frame.filter(pl.col(method)).select(table.key, "largest_origin", "largest_share")
    return tuple(Vulnerability(*row) for row in rows.rows())


def review(
    pack: Pack,
    asof: date,
    weak: Sequence[Vulnerability] = (),
    saved: Saved | None = None,
    *,
    epsilon: float = 1.0,
    through: Through | None = None,
) -> Review:
    """The state of the register on ``asof``.

    ``weak``: goods with one dominant origin (:func:`vulnerabilities`). ``saved``: what the model measured; a measure
    that it does not name counts as not measured. ``epsilon``: million USD. ``through``: what comes through each
    passage (:func:`kaname.network.routes.through_passages`).

    Raises :class:`~kaname.errors.InputProblems` where ``weak`` or ``saved`` name what the pack does not have.
    """
    _check(pack, weak, saved or {})
    found = answers(pack, through)
    by_measure: dict[str, list[str]] = {m.id: [] for m in pack.measures}
    for answer in found:
        by_measure[answer.measure].append(answer.subject)
    states = tuple(
        _measure(m, asof, by_measure[m.id], (saved or {}).get(m.id), epsilon) for m in pack.measures
    )
    to_supply = {v.good: answers_to_supply(pack, v.good, v.origin) for v in weak}
    scenarios = _scenarios(pack, found)
    return Review(
        asof,
        epsilon,
        states,
        scenarios,
        tuple(
            VulnerabilityState(
                v.good, v.origin, v.share, tuple(a.measure for a in to_supply[v.good]), not to_supply[v.good]
            )
            for v in weak
        ),
        _digest(pack, states),
        _owners(pack, states),
        _balance(pack, scenarios),
        found + tuple(a for v in weak for a in to_supply[v.good]),
    )


def _check(pack: Pack, weak: Sequence[Vulnerability], saved: Saved) -> None:
    wanted = {
        "good": {v.good for v in weak},
        "measure": set(saved),
        "scenario": {s for by in saved.values() for s in by},
    }
    held = {
        "good": {g.id for g in pack.goods},
        "measure": {m.id for m in pack.measures},
        "scenario": {s.id for s in pack.scenarios},
    }
    unknown = [(kind, name) for kind, names in wanted.items() for name in sorted(names - held[kind])]
    if unknown:
        raise InputProblems(Problem(f"the pack has no {kind} {name!r}") for kind, name in unknown)


def _measure(
    measure: Measure, asof: date, answered: Sequence[str], saved: Mapping[str, float] | None, epsilon: float
) -> MeasureState:
    late = measure.deadline is not None and measure.deadline < asof and measure.status not in FINISHED
    largest = max((abs(v) for v in saved.values()), default=0.0) if saved is not None else None
    nil = True if not measure.effects else None if largest is None else largest <= epsilon
    return MeasureState(
        id=measure.id,
        title_ja=measure.title.ja,
        title_en=measure.title.en,
        kind=measure.kind,
        owner=measure.owner,
        deadline=measure.deadline,
        status=measure.status,
        digest=measure.digest,
        answers=tuple(answered),
        overdue=late,
        days_late=(asof - measure.deadline).days if late and measure.deadline else None,
        no_owner=measure.owner is None,
        no_deadline=measure.lacks_deadline,
        no_legal_basis=not measure.legal_basis and not measure.no_legal_basis_needed,
        status_unknown=measure.status == "unknown",
        no_effect=not measure.effects,
        nil=nil,
        largest_saving=largest,
    )


def _scenarios(pack: Pack, found: Sequence[Answer]) -> tuple[ScenarioState, ...]:
    kind = {m.id: m.kind for m in pack.measures}

    def state(scenario: str) -> ScenarioState:
        here = [a for a in found if a.subject == scenario]
        prevention = tuple(a.measure for a in here if kind[a.measure] == "prevention")
        resolution = tuple(a.measure for a in here if kind[a.measure] == "resolution")
        listed = tuple(a.measure for a in here if a.how == "listed")
        return ScenarioState(scenario, prevention, resolution, listed, not here)

    return tuple(state(s.id) for s in pack.scenarios)


def _digest(pack: Pack, states: Sequence[MeasureState]) -> tuple[DigestState, ...]:
    def state(name: str, asks: str) -> DigestState:
        here = [m for m in states if name in m.digest]
        late = sum(m.overdue for m in here)
        return DigestState(name, asks, tuple(m.id for m in here), late, asks == "action" and not here)

    return tuple(state(item.id, item.asks) for item in pack.digest)


def _owners(pack: Pack, states: Sequence[MeasureState]) -> tuple[OwnerState, ...]:
    """Owners in the pack's order, others that measures name after them, nobody last; those without any are left out."""
    named = dict.fromkeys([o.id for o in pack.owners] + sorted({m.owner for m in states if m.owner}))

    def state(owner: str | None) -> OwnerState:
        """What one owner has, counted; None: measures that nobody owns."""
        mine = [m for m in states if m.owner == owner]
        return OwnerState(
            owner,
            len(mine),
            sum(m.kind == "prevention" for m in mine),
            sum(m.kind == "resolution" for m in mine),
            sum(m.overdue for m in mine),
            sum(m.no_deadline for m in mine),
            sum(m.no_legal_basis for m in mine),
            sum(m.status_unknown for m in mine),
            sum(m.status in FINISHED for m in mine),
        )

    return tuple(s for owner in (*named, None) if (s := state(owner)).measures)


def _balance(pack: Pack, scenarios: Sequence[ScenarioState]) -> tuple[Balance, ...]:
    lines = {i.id: set(i.digest) for i in pack.infrastructures}
    own: dict[str, list[Measure]] = {name: [] for name in (*lines, COMMON)}
    for measure in pack.measures:
        # Lines of the frame are cited by every infrastructure and tell none apart.
        here = [name for name, of in lines.items() if not of.isdisjoint(measure.digest)]
        own[here[0] if len(here) == 1 else COMMON].append(measure)
    hits = {s.id: set(s.infrastructures) for s in pack.scenarios}

    def asked(name: str, kind: str) -> int:
        return sum(m.kind == kind for m in own[name])

    def state(name: str) -> Balance:
        """One infrastructure: measures of its own, and those that answer scenarios which strike it."""
        mine = [s for s in scenarios if name in hits[s.id]]
        return Balance(
            name,
            asked(name, "prevention"),
            asked(name, "resolution"),
            len({m for s in mine for m in s.prevention}),
            len({m for s in mine for m in s.resolution}),
            len(mine),
            sum(not s.prevention for s in mine),
            sum(not s.resolution for s in mine),
        )

    rest = (asked(COMMON, "prevention"), asked(COMMON, "resolution"))
    return (*(state(name) for name in lines), Balance(COMMON, *rest, None, None, None, None, None))
