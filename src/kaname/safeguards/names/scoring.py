"""How alike names are: their words weighed by how rare they are, matched softly, in any order.

The score is soft TF-IDF (Cohen, Ravikumar and Fienberg 2003) taken from both sides: of the weight of the query's
words, the share found in the listed name; of the weight of the listed name's words, the share found in the query.
The score is their mean, pulled halfway to the lesser, so that a short name inside a long one does not score as the
whole (the trap of set ratios).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import get_num_threads, njit, prange

from kaname.safeguards.names.keys import Keys, Slot
from kaname.safeguards.names.vocabulary import (
    JOINED,
    SPARE,
    Array,
    Likeness,
    Vocabulary,
    length_factor,
    neighbouring,
)

LESSER: Final = np.float32(0.5)
"""How far the mean of the two shares is pulled to the lesser."""


@dataclass(frozen=True)
class Asked:
    """Queries as arrays: slots of queries, likely words of slots."""

    slots: Array
    weights: Array
    spare: Array
    likely: Array
    words: Array
    alike: Array


def asked(queries: Sequence[Keys], likeness: Likeness) -> Asked:
    """Queries against a vocabulary."""
    likeness.learn(option for keys in queries for slot in keys.slots for option in slot.options)
    slots, likely = [0], [0]
    weights: list[float] = []
    spare: list[bool] = []
    words: list[int] = []
    alike: list[float] = []
    for keys in queries:
        for slot, found in zip(keys.slots, likely_words(keys, likeness), strict=True):
            words.extend(found)
            alike.extend(found.values())
            likely.append(len(words))
            weights.append(_slot_weight(slot, likeness.known))
            spare.append(slot.spare)
        slots.append(len(weights))
    return Asked(
        np.array(slots, np.int64),
        np.array(weights, np.float32),
        np.array(spare, np.bool_),
        np.array(likely, np.int64),
        np.array(words, np.int32),
        np.array(alike, np.float32),
    )


def likely_words(keys: Keys, likeness: Likeness) -> list[dict[int, float]]:
    """For each slot of a name, the words of the vocabulary that may be meant and how alike they are."""
    found: list[dict[int, float]] = []
    for slot in keys.slots:
        best_of: dict[int, float] = {}
        for word, kind in slot.options:
            for v, a in likeness.of(word, kind).items():
                if a > best_of.get(v, 0.0):
                    best_of[v] = a
            for v in likeness.joined([word]):
                best_of.setdefault(v, JOINED)
        found.append(best_of)
    for many in (2, 3):
        for at in range(len(keys.slots) - many + 1):
            for run in neighbouring(keys.slots[at : at + many], many):
                for v in likeness.joined(run):
                    for part in found[at : at + many]:
                        part[v] = max(JOINED, part.get(v, 0.0))
    return found


def _slot_weight(slot: Slot, known: Vocabulary) -> float:
    """By its most common option that the vocabulary has."""
    seen = [float(known.weight[v]) for v in (known.number.get(w) for w, _ in slot.options) if v is not None]
    factor = length_factor(slot.options[0][0])
    return min(seen) if seen else known.rare * factor


def best(known: Vocabulary, queries: Asked, top: int) -> tuple[Array, Array]:
    """For each query the ``top`` best listed names and their scores (0-1), the best first; -1 where there are fewer."""
    found: tuple[Array, Array] = _best(
        queries.slots, queries.weights, queries.spare, queries.likely, queries.words, queries.alike,
        known.starts, known.names, known.weight, known.total, top, get_num_threads(),
    )  # fmt: skip
    return found


@njit(cache=True, nogil=True)
def _keep(who, score, name, value):  # type: ignore[no-untyped-def]
    """Put a name in its place among the best, if it has one there; of equals the first comes first."""
    j = len(score) - 1
    if value <= score[j]:
        return
    while j > 0 and score[j - 1] < value:
        score[j] = score[j - 1]
        who[j] = who[j - 1]
        j -= 1
    score[j] = value
    who[j] = name


@njit(parallel=True, cache=True, nogil=True)
def _best(slots, weights, spare, likely, words, alike, starts, names, weight, total, top, threads):  # type: ignore[no-untyped-def]
    n_queries, n_names = len(slots) - 1, len(total)
    who = np.full((n_queries, top), -1, np.int32)
    score = np.zeros((n_queries, top), np.float32)
    for thread in prange(threads):
        found = np.zeros(n_names, np.float32)  # weight of the query's words that were found
        covered = np.zeros(n_names, np.float32)  # weight of the name's words that were found
        slot_best = np.zeros(n_names, np.float32)
        slot_cover = np.zeros(n_names, np.float32)
        slot_of = np.full(n_names, -1, np.int64)
        touched = np.empty(n_names, np.int32)
        seen = np.full(n_names, -1, np.int64)
        for q in range(thread, n_queries, threads):
            n = 0
            whole = np.float32(0)
            for s in range(slots[q], slots[q + 1]):
                w = weights[s]
                part = np.float32(SPARE) if spare[s] else np.float32(1)
                whole += w * part
                for k in range(likely[s], likely[s + 1]):
                    v, a = words[k], alike[k]
                    gain, cover = w * part * a, weight[v] * a
                    for p in range(starts[v], starts[v + 1]):
                        c = names[p]
                        if seen[c] != q:
                            seen[c] = q
                            found[c] = 0
                            covered[c] = 0
                            touched[n] = c
                            n += 1
                        if slot_of[c] != s:
                            slot_of[c] = s
                            slot_best[c] = 0
                            slot_cover[c] = 0
                        if gain > slot_best[c]:
                            found[c] += gain - slot_best[c]
                            covered[c] += cover - slot_cover[c]
                            slot_best[c] = gain
                            slot_cover[c] = cover
            if whole <= 0:
                continue
            for i in range(n):
                c = touched[i]
                a = min(found[c] / whole, np.float32(1))
                b = min(covered[c] / total[c], np.float32(1))
                value = (np.float32(1) - LESSER) * (a + b) / np.float32(2) + LESSER * min(a, b)
                _keep(who[q], score[q], c, value)
    return who, score
