"""What ids are called: the pack's labels, countries, sources (floor 6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from kaname.data import catalogue, countries
from kaname.data.catalogue import Source
from kaname.data.countries import Countries
from kaname.errors import InputProblems
from kaname.pack.figures import Label
from kaname.pack.model import Pack
from kaname.pack.products import product_label
from kaname.strategy.report.words import NOTHING, Words, each, inner, listed, same, short

ORDER: Final = ("goods", "industries", "facilities", "services", "scenarios", "passages", "areas", "measures")
"""Where an id of unknown kind is looked up, first found wins."""


def _is_trade(file: str) -> bool:
    return file.startswith("trade")


@dataclass(frozen=True)
class Book:
    """Names by id, for one pack and its data."""

    pack: Pack
    folder: Path
    brought: str | None = None
    """The trade table that the user brought, in the place of the pack's."""

    @cached_property
    def countries(self) -> Countries:
        """Countries by code."""
        return countries.read_embedded(self.folder)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Sources of the data: those of the pack, and the trade table that the user brought beside the pack's, from the
        same publisher under the same licence; none where the folder does not list them."""
        try:
            held = catalogue.read_sources(self.folder)
        except InputProblems:
            return ()
        if self.brought is None:
            return held
        same_table = [replace(s, title=self.brought) for s in held if any(map(_is_trade, s.files))]
        return (*same_table, *held)

    def of(self, kind: str, name: str | None) -> Words:
        """The label of an entry of one of the pack's lists; the id itself where there is none."""
        part = self.pack.by_id.get(kind, {}).get(name or "")
        label = getattr(part, "label", None) or getattr(part, "title", None)
        if isinstance(label, Label):
            return Words(label.ja, label.en)
        return NOTHING if not name else same(name)

    def any(self, name: str | None) -> Words:
        """The label of an id whose kind is not known."""
        for kind in ORDER:
            if name in self.pack.by_id[kind]:
                return self.of(kind, name)
        return NOTHING if not name else self.country(name)

    def country(self, iso3: str | None) -> Words:
        """A country or group of countries."""
        return NOTHING if not iso3 else each(lambda lang: self.countries.name(iso3, lang))

    def node(self, name: str | None, *, alone: bool = True) -> Words:
        """A producer: ``JPN:C26`` an industry, ``CHN/crude`` a country's supply of a good, else a facility.

        The home country goes without saying. Not ``alone``: within a sentence.
        """
        for mark in (":", "/"):
            place, found, what = (name or "").partition(mark)
            if found:
                label = self.any(what) if alone else inner(self.any(what))
                if place == self.pack.home:
                    return label
                where = self.country(place)
                return Words(f"{label.ja}（{where.ja}）", f"{label.en} ({where.en})")
        known = name in self.pack.by_id["goods"] or name in self.pack.by_id["industries"]
        return inner(self.any(name)) if known and not alone else self.any(name)

    def product(self, hs6: str, description: str | None, *, alone: bool = False) -> Words:
        """A customs code in words, cut where it is long."""
        label = product_label(self.pack, hs6, description)
        name = Words(short(label.ja), short(label.en))
        return name if alone else inner(name)

    def digest(self, ids: tuple[str, ...]) -> Words:
        """Ids of the digest, as they are."""
        return listed(map(same, ids))

    def cite(self, part: str) -> Words:
        """Publisher, title and year of the source whose files begin with ``part`` (``icio``, ``trade``)."""
        if part == "trade" and self.brought is not None:
            return same(self.brought)
        for source in self.sources:
            if any(file.startswith(part) for file in source.files):
                return same(f"{source.publisher}, {source.title}")
        return NOTHING

    def source_year(self, part: str) -> Words:
        """Year of that source."""
        years = [s.year for s in self.sources if any(file.startswith(part) for file in s.files)]
        return same(years[0]) if years else NOTHING
