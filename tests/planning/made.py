"""Things made by hand, and a small nation with several places struck at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from kaname.cascade.disturbance import Cut
from kaname.cascade.settings import Settings
from kaname.cascade.shocks import Case, Course
from kaname.network.build import Built
from kaname.pack.scenarios import Recovery, Scenario
from kaname.planning.orders import Effort
from kaname.planning.restoration import Means, Restoration, restore
from kaname.planning.things import Thing

from ..network import small

NO_DAY = np.zeros(1)


def thing(
    name: str,
    crews: int,
    duration: float,
    back: float,
    *,
    start: float = 0.0,
    shape: str = "linear",
    area: str = "",
    faster: tuple[float, float] = (np.inf, 1.0),
    needs: dict[str, int] | None = None,
) -> Thing:
    figure = small.assumed(back, "day")
    recovery = Recovery.model_validate({"shape": shape, "duration": figure})
    cut = Cut(0, 0, NO_DAY, np.zeros(1, np.int32), np.ones(1))
    return Thing(
        id=name,
        scenario="s",
        event=0,
        facility=name,
        service="",
        area=area,
        industries=(),
        cut=cut,
        course=Course(start, duration, recovery),
        faster=faster,
        kind="",
        usual=float(crews),
        crews=crews,
        worth=1.0,
        needs=needs or {},
    )


def facility(name: str, service: str, part: float) -> dict[str, Any]:
    return {
        "id": name,
        "label": small.label(name),
        "kind": "k",
        "service": service,
        "share": small.assumed(part),
    }


def service(name: str, users: dict[str, float]) -> dict[str, Any]:
    held = [{"industry": i, "weight": small.assumed(w)} for i, w in users.items()]
    return {"id": name, "label": small.label(name), "users": held, "infrastructure": "i"}


def event(loss: float, days: float, back: float, shape: str = "linear", **more: Any) -> dict[str, Any]:
    recovery = {"shape": shape, "duration": small.assumed(back, "day")}
    figures = {"loss": small.assumed(loss), "duration": small.assumed(days, "day"), "recovery": recovery}
    return {"kind": "capacity", **figures, **more}


def scenario(*events: dict[str, Any], **more: Any) -> Scenario:
    return Scenario.model_validate(
        {
            "id": "quake",
            "label": small.label("quake"),
            "summary": small.label("quake"),
            "digest": ["DR-2"],
            "infrastructures": ["i"],
            "events": list(events),
            **more,
        }
    )


def works(crews: float = 10, **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": "w-hub",
            "label": small.label("w"),
            "services": ["hub", "wire"],
            "crews": small.assumed(crews, "count"),
            **more,
        },
        {
            "id": "w-plants",
            "label": small.label("w"),
            "industries": ["MAK", "MIN"],
            "crews": small.assumed(crews, "count"),
        },
    ]


def nation(**more: Any) -> Built:
    """Two services: MAK lives by the wire, SRV a little by the hub; each in three facilities."""
    return small.built(
        services=[service("hub", {"SRV": 0.2, "MAK": 0.1}), service("wire", {"MAK": 0.8})],
        facilities=[
            *(facility(n, "hub", p) for n, p in (("hub-a", 0.5), ("hub-b", 0.3), ("hub-c", 0.2))),
            *(facility(n, "wire", p) for n, p in (("wire-a", 0.3), ("wire-b", 0.7))),
        ],
        **{"repair_works": works(), **more},
    )


def quake(places: int) -> Case:
    """Up to six things struck, the small and precious among the large."""
    events = [
        event(0.9, 2, 12, facilities=["hub-a"]),
        event(0.8, 3, 9, "exponential", facilities=["wire-a"]),
        event(0.4, 2, 20, industries=["MAK"]),
        event(1.0, 1, 10, facilities=["wire-b"]),
        event(1.0, 4, 16, facilities=["hub-b"]),
        event(0.5, 2, 30, industries=["MIN"]),
    ]
    return Case(((scenario(*events[:places]), 0.0),), label="quake")


def restored(
    built: Built, case: Case, means: Means, days: int = 120, effort: Effort | None = None, **more: Any
) -> Restoration:
    some = effort or Effort(rounds=4, width=10, tries=150)
    return restore(built, case, days, Settings(), means, some, lambda what, share: None, **more)
