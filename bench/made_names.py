"""Made-up names of organisations and people, for measuring: realistic in their parts, belonging to nobody.

How they are made. A body's name is a word of its own (nine in ten), often a place, one to three lines of business,
now and then a number, and a legal form. Common words are drawn with weights that fall as 1/rank, so that they are
as common as on real lists ("technology" and "trading" in a tenth of names). A word of its own is made of syllables;
a third of them come from a pool of 3,000 with weights 1/(rank + 30), as flat as surnames are, so that strangers
share them. One name in ten is a person's: a given name of 300, a surname of the pool, sometimes a patronymic.

A query about a listed name is that name as others write it: another legal form or none (half), up to two typing
mistakes, a transliteration changed throughout (a quarter), words in another order (15%), a word left out (10%),
capitals (20%). A query about nobody is a name made the same way whose words are not those of a listed name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PLACES = """
    Moscow Shanghai Shenzhen Beijing Tehran Dubai Istanbul Minsk Guangzhou Hongkong Singapore
    Tianjin Wuhan Chengdu Nanjing Xian Hangzhou Harbin Dalian Kazan Ural Volgograd Petersburg
    Novosibirsk Perm Tula Ryazan Samara Omsk Isfahan Shiraz Tabriz Karachi Lahore
    Islamabad Ankara Izmir Sharjah Doha Damascus Aleppo Beirut Baghdad Pyongyang Yangon Hanoi Taipei
    Kaohsiung Seoul Busan Osaka Nagoya Yokohama Kyiv Odesa Kharkiv Tbilisi Yerevan Baku Almaty
    Tashkent Bishkek Limassol Riga Vilnius Tallinn Warsaw Prague Vienna Zurich Geneva Hamburg Munich
    Milan Turin Lyon Rotterdam Antwerp Caracas Havana Managua Panama Lima Bogota Quito Lagos Nairobi
    Harare Khartoum Tripoli Cairo Tunis Algiers
"""
TRADES = """
    Technology Trading International Industrial Electronics Shipping General Engineering Group
    Holding Investment Energy Petroleum Services Development Logistics Construction Import Export
    Machinery Equipment Systems Chemical Aviation Materials Science Research Institute Factory Plant
    Design Bureau Communications Information Bank Finance Marine Steel Metal Mining Optical
    Precision Instrument Software Network Semiconductor Aerospace Research Center Scientific
    Production Association Radio Laser Automation Pharmaceutical Medical Food Textile Auto
    Parts Power Electric Gas Refining Oil Port Airlines Freight Forwarding Consulting Security
    Defence Shipbuilding Repair Composite Nuclear Physics University Academy Laboratory Exchange
    Telecom Satellite Navigation Robotics Battery Solar Wind Cement Glass Paper Rubber Plastics
"""
FORMS = """
    Co., Ltd.|LLC|Limited|JSC|Company|Corporation|Joint Stock
    Company|Inc.|Ltd|FZE|GmbH|OOO|PJSC|S.A.|Limited Liability Company|Pte Ltd|FZCO|A.S.|Ltd.
    Sti.|SARL|S.R.L.|Open Joint Stock Company||
"""
_HEADS = "b br ch d dr f g gl h j k kh kr l m n p pr r s sh st t tr v vl y z zh"
_VOWELS = "a e i o u a o i ai ei ya yu ia"
_TAILS = "n r s l k t m v n sh ng x d"
HEADS, VOWELS, TAILS = _HEADS.split(), _VOWELS.split(), [*_TAILS.split(), "", "", ""]
SOUNDS = (
    ("v", "w"),
    ("kh", "h"),
    ("ei", "ey"),
    ("ya", "ia"),
    ("yu", "iu"),
    ("zh", "j"),
    ("sh", "sch"),
    ("k", "c"),
)


@dataclass(frozen=True)
class Made:
    """Names of a list, queries, and for each query the name that is meant (-1: nobody)."""

    listed: list[str]
    queries: list[str]
    meant: list[int]
    bare: list[bool]
    """Whether the query has only places and lines of business: such namesakes can be told apart by nobody."""


class Maker:
    """Makes names from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.places = PLACES.split()
        self.trades = TRADES.split()
        self.forms = " ".join(FORMS.split()).split("|")
        self.pool = [self.coined() for _ in range(3_000)]
        self.given = [self.coined() for _ in range(300)]

    def falling(self, words: Sequence[str], flat: int = 1) -> str:
        """A word, the first the likeliest: 1/(rank + flat)."""
        weights = np.cumsum(1.0 / np.arange(1 + flat, len(words) + 1 + flat))
        return words[int(np.searchsorted(weights, self.random.random() * weights[-1]))]

    def any(self, words: Sequence[str]) -> str:
        """A word, all as likely."""
        return words[int(self.random.integers(len(words)))]

    def coined(self) -> str:
        """Two or three syllables."""
        many = int(self.random.integers(2, 4))
        return "".join(self.any(HEADS) + self.any(VOWELS) + self.any(TAILS) for _ in range(many)).title()

    def own(self) -> str:
        """A word of one's own: of the pool (a third), or new."""
        return self.falling(self.pool, 30) if self.random.random() < 1 / 3 else self.coined()

    def name(self, bare: float = 0.1) -> str:
        """A name of a body (nine in ten) or a person; ``bare``: how many bodies have no word of their own."""
        if self.random.random() < 0.1:
            parts = [self.falling(self.given, 10), self.falling(self.pool, 30)]
            return " ".join(
                parts if self.random.random() < 0.5 else [parts[0], self.coined() + "ovich", parts[1]]
            )
        words = [] if self.random.random() < bare else [self.own()]
        if not words or self.random.random() < 0.35:
            words.insert(0, self.falling(self.places))
        words.extend(dict.fromkeys(self.falling(self.trades) for _ in range(int(self.random.integers(1, 4)))))
        if self.random.random() < 0.04:
            words.insert(0, f"No. {int(self.random.integers(1, 999))}")
        form = self.any(self.forms)
        if form and self.random.random() < 0.2:
            return f"{form} {' '.join(words)}"
        return f"{' '.join(words)} {form}".strip()

    def typed(self, name: str) -> str:
        """With a typing mistake in a word of five letters or more."""
        words = name.split(" ")
        long = [i for i, w in enumerate(words) if len(w) >= 5]
        if not long:
            return name
        i = long[int(self.random.integers(len(long)))]
        word, at = words[i], int(self.random.integers(1, len(words[i]) - 1))
        letter = chr(97 + int(self.random.integers(26)))
        kind = int(self.random.integers(4))
        words[i] = (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
        )[kind]
        return " ".join(words)

    def otherwise(self, name: str) -> str:
        """The name as someone else writes it."""
        out = self.reformed(name) if self.random.random() < 0.5 else name
        for _ in range(int(self.random.choice([0, 1, 2], p=[0.35, 0.45, 0.2]))):
            out = self.typed(out)
        if self.random.random() < 0.25:
            old, new = SOUNDS[int(self.random.integers(len(SOUNDS)))]
            out = out.replace(old, new)
        if self.random.random() < 0.15:
            words = out.split(" ")
            self.random.shuffle(words)
            out = " ".join(words)
        if self.random.random() < 0.1 and len(out.split(" ")) > 3:
            words = out.split(" ")
            del words[int(self.random.integers(1, len(words)))]
            out = " ".join(words)
        return out.upper() if self.random.random() < 0.2 else out

    def reformed(self, name: str) -> str:
        """With another legal form, or none."""
        for form in sorted(filter(None, self.forms), key=len, reverse=True):
            if name.endswith(" " + form):
                return f"{name.removesuffix(form)}{self.any(self.forms)}".strip()
        return name


def made(listed: int = 50_000, queries: int = 10_000, seed: int = 2021) -> Made:
    """A list, and as many queries: half about listed names, half about nobody."""
    maker = Maker(seed)
    names = list(dict.fromkeys(maker.name() for _ in range(int(listed * 1.3))))[:listed]
    have = {_said(name, maker) for name in names}
    meant = [int(i) for i in maker.random.choice(len(names), queries // 2, replace=False)]
    asked = [maker.otherwise(names[i]) for i in meant]
    bare = [False] * len(asked)
    while len(asked) < queries:
        real = maker.name()
        name = maker.otherwise(real)
        said = _said(name, maker)
        if said not in have and _said(real, maker) not in have:
            asked.append(name)
            meant.append(-1)
            bare.append(not said - _folded(maker.places) - _folded(maker.trades))
    return Made(names, asked, meant, bare)


def _said(name: str, maker: Maker) -> frozenset[str]:
    """The words of a name without its form: a name that says the same words is the same name."""
    for form in sorted(filter(None, maker.forms), key=len, reverse=True):
        name = name.casefold().removeprefix(f"{form.casefold()} ").removesuffix(f" {form.casefold()}")
    return frozenset(name.split(" "))


def _folded(words: Sequence[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)
