"""One form for what is written in many: NFKC, case, accents, and Han characters folded to one set."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Final

_DROPPED: Final = re.compile(r"['’‘`´ʼʹʺ\"“”«»„\u200b-\u200f\u2060\ufeff\u00ad]")
_SPECIAL: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ə": "a"}
)


@cache
def han_table() -> dict[int, str]:
    """Traditional Chinese and Japanese characters to simplified ones, for ``str.translate``.

    From OpenCC's character tables (Apache-2.0); made by ``tools/build_han.py``.
    """
    text = files("kaname.safeguards.names").joinpath("words/han.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {ord(char): target for target, many in rows for char in many}


def folded(text: str) -> str:
    """NFKC, lower case, hiragana kept, Han characters simplified, accents and quotation marks gone, spaces single.

    >>> folded("ＡＢＣ株式會社　“Çelik”"), folded("臺灣積體電路")
    ('abc株式会社 celik', '台湾积体电路')
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    if plain.isascii():
        return " ".join(_DROPPED.sub("", plain).split())
    plain = _DROPPED.sub("", unaccented(plain)).translate(han_table())
    return " ".join(plain.split())


def unaccented(text: str) -> str:
    """Latin, Greek and Cyrillic letters without their marks; kana keep theirs, for they change the sound."""
    apart = unicodedata.normalize("NFD", text.translate(_SPECIAL))
    kept = "".join(c for c in apart if not ("\u0300" <= c <= "\u036f"))
    return unicodedata.normalize("NFC", kept)


_CYRILLIC: Final = str.maketrans(
    dict(zip("абвгдезиклмнопрстуфыэіґўјћ", "abvgdeziklmnoprstufyeigujc", strict=True))
    | {
        "ж": "zh",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ъ": "",
        "ь": "",
        "ю": "yu",
        "я": "ya",
    }
    | {"є": "ye", "љ": "lj", "њ": "nj", "ђ": "dj", "џ": "dz"}
)


def romanised(text: str) -> str:
    """Folded Cyrillic in Latin letters, as English names write them (BGN/PCGN without its marks); the rest as it is.

    >>> romanised(folded("Жуковский")), romanised("plant")
    ('zhukovskii', 'plant')
    """
    return text if text.isascii() else text.translate(_CYRILLIC)


def is_kana(char: str) -> bool:
    """Hiragana, katakana or the mark of a long vowel."""
    return "\u3041" <= char <= "\u3096" or "\u30a1" <= char <= "\u30fa" or char == "\u30fc"


def is_han(char: str) -> bool:
    """A Han character, or the mark that repeats one."""
    return (
        "\u4e00" <= char <= "\u9fff"
        or "\u3400" <= char <= "\u4dbf"
        or char == "々"
        or "\U00020000" <= char <= "\U0003ffff"
    )


_LOOSE: Final = (("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴェ", "ベ"), ("ヴォ", "ボ"), ("ヴ", "ブ"), ("ー", ""))


def loose_kana(text: str) -> str:
    """Katakana without the choices that writers of one foreign name make: ヴ or ブ, a long vowel marked or not.

    >>> loose_kana("ヴォルギンコンピューター")
    'ボルギンコンピュタ'
    """
    for one, other in _LOOSE:
        text = text.replace(one, other)
    return text


def native(text: str) -> bool:
    """Whether a name is written, in part, in kana or Han characters."""
    return not text.isascii() and any(is_kana(c) or is_han(c) for c in text)


def simplified_only(text: str) -> bool:
    """Whether a name has a character that only simplified Chinese writes: one that others fold to, and that is not
    itself used in Japanese (the table's Japanese new forms are folded away, so what is left is Chinese)."""
    return any(char in _targets() for char in text)


@cache
def _targets() -> frozenset[str]:
    """Simplified characters that Japanese does not write in this form: not in JIS X 0208."""
    found = set()
    for target in han_table().values():
        try:
            target.encode("shift_jis")
        except UnicodeEncodeError:
            found.add(target)
    return frozenset(found)
