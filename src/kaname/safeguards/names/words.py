"""The words that lists and names are full of: legal forms, small words, and organisation words put into English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

import yaml

from kaname.safeguards.names.script import folded

_SMALL: Final = """
    of the and for in on at after named name by a an to de la le et und der die das del di da du no na im n i e y
    aka fka nee dba
"""
SMALL: Final = frozenset(_SMALL.split())
"""Words of Latin names that say nothing of their own."""

_WORD: Final = re.compile(r"\d+(?=(?:st|nd|rd|th)\b)|[^\W_]+")
_ORDINAL: Final = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")
_DOTTED: Final = re.compile(r"\b((?:[^\W\d_]\.){1,6}[^\W\d_]?)(?![^\W_])")


@dataclass(frozen=True)
class Gloss:
    """One English word that an organisation word stands for, by its alternatives; ``spare``: it may be missing."""

    words: tuple[str, ...]
    spare: bool = False


def _yaml(name: str) -> Any:
    return yaml.safe_load(files("kaname.safeguards.names").joinpath(f"words/{name}.yaml").read_text("utf-8"))


@cache
def native_forms() -> re.Pattern[str]:
    """Legal forms in kana and Han characters, the longest first."""
    forms = {folded(form).replace(" ", "") for form in _yaml("forms")["native"]}
    # a branch (分公司) or subsidiary (子公司, but not 电子|公司) is a word of its own, not a form
    apart = {"公司": "(?<!分)(?<![^电]子)公司"}
    return re.compile("|".join(apart.get(f, re.escape(f)) for f in sorted(forms, key=lambda f: (-len(f), f))))


@cache
def latin_forms() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Legal forms in Latin letters as runs of words, by their first word, the longest first."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for form in _yaml("forms")["latin"]:
        words = tuple(folded(form).split())
        found.setdefault(words[0], set()).add(words)
    return {first: tuple(sorted(forms, key=lambda f: (-len(f), f))) for first, forms in found.items()}


@cache
def gloss() -> Mapping[str, tuple[Gloss, ...]]:
    """Organisation words in Japanese and Chinese, folded, to English words."""
    found = {}
    for key, text in _yaml("gloss").items():
        found[folded(str(key)).replace(" ", "")] = tuple(
            Gloss(tuple(part.rstrip("?").split("|")), part.endswith("?")) for part in str(text).split()
        )
    return found


def latin_words(text: str) -> list[str]:
    """Words and numbers of a folded Latin text: initials and dotted forms joined, ordinals as numbers.

    >>> latin_words("s.a. 33rd plant n.e. zhukovsky, radio-works")
    ['sa', '33', 'plant', 'ne', 'zhukovsky', 'radio', 'works']
    """
    joined = _DOTTED.sub(lambda m: m[1].replace(".", "") + " ", text)
    return _WORD.findall(_ORDINAL.sub(r"\1 ", joined))


def without_forms(words: list[str]) -> tuple[list[str], list[str]]:
    """Words of a Latin name without its legal forms and small words, and the forms; where nothing would be left, all.

    >>> without_forms(["volgograd", "plant", "limited", "liability", "company"])
    (['volgograd', 'plant'], ['limited liability company'])
    >>> without_forms(["ev", "motors", "ag"])
    (['ev', 'motors'], ['ag'])
    """
    forms = latin_forms()
    first, last = _at_ends()
    end = len(words)
    while end and words[end - 1] in last:
        end -= 1
    at = 1 if end > 1 and words[0] in first else 0
    found = words[:at]
    kept: list[str] = []
    while at < end:
        form = next((f for f in forms.get(words[at], ()) if tuple(words[at : at + len(f)]) == f), None)
        if form is None:
            kept.append(words[at])
            at += 1
        else:
            found.append(" ".join(form))
            at += len(form)
    found.extend(words[end:])
    said = [w for w in kept if w not in SMALL]
    return (said, found) if said else (kept or words, found)


@cache
def _at_ends() -> tuple[frozenset[str], frozenset[str]]:
    """Short legal forms that count only at the start, and only at the end."""
    forms = _yaml("forms")
    return frozenset(forms["latin_first"]), frozenset(forms["latin_last"])


_ENDINGS: Final = re.compile(
    r"(?:ologi(?:es|cal)|ology|ations?|ational|i[oa]ns?|ional|ements?|ments?|ings?|ics?|ically|icals?|ally|aries|ary|"
    r"ories|ory|ities|ity|ies|ers?|ors?|als?|ive|ed|es|s|e|y|um|ium)$"
)


@lru_cache(1 << 18)
def stem(word: str) -> str:
    """The part of an English word that its relatives share; short words and numbers stay as they are.

    >>> stem("technologies"), stem("technology"), stem("scientific"), stem("science")
    ('techn', 'techn', 'scientif', 'scienc')
    """
    out = word
    for _ in range(2):
        shorter = _ENDINGS.sub("", out)
        if len(shorter) < 4 or shorter == out:
            break
        out = shorter
    return out
