"""The pack as data: a frozen model per part of what people write about a nation.

``Pack`` is the whole. Every list may be spread over files (see ``reader``). The words are those of the
vocabulary in ``docs/``; ids are stable and are what commands take.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import Field

from kaname.pack.areas import Fuel, Split
from kaname.pack.figures import Figure, Id, Label, Part
from kaname.pack.legal import (
    CaseKind,
    Contradiction,
    Example,
    Fact,
    LawCover,
    LegalList,
    LegalValue,
    Rule,
    Signature,
)
from kaname.pack.measures import Measure
from kaname.pack.missions import Asset, Mission
from kaname.pack.outlook import DemandUse, EmploymentGroup, Outlook, PublishedOutlook, SupplyCase, WinterWeek
from kaname.pack.restoration import RepairWork, Supply
from kaname.pack.risks import Risk, Storyline
from kaname.pack.scenarios import Scenario
from kaname.pack.strengths import Investment, Strength, Technology


class Source(Part):
    """Where figures come from."""

    id: Id
    title: str
    publisher: str
    year: int | None = None
    licence: str | None = None
    url: str | None = None
    opened: bool = True
    """Whether the page, or a stored copy of it, was read; a source known by name only is not."""
    note: str | None = None


class DigestItem(Part):
    """One line of what is asked for (the seed's digest); ``reason`` says why nothing answers it yet."""

    id: str = Field(pattern=r"^[A-Z]{2}-\d{1,2}$")
    label: Label
    section: str
    asks: Literal["frame", "analysis", "action"]
    """frame: a definition or principle; analysis: something the software computes; action: something the
    government does, which must be a measure."""
    reason: Label | None = None


class Owner(Part):
    """A ministry or body that owns measures."""

    id: Id
    label: Label


class Law(Part):
    """A legal basis."""

    id: Id
    label: Label
    number: str | None = None
    in_force: str | None = None
    source: str | None = None


class Infrastructure(Part):
    """A strategic infrastructure industry (FR-4) and the industries of the table that it maps to."""

    id: Id
    label: Label
    industries: tuple[str, ...] = Field(min_length=1)
    digest: tuple[str, ...] = ()


class GoodUser(Part):
    """An industry that uses a good or product, and how much of its output stops without it."""

    industry: str
    weight: Figure
    share: Figure | None = None
    """Share of the good's use taken by this industry; empty: in proportion to the table, times ``weight``."""
    buffer: Figure | None = None
    """How long this user runs without the product of an industry (battery, generator, own tank), where that is not the
    product's stock."""


class Industry(Part):
    """An industry of the input-output table: how users depend on what it makes."""

    id: Id
    label: Label
    kind: Literal["good", "service"]
    storable: bool
    stock: Figure | None = None
    """Days of stock of this product that its users hold (goods at sea included)."""
    critical_from: Figure | None = None
    """Share of a user's cost from which this product is an input the user cannot do without."""
    weight: Figure | None = None
    """Share of a user's output that stops when a critical input of this product is not there (1 = all)."""
    substitution: Figure | None = None
    """Share of a lost supply that users can move to their other suppliers."""
    exceptions: tuple[GoodUser, ...] = ()
    """Users for whom ``weight`` is another (0 = they never wait for it)."""
    equipment: bool = False
    """Whether services, utilities and mines use it as equipment and spare parts, not as a material: then the
    parameter ``equipment-weight`` caps its weight there."""
    sea: Figure | None = None
    """Share of its trade between countries that goes by sea (the rest by air, land or wire)."""


class Area(Part):
    """A part of the home country (Japan: the ten grid areas)."""

    id: Id
    label: Label
    prefectures: tuple[str, ...] = Field(min_length=1)
    """JIS codes, two digits."""
    frequency: Figure | None = None


class Table(Part):
    """A CSV file of figures beside the YAML; every column of figures has unit, source, year, confidence."""

    class Column(Part):
        """One column of figures."""

        name: str
        unit: str
        source: str | None = None
        """Needed for all but assumptions."""
        year: int
        confidence: str
        note: str | None = None
        """Why, for assumptions."""

    id: Id
    file: str
    key: str
    columns: tuple[Column, ...]


class Origin(Part):
    """A source country of a good that the embedded trade data do not hold."""

    country: str
    share: Figure


class Substitute(Part):
    """What can stand in for a good: for which share of its use, after how many days."""

    label: Label
    share: Figure
    delay: Figure


class Good(Part):
    """A critical good that the averages of the table hide."""

    id: Id
    label: Label
    hs: tuple[str, ...] = ()
    """HS 1992 six-digit codes."""
    parent: str
    """Industry of the table whose product it is part of; its value is taken out of that flow."""
    users: tuple[GoodUser, ...] = Field(min_length=1)
    stock: Figure
    """Days of normal use held by users and traders at home, goods at sea left out (the routes add those)."""
    reserve: Figure | None = None
    """Days of normal use in public or obligatory reserve (released by a measure)."""
    domestic: Figure | None = None
    """Share of home use made at home."""
    substitutes: tuple[Substitute, ...] = ()
    substitution: Figure | None = None
    """Share of a lost supply that can be bought from other suppliers in time."""
    origins: tuple[Origin, ...] = ()
    status: Literal["make", "depend", "undecided"]
    """SC-1: a good the nation must be able to make, or one it may depend on others for."""
    sea: Figure | None = None
    digest: tuple[str, ...] = ()
    designated: str | None = None
    """Date from which it is a specified critical product under the law, if it is."""
    note: str | None = None


class Product(Part):
    """What a traded product is called for reading; the code decides what it is."""

    id: str = Field(pattern=r"^\d{6}$")
    """HS 1992 six-digit code."""
    label: Label


class ServiceUser(Part):
    """An industry that cannot run fully without a service of facilities."""

    industry: str
    weight: Figure


class Service(Part):
    """What a group of facilities makes together for the nation: interconnection, settlement, port handling."""

    id: Id
    label: Label
    infrastructure: str
    users: tuple[ServiceUser, ...] = ()
    people: bool = False
    """Whether people use it directly: then its shortfall is shown."""
    takeover: Figure | None = None
    """Share of a facility's lost work that the service's other facilities take over at once."""
    local: bool = False
    """Whether an area is served by the facilities that stand in it (power, mobile networks), not by all."""
    gate: Literal["sea", "air"] | None = None
    """Trade between the home country and the world passes through its facilities."""
    digest: tuple[str, ...] = ()


class Need(Part):
    """What a facility needs to run: another facility or an industry at home."""

    of: str
    weight: Figure
    buffer: Figure
    """How long it runs without (battery, generator, stock); zero if it stops at once."""


class Facility(Part):
    """A facility of the first rank."""

    id: Id
    label: Label
    kind: Id
    service: str
    share: Figure
    """Share of the nation's service that it carries."""
    area: str | None = None
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    capacity: Figure | None = None
    repair: Figure | None = None
    needs: tuple[Need, ...] = ()
    joins: tuple[str, str] | None = None
    """The two areas an intertie joins; ``capacity`` is from the first to the second."""
    back: Figure | None = None
    """Capacity of an intertie from the second to the first, where it differs."""
    containers: Figure | None = None
    """Of a port: share of its foreign trade by weight that goes in containers; the rest is bulk and vehicles."""
    transshipped: Figure | None = None
    """Of a port: share of its foreign-trade containers that change ships in a hub abroad; the rest goes direct."""
    note: str | None = None


class Bypass(Part):
    """A way round a passage, for one origin and some goods (a pipeline)."""

    origin: str
    goods: tuple[str, ...]
    share: Figure
    label: Label


class Exposure(Part):
    """Share of home's sea trade in some products that runs through a passage which routes do not show."""

    industries: tuple[str, ...]
    share: Figure


class Passage(Part):
    """A strait, canal, hub port abroad or fleet that sea trade runs through."""

    id: Id
    label: Label
    kind: Literal["strait", "canal", "hub", "fleet"]
    route: str | None = None
    """Its name in the sea-route network, for straits and canals."""
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    bypasses: tuple[Bypass, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    transits: Figure | None = None


class Limit(Part):
    """What some ways can carry at most, at all times: the capacity of a pipeline, a canal, a terminal.

    Fields as of a ``LimitEvent``; it is never less than the usual flow.
    """

    id: Id
    label: Label
    most: Figure
    """The most that comes over the ways together: a share of their usual flow, 1 or more, or million USD a day."""
    passages: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()


class Priority(Part):
    """A class of users that is served before those listed after it, where there is too little for all.

    Users in no class come after all of these, and final demand for what they make last; final demand for what a class
    makes counts with that class. All this in runs whose setting ``rationing`` is ``priority``.
    """

    id: Id
    label: Label
    industries: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    """Facilities of these services."""
    note: str = Field(min_length=1)
    """Why these: a rule with its source, or an assumption with its reason."""
    source: str | None = None


class Parameter(Part):
    """A setting of the model that the pack states (and that the report lists)."""

    id: Id
    label: Label
    figure: Figure


class Pack(Part):
    """A nation's written knowledge, whole."""

    id: Id
    title: Label
    home: str = Field(pattern=r"^[A-Z]{3}$")
    edition: str
    """Name of this state of the text, e.g. 2026.1."""
    asof: str
    """Date (ISO) to which statuses and deadlines refer."""
    data: str = "data"
    """Folder of the embedded data, relative to the pack."""
    trade_year: int
    sources: tuple[Source, ...]
    digest: tuple[DigestItem, ...] = ()
    owners: tuple[Owner, ...] = ()
    laws: tuple[Law, ...] = ()
    infrastructures: tuple[Infrastructure, ...] = ()
    industries: tuple[Industry, ...]
    areas: tuple[Area, ...] = ()
    tables: tuple[Table, ...] = ()
    splits: tuple[Split, ...] = ()
    fuels: tuple[Fuel, ...] = ()
    goods: tuple[Good, ...] = ()
    products: tuple[Product, ...] = ()
    services: tuple[Service, ...] = ()
    facilities: tuple[Facility, ...] = ()
    passages: tuple[Passage, ...] = ()
    limits: tuple[Limit, ...] = ()
    priorities: tuple[Priority, ...] = ()
    """In the order in which they are served."""
    parameters: tuple[Parameter, ...] = ()
    assets: tuple[Asset, ...] = ()
    missions: tuple[Mission, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    storylines: tuple[Storyline, ...] = ()
    supplies: tuple[Supply, ...] = ()
    repair_works: tuple[RepairWork, ...] = ()
    risks: tuple[Risk, ...] = ()
    measures: tuple[Measure, ...] = ()
    kinds: tuple[CaseKind, ...] = ()
    facts: tuple[Fact, ...] = ()
    legal_values: tuple[LegalValue, ...] = ()
    legal_lists: tuple[LegalList, ...] = ()
    rules: tuple[Rule, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    examples: tuple[Example, ...] = ()
    signatures: tuple[Signature, ...] = ()
    law_covers: tuple[LawCover, ...] = ()
    technologies: tuple[Technology, ...] = ()
    strengths: tuple[Strength, ...] = ()
    investments: tuple[Investment, ...] = ()
    demand_uses: tuple[DemandUse, ...] = ()
    outlooks: tuple[Outlook, ...] = ()
    supply_cases: tuple[SupplyCase, ...] = ()
    winter_weeks: tuple[WinterWeek, ...] = ()
    published_outlooks: tuple[PublishedOutlook, ...] = ()
    employment: tuple[EmploymentGroup, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, dict[str, Part]]:
        """For each list of the pack, its entries by id."""
        lists = {name: getattr(self, name) for name in type(self).model_fields}
        return {
            name: {part.id: part for part in parts}
            for name, parts in lists.items()
            if isinstance(parts, tuple)
        }

    def parameter(self, name: str, unit: str) -> float:
        """The value of a parameter, in ``unit``."""
        found = self.by_id["parameters"][name]
        assert isinstance(found, Parameter)
        return found.figure.to(unit)
