"""The table of who is served first, as people read it."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest

from kaname.cli import main
from kaname.cli.show import out
from kaname.labels import money
from kaname.nation import Nation
from kaname.planning.restoration import Restoration

from .test_serving import built, found

__all__ = ["built", "found"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("Who is served first", "● all in proportion", "Life and health → What society", "--serve")),
        ("ja", ("足りないものを誰に先に配るか", "生命と身体→", "その他", "満たせない最終需要")),
    ],
)
def test_the_table_names_classes_in_words(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    found: Restoration,
    lang: str,
    words: tuple[str, ...],
) -> None:
    said = told(capsys, monkeypatch, replace(found, serving=in_words(found.serving)), "--lang", lang)
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("lang", "save", "nothing"),
    [
        ("en", "since nobody has decided otherwise. A decision to serve in turn (Life", "that was tried loses less"),
        ("ja", "配る順番は誰も決めていない", "これより損失の小さいものはなかった"),
    ],
)  # fmt: skip
def test_what_a_decision_would_save_is_said_and_not_counted(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    found: Restoration,
    lang: str,
    save: str,
    nothing: str,
) -> None:
    ways = in_words(found.serving)
    answer = replace(found, serving=ways)
    assert answer.decision is not None
    said = told(capsys, monkeypatch, answer, "--lang", lang)
    assert save in said and nothing not in said and "--serve least" in said
    assert money(answer.decision.saves, lang) in said and money(answer.loss, lang) in said
    said = told(capsys, monkeypatch, replace(found, serving=ways.head(1)), "--lang", lang)
    assert nothing in said and save not in said
    whole = json.loads(told(capsys, monkeypatch, answer, "--format", "json"))
    assert whole["served"] == [] and whole["loss"] == answer.loss
    assert whole["decision"] == {"serving": list(answer.decision.serving), "saves": answer.decision.saves}


def test_a_search_that_falls_short_by_rounding_is_not_said_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, found: Restoration
) -> None:
    short = replace(found, serving=in_words(found.serving), searched=False, missed=found.loss * 1e-9)
    assert "fell short" not in told(capsys, monkeypatch, short, "--lang", "en")
    far = replace(short, missed=found.loss * 1e-3)
    assert "fell short" in told(capsys, monkeypatch, far, "--lang", "en")


def in_words(serving: pl.DataFrame) -> pl.DataFrame:
    """The same ways by the names of classes that the pack of Japan has."""
    names = {"works": "society"}
    rows = [[names.get(c, c) for c in turn] for turn in serving["serving"].to_list()]
    return serving.with_columns(pl.Series("serving", rows, pl.List(pl.String)))


def told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, answer: Restoration, *more: str
) -> str:
    """What the screen says of an answer."""
    monkeypatch.setattr(Nation, "restore", lambda *asked, **more: answer)
    monkeypatch.setattr(out, "_width", 1000)
    with pytest.raises(SystemExit) as end:
        main(["restore", "nankai-trough", "--crews", "4", *more])
    said, wrong = capsys.readouterr()
    assert not end.value.code, wrong
    return said
