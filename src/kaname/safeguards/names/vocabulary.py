"""The words of all listed names, how telling each is, and which words are alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numba import get_num_threads

from kaname.safeguards.names.keys import Keys, Kind, Slot
from kaname.safeguards.names.readings import optional
from kaname.safeguards.names.sound import joined_sound, sound
from kaname.safeguards.names.words import stem

Array = np.ndarray[Any, Any]
LEAST_LETTERS: Final = 76.0
"""The ratio (0-100) from which two words are taken for spellings of one, on letters. Only words that begin with the
same letter or end with the same two are held against each other."""
LEAST_READING: Final = 62.0
"""The same on sounds, where one of them is the reading of a native name."""
STEM: Final = 0.95
"""How alike relatives are (technology, technical), and words that sound the same (Yershov, Ershov)."""
JOINED: Final = 0.95
"""How alike a word is to two words that say the same when joined (superchip, super chip)."""
SPARE: Final = 0.3
"""Weight of a word that may be missing."""
SPELT: Final = 0.8
"""The most that a word spelt otherwise may be like the pinyin of a Chinese name. Pinyin is how such names are spelt in
Latin letters, so a letter more or less is another name (Hefei, Hebei); but Peking and Tsinghua keep older spellings."""
_SHORTEST_JOINED: Final = 4
_FLOOR: Final = 20.0
"""Ratio that would be no likeness at all."""
_BATCH: Final = 1_024
_WORTH_THREADS: Final = 2_000_000
"""Pairs of words from which threads pay."""


@dataclass(frozen=True)
class Vocabulary:
    """The words of all listed names, and in which names each stands.

    Word v stands in the names ``names[starts[v]:starts[v + 1]]``; ``weight[v]`` is how telling it is (the rarer,
    the more); ``total[i]`` the weight of all words of name i. Neighbours in a name, joined, are words of their own
    after ``words``: ``joined`` gives their number by sound.
    """

    words: tuple[str, ...]
    joined: Mapping[str, int]
    starts: Array
    names: Array
    weight: Array
    total: Array

    @cached_property
    def number(self) -> dict[str, int]:
        """Word to its number."""
        return {word: i for i, word in enumerate(self.words)}

    @cached_property
    def stems(self) -> dict[str, list[int]]:
        """Stem to the numbers of its words."""
        return _grouped(stem(word) for word in self.words)

    @cached_property
    def sounds(self) -> list[str]:
        """How each word sounds."""
        return [sound(word) for word in self.words]

    @cached_property
    def by_sound(self) -> dict[str, list[int]]:
        """Sound to the numbers of its words."""
        return _grouped(self.sounds)

    @property
    def rare(self) -> float:
        """Weight of a word that no listed name has."""
        return math.log(2 + len(self.total))


def _grouped(names: Iterable[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        found.setdefault(name, []).append(i)
    return found


def vocabulary(listed: Sequence[Keys]) -> Vocabulary:
    """The vocabulary of listed names. A name weighs as much as its words, each by its most common option."""
    number: dict[str, int] = {}
    single: list[tuple[int, int]] = []
    pairs: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for i, keys in enumerate(listed):
        seen = {number.setdefault(word, len(number)) for slot in keys.slots for word, _ in slot.options}
        single.extend((v, i) for v in seen)
        for neighbours in neighbouring(keys.slots, 2):
            pairs.setdefault(joined_sound(neighbours), []).append((i, neighbours))
    words = tuple(number)
    counts = np.bincount([v for v, _ in single], minlength=len(words)) if single else np.zeros(0, np.int64)
    weight = np.log(1 + (len(listed) + 1) / (counts + 1.0)) * [length_factor(w) for w in words]
    total = np.zeros(len(listed))
    for i, keys in enumerate(listed):
        total[i] = sum(
            min(weight[number[w]] for w, _ in s.options) * (SPARE if s.spare else 1) for s in keys.slots
        )
    joined = {heard: len(words) + n for n, heard in enumerate(pairs)}
    both = [float(sum(weight[number[w]] for w in where[0][1])) for where in pairs.values()]
    table = single + [(joined[heard], i) for heard, where in pairs.items() for i, _ in where]
    starts, names = _postings(table, len(words) + len(joined))
    weights = np.concatenate([weight, both]).astype(np.float32)
    return Vocabulary(words, joined, starts, names, weights, np.maximum(total, 1e-9).astype(np.float32))


def _postings(table: Sequence[tuple[int, int]], words: int) -> tuple[Array, Array]:
    pairs = np.array(table, dtype=np.int64).reshape(-1, 2)
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    counts = np.bincount(pairs[:, 0], minlength=words)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), pairs[:, 1].astype(np.int32)


def neighbouring(slots: Sequence[Slot], many: int) -> Iterable[tuple[str, ...]]:
    """Runs of ``many`` neighbours, each by its first option, that can be joined: no numbers, nothing of one sound."""
    for at in range(len(slots) - many + 1):
        run = tuple(slot.options[0][0] for slot in slots[at : at + many])
        if "".join(run).isalpha() and all(len(sound(word)) > 1 for word in run):
            yield run


def length_factor(word: str) -> float:
    """A single letter tells little."""
    return SPARE if len(word) == 1 and not word.isdigit() else 1.0


class Likeness:
    """Which words of a vocabulary are like a given word, and how much (0-1); what was looked up once is kept."""

    def __init__(self, known: Vocabulary) -> None:
        self.known = known
        self._found: dict[tuple[str, Kind], dict[int, float]] = {}
        self._by_block: dict[Callable[[str], str], dict[str, list[int]]] = {}

    def learn(self, wanted: Iterable[tuple[str, Kind]]) -> None:
        """Look up many words at once."""
        new = [pair for pair in dict.fromkeys(wanted) if pair not in self._found]
        for word, kind in new:
            self._found[word, kind] = self._same(word, kind)
        fuzzy = [(w, k) for w, k in new if k != "gloss" and len(w) > 2 and w.isalpha()]
        words = [w for w, k in fuzzy if k == "word"]
        for block in (_first, _last):
            theirs = self._blocks(block)
            for key, rows in _grouped(map(block, words)).items():
                self._ratios([words[r] for r in rows], "word", theirs.get(key, ()), LEAST_LETTERS)
        for kind in ("reading", "pinyin"):
            read = [w for w, k in fuzzy if k == kind]
            self._ratios(read, kind, range(len(self.known.words)), LEAST_READING)

    def _blocks(self, block: Callable[[str], str]) -> dict[str, list[int]]:
        if block not in self._by_block:
            self._by_block[block] = _grouped(map(block, self.known.words))
        return self._by_block[block]

    def of(self, word: str, kind: Kind) -> Mapping[int, float]:
        """Numbers of the words that are like ``word``, with how much."""
        return self._found[word, kind]

    def joined(self, words: Sequence[str]) -> Iterable[int]:
        """Numbers of the words that sound as these when joined; for one word, of neighbours that join to it."""
        heard = joined_sound(words)
        if len(words) > 1:
            return self.known.by_sound.get(heard, ())
        number = self.known.joined.get(heard)
        return () if number is None or len(words[0]) < _SHORTEST_JOINED else (number,)

    def _same(self, word: str, kind: Kind) -> dict[int, float]:
        """The word itself, its relatives, and words that sound the same."""
        found = dict.fromkeys(self.known.stems.get(stem(word), ()), STEM)
        if kind == "word" and len(word) > 2:
            found.update(dict.fromkeys(self.known.by_sound.get(sound(word), ()), STEM))
        same = self.known.number.get(word)
        if same is not None:
            found[same] = 1.0
        return found

    def _ratios(self, words: list[str], kind: Kind, columns: Sequence[int], least: float) -> None:
        """RapidFuzz's ratio of each word asked and each word in ``columns``, kept where it is at least ``least``."""
        if not words or not columns:
            return
        process, fuzz = optional("rapidfuzz.process"), optional("rapidfuzz.fuzz")
        known = self.known.words if kind == "word" else self.known.sounds
        among = [known[c] for c in columns]
        for start in range(0, len(words), _BATCH):
            part = words[start : start + _BATCH]
            asked = part if kind == "word" else [sound(w) for w in part]
            many = get_num_threads() if len(part) * len(among) > _WORTH_THREADS else 1
            ratios = process.cdist(
                asked, among, scorer=fuzz.ratio, score_cutoff=least, dtype=np.uint8, workers=many
            )
            at, close = np.nonzero(ratios)
            found = zip(at.tolist(), close.tolist(), ratios[at, close].tolist(), strict=True)
            for row, column, ratio in found:
                best = self._found[part[row], kind]
                alike = min((ratio - _FLOOR) / (100 - _FLOOR), SPELT if kind == "pinyin" else 1.0)
                if alike > best.get(columns[column], 0.0):
                    best[columns[column]] = alike


def _first(word: str) -> str:
    return word[0]


def _last(word: str) -> str:
    return word[-2:]
