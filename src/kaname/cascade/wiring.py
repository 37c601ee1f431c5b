"""The network and a batch's working arrays as the kernel's compiled loops take them (named tuples of arrays)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from kaname.cascade.disturbance import Pairs
from kaname.cascade.plan import Plan, by_key, hold, seats
from kaname.cascade.settings import Settings
from kaname.cascade.trace import Precision
from kaname.network.tables import Flags, Floats, Ints

Longs = NDArray[np.int64]


class Wiring(NamedTuple):
    """Constants: nodes (n,), slots (s,), links (k,) and their orders by slot, supplier and user.

    What cases may have each their own: ``slacks`` and ``service_shift`` (n, B), ``targets``, ``wholes`` and ``holds``
    (s, B), ``thetas`` (slots that shift, B), and how producers behave, (B,), as ``Settings`` say.
    """

    output: Floats
    slacks: Floats
    service_shift: Floats
    facility: Flags
    users: Ints
    needs: Floats
    weights: Floats
    storable: Flags
    is_pooled: Flags
    thetas: Floats
    normal_use: Floats
    targets: Floats
    wholes: Floats
    """Target stock and normal transit together."""
    holds: Floats
    """``plan.hold``; no rows where no case has a ``psi``."""
    shift_row: Ints
    """Row of the slot among those that shift, -1 = it does not."""
    shift_slots: Ints
    lead_row: Ints
    """Row of the slot among those with goods at sea, -1 = none."""
    slot_ptr: Longs
    slots: Ints
    suppliers: Ints
    """(k,) or seats at these, where users are served by class (``ranking``)."""
    shares: Floats
    leads: Ints
    pairs: Ints
    own: int
    """From this way on each is that of one limited link (``limiting``)."""
    by_supplier: Longs
    supplier_ptr: Longs
    by_user: Longs
    user_ptr: Longs
    overfill: Floats
    restock_days: Floats
    surge: Floats
    evenly: Floats
    """(B,) share of what there is that all classes get in proportion."""
    pace: Floats
    """(B,) share of what users can shift that they move in a step."""
    stretch_pace: Floats
    notice_pace: Floats


W = TypeVar("W", Wiring, "Fields")
LINE = 64
"""Bytes of a cache line."""
BY_SETTINGS = ("overfill", "restock_days", "surge", "evenly", "pace", "stretch_pace", "notice_pace")
BY_CASE = ("slacks", "service_shift", "targets", "wholes", "holds", "thetas", *BY_SETTINGS)


class Fields(NamedTuple):
    """Working arrays of one batch: nodes (n, B), slots (s, B), flags by row."""

    left: Floats
    base: Floats
    caps: Floats
    want: Floats
    able: Floats
    closed_by_events: Floats
    """(pairs, B) open share before gates."""
    opened: Floats
    """(pairs + 1, B) open share; the last row is for links that nothing closes. Then one row a limited link."""
    eased: Floats
    """(pairs + 1, B) ``plan.eased``"""
    shut: Flags
    """(pairs,) whether any case closes the pair."""
    stretch: Floats
    trust: Floats
    doubted: Flags
    """(n,) whether any case's users have noticed that the node does not deliver."""
    use: Floats
    restock: Floats
    make: Floats
    make_use: Floats
    x: Floats
    x_before: Floats
    fill_use: Floats
    fill_restock: Floats
    short: Flags
    """(n,) whether any case is not served in full. By class, as are ``trust``, ``doubted`` and fills: (seats, ...)."""
    seat_use: Floats
    """(seats, B) ``use`` by class; no rows where there is one class."""
    seat_restock: Floats
    binding: Ints
    moved: Floats
    turned: Flags
    """(rows that shift,) whether in any case orders have moved."""
    orders: Floats
    """(s, B) use orders."""
    refill: Floats
    """(s, B) restock orders."""
    lacking: Flags
    """(s,) whether any case restocks."""
    stock: Floats
    ring: Floats
    """(rows with leads, ring, B)"""
    transit: Floats
    """(rows with leads, B)"""
    starving: Flags
    """(s,) whether in any case stocks may bind today."""
    growth: Floats
    """(rows that shift, B) by what orders grow at suppliers that deliver; of a pooled service, share of each one's work
    that it is asked to take over; where the slot is not ``still``."""
    gone: Floats
    """(rows that shift, B) what of orders is gone from suppliers that do not deliver."""
    kept: Floats
    """(limited links, B) share of the slot's orders placed over each."""
    still: Flags
    """(s,) whether in no case orders have moved: all links carry their normal shares."""
    awake: Flags
    """(s,) slots that a pass looks at."""


def wiring(
    plans: Sequence[Plan], pairs: Pairs, settings: Sequence[Settings], limited: Ints | None = None
) -> Wiring:
    """Constants of a run as contiguous arrays; networks of one ``Network.structure`` and settings by case.

    Links that are ``limited`` have ways of their own, after those of the pairs.
    """
    p, net = plans[0], plans[0].network
    slots, links = net.slots, net.links
    shifts = np.any([q.network.slots.shift > 0 for q in _once(plans)], axis=0)
    shifting = np.flatnonzero(shifts).astype(np.int32)
    at_sea = np.zeros(len(slots), bool)
    at_sea[links.slot[p.lead > 0]] = True
    by_supplier, supplier_ptr = by_key(links.supplier, len(net.nodes))
    by_user, user_ptr = by_key(slots.user, len(net.nodes))
    targets, psi = _by_case(plans, lambda q: q.target), np.array([s.psi for s in settings])
    ways = np.where(pairs.of_link >= 0, pairs.of_link, len(pairs.node))
    if limited is not None:
        ways[limited] = len(pairs.node) + 1 + np.arange(len(limited))
    holds = hold(targets, p.normal_use[:, None], psi, settings[0].dt) if psi.any() else targets[:0]
    return Wiring(
        output=_f(net.nodes.output),
        slacks=_by_case(plans, lambda q: q.network.nodes.slack),
        service_shift=_by_case(plans, lambda q: q.service_shift),
        facility=np.ascontiguousarray(p.facility),
        users=_i(slots.user),
        needs=_f(slots.need),
        weights=_f(slots.weight),
        storable=np.ascontiguousarray(p.storable),
        is_pooled=np.any([q.pooled for q in _once(plans)], axis=0),
        thetas=_by_case(plans, lambda q: q.network.slots.shift[shifting]),
        normal_use=_f(p.normal_use),
        targets=targets,
        wholes=_by_case(plans, lambda q: q.target + q.normal_transit),
        holds=_f(holds),
        shift_row=_rows(shifts),
        shift_slots=shifting,
        lead_row=_rows(at_sea),
        slot_ptr=np.ascontiguousarray(net.indptr),
        slots=_i(links.slot),
        suppliers=_i(links.supplier if p.classes == 1 else seats(p)),
        shares=_f(links.share),
        leads=_i(p.lead),
        pairs=_i(ways),
        own=len(pairs.node) + 1,
        by_supplier=by_supplier,
        supplier_ptr=supplier_ptr,
        by_user=by_user,
        user_ptr=user_ptr,
        overfill=_f([s.overfill for s in settings]),
        restock_days=_f([s.restock_days for s in settings]),
        surge=_f([s.surge for s in settings]),
        evenly=_f([s.even_share for s in settings]),
        pace=_f([s.dt / s.shift_days for s in settings]),
        stretch_pace=_f([min(1.0, s.dt / s.slack_days) for s in settings]),
        notice_pace=_f([min(1.0, s.dt / s.notice_days) for s in settings]),
    )


def fields(
    p: Plan, w: Wiring, pairs: int, cases: int, dt: float, precision: Precision = "double", limited: int = 0
) -> Fields:
    """A batch at baseline, as views to be put ``in_one_piece``.

    Ways are kept in single precision where that is asked for.
    """
    kept = np.float32 if precision == "single" else np.float64
    n, s, ways, seat = len(w.output), len(w.users), pairs + 1 + limited, len(w.output) * p.classes

    def all_of(value: float, rows: int, kind: type[np.floating] = np.float64) -> Floats:
        return np.broadcast_to(kind(value), (rows, cases))

    def nodes(values: Floats | float) -> Floats:
        return np.broadcast_to(np.reshape(np.asarray(values, np.float64), (-1, 1)), (n, cases))

    def flags(count: int) -> Flags:
        return np.zeros(count, np.bool_)

    at_sea = np.flatnonzero(w.lead_row >= 0)
    ring = np.zeros((len(at_sea), p.ring, 1))
    amount = w.shares * w.normal_use[w.slots] * dt
    for step in range(p.ring):
        sum_by_slot = np.bincount(w.slots, amount * (w.leads > step), minlength=s)
        ring[:, step, 0] = sum_by_slot[at_sea]
    shifting, output = len(w.shift_slots), w.output
    return Fields(
        left=nodes(1.0),
        base=nodes(output),
        caps=nodes(output),
        want=nodes(output),
        able=nodes(1.0),
        closed_by_events=all_of(1.0, pairs, kept),
        opened=all_of(1.0, ways, kept),
        eased=all_of(1.0, ways, kept),
        shut=flags(ways),
        stretch=nodes(1.0),
        trust=all_of(1.0, seat),
        doubted=flags(seat),
        use=nodes(output),
        restock=nodes(0.0),
        make=nodes(output),
        make_use=nodes(output),
        x=nodes(output),
        x_before=nodes(output),
        fill_use=all_of(1.0, seat),
        fill_restock=all_of(0.0, seat),
        short=flags(seat),
        seat_use=all_of(0.0, seat if p.classes > 1 else 0),
        seat_restock=all_of(0.0, seat if p.classes > 1 else 0),
        binding=np.broadcast_to(np.int32(-1), (n, cases)),
        moved=all_of(0.0, shifting),
        turned=flags(shifting),
        orders=all_of(0.0, s),
        refill=all_of(0.0, s),
        lacking=flags(s),
        stock=w.targets,
        ring=np.broadcast_to(ring, (*ring.shape[:2], cases)),
        transit=np.broadcast_to(p.normal_transit[at_sea][:, None], (len(at_sea), cases)),
        starving=flags(s),
        growth=all_of(0.0, shifting),
        gone=all_of(0.0, shifting),
        kept=all_of(0.0, limited),
        still=flags(s),
        awake=flags(s),
    )


def in_one_piece(tables: W) -> W:
    """The same arrays in one stretch of memory, which the system can map in large pages.

    Loops over links go to rows far apart; with small pages much of their time would go to finding these.
    """
    arrays = {name: values for name, values in tables._asdict().items() if isinstance(values, np.ndarray)}
    memory = np.empty(sum(-(-values.nbytes // LINE) * LINE for values in arrays.values()), np.uint8)
    moved: dict[str, Any] = {}
    place = 0
    for name, values in arrays.items():
        piece = memory[place : place + values.nbytes].view(values.dtype).reshape(values.shape)
        piece[...] = values
        moved[name] = piece
        place += -(-values.nbytes // LINE) * LINE
    return tables._replace(**moved)


def _once(plans: Sequence[Plan]) -> list[Plan]:
    return list({id(p): p for p in plans}.values())


def _by_case(plans: Sequence[Plan], of: Callable[[Plan], Floats]) -> Floats:
    """(rows, cases)"""
    known = {id(p): of(p) for p in _once(plans)}
    return np.ascontiguousarray(np.stack([known[id(p)] for p in plans], axis=1), np.float64)


def _rows(member: Flags) -> Ints:
    return np.where(member, np.cumsum(member) - 1, -1).astype(np.int32)


def _f(values: Floats | Sequence[float]) -> Floats:
    return np.ascontiguousarray(values, np.float64)


def _i(values: Ints) -> Ints:
    return np.ascontiguousarray(values, np.int32)
