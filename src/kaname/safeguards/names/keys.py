"""The keys of a name: what is compared, so that one name is found under another writing of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from typing import Final, Literal

from kaname.safeguards.names import readings
from kaname.safeguards.names.script import (
    folded,
    han_table,
    is_han,
    is_kana,
    native,
    romanised,
    simplified_only,
)
from kaname.safeguards.names.sound import romaji
from kaname.safeguards.names.words import Gloss, gloss, latin_words, native_forms, without_forms

Kind = Literal["word", "gloss", "reading", "pinyin"]
_SUFFIXES: Final = frozenset("院所部局庁省社会市州県港厂署课室团")
_CUT: Final = re.compile(r"[\W_]+")
_MIN_TAIL: Final = 4
"""Letters of a katakana word that is cut off a longer run: カザン|ヘリコプター."""


@dataclass(frozen=True)
class Slot:
    """One word of a name and what may stand for it: ``(word, kind)``; ``spare`` when it may be missing."""

    options: tuple[tuple[str, Kind], ...]
    spare: bool = False


@dataclass(frozen=True)
class Keys:
    """A name under each of its keys.

    ``whole``: folded, without spaces and punctuation. ``core``: the same without legal forms. ``latin``: the words
    of the name in Latin letters, in order, joined (readings and English words for a native name). ``slots``: its
    words one by one.
    """

    name: str
    whole: str
    core: str
    slots: tuple[Slot, ...]
    native: bool


def keys(name: str) -> Keys:
    """The keys of ``name``. ``Unavailable`` where it needs a reading and the packages for it are not installed."""
    text = folded(name)
    whole = _CUT.sub("", text)
    if not native(text):
        latin = romanised(text)
        words, _ = without_forms(latin_words(latin))
        core = "".join(words) if latin == text else whole  # another alphabet is more than another legal form
        return Keys(name, whole, core, tuple(_word(w) for w in words), False)
    bare = native_forms().sub("・", text)
    if not any(is_han(c) or is_kana(c) or c.isalnum() for c in bare):
        bare = text
    simplified = simplified_only(name)
    slots = tuple(slot for run in _runs(bare) for slot in _slots(run, simplified))
    return Keys(name, whole, _CUT.sub("", bare), slots, True)


@lru_cache(1 << 17)
def _word(word: str) -> Slot:
    return Slot(((word, "word"),))


def _runs(text: str) -> list[str]:
    """Pieces of one script: Han, kana, Latin words, numbers."""
    found: list[str] = []
    for part in (p for p in re.split(r"[^\w.\-]|(?<![a-z])\.|[_]", text) if p):
        for latin, chars in groupby(part, key=lambda c: not (is_han(c) or is_kana(c))):
            piece = "".join(chars)
            if latin:
                words, _ = without_forms(latin_words(piece)) if latin_words(piece) else ([], [])
                found.extend(w for w in words)
            else:
                found.extend("".join(c) for _, c in groupby(piece, key=is_kana))
    return found


def _slots(run: str, simplified: bool) -> tuple[Slot, ...]:
    if is_kana(run[0]):
        return _kana(run)
    return _han(run, simplified) if is_han(run[0]) else (_word(run),)


@lru_cache(1 << 16)
def _kana(run: str) -> tuple[Slot, ...]:
    """A run of kana: words of the gloss, foreign words of the dictionary, or its sound."""
    known = gloss()
    if run in known:
        return _glossed(known[run])
    for cut in range(2, len(run) - 1):
        head, tail = run[:cut], run[cut:]
        if tail in known and len(tail) >= _MIN_TAIL:
            return (*_kana(head), *_glossed(known[tail]))
        if head in known and len(head) >= _MIN_TAIL:
            return (*_glossed(known[head]), *_kana(tail))
    if not "\u30a0" <= run[0] <= "\u30ff":
        read = readings.japanese(run)
        return (Slot(((read, "reading"),)),) if len(read) > 1 else ()
    sound = romaji(run)
    foreign = readings.loanwords(run)
    if len(foreign) > 1:
        return tuple(Slot(((word, "gloss"),)) for word in foreign)
    options: tuple[tuple[str, Kind], ...] = ((sound, "reading"),)
    return (Slot((*options, *((word, "gloss") for word in foreign))),) if sound else ()


@lru_cache(1 << 16)
def _han(run: str, simplified: bool) -> tuple[Slot, ...]:
    """A run of Han characters: words of the gloss, and readings of what is left between them."""
    slots: list[Slot] = []
    for piece, entry in _pieces(run):
        read = _readings(piece, simplified) if entry is None or len(piece) > 1 else ()
        if entry is not None:
            slots.extend(_glossed(entry, *read))
        elif read:
            slots.append(Slot(read))
    return tuple(slots)


def _readings(piece: str, simplified: bool) -> tuple[tuple[str, Kind], ...]:
    """Chinese and Japanese; only Chinese where the name is written as only Chinese writes."""
    pinyin = readings.chinese(piece)
    heard = "" if simplified else readings.japanese(_japanese_form(piece))
    found: list[tuple[str, Kind]] = [(pinyin, "pinyin")] if pinyin else []
    return (*found, (heard, "reading")) if heard and heard != pinyin else tuple(found)


@cache
def _new_forms() -> dict[int, str]:
    """Simplified characters back to how Japanese writes them, where the table knows one form in JIS X 0208."""
    found: dict[int, str] = {}
    for char, target in han_table().items():
        with_jis = chr(char)
        try:
            with_jis.encode("shift_jis")
        except UnicodeEncodeError:
            continue
        try:
            target.encode("shift_jis")
        except UnicodeEncodeError:
            found.setdefault(ord(target), with_jis)
    return found


def _japanese_form(piece: str) -> str:
    return piece.translate(_new_forms())


def _glossed(entry: tuple[Gloss, ...], *read: tuple[str, Kind]) -> tuple[Slot, ...]:
    """The English words of an entry; its reading may stand in the first one's place (Jiaotong, Seisakusho)."""
    slots = [Slot(tuple((w, "gloss") for w in g.words), g.spare) for g in entry]
    if slots and read:
        first = slots[0]
        slots[0] = Slot((*first.options, *read), first.spare)
    return tuple(slots)


def _pieces(run: str) -> list[tuple[str, tuple[Gloss, ...] | None]]:
    """The run cut into words of the gloss (the longest that fits) and what is left between them."""
    known = gloss()
    longest = max(map(len, known))
    found: list[tuple[str, tuple[Gloss, ...] | None]] = []
    at = 0
    while at < len(run):
        size = next((n for n in range(min(longest, len(run) - at), 0, -1) if run[at : at + n] in known), 0)
        if size:
            found.append((run[at : at + size], known[run[at : at + size]]))
        elif found and found[-1][1] is None:
            found[-1] = (found[-1][0] + run[at], None)
        else:
            found.append((run[at], None))
        at += size or 1
    return _healed(found)


def _healed(pieces: list[tuple[str, tuple[Gloss, ...] | None]]) -> list[tuple[str, tuple[Gloss, ...] | None]]:
    """A single character beside an unknown piece belongs to it (東|芝 is 東芝), unless it ends it (金沢|市)."""
    out: list[tuple[str, tuple[Gloss, ...] | None]] = []
    for i, (piece, entry) in enumerate(pieces):
        before_unknown = bool(out) and out[-1][1] is None
        after_unknown = i + 1 < len(pieces) and pieces[i + 1][1] is None
        ends = piece in _SUFFIXES and not after_unknown and before_unknown and len(out[-1][0]) > 1
        if entry is not None and len(piece) == 1 and entry and not ends and (before_unknown or after_unknown):
            entry = None
        if entry is None and before_unknown:
            out[-1] = (out[-1][0] + piece, None)
        else:
            out.append((piece, entry))
    return out
