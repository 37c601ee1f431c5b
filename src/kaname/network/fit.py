"""Whether what people wrote fits the data it stands on: told before anything is built (floor 2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from kaname.data.baci import Trade
from kaname.data.hsnames import HsNames
from kaname.errors import Problem
from kaname.labels import LANGUAGES, text
from kaname.network.industries import parameter
from kaname.pack.faults import suggestion
from kaname.pack.figures import Label
from kaname.pack.model import Pack
from kaname.pack.places import Places
from kaname.pack.survey import Finding, FindingKind


def misfits(
    pack: Pack, places: Places, regions: Collection[str], trade: Trade, names: HsNames | None
) -> Iterator[Problem]:
    """What the pack names and the data do not know: home, the year of trade, customs codes that are none.

    ``names`` says which codes there are in the nomenclature of ``trade``; without it codes are not judged.
    """
    if pack.home not in regions:
        message = f"home {pack.home!r} is not a region of the table" + suggestion(pack.home, regions)
        yield places.problem(message, ("home",))
    if pack.trade_year not in trade.years:
        held = ", ".join(str(year) for year in trade.years)
        yield places.problem(
            f"no trade data for {pack.trade_year}; the years there are: {held}", ("trade_year",)
        )
    codes: Mapping[str, str] = names.names.get(trade.vintage, {}) if names else {}
    for index, good in enumerate(pack.goods):
        for place, code in enumerate(good.hs):
            if codes and code not in codes:
                message = f"there is no code {code!r} in {trade.vintage}, the nomenclature of the trade data"
                yield places.problem(message + suggestion(code, codes), ("goods", index, "hs", place))


def not_followed(pack: Pack, places: Places, trade: Trade) -> Iterator[Finding]:
    """Goods whose codes bring no trade of home's: without stated suppliers they stay within the industry averages."""
    wanted = {code for good in pack.goods for code in good.hs}
    rows = trade.select(years=(pack.trade_year,), products=wanted, importers=(pack.home,)).frame
    held = set(rows["hs6"])
    for index, good in enumerate(pack.goods):
        lacking = sorted(set(good.hs) - held)
        part = len(lacking) < len(set(good.hs))
        stated = good.origins and parameter(pack, f"flow-share-{good.id}", "1", 0.0) > 0
        if not lacking or (stated and not part):
            continue
        key = "check.part_without_trade" if part else "check.codes_without_trade"
        said = {lang: text(key, lang, codes=", ".join(lacking), year=pack.trade_year) for lang in LANGUAGES}
        place = places.place(("goods", index, "hs"))
        yield Finding(FindingKind.NO_TRADE_DATA, "goods", good.id, Label(**said), place)
