"""The derivative of a run's total loss with respect to all that could have been otherwise, from one backward walk.

Where a forward run asks what one change does, the backward sweep asks of one number, the loss at home, what each change
would do to it: every stock, every share, every spare capacity, on every day every capacity and every way.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from kaname.cascade import back_orders, back_output
from kaname.cascade.compiling import call
from kaname.cascade.disturbance import Gate, Shocks
from kaname.cascade.plan import EASY, Plan
from kaname.cascade.settings import Settings
from kaname.cascade.tape import Step, Tape, record
from kaname.network.tables import Floats, Network


@dataclass(frozen=True)
class Gradients:
    """Derivatives of the total loss at home, million USD, by what could change. Where the course has a kink they hold
    on the side on which it went."""

    target: Floats
    """(slots,) by target stock, per unit of the product; the stock starts at its target."""
    slack: Floats
    """(nodes,) by over-capacity, per share of normal output."""
    shift: Floats
    """(slots,) by the share of a lost supply that users can move to other suppliers."""
    share: Floats
    """(links,) by the share that a supplier has in a slot, all else equal (shares then no longer sum to 1)."""
    weight: Floats
    """(slots,) by the share of the user's output that stops without the input."""
    left: Floats
    """(steps, nodes) by the share of capacity that events leave on each day."""
    opened: Floats
    """(steps, pairs) by the share of each pair's trade that events leave open on each day."""
    loss: float
    """The total loss itself, million USD."""


def gradients(network: Network, shocks: Shocks, settings: Settings) -> Gradients:
    """Run the one case of ``shocks`` forward and back.

    Raises :class:`~kaname.errors.InputProblems` for more cases than one and for the classic setting.
    """
    return walk_back(record(network, shocks, settings))


def walk_back(tape: Tape) -> Gradients:
    """The derivatives of the total loss of the course on ``tape``."""
    sweep = _Sweep(tape)
    for t in reversed(range(len(tape.steps))):
        sweep.step(t)
    return sweep.found()


def total_loss(tape: Tape) -> float:
    """Value added not produced at home over the course, million USD."""
    p = tape.batch.p
    value, output = p.network.nodes.value_added[p.home], p.network.nodes.output[p.home]
    made = np.array([step.during["x"][p.home] for step in tape.steps])
    return float((value * (1 - made / output)).sum() * tape.batch.settings.dt)


class _Sweep:
    """The derivatives on their way back: ``d`` holds them by the name of what they belong to."""

    def __init__(self, tape: Tape) -> None:
        self.tape, self.p = tape, tape.batch.p
        self.settings: Settings = tape.batch.settings
        self.shocks: Shocks = tape.batch.shocks
        w = tape.batch.w
        n, s, k = len(w.output), len(w.users), len(w.slots)
        rows, pairs = len(tape.batch.f.transit), len(tape.batch.pairs.node)
        self.constants: dict[str, Any] = {
            **w._asdict(),
            "slack": w.slacks[:, 0],
            "theta": w.thetas[:, 0],
            "target": w.targets[:, 0],
            "whole": w.wholes[:, 0],
            "hold": (held := w.holds[:, 0] if len(w.holds) else np.ones(s)),
            # where psi asks for more than a step's use, it asks in proportion to the target
            "hold_slope": np.divide(held, w.targets[:, 0], out=np.zeros(s), where=held > 1),
        }
        by_node = ("use", "restock", "x_before", "able", "stretch", "trust")
        self.state: dict[str, Floats] = {f"d_{name}": np.zeros(n) for name in by_node}
        self.state |= {
            "d_stock": np.zeros(s),
            "d_transit": np.zeros(rows),
            "d_ring": np.zeros((rows, self.p.ring)),
            "d_moved": np.zeros(len(w.shift_slots)),
        }
        self.owed = np.zeros(len(tape.batch.rebuilding.rows) if tape.batch.rebuilding else 0)
        self.reserve = [np.zeros(len(r.slots)) for r in self.shocks.releases]
        self.sums: dict[str, Floats] = {
            "d_target": np.zeros(s),
            "d_slack": np.zeros(n),
            "d_theta": np.zeros(len(w.shift_slots)),
            "d_share": np.zeros(k),
            "d_weight": np.zeros(s),
        }
        self.service_shift = np.zeros(n)
        self.left, self.opened = np.zeros((len(tape.steps), n)), np.zeros((len(tape.steps), pairs))
        value = self.p.network.nodes.value_added[self.p.home]
        self.per_output = np.zeros(n)
        self.per_output[self.p.home] = -value / w.output[self.p.home] * self.settings.dt

    def step(self, t: int) -> None:
        """Take one step back."""
        step, before, during = self.tape.steps[t], self.tape.steps[t].before, self.tape.steps[t].during
        settings, w = self.settings, self.tape.batch.w
        n, s, k = len(w.output), len(w.users), len(w.slots)
        own = {f"d_{name}": np.zeros(n) for name in ("left", "base", "caps", "want", "make", "make_use", "x")}
        own |= {f"d_{name}": np.zeros(n) for name in ("fill_use", "fill_restock", "able_now")}
        own |= {f"d_{name}": np.zeros(s) for name in ("orders", "refill")}
        own |= {f"d_{name}": np.zeros(len(self.tape.batch.pairs.node) + 1) for name in ("opened", "eased")}
        own |= {"d_spread": np.zeros(k)}
        again = {name: np.zeros(s) for name in ("missing", "there", "growth", "gone")}
        again |= {"spread": np.zeros(k), "after": np.zeros(len(w.shift_slots))}
        values: dict[str, Any] = {
            **self.constants,
            **during,
            **{name: before[name] for name in ("transit", "moved", "x_before", "trust")},
            **again,
            **self.state,
            **self.sums,
            **own,
            "stock": step.stock,
            "arriving": step.arriving,
            "trust_after": self._trust_after(t),
            "here": t % self.p.ring,
            "dt": settings.dt,
            "surge": settings.surge,
            "pace": settings.dt / settings.shift_days,
            "overfill": settings.overfill,
            "restock_days": settings.restock_days,
            "passes": settings.passes,
            "stretch_pace": min(1.0, settings.dt / settings.slack_days),
            "notice_pace": min(1.0, settings.dt / settings.notice_days),
        }
        call(back_orders.spread_again, values)
        own["d_x"] += self.per_output + self.state["d_x_before"]
        self.state["d_x_before"][:] = 0.0
        self._owing(step, own)
        call(back_output.back_through_memory, values)
        call(back_output.back_through_delivery, values)
        call(back_output.back_through_settling, values)
        call(back_output.back_through_make, values)
        self._people(step, own)
        # what the step was asked is the sum of orders and flows: its derivative is whole here
        d_use = self.state["d_use"] * (during["use"] > 0)
        d_restock = self.state["d_restock"].copy()
        call(
            back_orders.back_through_orders,
            {**values, "d_use": d_use, "d_restock": d_restock, "d_able": own["d_able_now"]},
        )
        self._asking(step, d_use)
        self._flows(step, d_use, own)
        self.state["d_use"][:] = 0.0
        self.state["d_restock"][:] = 0.0
        call(back_orders.back_through_needs, values)
        self._plans(step, own)
        self._ways(t, step, own)
        self.left[t] = own["d_left"] + own["d_able_now"] * before["able"]
        self.state["d_able"][:] = own["d_able_now"] * during["left"]
        self._stock_events(t, step)

    def found(self) -> Gradients:
        """All that was gathered; the course began with stocks at their targets."""
        w, p = self.tape.batch.w, self.p
        shift = np.zeros(len(w.users))
        shift[w.shift_slots] = self.sums["d_theta"]
        return Gradients(
            target=np.where(p.storable, self.sums["d_target"] + self.state["d_stock"], 0.0),
            slack=self.sums["d_slack"],
            shift=shift,
            share=self.sums["d_share"],
            weight=self.sums["d_weight"],
            left=self.left,
            opened=self.opened,
            loss=total_loss(self.tape),
        )

    def _trust_after(self, t: int) -> Floats:
        steps = self.tape.steps
        if t + 1 < len(steps):
            return steps[t + 1].before["trust"]
        return np.array(self.tape.batch.f.trust[:, 0])

    def _people(self, step: Step, own: dict[str, Floats]) -> None:
        """What facilities take over for people directly (``accounts.Taken``)."""
        p, able = self.p, step.during["able"]
        d_restock = self.state["d_restock"]
        shift = self.p.service_shift
        for product in np.unique(p.network.nodes.product[p.serving]):
            rows = p.serving[p.network.nodes.product[p.serving] == product]
            final = p.final[rows]
            lost, strength = shift[rows] * (1 - able[rows]), final * able[rows]
            pool, whole = float(lost @ (final * step.factor[rows])), float(strength.sum())
            touched = ((able[rows] < 1) & (shift[rows] > 0)).any()
            if not touched or whole <= 0:
                continue
            part = strength / whole
            d_pool = float(d_restock[rows] @ part)
            d_part = d_restock[rows] * pool
            d_strength = d_part / whole - float(d_part @ strength) / whole**2
            d_lost = d_pool * final * step.factor[rows]
            own["d_able_now"][rows] += d_strength * final - d_lost * shift[rows]

    def _owing(self, step: Step, own: dict[str, Floats]) -> None:
        """What of rebuilding was not delivered stays owed."""
        if self.tape.batch.rebuilding:
            own["d_fill_use"][self.tape.batch.rebuilding.rows] -= self.owed * step.rebuilt * self.settings.dt

    def _asking(self, step: Step, d_use: Floats) -> None:
        """What is owed is asked again, over some days."""
        work = self.tape.batch.rebuilding
        if work:
            d_asked = d_use[work.rows] - self.owed * step.during["fill_use"][work.rows] * self.settings.dt
            self.owed = self.owed + d_asked * work.pace[0]

    def _flows(self, step: Step, d_use: Floats, own: dict[str, Floats]) -> None:
        """Untracked flows between industries, and what closed ways keep of them."""
        net, pairs = self.p.network, self.tape.batch.pairs
        k = net.industries
        output = net.nodes.output[:k]
        ratio = step.during["want"][:k] / output
        opened = step.during["opened"][:-1]
        known = np.flatnonzero(pairs.node < k)
        for country, (low, high) in enumerate(pairwise(net.flows.first)):
            users, flow = net.flows.users[low:high], net.flows.values[:, low:high]
            rows = known[pairs.country[known] == country]
            through = d_use[:k].copy()
            if len(rows):
                carried = flow @ ratio[users]
                own["d_opened"][rows] += d_use[pairs.node[rows]] * carried[pairs.node[rows]]
                through[pairs.node[rows]] *= opened[rows]
            own["d_want"][users] += (through @ flow) / output[users]

    def _plans(self, step: Step, own: dict[str, Floats]) -> None:
        """Equations 0 and 1: capacity, and what producers want to make."""
        p, before, during = self.p, step.before, step.during
        slack = self.constants["slack"]
        asked = before["use"] + np.where(p.facility, before["restock"], 0.0)
        capped = during["caps"] < asked
        own["d_caps"] += np.where(capped, own["d_want"], 0.0)
        free = np.where(capped, 0.0, own["d_want"])
        self.state["d_use"] += free
        self.state["d_restock"] += np.where(p.facility, free, 0.0)
        reach = np.where(p.facility, 1 + slack, before["stretch"])
        own["d_base"] += own["d_caps"] * reach
        self.sums["d_slack"] += np.where(p.facility, own["d_caps"] * during["base"], 0.0)
        self.state["d_stretch"] += np.where(p.facility, 0.0, own["d_caps"] * during["base"])
        own["d_left"] += own["d_base"] * p.network.nodes.output

    def _ways(self, t: int, step: Step, own: dict[str, Floats]) -> None:
        """Ways left open by events, narrowed by gates; a way hardly open takes no restocking (``plan.eased``)."""
        opened = step.during["opened"][:-1]
        ease = (opened - EASY) / (1 - EASY)
        slope = np.where(ease <= 0, 0.0, np.where(ease >= 1, 1.0, ease + opened / (1 - EASY)))
        d_opened = own["d_opened"][:-1] + own["d_eased"][:-1] * slope
        gates = self.shocks.gates
        through = np.ones_like(opened)
        for gate, rows, lost in zip(gates, self.tape.batch.pairs.of_gate, step.lost, strict=True):
            through[rows] *= 1 - gate.size * lost
        self.opened[t] = d_opened * through
        for gate, rows, lost in zip(gates, self.tape.batch.pairs.of_gate, step.lost, strict=True):
            narrowed = 1 - gate.size * lost
            before = np.divide(opened[rows], narrowed, out=np.zeros(len(rows)), where=narrowed > 0)
            self._gate(gate, -float((d_opened[rows] * before) @ gate.size), own)

    def _gate(self, gate: Gate, d_lost: float, own: dict[str, Floats]) -> None:
        own["d_able_now"][gate.facilities] -= d_lost * (1 - gate.takeover[0]) * gate.share

    def _stock_events(self, t: int, step: Step) -> None:
        """Reserves let out, and stocks lost."""
        p, d_stock = self.p, self.state["d_stock"]
        stock = step.before["stock"].copy()
        for loss in self.shocks.stock_losses:
            if loss.step == t:
                np.multiply.at(stock, loss.slots, 1 - loss.size)
        held: list[Floats] = []
        for release, reserve in zip(self.shocks.releases, step.reserve, strict=True):
            held.append(stock[release.slots])
            if t >= release.step:
                stock[release.slots] += _let_out(p, self.constants["target"], held[-1], release, reserve)[0]
        for number in reversed(range(len(held))):
            release, reserve = self.shocks.releases[number], step.reserve[number]
            if t < release.step:
                continue
            _, by_lack, by_reserve = _let_out(p, self.constants["target"], held[number], release, reserve)
            slots, kept = release.slots, self.reserve[number]
            d_out = d_stock[slots] - kept
            d_lack = np.where(by_lack, d_out, 0.0)
            self.sums["d_target"][slots] += d_lack
            d_stock[slots] -= d_lack
            self.reserve[number] = kept + np.where(by_reserve, d_out, 0.0)
        for loss in self.shocks.stock_losses:
            if loss.step == t:
                np.multiply.at(d_stock, loss.slots, 1 - loss.size)


def _let_out(p: Plan, target: Floats, stock: Floats, release: Any, reserve: Floats) -> tuple[Floats, ...]:
    """What a release lets out, and whether the lack of the stock or the rest of the reserve bounds it."""
    lack = target[release.slots] - stock
    most = release.rate * p.normal_use[release.slots]
    out = np.minimum(np.minimum(np.maximum(0, lack), reserve), most)
    return out, (lack > 0) & (out == lack), (out == reserve) & (out < lack)
