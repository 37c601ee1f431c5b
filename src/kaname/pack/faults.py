"""What the schemas refuse, said in plain words."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from kaname.errors import Problem
from kaname.pack.document import Path
from kaname.pack.figures import Figure
from kaname.pack.places import Entry
from kaname.units import UNITS

Fault = tuple[Path, str]

_PATTERNS: Final = {
    r"^[A-Za-z0-9][A-Za-z0-9_.-]*$": "an id is made of letters, digits and _ . - and begins with a letter or digit",
    r"^[A-Z]{2}-\d{1,2}$": "an id of the digest looks like EN-4",
    r"^[A-Z]{3}$": "a country is three capital letters (ISO 3166-1 alpha-3), like JPN",
}


def suggestion(word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)``, or nothing if nothing known comes near."""
    near = difflib.get_close_matches(word, sorted(set(known)), n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""


def models_in(annotation: Any) -> tuple[type[BaseModel], ...]:
    """The models that a field's annotation allows, lists and optional ones opened."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,)
    if get_origin(annotation) in (Union, UnionType, tuple) or hasattr(annotation, "__metadata__"):
        return tuple(model for arg in get_args(annotation) for model in models_in(arg))
    return ()


def kinds(model: type[BaseModel]) -> tuple[str, ...]:
    """The values of a model's ``kind``, where it tells one of a union from another."""
    field = model.model_fields.get("kind")
    return get_args(field.annotation) if field and get_origin(field.annotation) is Literal else ()


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model by the name that is written."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _resolve(model: type[BaseModel], location: Sequence[str | int]) -> tuple[Path, type[BaseModel] | None]:
    """A validator's location without the names of union members, and the model that its last field is of."""
    path: list[str | int] = []
    options: tuple[type[BaseModel], ...] = (model,)
    holder: type[BaseModel] | None = None
    rest = list(location)
    while rest:
        step = rest.pop(0)
        if isinstance(step, int):
            path.append(step)
            continue
        if len(options) > 1:
            options = tuple(option for option in options if step in kinds(option))
            continue
        holder = options[0] if options else None
        path.append(step)
        field = _fields(holder).get(step) if holder else None
        options = models_in(field.annotation) if field else ()
    return tuple(path), holder


def _found(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case str() if len(value) > 40:
            return repr(value[:37] + "...")
    return repr(value)


def _said(kind: str, context: Mapping[str, Any], value: Any) -> str:
    """The message for one kind of validation error."""
    expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
    choices = [choice.strip() for choice in expected.split(",") if choice.strip()]
    messages: dict[str, Callable[[], str]] = {
        "literal_error": lambda: (
            f"expected one of {', '.join(choices)}, found {_found(value)}"
            + (suggestion(value, choices) if isinstance(value, str) else "")
        ),
        "string_type": lambda: f"expected text, found {_found(value)}",
        "string_too_short": lambda: "expected text, found none",
        "string_too_long": lambda: f"longer than {context.get('max_length')} characters: {_found(value)}",
        "string_pattern_mismatch": lambda: (
            f"{_found(value)} does not fit: "
            + _PATTERNS.get(str(context.get("pattern")), f"expected the pattern {context.get('pattern')}")
        ),
        "tuple_type": lambda: f"expected a list, found {_found(value)}",
        "too_short": lambda: (
            f"expected at least {context.get('min_length')} in the list, found {context.get('actual_length')}"
        ),
        "too_long": lambda: (
            f"expected at most {context.get('max_length')} in the list, found {context.get('actual_length')}"
        ),
        "model_type": lambda: f"expected a mapping of fields, found {_found(value)}",
        "greater_than_equal": lambda: f"expected {context.get('ge'):g} or more, found {_found(value)}",
        "less_than_equal": lambda: f"expected {context.get('le'):g} or less, found {_found(value)}",
        "finite_number": lambda: f"expected a finite number, found {_found(value)}",
    }
    for family, words in (("float", "a number"), ("int", "a whole number"), ("bool", "true or false")):
        if kind.startswith(f"{family}_"):
            return f"expected {words}, found {_found(value)}"
    if kind.startswith("date_"):
        return f"{_found(value)} is not a date (YYYY-MM-DD)"
    aliases = {
        "enum": "literal_error",
        "model_attributes_type": "model_type",
        "union_tag_not_found": "model_type",
    }
    name = aliases.get(kind, kind)
    return messages[name]() if name in messages else f"not accepted ({kind}), found {_found(value)}"


def _of_figure(path: Path, message: str) -> Iterator[Fault]:
    """The faults that a figure states itself, one each, at the field that each is about."""
    for part in message.removeprefix("Value error, ").split("; "):
        if part.startswith("unknown unit "):
            unit = part.removeprefix("unknown unit ").strip("'\"")
            yield (*path, "unit"), part + suggestion(unit, UNITS)
        else:
            yield path, part


def _rest_of_figure(raw: Any, bad: frozenset[str]) -> Iterator[str]:
    """What else is wrong with a figure some fields of which are no numbers: its own checks, run on the rest."""
    if not isinstance(raw, dict) or not isinstance(raw.get("unit"), str):
        return
    stand_in: dict[str, Any] = {"value": 0.0, "low": None, "high": None, "year": 2000, "confidence": None}
    fields: dict[str, Any] = {key: raw.get(key) for key in Figure.model_fields} | {
        key: stand_in.get(key) for key in bad
    }
    if bad & {"value", "low", "high"}:
        fields |= {"value": 0.0, "low": None, "high": None}
    for message in Figure.model_construct(**fields)._faults():
        if not ("confidence" in bad and "confidence" in message):
            yield message


def _figure_at(raw: Any, path: Path) -> Any:
    for step in path:
        raw = raw[step]
    return raw


def _one(model: type[BaseModel], error: Mapping[str, Any]) -> Iterator[Fault]:
    """The faults behind one validation error."""
    path, holder = _resolve(model, error["loc"])
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    last = path[-1] if path else ""
    if kind == "extra_forbidden":
        known = _fields(holder) if holder else ()
        yield path, f"unknown field {last!r}" + suggestion(str(last), known)
    elif kind == "missing":
        yield path, "too few in the list" if isinstance(last, int) else f"field {last!r} is missing"
    elif kind == "union_tag_invalid":
        tags = [tag.strip(" '") for tag in str(context["expected_tags"]).split(",")]
        tag = str(context["tag"])
        yield (
            (*path, "kind"),
            f"unknown kind {tag!r}, expected one of {', '.join(tags)}" + suggestion(tag, tags),
        )
    elif kind == "union_tag_not_found" and isinstance(value, dict):
        yield (*path, "kind"), "field 'kind' is missing"
    elif kind == "value_error":
        yield from _of_figure(path, str(error["msg"]))
    else:
        yield path, _said(kind, context, value)


def faults(model: type[BaseModel], raw: Any, error: ValidationError) -> tuple[Fault, ...]:
    """Path below the entry and message of everything that ``model`` refuses in ``raw``."""
    found: list[Fault] = []
    broken: dict[Path, set[str]] = {}
    for one in error.errors(include_url=False):
        found += _one(model, one)
        path, holder = _resolve(model, one["loc"])
        if holder is Figure and one["type"] not in ("extra_forbidden", "missing"):
            broken.setdefault(path[:-1], set()).add(str(path[-1]))
    for path, bad in broken.items():
        for message in _rest_of_figure(_figure_at(raw, path), frozenset(bad)):
            found += _of_figure(path, message)
    return tuple(dict.fromkeys(found))


def extras(model: type[BaseModel], error: ValidationError) -> tuple[Path, ...]:
    """The unknown fields: what is left without them may be checked all the same."""
    found = [e["loc"] for e in error.errors(include_url=False) if e["type"] == "extra_forbidden"]
    return tuple(_resolve(model, location)[0] for location in found)


def problems(entry: Entry, model: type[BaseModel], raw: Any, error: ValidationError) -> tuple[Problem, ...]:
    """``faults`` with file, line and path."""
    told = []
    for path, message in faults(model, raw, error):
        place = entry.place(path)
        told.append(Problem(message, place.file, place.line, place.path))
    return tuple(told)
