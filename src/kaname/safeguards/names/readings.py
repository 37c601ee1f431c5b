"""Readings of Japanese and Chinese names, by packages that are installed with ``kaname[names]``."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from kaname.errors import Unavailable
from kaname.safeguards.names.script import folded
from kaname.safeguards.names.sound import romaji

_SPELT = {"陕": "shaan", "陝": "shaan"}
"""What is spelt against the rule: Shaanxi, to be told from Shanxi."""
NEEDED = "names in other scripts and fuzzy matching need packages that are not installed: pip install 'kaname[names]'"


def optional(name: str) -> Any:
    """A package of the extra ``names``; ``Unavailable`` says what to install."""
    try:
        return import_module(name)
    except ImportError as fault:
        raise Unavailable(f"{NEEDED} (missing: {fault.name or name})") from None


@cache
def _cutlet(foreign: bool) -> Any:
    made = optional("cutlet")
    try:
        reader = made.Cutlet(ensure_ascii=True)
    except Exception as fault:  # MeCab's own errors are RuntimeError and bare Exception
        raise Unavailable(f"{NEEDED} (no dictionary: {type(fault).__name__})") from None
    reader.use_foreign_spelling = foreign
    return reader


@lru_cache(1 << 16)
def japanese(text: str) -> str:
    """The reading of a piece of a Japanese name in Hepburn letters, joined: ``mitsubishi``; empty: there is none."""
    read = str(_cutlet(False).romaji(text))
    return "" if "?" in read else "".join(c for c in folded(read) if c.isalnum())


@lru_cache(1 << 16)
def loanwords(katakana: str) -> tuple[str, ...]:
    """The foreign words that a run of katakana spells, where the dictionary knows all of them: ``("technology",)``."""
    read = folded(str(_cutlet(True).romaji(katakana)))
    words = tuple("".join(c for c in word if c.isalnum()) for word in read.split())
    plain = folded(str(_cutlet(False).romaji(katakana))).split()
    if "?" in read or len(words) != len(plain) or any(w == p for w, p in zip(words, plain, strict=True)):
        return ()
    return () if "".join(words) == romaji(katakana) else words


@lru_cache(1 << 16)
def chinese(text: str) -> str:
    """Pinyin of a piece of a Chinese name without tones, joined: ``haerbin``; empty where a character has none."""
    syllables = optional("pypinyin").lazy_pinyin(text, errors=lambda chars: "?", v_to_u=False)
    if len(syllables) == len(text):
        syllables = [_SPELT.get(char, said) for char, said in zip(text, syllables, strict=True)]
    joined = "".join(syllables)
    return "" if "?" in joined else joined
