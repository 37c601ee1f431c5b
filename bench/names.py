"""Names on lists: what is found across scripts, what alarms cost, and how long it takes; RapidFuzz alone beside it.

Pairs are split by a fixed seed. On the half that is judged nothing was tuned, and for Japanese the gloss is cut
down to the words that stand in the other half, so that it never saw what it is judged on. The pool searched is all
English names of the pairs and 50,000 made-up names (``made_names`` says how they are made). Thresholds were set on
another seed than is judged.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from bench.harness import Missing, Row, Work, in_turn
from bench.made_names import Made, made
from kaname.safeguards.names import keys as keys_module
from kaname.safeguards.names import words
from kaname.safeguards.names.index import ALARM, ALARM_ACROSS, HitClass, Index
from kaname.safeguards.names.lists import Entry, NameList
from kaname.safeguards.names.script import folded

SHARED = Path(__file__).parents[1].parent / "shared" / "data" / "name_pairs_ja_en.json"
OWN = Path(__file__).parent / "data" / "name_pairs_zh_en.json"
SPLIT = 20261123
JUDGED = 2026
"""Seed of the made-up names that are judged; 7 and 2021 were for tuning."""
TOP = 20

Pair = tuple[str, str]


def listed(names: Sequence[str]) -> Index:
    """Names as a list, made ready."""
    entries = tuple(Entry(str(i), (name,), i + 1) for i, name in enumerate(names))
    return Index([NameList("notice", "bench", date(2026, 1, 1), "0" * 64, entries)])


def halves(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """The half for tuning and the half that is judged."""
    order = list(range(len(pairs)))
    random.Random(SPLIT).shuffle(order)
    cut = len(pairs) // 2
    return [pairs[i] for i in sorted(order[:cut])], [pairs[i] for i in sorted(order[cut:])]


def japanese() -> list[Pair]:
    """Official Japanese and English names of the same bodies."""
    if not SHARED.exists():
        raise Missing(f"{SHARED.name} is not there")
    return [(p["ja"], p["en"]) for p in json.loads(SHARED.read_text("utf-8"))]


def chinese() -> list[Pair]:
    """Well-known bodies under their Chinese and English names."""
    return [(p["zh"], p["en"]) for p in json.loads(OWN.read_text("utf-8"))["pairs"]]


@contextmanager
def gloss_of(names: Iterable[str]) -> Iterator[int]:
    """The gloss cut down to words that stand in ``names``; gives how many are left."""
    text = "\n".join(folded(name).replace(" ", "") for name in names)
    left = {key: entry for key, entry in words.gloss().items() if key in text}
    whole = keys_module.gloss
    _use(lambda: left)
    try:
        yield len(left)
    finally:
        _use(whole)


def _use(gloss: Any) -> None:
    keys_module.gloss = gloss
    keys_module._kana.cache_clear()
    keys_module._han.cache_clear()


def missed(index: Index, pairs: Sequence[Pair], pool: Sequence[str]) -> tuple[float, float]:
    """Shares of pairs whose English name is not the first, and not among the first 20."""
    who, _ = index.scores([native for native, _ in pairs], TOP)
    ranks = [[pool[i] for i in row if i >= 0] for row in who.tolist()]
    first = sum(names[:1] != [english] for names, (_, english) in zip(ranks, pairs, strict=True))
    twenty = sum(english not in names for names, (_, english) in zip(ranks, pairs, strict=True))
    return first / len(pairs), twenty / len(pairs)


def alarms(index: Index, pairs: Sequence[Pair], pool: Sequence[str], least: float) -> tuple[float, float]:
    """Shares of native names that raise an alarm: for another body than their own; and for their own."""
    who, score = index.scores([native for native, _ in pairs], TOP)
    false = true = 0
    for row, values, (_, english) in zip(who.tolist(), score.tolist(), pairs, strict=True):
        hits = [pool[i] for i, value in zip(row, values, strict=True) if i >= 0 and value >= least]
        true += english in hits
        false += any(name != english for name in hits)
    return false / len(pairs), true / len(pairs)


def sorted_words(name: str) -> str:
    """What RapidFuzz alone is given: words in order, lower case."""
    return " ".join(sorted(re.findall(r"\w+", name.casefold())))


def peer_best(asked: Sequence[str], pool: Sequence[str]) -> list[int]:
    """RapidFuzz alone, the fastest way: the best of the pool only, what cannot reach 60 cut off early."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - an extra

    theirs = [sorted_words(name) for name in pool]
    found: list[int] = []
    for start in range(0, len(asked), 1000):
        mine = [sorted_words(name) for name in asked[start : start + 1000]]
        ratios = process.cdist(mine, theirs, scorer=fuzz.ratio, score_cutoff=60, dtype=np.uint8, workers=2)
        found.extend(ratios.argmax(axis=1).tolist())
    return found


def peer_scores(asked: Sequence[str], pool: Sequence[str], top: int = TOP) -> tuple[Any, Any]:
    """RapidFuzz alone: ``ratio`` on sorted words, on two threads; the best of the pool and their scores."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - an extra

    theirs = [sorted_words(name) for name in pool]
    who, score = [], []
    for start in range(0, len(asked), 1000):
        mine = [sorted_words(name) for name in asked[start : start + 1000]]
        ratios = process.cdist(mine, theirs, scorer=fuzz.ratio, dtype=np.uint8, workers=2)
        best = np.argpartition(ratios, -top, axis=1)[:, -top:]
        value = np.take_along_axis(ratios, best, axis=1)
        order = np.argsort(-value.astype(int), axis=1, kind="stable")
        who.append(np.take_along_axis(best, order, axis=1))
        score.append(np.take_along_axis(value, order, axis=1))
    return np.concatenate(who), np.concatenate(score)


def peer_missed(pairs: Sequence[Pair], pool: Sequence[str], read: Mapping[str, str]) -> float:
    """The share RapidFuzz alone misses among its first 20, given names as in ``read``."""
    who, _ = peer_scores([read.get(native, native) for native, _ in pairs], pool)
    found = sum(e in {pool[i] for i in row} for row, (_, e) in zip(who.tolist(), pairs, strict=True))
    return 1 - found / len(pairs)


def peers() -> str:
    """The peers of this run."""
    other = (
        f"nomenklatura {version('nomenklatura')} installed"
        if find_spec("nomenklatura")
        else "nomenklatura not installed"
    )
    return f"RapidFuzz {version('rapidfuzz')} alone (ratio on sorted words); {other}"


def across(name: str, goal: float, pairs: Sequence[Pair], read: Any, cut: bool) -> Iterator[Row]:
    """Rows of one pair of languages: missed at 20 in two pools, beside the peer; false alarms."""
    tuning, judged = halves(pairs)
    small = [english for _, english in pairs]
    large = small + made(seed=JUDGED).listed
    heard = {native: read(native) for native, _ in judged}
    with gloss_of([native for native, _ in tuning]) if cut else _whole_gloss() as left:
        for label, pool in (("the names of all pairs", small), ("these and 50,000 made-up", large)):
            index = listed(pool)
            first, twenty = missed(index, judged, pool)
            what = f"share missed among the first 20, judged half ({len(judged)}), out of {label}"
            note = f"first place missed {first:.3f}; gloss of {left} words; {peers()}"
            yield Row(name, f"{what}", twenty, None, "1", goal, note=note)
            plain, romanised = peer_missed(judged, pool, {}), peer_missed(judged, pool, heard)
            yield Row(
                name,
                f"{what}, peer",
                twenty,
                plain,
                "1",
                note=f"the peer given romanised names: {romanised:.3f}",
            )
        false, true = alarms(index, judged, large, ALARM_ACROSS)
        what = (
            f"share with an alarm for another body (score {ALARM_ACROSS:.2f}), judged half in the large pool"
        )
        yield Row(
            name, what, false, None, "1", 0.01, note=f"alarm for their own: {true:.3f}; the rest are leads"
        )
    yield _written(name, pairs, judged)
    if cut:
        _, whole = missed(listed(large), judged, large)
        what = f"share missed among the first 20, judged half, large pool, whole gloss ({len(words.gloss())} words)"
        note = "with words from general knowledge that the other half lacks"
        yield Row(name, what, whole, None, "1", goal, note=note)


def _written(name: str, pairs: Sequence[Pair], judged: Sequence[Pair]) -> Row:
    """Native names against the native names of all others."""
    natives = [native for native, _ in pairs]
    answers = listed(natives).match([native for native, _ in judged])
    false = [any(h.sort is HitClass.ALIKE for h in a.hits) for a in answers]
    what = f"share with an alarm for another body, native names against all {len(natives)} native names"
    return Row(name, what, sum(false) / len(false), None, "1", 0.01)


@contextmanager
def _whole_gloss() -> Iterator[int]:
    yield len(words.gloss())


def ja_en() -> Iterator[Row]:
    """Japanese queries, English lists."""
    if find_spec("cutlet") is None:
        raise Missing("cutlet")
    import cutlet  # noqa: PLC0415 - an extra

    reader = cutlet.Cutlet()
    return across("names-ja-en", 0.10, japanese(), reader.romaji, cut=True)


def zh_en() -> Iterator[Row]:
    """Chinese queries, English lists."""
    if find_spec("pypinyin") is None:
        raise Missing("pypinyin")
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - an extra

    return across("names-zh-en", 0.40, chinese(), lambda name: " ".join(lazy_pinyin(name)), cut=False)


def latin() -> Iterator[Row]:
    """10,000 names against 50,000, all in Latin letters: time, what is found, false alarms."""
    names = made(seed=JUDGED)
    index = listed(names.listed)
    index.scores(names.queries[:100], TOP)

    def ours() -> None:
        index._likeness._found.clear()
        index.scores(names.queries, TOP)

    mine, peer = in_turn(ours, lambda: peer_best(names.queries, names.listed), runs=3, warmup=0)
    what = "10,000 queries against 50,000 names, 2 threads; the list made ready before"
    note = (
        f"processor time {processor(ours):.2f} s, {made_ready(names):.1f} s to make the list ready; {peers()}"
    )
    yield Row("names-latin", what, mine, None, "s", 3.0, note=note)
    yield Row("names-latin", f"{what}; the peer: its best one only", mine, peer, "s", 1.0)
    yield from _told_apart(names, index)


def processor(function: Callable[[], Any]) -> float:
    """Seconds of processor time over all threads: a busy machine lengthens the wall time, hardly this."""
    start = time.process_time()
    function()
    return time.process_time() - start


def made_ready(names: Made) -> float:
    """Seconds of processor time to make the list ready."""
    return processor(lambda: listed(names.listed))


def _told_apart(names: Made, index: Index) -> Iterator[Row]:
    """False alarms at the threshold, and what the peer finds with no more of them."""
    meant, bare = np.array(names.meant), np.array(names.bare)
    real, nobody = meant >= 0, (meant < 0) & ~bare
    who, score = index.scores(names.queries, TOP)
    alarm = score[:, 0] >= ALARM
    hit = ((who == meant[:, None]) & (score >= ALARM)).any(axis=1)
    false, found = float(alarm[nobody].mean()), float(hit[real].mean())
    their_who, their_score = peer_scores(names.queries, names.listed)
    theirs = their_score[:, 0]
    least = next(t for t in range(50, 102) if (theirs[nobody] >= t).mean() <= max(false, 1e-9))
    their_hit = ((their_who == meant[:, None]) & (their_score >= least)).any(axis=1)
    note = f"of names with nothing but places and lines of business ({int(bare.sum())}): {alarm[bare].mean():.3f}"
    yield Row(
        "names-latin", f"share of strangers with an alarm (score {ALARM})", false, None, "1", 0.01, note=note
    )
    what = "share of listed names without their alarm"
    note = f"the peer at ratio {least}, where it has as few false alarms"
    yield Row("names-latin", what, 1 - found, float(1 - their_hit[real].mean()), "1", note=note)
    missed_ours = 1 - (who[real] == meant[real][:, None]).any(axis=1).mean()
    missed_theirs = 1 - (their_who[real] == meant[real][:, None]).any(axis=1).mean()
    yield Row("names-latin", "share missed among the first 20", float(missed_ours), float(missed_theirs), "1")


def _needed(run: Any) -> Any:
    def checked() -> Iterable[Row]:
        if find_spec("rapidfuzz") is None:
            raise Missing("rapidfuzz")
        return list(run())

    return checked


WORKS = [
    Work("names-ja-en", _needed(ja_en)),
    Work("names-zh-en", _needed(zh_en)),
    Work("names-latin", _needed(latin)),
]
