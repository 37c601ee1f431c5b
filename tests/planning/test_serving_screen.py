"""The table of who is served first, as people read it."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from kaname.cli import main
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
    names = {"society": "society", "works": "society", "life": "life", "rest": "rest"}
    rows = [[names[c] for c in turn] for turn in found.serving["serving"].to_list()]
    told = found.serving.with_columns(
        pl.Series("serving", rows, pl.List(pl.String)), pl.Series("taken", [not r for r in rows])
    )
    answer = replace(found, serving=told)
    monkeypatch.setattr(Nation, "restore", lambda *asked, **more: answer)
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as end:
        main(["restore", "nankai-trough", "--crews", "4", "--lang", lang])
    said, wrong = capsys.readouterr()
    assert not end.value.code, wrong
    for word in words:
        assert word in said
