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
        blocks, size = self.users
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
    need = np.divide(use, output, out=np.zeros_like(use), where=output > 0)
    limits = (need > settings.least_need) & ~endless[:, None]
    found = Layout(
        order=order,
        share=np.zeros((-(-n // size), count, m, size), kind),
        use=np.zeros(0),
        bound=np.zeros(0),
        gain=np.where(endless, 0, 1 / stock).astype(kind),
        pace=np.where(endless, 0, stock / restock).astype(kind),
        stock=np.where(endless, 0, stock).astype(kind),
        output=output,
        final=_part(final, output),
        sold=_part(table.Z.sum(axis=1)[order] / settings.year, output),
        value_added=value_added / settings.year,
        capital=capital,
    )
    _fill_shares(found.share, table, order)
    of_users = found.by_user
    return _with(
        found,
        use=np.ascontiguousarray(np.moveaxis(of_users(use.T), -1, 1)).astype(kind),
        bound=np.ascontiguousarray(np.moveaxis(of_users(np.where(limits, 0, np.inf).T), -1, 1)).astype(kind),
    )


def _fill_shares(share: NDArray[Any], table: InterCountryTable, order: Ints) -> None:
    blocks, count, _, size = share.shape
    for s in range(count):
        rows = table.Z[s::count][:, order]
        whole = rows.sum(axis=0)
        rows = np.divide(rows, whole, out=np.zeros_like(rows), where=whole > 0)
        for c in range(blocks):
            part = rows[:, c * size : (c + 1) * size]
            share[c, s, :, : part.shape[1]] = part


def _part(values: Floats, whole: Floats) -> Floats:
    return np.divide(values, whole, out=np.zeros_like(values), where=whole > 0)


def _with(found: Layout, **changes: NDArray[Any]) -> Layout:
    return Layout(**{**{k: getattr(found, k) for k in Layout.__dataclass_fields__}, **changes})
