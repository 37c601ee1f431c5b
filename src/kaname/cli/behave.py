"""What is asked of a run, checked before it is run: scenarios, days, measures and settings, every fault at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from difflib import get_close_matches
from typing import Annotated, Any

from cyclopts import Parameter

from kaname.cascade.settings import Settings
from kaname.errors import InputProblems, Problem
from kaname.nation import Nation

Changes = Annotated[
    tuple[str, ...],
    Parameter(
        name="--set",
        help="Other settings than the pack's: psi=0.8, rationing=priority, restock-days=15 ...",
        consume_multiple=True,
    ),
]
NAMES = {field.name.replace("_", "-"): field.name for field in fields(Settings) if field.name != "dt"}
"""Settings that can be changed, as written and as they are called; the step has an option of its own."""


def asked(
    nation: Nation, scenarios: Sequence[str], days: int, measures: Iterable[str], changes: Sequence[str]
) -> Settings:
    """The settings asked for. Raises ``InputProblems`` for all that is wrong with any of what is asked."""
    faults: list[Problem] = []
    found = nation.settings
    try:
        nation.case(*scenarios, measures=measures, days=days)
    except InputProblems as wrong:
        faults += wrong.problems
    try:
        found = changed(nation.settings, changes)
    except InputProblems as wrong:
        faults += wrong.problems
    if faults:
        raise InputProblems(faults)
    return found


def changed(settings: Settings, changes: Sequence[str]) -> Settings:
    """``settings`` with changes written as ``name=value``.

    Raises ``InputProblems`` for every name that is no setting and every value that it cannot have.
    """
    faults: list[Problem] = []
    values: dict[str, Any] = {}
    for text in changes:
        written, equals, value = text.partition("=")
        name = NAMES.get(written.strip().replace("_", "-"))
        if not equals or name is None:
            near = get_close_matches(written, NAMES, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else f"; there are {', '.join(sorted(NAMES))}"
            told = (
                f"no setting {written!r}{hint}" if equals else f"write a setting as name=value, not {text!r}"
            )
            faults.append(Problem(told, path="--set"))
        else:
            values[name] = _value(value.strip())
    # known settings are tried even where others are unknown, so that all faults are told
    try:
        found = replace(settings, **values)
    except InputProblems as wrong:
        faults += wrong.problems
    if faults:
        raise InputProblems(faults)
    return found


def _value(text: str) -> object:
    """A number, yes or no, or the word itself."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    with suppress(ValueError):
        return int(text)
    with suppress(ValueError):
        return float(text)
    return text
