"""Keys: one name under its many writings."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kaname.safeguards.names.script import folded, han_table, native, simplified_only
from kaname.safeguards.names.sound import romaji, sound
from kaname.safeguards.names.words import _yaml, gloss, latin_words, native_forms, stem, without_forms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢＣ　Ｔｒａｄｉｎｇ", "abc trading"),
        ("臺灣積體電路製造", "台湾积体电路制造"),
        ("廣東發展銀行", "广东发展银行"),
        ("発電機関", "发电机关"),
        ("Çelik Dış Ticaret", "celik dis ticaret"),
        ("ｶﾀｶﾅ", "カタカナ"),
        ("髙﨑渡邉", "高崎渡辺"),
        ("O'Neil “Works”", "oneil works"),
    ],
)
def test_writings_of_one_name_fold_to_one(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_sounds_that_differ_stay_apart() -> None:
    assert folded("ガス") != folded("カス")
    assert folded("パリ") != folded("バリ")


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_the_table_of_characters_has_no_chains() -> None:
    table = han_table()
    assert len(table) > 4_000
    assert not {target for target in table.values() if ord(target) in table}


def test_which_names_only_chinese_writes() -> None:
    assert simplified_only("华为技术")
    assert not simplified_only("三菱重工業")
    assert not simplified_only("台灣積體電路")
    assert native("かな") and native("漢") and not native("Ünal")


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("アレクサンドロフ", "aleksandrov"),
        ("ヴォルゴグラード", "volgograd"),
        ("ブレヴェストニク", "burevestnik"),
        ("ジュコフスキー", "zhukovsky"),
        ("シェンジェン", "shenzhen"),
        ("ファケル", "fakel"),
        ("チャングアン", "changguang"),
    ],
)
def test_katakana_and_its_source_sound_the_same(kana: str, latin: str) -> None:
    assert sound(romaji(kana)) == sound(latin)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=30))
def test_every_word_has_a_sound(word: str) -> None:
    assert sound(word)
    assert stem(word) and word.startswith(stem(word))


def test_legal_forms_are_set_aside_unless_nothing_is_left() -> None:
    assert without_forms(latin_words("volgograd plant limited liability company")) == (
        ["volgograd", "plant"],
        ["limited liability company"],
    )
    assert without_forms(["joint", "stock", "company"])[0]
    assert without_forms(["ag", "electronics", "ltd"])[0] == ["ag", "electronics"]
    assert without_forms(["ao", "volgin", "spol", "s", "r", "o"])[0] == ["volgin"]
    assert without_forms(["ag"])[0] == ["ag"]
    assert latin_words("s.a. 33rd plant n.e. zhukovsky") == ["sa", "33", "plant", "ne", "zhukovsky"]
    assert native_forms().sub("", folded("公共株式会社ヴォルギン")) == "ヴォルギン"
    assert native_forms().sub("", folded("某某科技股份有限公司")) == "某某科技"
    assert native_forms().sub("", folded("某某工業總公司")) == "某某工业"
    assert native_forms().sub("", folded("某某电子公司")) == "某某电子"
    assert native_forms().sub("", folded("某某電子有限公司虛構分公司")) == "某某电子虚构分公司"


def test_no_word_of_the_gloss_stands_twice() -> None:
    assert len(gloss()) == len(_yaml("gloss")), "two entries fold to one"


def test_the_gloss_is_well_formed() -> None:
    for key, entry in gloss().items():
        assert key and not key.isascii()
        for word in entry:
            assert word.words and all(w.isascii() and w.replace("-", "").isalnum() for w in word.words), key


def test_duplicate_keys_would_be_seen() -> None:
    assert yaml.safe_load("a: 1\na: 2") == {"a": 2}, (
        "YAML itself hides them: the test above counts after folding"
    )
