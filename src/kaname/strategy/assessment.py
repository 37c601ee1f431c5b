"""What an assessment found: the frames that the tables, the report and the summary are all made from.

Money is million USD of value added over the run, unless a column says otherwise; shares are 0..1; days count from
the scenario's day 0. Ids are the pack's; labels are looked up in the pack by whoever shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date

import polars as pl

from kaname.autonomy.power_days import BALANCES
from kaname.pack.model import Pack
from kaname.strategy.register import Review
from kaname.strategy.struck import SHAKEN, STOCKS

RELIEF_DAYS = 180
"""Days over which measures are compared: stocks of goods must have time to run out without them."""

LEVERAGE_DAYS = 180
"""Days that trade with a partner is stopped, and looked at."""


@dataclass(frozen=True)
class Assessment:
    """The yearly answers, as data. Every frame is sorted and complete; nothing here is rounded."""

    pack: Pack
    asof: date
    days: int
    """How many days each scenario was run."""
    pair_days: int
    """How many days each pair of scenarios was run."""
    gdp: float
    """Home value added in a year, million USD, from the input-output table."""

    @property
    def relief_days(self) -> int:
        """How many days measures are compared over, with and without."""
        return min(RELIEF_DAYS, self.days)

    @property
    def leverage_days(self) -> int:
        """How many days trade is stopped, and looked at."""
        return min(LEVERAGE_DAYS, self.days)

    goods: pl.DataFrame
    """good, imports (million USD), year, largest_origin, largest_share, hhi, suppliers (how many above 1%), stock_days,
    lead_days (at sea, weighted), reserve_days, domestic_share, status; nulls where unknown."""
    good_suppliers: pl.DataFrame
    """good, origin (iso3), year, value (million USD), share."""
    dependence: pl.DataFrame
    """One row an HS6 product: hs6, name, imports, exports, hhi, hhi_quantity, largest_origin, largest_share,
    outside_share, world_hhi, import_export_ratio, the methods' own figures, and per method id a flag (null = not
    judged), and ``<id>_quantity``, the flag by quantity."""
    methods: pl.DataFrame
    """method, flagged, not_flagged, not_judged, imports_flagged, flagged_quantity, differ, entered, left, turnover
    (against the year before)."""
    agreement: pl.DataFrame
    """a, b (methods), both, only_a, only_b, neither, not_judged, jaccard."""
    through: pl.DataFrame
    """good, country, direct, through, direct_quantity, through_quantity: share of what home uses that it bought from
    the country, and that passed through it anywhere upstream."""
    industry_exposure: pl.DataFrame
    """industry (empty: all of home), region, direct, added, through (shares of the value of output), output."""
    scenarios: pl.DataFrame
    """scenario, loss, low, high (severity as stated low and high), direct, indirect, world_loss, peak_day, peak_share
    (of normal home value added that day), recovered_day (null if not within the run), share_of_gdp."""
    daily: pl.DataFrame
    """scenario, day, loss (million USD that day), share (of normal home value added)."""
    industries: pl.DataFrame
    """scenario, industry, loss, direct, indirect, lowest (lowest output as a share of normal), lowest_day,
    below_90 (first day under 90%; null if never)."""
    stops: pl.DataFrame
    """scenario, day, node, kind (industry, good, facility), level (output as share of normal that day), cause
    (capacity, input, demand), via (the input that ran out, or the event): what stops first, in order."""
    shortfall: pl.DataFrame
    """scenario, node, shortfall (final demand not met, in days of normal final demand), peak_share, peak_day."""
    bottlenecks: pl.DataFrame
    """scenario, input (product id), user (node id), supplier (the one that failed), days, loss (value added lost at
    users while this input bound them)."""
    pairs: pl.DataFrame
    """a, b, loss (both from day 0), sum (of the two alone), extra (loss - sum)."""
    relief: pl.DataFrame
    """scenario, none, prevention, resolution, both: loss with no measures, with those of each kind, with all."""
    measures: pl.DataFrame
    """measure, scenario, without, with_measure, saved."""
    leverage: pl.DataFrame
    """partner (region), our_loss (their trade to us stops), their_loss (ours to them stops), our_share, their_share
    (of own value added in a year), net (their_loss - our_loss), our_felt, their_felt (day the stop is first felt)."""
    leverage_products: pl.DataFrame
    """The same a partner and product, with each side's hold (``kaname.indispensability.leverage``)."""
    dependents: pl.DataFrame
    """Products where others depend on us: hs6, partner, imports (million USD), share_from_home, world_share, flags;
    good, covered, felt, replaceable: for how long they could do without."""
    review: Review
    findings: pl.DataFrame
    """kind, subject, ja, en, place: empty and assumed figures and gaps, as ``kaname check`` lists them."""
    coverage: pl.DataFrame
    """digest, asks, cited_by (ids, comma separated), reason_ja, reason_en."""
    notes: pl.DataFrame
    """ja, en: what was capped, left out or assumed when the network was built."""

    strengths: pl.DataFrame = field(default_factory=pl.DataFrame)
    """hs6, name, and the columns of ``kaname.indispensability.strengths.Strengths.frame``."""
    strengths_scope: pl.DataFrame = field(default_factory=pl.DataFrame)
    """One row: year, goods, since, market, eci, rank, countries."""
    strengths_register: pl.DataFrame = field(default_factory=pl.DataFrame)
    """The pack's register of strengths beside what trade measures (``kaname.strategy.strengths``)."""
    technologies: pl.DataFrame = field(default_factory=pl.DataFrame)
    """The pack's taxonomy of critical technologies."""
    investments: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Public investment in them, as announced."""
    history: pl.DataFrame = field(default_factory=pl.DataFrame)
    """product, method, and since when it is flagged, how often it moved (``kaname.autonomy.history.spells``)."""
    churn: pl.DataFrame = field(default_factory=pl.DataFrame)
    """method, year, flagged, entered, left, turnover."""
    power: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BALANCES))
    """state (usual, struck), season, scenario, area, item (a fuel, demand, in, drawn, lacking), mw (mean)."""
    shaken: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SHAKEN))
    """scenario, area, hardest, mean, class: intensity of earthquakes by a published rule."""
    stocks: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STOCKS))
    """scenario, good ...: the order in which stocks run down where the costliest passage is closed."""

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """Every frame by name, for the edition's ``tables/``."""
        own = {f.name: getattr(self, f.name) for f in fields(self)}
        frames = {name: value for name, value in own.items() if isinstance(value, pl.DataFrame)}
        return frames | {f"review_{name}": frame for name, frame in self.review.frames().items()}
