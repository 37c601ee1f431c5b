"""The smallest things a pack is made of: text in two languages, and figures with their source."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kaname.units import UNITS, convert


class Part(BaseModel):
    """Base of everything read from a pack: frozen, and a field nobody knows is an error."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=60)]


class Label(Part):
    """A text for people, in Japanese and English."""

    ja: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def __getitem__(self, lang: str) -> str:
        return self.ja if lang == "ja" else self.en


class Confidence(StrEnum):
    """How a figure is known, best first."""

    MEASURED = "measured"
    OFFICIAL = "official"
    ESTIMATE = "estimate"
    ASSUMPTION = "assumption"


class Figure(Part):
    """A number with its unit, source, year and confidence; or an empty place that says why it is empty.

    Rules: a value needs a unit of ``kaname.units``, a confidence and a year; all but assumptions need a
    ``source`` (an id of the pack's ``sources``); an assumption needs a ``note`` with its reason; no value needs
    a ``why``. ``low`` and ``high`` are the range used in ensembles.
    """

    value: float | None = None
    unit: str
    source: str | None = None
    year: int | None = Field(default=None, ge=1900, le=2100)
    confidence: Confidence | None = None
    low: float | None = None
    high: float | None = None
    note: str | None = None
    why: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        wrong = list(self._faults())
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _faults(self) -> list[str]:
        faults = []
        if self.unit not in UNITS:
            faults.append(f"unknown unit {self.unit!r}")
        if self.value is None:
            if not self.why:
                faults.append("an empty figure must say why (field 'why')")
            return faults
        if self.confidence is None:
            faults.append("a figure needs a confidence (measured, official, estimate, assumption)")
        if self.year is None:
            faults.append("a figure needs a year")
        if self.confidence is Confidence.ASSUMPTION and not self.note:
            faults.append("an assumption needs its reason (field 'note')")
        if self.confidence not in (None, Confidence.ASSUMPTION) and not self.source:
            faults.append("a figure needs a source")
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        if not low <= self.value <= high:
            faults.append(f"range {low}..{high} does not hold the value {self.value}")
        return faults

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    def to(self, unit: str, default: float | None = None) -> float:
        """The value in ``unit``; ``default`` where the figure is empty (``ValueError`` if there is none)."""
        if self.value is None:
            if default is None:
                raise ValueError(f"empty figure: {self.why}")
            return default
        return convert(self.value, self.unit, unit)


def share(figure: Figure | None, default: float) -> float:
    """A share (0..1) out of an optional figure."""
    return default if figure is None else figure.to("1", default)
