"""Who on the lists may be meant by a name: equal keys first, then the most alike, each with its evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from kaname.errors import problem
from kaname.safeguards.names.keys import Keys, keys
from kaname.safeguards.names.lists import Entry, NameList
from kaname.safeguards.names.readings import optional
from kaname.safeguards.names.scoring import asked, best, likely_words
from kaname.safeguards.names.script import loose_kana
from kaname.safeguards.names.vocabulary import Array, Likeness, Vocabulary, vocabulary

TOP: Final = 20
"""Entries that a person is shown for a name, at most."""
ALARM: Final = 0.84
"""Score from which two names in one kind of script are called alike; bench/names.py says what it catches and costs."""
ALARM_ACROSS: Final = 0.95
"""The same between a native name and one in Latin letters."""
LEAST: Final = 0.30
"""Score under which nothing is shown."""
NATIVE: Final = 80.0
"""RapidFuzz ratio of two native names, as written, from which the one is a lead to the other."""
ALARM_NATIVE: Final = 92.0
"""The same for an alarm; the numbers in them must be the same too."""
_BATCH: Final = 2_000
_NUMBERS: Final = re.compile(r"\d+")


class HitClass(StrEnum):
    """How a name was found, the surest first."""

    EXACT = "exact"
    """The same name: but for width, case, spaces, punctuation, and simplified or traditional characters."""
    FORM = "form"
    """The same but for the legal form."""
    ALIKE = "alike"
    """Alike enough to raise an alarm."""
    LEAD = "lead"
    """Among the most alike, no more: for a person to look at, above all between scripts."""


CLASSES: Final = tuple(HitClass)


@dataclass(frozen=True)
class Hit:
    """One entry of a list that may be meant.

    ``by``: the key that found it: ``whole``, ``core``, ``native``, ``words`` (Latin), ``across`` (readings and
    English words). ``name``: which of the entry's names. ``pairs``: word of the query, word of the listed name, how
    alike (0-1); ``""`` where one has no partner.
    """

    sort: HitClass
    by: str
    score: float
    name: str
    entry: Entry
    list: NameList
    pairs: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True)
class Answer:
    """A name and its hits, the surest first. No hit means: not found by these keys on these editions, no more."""

    name: str
    hits: tuple[Hit, ...]

    @property
    def alarm(self) -> bool:
        """Whether one of the hits is more than a lead."""
        return any(hit.sort is not HitClass.LEAD for hit in self.hits)


@dataclass(frozen=True)
class _Found:
    """A listed name found: by its number."""

    number: int
    sort: HitClass
    by: str
    score: float


class Index:
    """Lists made ready to be searched. Takes a few seconds for 50,000 names; then ``match`` many names at once."""

    def __init__(self, lists: Sequence[NameList], progress: Callable[[float], None] | None = None) -> None:
        optional("rapidfuzz")
        self.lists = tuple(lists)
        self._owner = [(li, entry) for li in lists for entry in li.entries for _ in entry.names]
        names = [name for li in lists for entry in li.entries for name in entry.names]
        self._keys: list[Keys] = []
        for i, name in enumerate(names):
            self._keys.append(keys(name))
            if progress and i % 1000 == 0:
                progress(i / len(names))
        self._by_whole = _grouped([k.whole for k in self._keys])
        self._by_core = _grouped([k.core for k in self._keys])
        self._native = [i for i, k in enumerate(self._keys) if k.native]
        self._known: Vocabulary = vocabulary(self._keys)
        self._likeness = Likeness(self._known)

    def match(
        self, names: Sequence[str], top: int = TOP, progress: Callable[[float], None] | None = None
    ) -> tuple[Answer, ...]:
        """The hits of each name, ``top`` entries at most. ``InputProblems`` for a name without letters."""
        empty = [n for n in names if not any(c.isalnum() for c in n)]
        if empty:
            raise problem(
                f"a name without letters: {empty[0]!r}"
                + (f", and {len(empty) - 1} more" if empty[1:] else "")
            )
        answers: list[Answer] = []
        for start in range(0, len(names), _BATCH):
            part = [keys(name) for name in names[start : start + _BATCH]]
            found = self._search(part, top)
            answers.extend(self._answer(k, f, top) for k, f in zip(part, found, strict=True))
            if progress:
                progress(len(answers) / len(names))
        return tuple(answers)

    def scores(self, names: Sequence[str], top: int = TOP) -> tuple[Array, Array]:
        """Numbers and scores of the ``top`` most alike listed names for each name, without evidence: for measuring."""
        part = [keys(name) for name in names]
        return best(self._known, asked(part, self._likeness), top)

    def _search(self, part: Sequence[Keys], top: int) -> list[dict[int, _Found]]:
        """What is found for each name, by listed name; equal keys are never displaced by what is only alike."""
        who, score = best(self._known, asked(part, self._likeness), 2 * top)
        native = self._as_written(part, top)
        found: list[dict[int, _Found]] = []
        for row, asked_keys in enumerate(part):
            hits: dict[int, _Found] = {}
            for number, value in zip(who[row].tolist(), score[row].tolist(), strict=True):
                if number >= 0 and value >= LEAST:
                    hits[number] = self._alike(asked_keys, number, value)
            for number, ratio in native.get(row, ()):
                same = hits.get(number)
                sort = self._sort_native(asked_keys, number, ratio)
                if same is None or (CLASSES.index(sort), -ratio / 100) < (
                    CLASSES.index(same.sort),
                    -same.score,
                ):
                    hits[number] = _Found(number, sort, "native", ratio / 100)
            for number in self._by_core.get(asked_keys.core, ()):
                hits[number] = _Found(number, HitClass.FORM, "core", 1.0)
            for number in self._by_whole.get(asked_keys.whole, ()):
                hits[number] = _Found(number, HitClass.EXACT, "whole", 1.0)
            found.append(hits)
        return found

    def _alike(self, query: Keys, number: int, score: float) -> _Found:
        listed_native = self._keys[number].native
        across = query.native != listed_native
        alarm = ALARM_ACROSS if across else ALARM
        # what two native names mean or how they are read alone raises no alarm: see _sort_native
        sort = HitClass.ALIKE if score >= alarm and not (query.native and listed_native) else HitClass.LEAD
        return _Found(number, sort, "across" if across else "words", score)

    def _sort_native(self, query: Keys, number: int, ratio: float) -> HitClass:
        same_numbers = _NUMBERS.findall(query.core) == _NUMBERS.findall(self._keys[number].core)
        return HitClass.ALIKE if ratio >= ALARM_NATIVE and same_numbers else HitClass.LEAD

    def _as_written(self, part: Sequence[Keys], top: int) -> dict[int, list[tuple[int, float]]]:
        """Native names against native names, character by character, without legal forms."""
        asking = [row for row, k in enumerate(part) if k.native]
        if not asking or not self._native:
            return {}
        process, fuzz = optional("rapidfuzz.process"), optional("rapidfuzz.fuzz")
        cores = [loose_kana(self._keys[i].core) for i in self._native]
        found: dict[int, list[tuple[int, float]]] = {}
        for start in range(0, len(asking), 200):
            rows = asking[start : start + 200]
            ratios = process.cdist(
                [loose_kana(part[row].core) for row in rows],
                cores,
                scorer=fuzz.ratio,
                score_cutoff=NATIVE,
                dtype=np.uint8,
                workers=-1,
            )
            for i, row in enumerate(rows):
                close = np.nonzero(ratios[i])[0]
                order = close[np.argsort(-ratios[i][close].astype(int), kind="stable")][:top]
                found[row] = [(self._native[c], float(ratios[i][c])) for c in order]
        return found

    def _answer(self, query: Keys, found: dict[int, _Found], top: int) -> Answer:
        """The best hit of each entry, in order."""
        ordered = sorted(found.values(), key=lambda f: (CLASSES.index(f.sort), -f.score, f.number))
        seen: set[tuple[str, str]] = set()
        hits: list[Hit] = []
        for hit in ordered:
            owner, entry = self._owner[hit.number]
            if (owner.identity, entry.id) in seen or len(hits) == top:
                continue
            seen.add((owner.identity, entry.id))
            listed = self._keys[hit.number]
            hits.append(
                Hit(
                    hit.sort,
                    hit.by,
                    round(hit.score, 4),
                    listed.name,
                    entry,
                    owner,
                    self._pairs(query, listed),
                )
            )
        return Answer(query.name, tuple(hits))

    def _pairs(self, query: Keys, listed: Keys) -> tuple[tuple[str, str, float], ...]:
        """Which word was taken for which; what has no partner stands last."""
        known = self._known
        theirs = [{known.number[w]: w for w, _ in slot.options} for slot in listed.slots]
        where = {v: (i, word) for i, words in reversed(list(enumerate(theirs))) for v, word in words.items()}
        taken: set[int] = set()
        pairs: list[tuple[str, str, float]] = []
        alone: list[tuple[str, str, float]] = []
        for slot, likely in zip(query.slots, likely_words(query, self._likeness), strict=True):
            close = [(a, v) for v, a in likely.items() if v in where]
            if not close:
                alone.append((slot.options[-1][0] if query.native else slot.options[0][0], "", 0.0))
                continue
            alike, v = max(close, key=lambda pair: (pair[0], -pair[1]))
            taken.add(where[v][0])
            meant = max(slot.options, key=lambda option: self._likeness.of(*option).get(v, 0.0))[0]
            pairs.append((meant, where[v][1], round(alike, 3)))
        alone.extend(("", slot.options[0][0], 0.0) for i, slot in enumerate(listed.slots) if i not in taken)
        return (*pairs, *alone)


def _grouped(names: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        if name:
            found.setdefault(name, []).append(i)
    return found
