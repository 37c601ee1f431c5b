"""How a word sounds to a Japanese ear, as letters that a transliteration keeps.

A name that went through katakana comes back with r for l, b for v, f without its vowel, an added u or o, y and w
lost. ``sound`` writes any Latin word (an English one, a romanised kana or pinyin one) in the few letters that
survive, so that "Aleksandrov" and "arekusandorofu" (アレクサンドロフ) are the same word. It is our own table; see
docs/howto/names.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_FIFTY: Final = """
    a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho ma mi mu me mo
    ya yu yo ra ri ru re ro wa o n ga gi gu ge go za ji zu ze zo da ji zu de do ba bi bu be bo pa pi pu pe po
    vu i e
"""
_SIGNS: Final = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
    "ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポヴヰヱ"
)
_KANA: Final = dict(zip(_SIGNS, _FIFTY.split(), strict=True))
_SMALL: Final = {
    "ァ": "a",
    "ィ": "i",
    "ゥ": "u",
    "ェ": "e",
    "ォ": "o",
    "ャ": "ya",
    "ュ": "yu",
    "ョ": "yo",
    "ヮ": "wa",
}
_WEAK_STEM: Final = re.compile(r"(?<=[bcdfghjkmnprstvwz])[aiueo]$")


def romaji(kana: str) -> str:
    """Katakana in Hepburn letters, foreign combinations too; long vowels are not marked.

    >>> romaji("アレクサンドロフ"), romaji("ヴォルゴグラード"), romaji("ティジャーレット"), romaji("マシュ")
    ('arekusandorofu', 'vorugogurado', 'tijaretto', 'mashu')
    """
    out: list[str] = []
    double = False
    for char in kana:
        if char in _SMALL:
            _join(out, _SMALL[char])
        elif char == "ッ":
            double = True
        elif char in _KANA:
            sign = _KANA[char]
            out.append(sign[0] + sign if double and sign[0] not in "aiueon" else sign)
            double = False
    return "".join(out)


def _join(out: list[str], small: str) -> None:
    """A small kana changes the vowel of the one before it: ti, fa, sha, kya; after a vowel it is a glide: wi, ye."""
    last = out.pop() if out else ""
    if last == "u":
        out.append("w" + small)
    elif last == "i" and small == "e":
        out.append("ye")
    elif not _WEAK_STEM.search(last):
        out.extend((last, small))
    elif last[-2:] in {"hi", "ji"} and small[0] == "y" and last != "hi":
        out.append(last[:-1] + small[1:])
    else:
        out.append(last[:-1] + small)


_RULES: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"[^a-z]", ""),
        (r"tsch|tch", "C"),
        (r"s(?:h?ch|sh)|sch", "S"),
        (r"[tds]io[nu]", "Son"),
        (r"ch|tz|ts|cz", "C"),
        (r"sh", "S"),
        (r"zh", "Z"),
        (r"kh", "H"),
        (r"ph", "B"),
        (r"gh(?=t)", ""),
        (r"th", "S"),
        (r"dj|dz|dg", "Z"),
        (r"ck|qu?|c(?![eiyh])", "K"),
        (r"c", "S"),
        (r"x", "KS"),
        (r"ng(?![aeiou])|ngu$|ngu(?=[^aeiou])", "N"),
        (r"[vfb]", "B"),
        (r"[lr]", "R"),
        (r"[jz]", "Z"),
        (r"m(?=[bpBP])", "N"),
        (r"k", "K"),
        (r"g", "G"),
        (r"s", "S"),
        (r"t", "T"),
        (r"d", "D"),
        (r"p", "P"),
        (r"n", "N"),
        (r"m", "M"),
        (r"(?<![aeiou])h|h(?=[aeiou])", "H"),
        (r"h", ""),
        (r"y(?=[aeou])|w|u", ""),
        (r"y", "i"),
        (r"(?<=[TD])o(?=[A-Z]|$)", ""),
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(1 << 18)
def sound(word: str) -> str:
    """The sounding letters of a word of Latin letters and digits: capitals for consonants, a e i o as they are.

    >>> sound("aleksandrov"), sound("arekusandorofu")
    ('aReKSaNDRoB', 'aReKSaNDRoB')
    """
    if not word.isalpha():
        return word
    out = word
    for pattern, to in _RULES:
        out = pattern.sub(to, out)
    return out or word


def joined_sound(words: Sequence[str]) -> str:
    """How words sound when written as one: ``super chip`` as ``superchip``.

    >>> joined_sound(["super", "chip"]) == sound("superchip")
    True
    """
    out = ""
    for word in words:
        heard = sound(word)
        out += heard[1:] if out and heard[:1] == out[-1] else heard
    return out
