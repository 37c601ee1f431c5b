"""`kaname mission` on the screen and for programs."""

from __future__ import annotations

import json

import pytest

from kaname.cli import main


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    streams = capsys.readouterr()
    return int(end.value.code or 0), streams.out, streams.err


def test_the_tree_and_what_alone_stops_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = said(capsys, "mission", "payment", "--lang", "en")
    assert code == 0
    assert "Single points of failure" in text and "zengin-program" in text
    assert "1 of 2 suffice" in text
    code, text, _ = said(capsys, "mission", "payment", "--lang", "ja")
    assert "単一障害点" in text and "全銀システムの共通プログラム" in text


def test_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = said(capsys, "mission", "international-data", "--format", "json", "--order", "1")
    found = json.loads(text)
    assert code == 0
    assert found["single_points"] == sorted(one[0] for one in found["cut_sets"])
    assert found["tree"]["parts"][0]["id"] == "landings"


def test_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = said(capsys, "mission", "--lang", "en")
    assert code == 0 and "medical-care" in text and "oil-supply" in text


def test_a_name_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, told = said(capsys, "mission", "nothing")
    assert code == 2 and "no mission 'nothing'" in told
