"""Every text in both languages, and numbers as people of each write them."""

import ast
import doctest
import re
import string
from pathlib import Path

import pytest

import kaname
from kaname import labels
from kaname.labels import (
    NOTHING,
    amount,
    both,
    catalogue,
    day,
    days,
    money,
    number,
    percent,
    significant,
    span,
    text,
)
from kaname.units import UNITS

SOURCE = Path(kaname.__file__).parent


def names(pattern: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(pattern) if name}


def test_every_text_has_both_languages_and_the_same_names() -> None:
    for key, entry in catalogue().items():
        assert set(entry) == {"ja", "en"}, key
        assert names(entry["ja"]) == names(entry["en"]), key


def test_a_text_in_one_language_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "part.yaml").write_text(
        "good: {ja: あ, en: a}\nhalf: {ja: あ}\nempty: {ja: '', en: a}\n"
    )
    monkeypatch.setattr(labels, "files", lambda _: tmp_path)
    catalogue.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"part\.half, part\.empty"):
            catalogue()
    finally:
        monkeypatch.undo()
        catalogue.cache_clear()


def test_every_key_that_the_program_asks_for_exists() -> None:
    """Calls with the key written out: ``text("check.title", ...)``."""
    asked: dict[str, str] = {}
    for file in SOURCE.rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        if "kaname.labels" not in ast.unparse(tree) and file.name != "labels.py":
            continue
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            first = node.args[0]
            if name in ("text", "both") and isinstance(first, ast.Constant) and isinstance(first.value, str):
                asked[first.value] = f"{file.name}:{node.lineno}"
    missing = {key: place for key, place in asked.items() if key not in catalogue()}
    assert asked
    assert not missing


def test_unknown_keys_languages_and_values_are_faults() -> None:
    for key, lang in (("check.nonsense", "en"), ("check.title", "fr")):
        with pytest.raises(KeyError):
            text(key, lang, title="x", edition="y")
    with pytest.raises(KeyError):
        text("check.title", "en")


def test_both_languages_at_once() -> None:
    assert both("check.findings", n=3) == {"ja": "未了の事項が3件あります。", "en": "Points left open: 3."}


def test_japanese_is_japanese_and_english_is_not() -> None:
    kana = re.compile("[ぁ-んァ-ヶ一-龠]")
    for key, entry in catalogue().items():
        assert not kana.search(entry["en"]), key
        beside = re.sub(r"\{[^}]*\}|<[^>]*>", "", entry["ja"])  # what is not filled in
        named = entry["ja"] == entry["en"]  # a proper name stands as it is
        if re.search(r"[^\W\d_]", beside) and not named and not key.startswith(("unit.", "list.id", "text.")):
            assert kana.search(entry["ja"]), key


@pytest.mark.parametrize(
    ("million", "en", "ja"),
    [
        (28_400, "28.4 billion USD", "284億ドル"),
        (1_500_000, "1.50 trillion USD", "1.50兆ドル"),
        (55, "55.0 million USD", "5,500万ドル"),
        (999.9, "1.00 billion USD", "10.0億ドル"),
        (999.4, "999 million USD", "9.99億ドル"),
        (0, "0 million USD", "0万ドル"),
        (-2_500, "-2.50 billion USD", "-25.0億ドル"),
        (float("nan"), NOTHING, NOTHING),
    ],
)
def test_money(million: float, en: str, ja: str) -> None:
    assert (money(million, "en"), money(million, "ja")) == (en, ja)


def test_numbers() -> None:
    assert [number(v, 1) for v in (1234.56, -0.01, None)] == ["1,234.6", "0.0", NOTHING]
    assert [significant(v) for v in (999.6, 0.09996, 1234567, -0.5, 0)] == [
        "1,000",
        "0.100",
        "1,230,000",
        "-0.500",
        "0",
    ]
    assert [percent(v) for v in (0.1234, 1, None)] == ["12.3%", "100.0%", NOTHING]
    assert [days(v, "en") for v in (0, 1, 1.4, None)] == ["0 days", "1 day", "1 day", NOTHING]
    assert (day(0, "en"), day(0, "ja")) == ("day 0", "0日目")


def test_every_unit_is_written_in_both_languages() -> None:
    assert {f"unit.{unit}" for unit in UNITS} <= set(catalogue())
    assert amount(0.35, "1", "en") == "0.35"
    assert (amount(1, "day", "en"), amount(30, "day", "ja")) == ("1 day", "30日")
    assert span(0.5, 2, "%", "en") == "0.5 to 2%"


def test_examples() -> None:
    assert doctest.testmod(labels).failed == 0
