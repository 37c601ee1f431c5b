"""Chinese names against English lists on families of bodies that differ by a place alone: 372 pairs, 720 strangers.

What ``names-zh-en`` measures on 99 pairs is too few to tell 1% from nothing. Here half of the pairs and one drawing of
the strangers were for tuning; the other half and another drawing are judged. Every listed name but its own is a
non-pair of a name that is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from bench.chinese_bodies import pairs, strangers
from bench.harness import Missing, Row, Work
from bench.made_names import made
from bench.names import JUDGED, TOP, halves, listed, missed, peer_missed, peers
from kaname.safeguards.names.index import ALARM_ACROSS

TUNED = 7
"""The drawing of strangers for tuning."""


def families(judge: bool = True) -> Iterator[Row]:
    """Missed among the first 20, and false alarms, with all other bodies and 50,000 made-up names on the list."""
    if find_spec("pypinyin") is None or find_spec("rapidfuzz") is None:
        raise Missing("pypinyin or rapidfuzz")
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - an extra

    both = pairs()
    half = halves(both)[judge]
    asked, others = strangers(JUDGED if judge else TUNED)
    pool = [english for _, english in (*both, *others)] + made(seed=JUDGED if judge else TUNED).listed
    index = listed(pool)
    name, which = "names-zh-en-families", "judged" if judge else "tuning"
    first, twenty = missed(index, half, pool)
    plain = peer_missed(half, pool, {native: " ".join(lazy_pinyin(native)) for native, _ in half})
    what = f"share missed among the first 20, {which} half ({len(half)}), out of {len(pool):,} names"
    note = f"first place missed {first:.3f}; the peer given romanised names; {peers()}"
    yield Row(name, what, twenty, plain, "1", 0.40, note=note)
    own = dict(half)
    natives = [native for native, _ in (*half, *asked)]
    who, score = index.scores(natives, TOP)
    false = [0, 0]
    true = 0
    for native, row, values in zip(natives, who.tolist(), score.tolist(), strict=True):
        hits = {pool[i] for i, value in zip(row, values, strict=True) if i >= 0 and value >= ALARM_ACROSS}
        false[native not in own] += bool(hits - {own.get(native)})
        true += own.get(native) in hits
    what = f"share with an alarm for another body (score {ALARM_ACROSS:.2f}), {len(natives)} names asked"
    note = f"{false[0]} of {len(half)} with a listed name, {false[1]} of {len(asked)} strangers; alarm for their own: "
    yield Row(name, what, sum(false) / len(natives), None, "1", 0.01, note=f"{note}{true / len(half):.3f}")


WORKS = [Work("names-zh-en-families", lambda: list(families()))]
