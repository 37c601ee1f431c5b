"""A small world to build networks on: home, two regions of the table, and a country outside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from kaname.data.baci import SCHEMA, TradeTable
from kaname.data.routes import Route
from kaname.data.tables import FloatArray, InterCountryTable, checked_table
from kaname.network.build import Built, build
from kaname.pack.model import Pack

REGIONS = ("HOM", "AAA", "BBB")
INDUSTRIES = ("MIN", "MAK", "D", "SRV")
# what each industry buys of each product, share of its output (rows: product)
RECIPE = np.array(
    [
        [0.05, 0.20, 0.30, 0.000],
        [0.05, 0.10, 0.05, 0.020],
        [0.05, 0.04, 0.10, 0.004],
        [0.10, 0.05, 0.05, 0.200],
    ]
)
# from where, by product (rows) for each user region: own, next, next but one; home imports most of its ore
FROM = {
    "HOM": np.array([[0.1, 0.6, 0.3], [0.8, 0.196, 0.004], [1.0, 0.0, 0.0], [0.9, 0.05, 0.05]]),
    "AAA": np.array([[0.0, 0.9, 0.1], [0.2, 0.7, 0.1], [0.0, 1.0, 0.0], [0.02, 0.96, 0.02]]),
    "BBB": np.array([[0.0, 0.2, 0.8], [0.3, 0.2, 0.5], [0.0, 0.0, 1.0], [0.02, 0.02, 0.96]]),
}
OUTPUT = {
    "HOM": [100.0, 2000.0, 800.0, 6000.0],
    "AAA": [3000.0, 1500.0, 900.0, 5000.0],
    "BBB": [1500.0, 800.0, 400.0, 3000.0],
}


def flows(scale: float = 1.0) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Z, x, f of the small table, million USD a year."""
    s = len(INDUSTRIES)
    x = np.concatenate([OUTPUT[r] for r in REGIONS]) * 365 * scale
    Z = np.zeros((len(x), len(x)))
    for u, user in enumerate(REGIONS):
        columns = slice(u * s, u * s + s)
        for r in range(len(REGIONS)):
            Z[r * s : r * s + s, columns] = RECIPE * FROM[user][:, [r]] * x[columns]
    return Z, x, x - Z.sum(axis=1)


def table(scale: float = 1.0) -> InterCountryTable:
    Z, x, f = flows(scale)
    return checked_table(
        regions=REGIONS, industries=INDUSTRIES, Z=Z, x=x, f=f, year=2022, unit="million USD", source="made-up"
    )


def assumed(value: float, unit: str = "1") -> dict[str, Any]:
    return {"value": value, "unit": unit, "year": 2026, "confidence": "assumption", "note": "Made up."}


def label(text: str) -> dict[str, str]:
    return {"ja": text, "en": text}


def industry(id_: str, *, storable: bool, **more: Any) -> dict[str, Any]:
    kind = "good" if storable else "service"
    return {"id": id_, "label": label(id_), "kind": kind, "storable": storable, **more}


def good(**more: Any) -> dict[str, Any]:
    return {
        "id": "ore",
        "label": label("ore"),
        "hs": ["260111"],
        "parent": "MIN",
        "users": [{"industry": "MAK", "weight": assumed(0.8)}],
        "stock": assumed(20, "day"),
        "substitution": assumed(0.25),
        "status": "depend",
        **more,
    }


def document(**more: Any) -> dict[str, Any]:
    """The pack as plain data."""
    held = {"stock": assumed(30, "day"), "substitution": assumed(0.2)}
    return {
        "id": "small",
        "title": label("small"),
        "home": "HOM",
        "edition": "1",
        "asof": "2026-01-01",
        "trade_year": 2023,
        "sources": [],
        "industries": [
            industry(
                "MIN",
                storable=True,
                critical_from=assumed(1, "%"),
                weight=assumed(1),
                sea=assumed(0.9),
                **held,
            ),
            industry(
                "MAK",
                storable=True,
                critical_from=assumed(3, "%"),
                weight=assumed(0.5),
                sea=assumed(0.8),
                **held,
            ),
            industry("D", storable=False, critical_from=assumed(0.3, "%"), weight=assumed(1)),
            industry("SRV", storable=False),
        ],
        **more,
    }


def pack(**more: Any) -> Pack:
    return Pack.model_validate(document(**more))


def trade(rows: list[tuple[str, str, float]], hs6: str = "260111") -> TradeTable:
    """(exporter, importer, million USD a year) of 2023."""
    data = [(2023, e, i, hs6, v * 1e3, None) for e, i, v in rows]
    return TradeTable(pl.DataFrame(data, schema=SCHEMA, orient="row"))


TRADE = [
    ("AAA", "HOM", 20_000.0),
    ("BBB", "HOM", 15_000.0),
    ("OUT", "HOM", 5_000.0),
    ("XYZ", "HOM", 10.0),
    ("AAA", "BBB", 4_000.0),
    ("OUT", "AAA", 1_000.0),
    ("AAA", "OUT", 9_999.0),
]


class Seas:
    """A strait on the way from AAA and OUT to HOM: AAA can go round by a gulf, OUT cannot."""

    km = 14 * 1.852 * 24

    def lookup(self, origin: str, dest: str, closed: frozenset[str] = frozenset()) -> Route | None:
        if origin == dest:
            return Route(origin, dest, 0.0, ())
        pair = {origin, dest}
        if pair == {"AAA", "HOM"}:
            if "narrows" not in closed:
                return Route(origin, dest, 10 * self.km, ("narrows",))
            return Route(origin, dest, None if "gulf" in closed else 16 * self.km, ("gulf",))
        if pair == {"OUT", "HOM"}:
            return (
                Route(origin, dest, None, ())
                if "narrows" in closed
                else Route(origin, dest, 20 * self.km, ("narrows",))
            )
        return Route(origin, dest, 5 * self.km, ())


def built(rows: list[tuple[str, str, float]] | None = None, **more: Any) -> Built:
    goods = more.pop("goods", [good()])
    return build(pack(goods=goods, **more), table(), trade(TRADE if rows is None else rows), Seas())
