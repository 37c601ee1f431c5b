"""Who supplies a critical good to which users, and for how much: from trade data, else from cited origins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from kaname.data.baci import Trade
from kaname.network.industries import parameter
from kaname.network.parts import YEAR, Base, followed
from kaname.pack.figures import Label
from kaname.pack.model import Good, Pack

MOST_DOMESTIC = 0.99
"""A good of which home makes more than this is no question of supply from abroad."""


@dataclass(frozen=True)
class Supply:
    """One good in one region. Money in million USD a day."""

    good: Good
    region: str
    shares: Mapping[str, float]
    """Origins (ISO 3166-1 alpha-3, or the region itself for its own production); they sum to 1."""
    users: Mapping[int, float]
    """Node of the base -> value of the good that it uses."""
    source: str
    year: int
    basis: str
    """``trade``: values from trade data; ``origins``: cited shares and a stated share of the table's flow."""


def supplies(
    pack: Pack, base: Base, trade: Trade | None, region_of: Mapping[str, str], floor: float
) -> tuple[list[Supply], list[Label]]:
    """All goods of the pack in all regions, and what was left out.

    Trade data count the exporter as the origin, re-exports included. ``region_of`` gives the table's region of
    each importer; importers outside the table are left out. Abroad, the smallest origins, up to ``floor`` of a
    region's imports together, are left out and the others raised to the same total.
    """
    wanted = {code for good in pack.goods for code in good.hs}
    rows = None if trade is None else trade.select(years=(pack.trade_year,), products=wanted).frame
    values = _trade_values(pack, rows, region_of, base.regions)
    held = set() if rows is None else set(rows["hs6"])
    found: list[Supply] = []
    notes: list[Label] = []
    for good in pack.goods:
        if good.parent not in base.industries:
            notes.append(_no_channel(good, "その親産業が表にない", "its parent industry is not in the table"))
            continue
        mine = {r: v for (g, r), v in values.items() if g == good.id}
        if mine.get(pack.home):
            source = "" if trade is None else trade.source
            each = (
                _from_trade(pack, base, good, region=r, imports=v, source=source, floor=floor)
                for r, v in sorted(mine.items())
            )
            found += [supply for supply in each if supply is not None]
            if lacking := sorted(set(good.hs) - held):
                notes.append(_lacking(good, lacking))
        elif supply := _from_origins(pack, base, good):
            found.append(supply)
        else:
            notes.append(
                _no_channel(
                    good,
                    "貿易データに品目がなく、供給国の割合か取引額の割合も分からない",
                    "the trade data lack it, and shares of origins or of the flow are not known",
                )
            )
    return found, notes


def _trade_values(
    pack: Pack, rows: pl.DataFrame | None, region_of: Mapping[str, str], regions: tuple[str, ...]
) -> dict[tuple[str, str], dict[str, float]]:
    """(good, region) -> exporter -> million USD a day."""
    codes = pl.DataFrame(
        [(hs, good.id) for good in pack.goods for hs in good.hs],
        schema={"hs6": pl.String, "good": pl.String},
        orient="row",
    )
    if rows is None or codes.is_empty():
        return {}
    place = {**{r: r for r in regions}, **{c: r for c, r in region_of.items() if r in regions}}
    frame = (
        rows.join(codes, on="hs6")
        .with_columns(pl.col("importer").replace_strict(place, default=None).alias("region"))
        .filter(pl.col("region").is_not_null() & (pl.col("exporter") != pl.col("region")))
        .group_by("good", "region", "exporter", maintain_order=True)
        .agg(pl.col("value_kusd").sum() / 1e3 / YEAR)
        .filter(pl.col("value_kusd") > 0)
        .sort("good", "region", "exporter")
    )
    found: dict[tuple[str, str], dict[str, float]] = {}
    for good, region, exporter, value in frame.iter_rows():
        found.setdefault((good, region), {})[exporter] = value
    return found


def _from_trade(
    pack: Pack,
    base: Base,
    good: Good,
    *,
    region: str,
    imports: Mapping[str, float],
    source: str,
    floor: float,
) -> Supply | None:
    total = sum(imports.values())
    origins, values = list(imports), np.array([*imports.values()])[:, None]
    large = followed(values, np.zeros(len(origins), np.int32), 0.0 if region == pack.home else floor)
    kept = {o: imports[o] for o, is_large in zip(origins, large[:, 0], strict=True) if is_large}
    made = _domestic(good) if region == pack.home else 0.0
    shares = {o: (1 - made) * v / sum(kept.values()) for o, v in kept.items()}
    if made > 0:
        shares[region] = made
    users = _users(base, good, region, total / (1 - made), region == pack.home)
    if not users:
        return None
    return Supply(good, region, shares, users, source, pack.trade_year, "trade")


def _domestic(good: Good) -> float:
    """Share made at home; not known counts as nothing."""
    return 0.0 if good.domestic is None else min(good.domestic.to("1", 0.0), MOST_DOMESTIC)


def _users(base: Base, good: Good, region: str, total: float, at_home: bool) -> dict[int, float]:
    """Value of the good by user. Known shares hold at home; what they leave is split among the others in
    proportion to what they buy of the parent's product, times the weight of the good for them."""
    parent = base.industries.index(good.parent)
    known: dict[int, float] = {}
    open_: dict[int, float] = {}
    for user in good.users:
        node = base.number.get((region, user.industry))
        if node is None or user.weight.to("1", 0.0) <= 0:
            continue
        share = user.share.to("1", -1.0) if user.share is not None and at_home else -1.0
        if share >= 0:
            known[node] = total * share
        else:
            open_[node] = base.cells[parent, node] * user.weight.to("1", 0.0)
    left = max(total - sum(known.values()), 0.0)
    weights = sum(open_.values())
    split = {n: left * w / weights for n, w in open_.items()} if weights > 0 else {}
    return {n: v for n, v in sorted({**known, **split}.items()) if v > 0}


def _from_origins(pack: Pack, base: Base, good: Good) -> Supply | None:
    """Home's supply where trade data lack the good. The value is ``flow-share-<good>`` of what users buy of the
    parent's product; what named origins leave is spread over the table's other suppliers abroad."""
    part = parameter(pack, f"flow-share-{good.id}", "1", 0.0)
    named = {o.country: o.share.to("1", 0.0) for o in good.origins if o.country != pack.home}
    named = {c: s for c, s in named.items() if s > 0}
    if part <= 0 or not named:
        return None
    parent = base.industries.index(good.parent)
    users = {
        node: part * base.cells[parent, node]
        for user in good.users
        if (node := base.number.get((pack.home, user.industry))) is not None
        and user.weight.to("1", 0.0) > 0
        and base.cells[parent, node] > 0
    }
    if not users:
        return None
    others = _table_origins(pack, base, good, users, set(named))
    scale = max(sum(named.values()), 1.0)
    rest = 1 - sum(named.values()) / scale
    total_others = sum(others.values())
    shares = {c: s / scale for c, s in named.items()}
    if rest > 0 and total_others > 0:
        shares |= {c: rest * v / total_others for c, v in others.items()}
    made = _domestic(good)
    total = sum(shares.values())
    shares = {c: (1 - made) * s / total for c, s in shares.items()}
    if made > 0:
        shares[pack.home] = made
    return Supply(good, pack.home, shares, dict(sorted(users.items())), _cited(good), _year(good), "origins")


def _table_origins(
    pack: Pack, base: Base, good: Good, users: Mapping[int, float], named: set[str]
) -> dict[str, float]:
    """What the table's other regions abroad sell of the parent's product to these users."""
    columns = list(users)
    found = {}
    for region in base.regions:
        node = base.number.get((region, good.parent))
        if region != pack.home and region not in named and node is not None:
            found[region] = float(base.Z[node, columns].sum())
    largest = sum(found.values())
    return {r: v for r, v in found.items() if v > 0.02 * largest}


def _cited(good: Good) -> str:
    """Sources of the origins' shares."""
    return ", ".join(sorted({o.share.source for o in good.origins if o.share.source})) or "pack"


def _year(good: Good) -> int:
    return max((o.share.year for o in good.origins if o.share.year), default=0)


def _no_channel(good: Good, ja: str, en: str) -> Label:
    return Label(
        ja=f"{good.label.ja}：{ja}ため、産業の平均の中に残した。",
        en=f"{good.label.en}: {en}; it stays within the industry averages.",
    )


def _lacking(good: Good, codes: list[str]) -> Label:
    text = ", ".join(codes)
    return Label(
        ja=f"{good.label.ja}：貿易データにないHS品目（{text}）の分は含まれない。",
        en=f"{good.label.en}: trade under HS {text} is not in the data and is left out.",
    )
