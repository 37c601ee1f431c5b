"""Where settings and network do not go together: what a reader of the results must know."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from kaname.cascade.settings import Settings
from kaname.errors import InputProblems, Problem
from kaname.network.tables import Network
from kaname.pack.figures import Label

_RANKED = Label(
    ja="足りない物は優先順位に従って配る。後の順位の産業が先の順位の産業を支えている場合、比例配分より損失が大きくなり得る。",
    en="What is short is given out by priority class. Where those served last feed those served first, this may cost "
    "more than sharing in proportion.",
)


def cautions(
    network: Network, settings: Settings, names: Mapping[str, Label] = MappingProxyType({})
) -> tuple[Label, ...]:
    """Stocks shorter than the time in which they are ordered again: they stay low for long after an event.

    ``names``: of products, where known.
    """
    told = (_RANKED,) if settings.rationing == "priority" else ()
    found = _short(network, settings)
    if not found:
        return told
    first = [names.get(product, Label(ja=product, en=product)) for product in found[:5]]
    ja, en = "、".join(name.ja for name in first), "; ".join(name.en for name in first)
    days = f"{settings.restock_days:g}"
    return (
        *told,
        Label(
            ja=f"{len(found)}品目の在庫は、補充にかかる日数（{days}日）より短い（{ja}など）。事象の後、在庫が低い状態が長く続く。",
            en=f"Stocks of {len(found)} products are shorter than the {days} days in which they are ordered again "
            f"(among them {en}): they stay low for some time after an event.",
        ),
    )


def check_classic(network: Network, settings: Settings) -> None:
    """Refuse the classic setting where it is known to spiral: stocks that last less long than their restocking.

    Raises :class:`~kaname.errors.InputProblems` naming every such product.
    """
    if settings.classic:
        problems = [
            Problem(
                f"classic orders spiral: stock lasts less than restock_days {settings.restock_days:g}",
                path=name,
            )
            for name in _short(network, settings)
        ]
        if problems:
            raise InputProblems(problems)


def _short(network: Network, settings: Settings) -> list[str]:
    slots = network.slots
    short = (slots.target > 0) & (slots.target < settings.restock_days)
    return [network.products[k] for k in np.unique(slots.product[short])]
