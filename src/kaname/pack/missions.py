"""Missions: the services that people need, and what each rests on (CY-1, mission assurance)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from kaname.errors import Problem
from kaname.pack.figures import Figure, Id, Label, Part

if TYPE_CHECKING:
    from kaname.pack.draft import Draft


class Rest(Part):
    """Something that an asset cannot do without, and how long it runs without it."""

    of: str
    buffer: Figure | None = None
    """Empty: it stops at once."""


class Asset(Part):
    """What missions rest on beside the facilities of the network: a site, a program, an outsourcer, a crew."""

    id: Id
    label: Label
    kind: Literal["site", "system", "software", "outsourcer", "people", "satellite", "stock", "plant"]
    area: str | None = None
    needs: tuple[Rest, ...] = ()
    switch_over: Figure | None = None
    """How long it takes until it has taken over, for a second site."""
    capacity: Figure | None = None
    evidence: tuple[str, ...] = ()
    """Ids of sources."""
    note: str | None = None


class Capability(Part):
    """Something a mission must be able to do: by ``assets``, ``enough`` of them, or by the facilities of a ``service``
    of which the share ``keep`` must be left."""

    id: Id
    label: Label
    assets: tuple[str, ...] = ()
    """Facilities, assets, industries at home, goods, or other missions."""
    enough: int | None = Field(default=None, ge=1)
    """How many of the assets suffice; empty: all are needed."""
    service: str | None = None
    keep: Figure | None = None
    """Share of the service that must be left."""
    note: str | None = None


class Mission(Part):
    """A service that people need: it stands while every capability stands."""

    id: Id
    label: Label
    summary: Label
    digest: tuple[str, ...] = Field(min_length=1)
    infrastructures: tuple[str, ...] = Field(min_length=1)
    capabilities: tuple[Capability, ...] = Field(min_length=1)


def rules(draft: Draft) -> Iterator[Problem]:
    """Capabilities that rest on nothing, or on both ways at once; more of the assets needed than there are."""
    for index, mission in enumerate(draft.pack.missions):
        for place, one in enumerate(mission.capabilities):
            path = ("missions", index, "capabilities", place)
            if bool(one.assets) == bool(one.service):
                message = f"capability {one.id!r} needs either assets or a service"
                yield draft.places.problem(message, path)
            if one.service is not None and one.keep is None:
                message = (
                    f"capability {one.id!r} does not say how much of the service must be left (field 'keep')"
                )
                yield draft.places.problem(message, path)
            if one.enough is not None and one.enough > len(one.assets):
                message = f"capability {one.id!r} wants {one.enough} of {len(one.assets)} assets"
                yield draft.places.problem(message, (*path, "enough"))
    yield from _one_name(draft)


def _one_name(draft: Draft) -> Iterator[Problem]:
    """A capability names its assets by id alone: no two lists may use the same."""
    lists = ("facilities", "industries", "goods", "missions")
    taken = {name: of for of in lists for name in draft.ids(of)}
    for index, asset in enumerate(draft.pack.assets):
        if asset.id in taken:
            message = f"asset {asset.id!r} has the id of one of the {taken[asset.id]}"
            yield draft.places.problem(message, ("assets", index, "id"))
