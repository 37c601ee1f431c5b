"""How the table lies in memory: industry by industry, so that one reading of it serves a whole step.

A supplier's industry ``s`` and a user ``j`` meet in one column of ``m`` regions. What the suppliers of ``s`` deliver
to ``j`` moves only the stock that ``j`` holds of ``s``, and this stock alone decides what ``j`` orders of ``s`` next.
So deliveries of this step and orders for the next need one reading of each column, and industries can be worked on
side by side. The matrix of orders never exists: an order is the user's need times the supplier's share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaname.cascade.classic.settings import Settings
from kaname.data.tables import InterCountryTable
from kaname.network.tables import Floats, Ints

BLOCK, WIDE = 128, 512
"""Users in a block, for one case and for many: with all suppliers of one industry it stays in the nearer caches while
it is used twice, and is wide enough to keep the vector units busy."""


@dataclass(frozen=True)
class Layout:
    """The table, in units of its own baseline. S industries, m regions, N = S m nodes, users in C blocks of J.

    Nodes here go industry by industry (node ``s m + r``); ``order[i]`` is the table's number of node ``i``. Users are
    padded to whole blocks with users of nothing.
    """

    order: Ints
    """(N,)"""
    share: NDArray[Any]
    """(C, S, m, J) share of each region in what the user buys of the industry; double or single."""
    use: NDArray[Any]
    """(C, S, J) what the user needs of the industry, a day."""
    bound: NDArray[Any]
    """(C, S, J) 0 where a lack of the input limits output, infinite where it does not."""
    gain: NDArray[Any]
    """(S,) a day's use as share of the usual stock; 0 where the stock is endless."""
    pace: NDArray[Any]
    """(S,) days of stock over days of restocking; 0 where the stock is endless."""
    stock: NDArray[Any]
    """(S,) days of use in the usual stock, 0 where it is endless."""
    output: Floats
    """(N,) a day."""
    final: Floats
    """(N,) taken by final users, a share of output."""
    sold: Floats
    """(N,) sold to other nodes, a share of output."""
    value_added: Floats
    """(N,) a day."""
    capital: Floats
    """(N,)"""

    @property
    def users(self) -> tuple[int, int]:
        """Blocks of users, and users in a block."""
        return self.share.shape[0], self.share.shape[3]

    def by_user(self, values: Floats) -> Floats:
        """(N, ...) values laid out for blocks of users: (C, J, ...), 0 for those that are padding."""
        return in_blocks(values, *self.users)


def in_blocks(values: Floats, blocks: int, size: int) -> Floats:
    """(N, ...) values as (blocks, size, ...), 0 beyond the last."""
    padded = np.zeros((blocks * size, *values.shape[1:]))
    padded[: len(values)] = values
    return padded.reshape(blocks, size, *values.shape[1:])


def layout(table: InterCountryTable, settings: Settings, cases: int = 1) -> Layout:
    """Lay ``table`` out for ``settings`` and as many cases side by side."""
    m, count = len(table.regions), len(table.industries)
    n = m * count
    order = np.arange(n).reshape(m, count).T.ravel().astype(np.int32)
    kind = np.float64 if settings.precision == "double" else np.float32
    use = table.Z.reshape(m, count, n).sum(axis=0)[:, order] / settings.year
    output, final = table.x[order] / settings.year, table.f[order] / settings.year
    stock, restock = settings.days(table)
    endless = np.isinf(stock)
    value_added = table.value_added[order]
    capital = value_added * np.tile(settings.by_industry("capital", table.industries)[:, None], m).ravel()
    size = min(BLOCK if cases == 1 else WIDE, -(-n // 8) * 8)
    need = _part(use, np.broadcast_to(output, use.shape))
    limits = (need > settings.least_need) & ~endless[:, None]
    blocks = -(-n // size)

    def by_user(values: Floats) -> NDArray[Any]:
        return np.ascontiguousarray(np.moveaxis(in_blocks(values.T, blocks, size), -1, 1)).astype(kind)

    return Layout(
        order=order,
        share=_shares(table, order, blocks, size, kind),
        use=by_user(use),
        bound=by_user(np.where(limits, 0, np.inf)),
        gain=np.where(endless, 0, 1 / stock).astype(kind),
        pace=np.where(endless, 0, stock / restock).astype(kind),
        stock=np.where(endless, 0, stock).astype(kind),
        output=output,
        final=_part(final, output),
        sold=_part(table.Z.sum(axis=1)[order] / settings.year, output),
        value_added=value_added / settings.year,
        capital=capital,
    )


def _shares(table: InterCountryTable, order: Ints, blocks: int, size: int, kind: Any) -> NDArray[Any]:
    count = len(table.industries)
    share = np.zeros((blocks, count, len(table.regions), size), kind)
    for s in range(count):
        rows = table.Z[s::count][:, order]
        rows = _part(rows, np.broadcast_to(rows.sum(axis=0), rows.shape))
        for c in range(blocks):
            part = rows[:, c * size : (c + 1) * size]
            share[c, s, :, : part.shape[1]] = part
    return share


def _part(values: Floats, whole: Floats) -> Floats:
    return np.divide(values, whole, out=np.zeros_like(values), where=whole > 0)
