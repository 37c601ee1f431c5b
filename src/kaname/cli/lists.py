"""What `kaname list` shows of a pack: a frame for each of its lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from kaname.errors import problem
from kaname.labels import amount, text
from kaname.pack.figures import Figure
from kaname.pack.model import Facility, Pack


def scenarios(pack: Pack, lang: str) -> pl.DataFrame:
    """Scenarios: id, name, infrastructure, common, digest, summary."""
    fields = _names(pack, "infrastructures", lang)
    return _frame(
        {
            "id": s.id,
            "name": s.label[lang],
            "infrastructure": ", ".join(fields.get(i, i) for i in s.infrastructures),
            "common": ", ".join(text(f"text.{c}", lang) for c in s.common),
            "digest": ", ".join(s.digest),
        }
        for s in pack.scenarios
    )


def measures(pack: Pack, lang: str) -> pl.DataFrame:
    """Measures: id, name, kind, owner, deadline, status, effects, digest."""
    owners = _names(pack, "owners", lang)
    return _frame(
        {
            "id": m.id,
            "name": m.title[lang],
            "kind": text(f"text.{m.kind}", lang),
            "owner": owners.get(m.owner or "", m.owner),
            "deadline": None if m.deadline is None else m.deadline.isoformat(),
            "status": text(f"list.status_{m.status}", lang),
            "effects": ", ".join(
                text(f"list.effect_{kind}", lang) for kind in dict.fromkeys(e.kind for e in m.effects)
            ),
            "digest": ", ".join(m.digest),
        }
        for m in pack.measures
    )


def goods(pack: Pack, lang: str) -> pl.DataFrame:
    """Goods: id, name, codes, stock and reserve in days, sorting."""
    return _frame(
        {
            "id": g.id,
            "name": g.label[lang],
            "codes": " ".join(g.hs),
            "stock": _in(g.stock, "day"),
            "reserve": _in(g.reserve, "day"),
            "sorting": text(f"text.{g.status}", lang),
            "digest": ", ".join(g.digest),
        }
        for g in pack.goods
    )


def facilities(pack: Pack, lang: str) -> pl.DataFrame:
    """Facilities: id, name, service, share of it, area, capacity, what each needs (with its buffer)."""
    services, areas = _names(pack, "services", lang), _names(pack, "areas", lang)
    known = {**_names(pack, "industries", lang), **_names(pack, "facilities", lang)}

    def needs(facility: Facility) -> str:
        held = [(known.get(n.of, n.of), _in(n.buffer, "day")) for n in facility.needs]
        return ", ".join(f"{name} ({amount(days, 'day', lang)})" if days else name for name, days in held)

    return _frame(
        {
            "id": f.id,
            "name": f.label[lang],
            "service": services.get(f.service, f.service),
            "share": _in(f.share, "1"),
            "area": " – ".join(areas.get(a, a) for a in f.joins)
            if f.joins
            else areas.get(f.area or "", f.area),
            "capacity": amount(f.capacity.value, f.capacity.unit, lang)
            if f.capacity is not None and f.capacity.value is not None
            else None,
            "needs": needs(f),
        }
        for f in pack.facilities
    )


def within(pack: Pack, area: str) -> Pack:
    """The pack with only the facilities in an area (an intertie is in both its areas).

    Raises ``InputProblems`` for an area that the pack does not have.
    """
    if area not in pack.by_id["areas"]:
        raise problem(f"no area {area!r}: one of {', '.join(pack.by_id['areas'])}", path="area")
    kept = tuple(f for f in pack.facilities if area in (f.area, *(f.joins or ())))
    return pack.model_copy(update={"facilities": kept})


def sources(pack: Pack, lang: str) -> pl.DataFrame:
    """Sources: id, title, publisher, year, licence."""
    del lang  # titles stand as published
    return _frame(
        {"id": s.id, "name": s.title, "publisher": s.publisher, "year": s.year, "licence": s.licence}
        for s in pack.sources
    )


def missions(pack: Pack, lang: str) -> pl.DataFrame:
    """Missions: id, name, summary."""
    return _frame(
        {"id": m.id, "name": m.label[lang], "summary": m.summary[lang], "digest": ", ".join(m.digest)}
        for m in pack.missions
    )


def storylines(pack: Pack, lang: str) -> pl.DataFrame:
    """Storylines: id, name, scenarios with their days."""
    return _frame(
        {
            "id": s.id,
            "name": s.label[lang],
            "scenarios": " ".join(f"{c.scenario}@{c.day:g}" for c in s.chapters),
            "summary": s.summary[lang],
        }
        for s in pack.storylines
    )


def facts(pack: Pack, lang: str) -> pl.DataFrame:
    """Facts that a case may state: id, name, kinds of case, what is expected, the choices."""
    return _frame(
        {
            "id": f.id,
            "name": f.label[lang],
            "cases": ", ".join(f.cases),
            "expects": text(f"list.expects_{f.kind}", lang),
            "choices": ", ".join(choice.id for choice in f.choices),
        }
        for f in pack.facts
    )


def rules(pack: Pack, lang: str) -> pl.DataFrame:
    """Rules of law: id, title, kinds of case, outcome, first day, status, grades."""
    return _frame(
        {
            "id": r.id,
            "name": r.title[lang],
            "cases": ", ".join(r.cases),
            "outcome": text(f"safeguards.outcome_{r.outcome}", lang),
            "from": (day := r.applied_from or r.in_force.from_) and day.isoformat(),
            "status": text(f"list.rule_{r.status}", lang),
            "grade": ", ".join(dict.fromkeys(cite.grade.value for cite in r.cite)),
        }
        for r in pack.rules
    )


LISTS: Mapping[str, Callable[[Pack, str], pl.DataFrame]] = {
    "scenarios": scenarios,
    "measures": measures,
    "goods": goods,
    "facilities": facilities,
    "missions": missions,
    "storylines": storylines,
    "sources": sources,
    "facts": facts,
    "rules": rules,
}


def _frame(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


def _names(pack: Pack, of: str, lang: str) -> dict[str, str]:
    return {part.id: part.label[lang] for part in getattr(pack, of)}


def _in(figure: Figure | None, unit: str) -> float | None:
    return None if figure is None or not figure.known else figure.to(unit)
