"""Suppliers too small to be followed one by one: what they carry, and the same pack with every one of them.

Leaving them out has no bound that could be proved beforehand: where all large suppliers fail, the small ones are all
there is. So it is measured, by running the same case again on the network with all of them.
"""

from __future__ import annotations

import numpy as np

from kaname.network.industries import Dependence, near
from kaname.network.parts import Base
from kaname.network.tables import Slots
from kaname.pack.figures import Confidence, Figure, Label
from kaname.pack.model import Pack, Parameter

LINK_FLOOR = "link-floor"
DEFAULT = 0.03
"""Where the pack states none."""


def follow_all(pack: Pack) -> Pack:
    """The same pack, its network to be built with every supplier however small."""
    figure = Figure(value=0.0, unit="1", year=2026, confidence=Confidence.ASSUMPTION, note="every supplier")
    label = Label(ja="一つずつ追わない調達先の割合", en="Share of an input whose suppliers are not followed")
    others = tuple(p for p in pack.parameters if p.id != LINK_FLOOR)
    every = Parameter(id=LINK_FLOOR, label=label, figure=figure)
    fields = {name: getattr(pack, name) for name in Pack.model_fields}
    # built anew: a copy would keep what the pack has looked up of its old parameters
    return Pack.model_construct(**{**fields, "parameters": (*others, every)})


def unfollowed(base: Base, how: Dependence, slots: Slots, home: str) -> float:
    """Share of what industries abroad spend on followed inputs that goes to suppliers not followed."""
    mine = base.region[slots.user] != base.regions.index(home)
    user, product = slots.user[mine], slots.product[mine]
    of_product = (np.arange(len(base.industries))[:, None] == base.industry).astype(np.float64)
    spent = (of_product @ np.where(near(base, how), base.Z, 0.0))[product, user].sum()
    return float(max(0.0, 1 - (slots.need[mine] * base.x[user]).sum() / spent)) if spent > 0 else 0.0


def floor_notes(floor: float, share: float) -> list[Label]:
    """What is left out and how to learn what that changes; nothing where every supplier is followed."""
    if floor <= 0:
        return []
    return [
        Label(
            ja=f"自国の産業の調達先はすべて一つずつ追う。国外の産業については、投入ごとに最も小さい調達先を合計{floor:.0%}まで"
            f"追わない（追跡する投入に払う額の{share:.1%}）。需要は伝えるが、止まった調達先の代わりにはならない。全調達先を追った"
            "場合との差は、kaname stress に --every-supplier を付けると測れる。",
            en=f"Every supplier of home's industries is followed. Abroad the smallest suppliers of an input, up to "
            f"{floor:.0%} of it together, are not followed one by one ({share:.1%} of what is spent there on followed "
            "inputs): they carry demand and stand in for nobody. kaname stress with --every-supplier measures what "
            "that changes.",
        )
    ]
