"""The charts' options as the page carries them: JSON in which a text that stands in several places is held once
(floor 6)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from markupsafe import Markup

from kaname.strategy.report.words import Words

MARK: Final = "¶"
"""A string ``¶12`` stands for the thirteenth of the shared texts."""


def script(options: Mapping[str, Any]) -> Markup:
    """``{"charts": options by chart, "words": shared texts}``, as it may stand within a script element."""
    texts = Counter(_texts(options))
    shared = {text: n for n, text in enumerate(text for text, count in texts.items() if count > 1)}
    held = {"charts": _data(options, shared), "words": [text.data() for text in shared]}
    text = json.dumps(held, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def _texts(value: Any) -> Iterator[Words]:
    """Every text in two languages, as often as it stands there."""
    if isinstance(value, Words):
        if value.ja != value.en:
            yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _data(value: Any, shared: Mapping[Words, int]) -> Any:
    """As JSON holds it; what is None is left out of mappings."""
    if isinstance(value, Words):
        return f"{MARK}{shared[value]}" if value in shared else value.data()
    if isinstance(value, Mapping):
        return {key: _data(inner, shared) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_data(inner, shared) for inner in value]
    return value
