"""What `kaname list` shows of a pack: a frame for each of its lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from kaname.labels import text
from kaname.pack.figures import Figure
from kaname.pack.model import Pack


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
            "effects": ", ".join(dict.fromkeys(e.kind for e in m.effects)),
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
    """Facilities: id, name, service, share of it, area."""
    services, areas = _names(pack, "services", lang), _names(pack, "areas", lang)
    return _frame(
        {
            "id": f.id,
            "name": f.label[lang],
            "service": services.get(f.service, f.service),
            "share": _in(f.share, "1"),
            "area": areas.get(f.area or "", f.area),
        }
        for f in pack.facilities
    )


def sources(pack: Pack, lang: str) -> pl.DataFrame:
    """Sources: id, title, publisher, year, licence."""
    del lang  # titles stand as published
    return _frame(
        {"id": s.id, "name": s.title, "publisher": s.publisher, "year": s.year, "licence": s.licence}
        for s in pack.sources
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
