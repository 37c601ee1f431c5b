"""`Nation`: a pack and its network, frozen, with one-line methods that hand on to the rooms below."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
import polars as pl

from kaname.autonomy.asking import case
from kaname.autonomy.beside import Beside, made_at_home, mined
from kaname.autonomy.dependence import Dependence, both_bases, dependents
from kaname.autonomy.stocks import Stocks, stocks
from kaname.cascade.draws import Design, draws
from kaname.cascade.ensemble import Ensemble, run_ensemble
from kaname.cascade.run import Run, run
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case
from kaname.cascade.systemic import Systemic, systemic
from kaname.cascade.webs import Exposure, Replacement, of_network
from kaname.data import baci, countries, hsnames, icio, mining, routes, stability
from kaname.data.baci import Trade, TradeTable
from kaname.data.catalogue import embedded_files
from kaname.data.countries import Countries
from kaname.data.hsnames import HsNames
from kaname.data.research import Taxonomy
from kaname.data.stored_trade import StoredTrade, best_trade
from kaname.data.tables import InterCountryTable
from kaname.errors import InputProblems, Problem, problem
from kaname.indispensability.leverage import Leverage, leverage
from kaname.indispensability.strengths import Strengths, strengths
from kaname.network.areas import by_area
from kaname.network.build import Built, build
from kaname.network.fit import misfits, not_followed
from kaname.network.floor import follow_all
from kaname.network.tables import Network
from kaname.pack.measures import Measure
from kaname.pack.model import Good, Pack
from kaname.pack.products import product_label
from kaname.pack.reader import Reading, load
from kaname.pack.risks import Storyline
from kaname.pack.scenarios import Scenario
from kaname.pack.survey import Finding
from kaname.planning import restoration
from kaname.planning.orders import Effort
from kaname.planning.outlook import Projection, check_asked, project
from kaname.planning.restoration import Restoration
from kaname.planning.serving import turn
from kaname.safeguards import cases, screen
from kaname.safeguards.book import Book
from kaname.safeguards.screen import Answer
from kaname.strategy import edition
from kaname.strategy.assess import Materials, Progress, assess
from kaname.strategy.assessment import Assessment
from kaname.strategy.context import Context, context
from kaname.strategy.goodsheet import Sheet, sheet
from kaname.strategy.laws import LawReview, law_review
from kaname.strategy.naming import name_of
from kaname.strategy.register import Review, review
from kaname.strategy.report import render


def open(pack: str | Path = "japan", *, areas: bool = False) -> Nation:  # noqa: A001 - kn.open, as in the README
    """The nation of a pack: the name of an embedded one, or a folder; ``areas`` divides home over its areas.

    >>> import kaname as kn
    >>> nation = kn.open("japan")
    >>> run = nation.stress("hormuz-closure", days=60)

    Raises ``InputProblems`` with everything that is wrong with the pack.
    """
    return Nation(load(pack), areas)


@dataclass(frozen=True)
class Nation:
    """A nation: what is written about it, and the network built from that and the data."""

    reading: Reading
    areas: bool = False
    """Whether home industries are divided over the areas of the pack."""
    whole: Nation | None = field(default=None, repr=False, compare=False)
    """The nation that this one divides, so that what it built is not built again."""
    division: int | None = None
    """Seed of the member of the ensemble that the division is; None: the shares as stated."""

    def by_area(self) -> Nation:
        """The same nation with its home industries divided over the areas of the pack."""
        return self if self.areas else self._divided

    @cached_property
    def _divided(self) -> Nation:
        return replace(self, areas=True, whole=self)

    brought: Beside | None = field(default=None, compare=False)
    """What methods read beside the trade table, where the user brings more than the pack carries."""

    def __repr__(self) -> str:
        held = self.pack
        told = f"{len(held.scenarios)} scenarios, {len(held.measures)} measures, {len(held.goods)} goods"
        return f"Nation({held.id!r}, edition {held.edition}: {told}{', by area' if self.areas else ''})"

    @property
    def pack(self) -> Pack:
        """What people wrote."""
        return self.reading.pack

    @cached_property
    def trade(self) -> Trade:
        """Bilateral trade by product: the whole table if the user added it (``kaname data add``), else the pack's."""
        self._need_industries()
        own = baci.read_embedded(self.reading.data)
        return best_trade(own.vintage, self.pack.trade_year) or own

    @cached_property
    def table(self) -> InterCountryTable:
        """The inter-country input-output table."""
        return icio.read_embedded(self.reading.data)

    @cached_property
    def built(self) -> Built:
        """The network with its routes and the notes of its building.

        Raises ``InputProblems`` for a pack that holds rules alone.
        """
        self._need_industries()
        if self.areas:
            whole = self.whole or Nation(self.reading)
            drawn = None if self.division is None else np.random.default_rng(self.division)
            return by_area(whole.built, self.reading.tables, drawn=drawn)
        if faults := self.misfits():
            raise InputProblems(faults)
        region_of = {c.iso3: c.icio_region for c in self.countries if c.icio_region}
        return build(self.pack, self.table, self.trade, self._routes, region_of)

    def _need_industries(self) -> None:
        if not self.pack.industries:
            raise problem(f"the pack {self.pack.id!r} holds rules only: there is no network in it")

    def misfits(self) -> list[Problem]:
        """What the pack names and its data do not know: home, the year of trade, customs codes."""
        known = self.names if (self.reading.data / "hs_names.parquet").exists() else None
        return list(misfits(self.pack, self.reading.places, self.table.regions, self.trade, known))

    def not_followed(self) -> list[Finding]:
        """Goods that the trade data leave within the industry averages, for ``kaname check``."""
        return list(not_followed(self.pack, self.reading.places, self.trade))

    @cached_property
    def history(self) -> TradeTable | None:
        """Trade over many more years in a few products; None where the pack carries none."""
        return baci.read_history(self.reading.data)

    @cached_property
    def beside(self) -> Beside:
        """What methods read beside the trade table: what the user brought, else what the pack carries."""
        if self.brought is not None:
            return self.brought
        folder = self.reading.data
        known, dug = (folder / "stability.parquet").exists(), (folder / "mining.parquet").exists()
        return Beside(
            stability=stability.read_embedded(folder) if known else None,
            production=mined(mining.read_embedded(folder)) if dug else None,
            domestic=made_at_home(self.pack.goods),
            home=self.pack.home,
        )

    def reading_beside(self, tables: Beside) -> Nation:
        """The same nation, with these tables beside the trade table."""
        return replace(self, brought=tables)

    @cached_property
    def countries(self) -> Countries:
        """Names and codes of countries."""
        return countries.read_embedded(self.reading.data)

    @cached_property
    def names(self) -> HsNames:
        """What HS codes stand for."""
        return hsnames.read_embedded(self.reading.data)

    @cached_property
    def _routes(self) -> routes.Routes:
        return routes.read_embedded(self.reading.data)

    @property
    def network(self) -> Network:
        """Nodes, slots, links and flows at the undisturbed baseline."""
        return self.built.network

    @cached_property
    def settings(self) -> Settings:
        """How producers behave, as the pack's parameters say."""
        return Settings.of(self.pack)

    @cached_property
    def scenarios(self) -> Mapping[str, Scenario]:
        """Scenarios by id."""
        return MappingProxyType({s.id: s for s in self.pack.scenarios})

    @cached_property
    def storylines(self) -> Mapping[str, Storyline]:
        """Storylines by id."""
        return MappingProxyType({s.id: s for s in self.pack.storylines})

    @cached_property
    def measures(self) -> Mapping[str, Measure]:
        """Measures by id."""
        return MappingProxyType({m.id: m for m in self.pack.measures})

    @cached_property
    def goods(self) -> Mapping[str, Good]:
        """Critical goods by id."""
        return MappingProxyType({g.id: g for g in self.pack.goods})

    def case(self, *scenarios: str, measures: Iterable[str] = (), days: int | None = None) -> Case:
        """Scenarios or storylines by name, with measures: one run to make; see ``kaname.autonomy.asking.case``."""
        return case(self.pack, scenarios, tuple(measures), days)

    def stress(
        self,
        *scenarios: str,
        days: int = 365,
        measures: Iterable[str] = (),
        step: Literal["days", "hours"] = "days",
        settings: Settings | None = None,
    ) -> Run:
        """What happens, day by day or hour by hour, when these scenarios strike (``"nankai-trough@30"``: on day 30).

        ``settings``: other than the pack's, as ``replace(nation.settings, psi=0.8)`` makes them.
        """
        how = settings or self.settings
        how = how if step == "days" else replace(how, dt=1 / 24)
        case = self.case(*scenarios, measures=measures, days=days)
        return run(self.built, case, days, how)

    def restore(
        self,
        *scenarios: str,
        crews: int,
        days: int = 365,
        measures: Iterable[str] = (),
        have: Mapping[str, int] | None = None,
        first: Iterable[str] = (),
        serve: str | Iterable[str] | None = None,
        aids: bool = False,
        effort: Effort | None = None,
        progress: Progress | None = None,
    ) -> Restoration:
        """The order and place of work that lose least after these scenarios, with so many crews; by area if the pack
        says how.

        ``have``: ships and other supplies, if not as many as the pack says. ``first``: facilities, services or areas
        that go before all else. ``serve``: the pack's priority classes served first where there is too little, or
        ``"least"`` for the way that loses least; by default all are served in proportion, and what other ways would
        change is told beside (``"evenly"``: not tried). ``aids``: also what releases, emergency production and other
        means would add.
        """
        places = restoration.places(self.pack, self.reading.tables) if crews > 0 else restoration.Places()
        means = restoration.Means(crews, places, have or {}, tuple(first), turn(serve))
        faults = list(restoration.wrong(self.pack, means, days))
        try:
            case = self.case(*scenarios, measures=measures)
        except InputProblems as told:
            raise InputProblems([*told.problems, *faults]) from None
        if faults:
            raise InputProblems(faults)
        built = self.by_area().built if self.pack.splits else self.built
        tell = progress or (lambda what, share: None)
        return restoration.restore(built, case, days, self.settings, means, effort or Effort(), tell, aids)

    def stocks(
        self,
        *scenarios: str,
        days: int = 365,
        measures: Iterable[str] = (),
        settings: Settings | None = None,
    ) -> Stocks:
        """In what order stocks run down under these scenarios, and what still comes on which way."""
        case = self.case(*scenarios, measures=measures, days=days)
        return stocks(self.built, case, days, settings or self.settings)

    def dependence(
        self,
        year: int | None = None,
        methods: Iterable[str] | None = None,
        *,
        inside: frozenset[str] = frozenset(),
    ) -> Dependence:
        """On whom the nation depends in trade, product by product, by each published method, by value and quantity."""
        how = None if methods is None else tuple(methods)
        year = year or self.pack.trade_year
        return both_bases(self.trade, self.pack.home, year, how, inside=inside, beside=self.beside)

    def dependents(self, year: int | None = None, methods: Iterable[str] | None = None) -> pl.DataFrame:
        """Who depends on the nation, product by product, by each published method."""
        how = None if methods is None else tuple(methods)
        return dependents(self.trade, self.pack.home, year or self.pack.trade_year, how, beside=self.beside)

    def sheet(self, good: str, year: int | None = None) -> Sheet:
        """Everything about one good of the pack, or one six-digit code."""
        return sheet(self.materials, good, year or self.pack.trade_year)

    def leverage(
        self, stop: int = 180, days: int = 180, tick: Callable[[float], None] | None = None
    ) -> Leverage:
        """What stopping trade for ``stop`` days costs us and each partner, both ways on one network."""
        return leverage(self.built, self.settings, stop=stop, days=days, tick=tick)

    def exposure(self, replacement: Replacement = "market") -> Exposure:
        """The network as ``systemic`` takes it: who hands a loss on to whom."""
        return of_network(self.network, replacement)

    def systemic(self, nodes: Iterable[str] | None = None, replacement: Replacement = "market") -> Systemic:
        """What the failure of each node, alone and for good, would cost home and the world."""
        return systemic(self.exposure(replacement), None if nodes is None else tuple(nodes))

    @cached_property
    def book(self) -> Book:
        """The legal part of the pack, ready to screen cases by."""
        return Book(self.pack)

    def screen(self, case: cases.Case, asof: date | None = None, *, strict: bool = False) -> Answer:
        """What a case needs by the law of a day (default: the case's, else the pack's); ``strict`` as in
        ``safeguards.screen``.

        Raises ``InputProblems`` where its facts contradict each other.
        """
        day = asof or case.asof or date.fromisoformat(self.pack.asof)
        wrong = cases.contradictions(self.book, case, day)
        if wrong:
            raise InputProblems(wrong)
        return screen.screen(self.book, case.case, case.facts, day, strict=strict)

    def context(self, case: cases.Case) -> Context:
        """What the network knows of the goods and companies of a case; no part of the legal answer."""
        return context(case, self.pack, self.built, self.trade, self._routes, self.settings)

    def law_review(self, asof: date | None = None) -> LawReview:
        """Which risks of which industry the laws answer on a day, and the scenarios and measures without a legal
        basis."""
        return law_review(self.pack, asof or date.fromisoformat(self.pack.asof))

    def strengths(self, year: int | None = None) -> Strengths:
        """Goods in which the nation is strong, few among few, or could come to be strong."""
        return strengths(self.trade, self.pack.home, year or self.pack.trade_year)

    @cached_property
    def taxonomy(self) -> Taxonomy:
        """What files of works and patents may call the pack's technologies."""
        held = self.pack.technologies
        names = {word.casefold(): t.id for t in held for word in (t.id, t.label.ja, t.label.en)}
        return Taxonomy(names, {start: t.id for t in held for start in t.ipc})

    def review(self, asof: date | None = None) -> Review:
        """The register: what is overdue, without owner, deadline or law, and what nothing answers."""
        return review(self.pack, asof or date.fromisoformat(self.pack.asof))

    @cached_property
    def materials(self) -> Materials:
        """What questions across rooms work on."""
        return Materials(
            self.reading,
            self.built,
            self.trade,
            self._routes,
            self.names,
            self.settings,
            self.table,
            self.beside,
            self.history,
        )

    def assess(
        self,
        days: int = 365,
        pair_days: int = 90,
        asof: date | None = None,
        progress: Progress | None = None,
    ) -> Assessment:
        """The yearly job: every question of the pack, as frames."""
        return assess(self.materials, days=days, pair_days=min(pair_days, days), asof=asof, progress=progress)

    def write(self, found: Assessment, out: Path) -> Mapping[str, str]:
        """Write an assessment as an edition at ``out``: report, tables, manifest; SHA-256 by file."""
        settings = {
            "pack": self.pack.id,
            "edition": self.pack.edition,
            "asof": found.asof.isoformat(),
            "days": found.days,
            "pair_days": found.pair_days,
            "parameters": asdict(self.settings),
        }
        brought = self.trade.title if isinstance(self.trade, StoredTrade) else None
        page = render(found, self.reading.data, brought)
        whole = edition.Edition(found.tables(), page, self.inputs, settings)
        return edition.write(whole, out)

    def ensemble(
        self,
        *scenarios: str,
        count: int,
        seed: int = 0,
        days: int = 365,
        measures: Iterable[str] = (),
        design: Design = "random",
        executor: Executor | None = None,
        store: str | Path | None = None,
    ) -> Ensemble:
        """The same scenarios in ``count`` states of what the pack's ranges leave open.

        A nation divided by area (``by_area()``) is divided anew in each random draw. See :func:`kaname.draws` and
        :func:`kaname.run_ensemble`, which take more choices.
        """
        made = draws(
            self.pack,
            scenarios,
            count,
            seed=seed,
            days=days,
            measures=tuple(measures),
            design=design,
            areas=self.areas,
        )
        return run_ensemble(self, made, executor, store)

    def outlook(
        self, *years: int, draws: int = 1000, seed: int = 0, tick: Callable[[str, float], None] | None = None
    ) -> Projection:
        """Electricity in later years by area, with ranges, beside what others publish; whether winter can be met."""
        check_asked(self.pack, years, draws)
        built, tables = self.by_area().built, self.reading.tables
        return project(built, tables, self.table, years, draws=draws, seed=seed, tick=tick)

    def with_pack(self, pack: Pack) -> Nation:
        """The same nation with other figures, divided by area if this one is; the data stay as they are."""
        other = Nation(replace(self.reading, pack=pack), self.areas, brought=self.brought)
        read = ("trade", "table", "countries", "names", "_routes")
        other.__dict__.update({name: self.__dict__[name] for name in read if name in self.__dict__})
        return other

    def divided(self, seed: int) -> Nation:
        """A member of the ensemble of divisions: home over its areas by shares drawn within their ranges."""
        return replace(self.by_area(), division=seed)

    def every_supplier(self) -> Nation:
        """The same nation on a network that follows every supplier, however small (see ``network.floor``)."""
        other = self.with_pack(follow_all(self.pack))
        return other.by_area() if self.areas else other

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all that is written and all data: what a run depends on besides the program."""
        told = json.dumps(
            [
                self.pack.model_dump(mode="json"),
                dict(self.inputs),
                version("kaname"),
                *([f"by area {self.division}"] if self.areas else []),
            ]
        )
        return hashlib.sha256(told.encode()).hexdigest()

    def __getstate__(self) -> dict[str, object]:
        """What goes to another process: what was read; the network is built there anew."""
        kept = ("reading", "areas", "division", "brought")
        return {name: getattr(self, name) for name in kept} | {"whole": None, "fingerprint": self.fingerprint}

    @property
    def inputs(self) -> Mapping[str, str]:
        """SHA-256 of every file read: the pack's text, and its embedded data."""
        data = {f"data/{f.name}": f.sha256 for f in embedded_files(self.reading.data)}
        added = self.trade.inputs if isinstance(self.trade, StoredTrade) else {}
        return {**self.reading.files, **data, **added}

    def product(self, code: str, lang: str) -> str:
        """What a six-digit code is called."""
        return product_label(self.pack, code, self.names.describe(code))[lang]

    def name(self, id_: str, lang: str) -> str:
        """The name of a node, product, country, scenario or measure in a language; the id where it has none."""
        return name_of(self.pack, self.countries, id_, lang)
