"""Chinese and English names of public bodies in China, by families, for measuring; and bodies that are on no list.

``pairs``: bodies that exist, each under the Chinese and the English name it uses in public, written down family by
family from general knowledge (``data/chinese_bodies.json``). Families are what makes it hard: eighteen agricultural
universities and twenty-four power companies differ in nothing but a place, whose names may differ by a letter (Hebei,
Hubei, Hefei; Shanxi, Shaanxi).

``strangers``: names made by rule, a city and a kind of body (court, library, water works), half of the combinations
asked in Chinese, the other half listed in English. Most such bodies exist; whether each does was not looked up and
does not matter, since a name that is asked is never listed. What is listed near it differs in the city or in the kind.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

Pair = tuple[str, str]


@cache
def _data() -> dict[str, Any]:
    return dict(json.loads((Path(__file__).parent / "data" / "chinese_bodies.json").read_text("utf-8")))


def pairs() -> list[Pair]:
    """Real bodies, each once, under both names."""
    found: dict[str, str] = {}
    for family in _data()["families"]:
        for member, english in family["members"].items():
            found.setdefault(family["zh"].format(member), family["en"].format(english))
    return list(found.items())


def strangers(seed: int) -> tuple[list[Pair], list[Pair]]:
    """Bodies made by rule: those that are asked, and those that are listed; none is both."""
    made = [
        (native.format(city), english.format(spelt))
        for (city, spelt), (native, english) in product(_data()["cities"].items(), _data()["kinds"].items())
    ]
    Random(seed).shuffle(made)
    half = len(made) // 2
    return made[:half], made[half:]
