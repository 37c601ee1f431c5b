"""`kaname list` by area, of missions and of storylines."""

from __future__ import annotations

import json

import pytest

from kaname.cli import main


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    streams = capsys.readouterr()
    return int(end.value.code or 0), streams.out, streams.err


def test_facilities_of_an_area(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = said(
        capsys, "list", "facilities", "--area", "HOKKAIDO", "--format", "json", "--lang", "en"
    )
    rows = {row["id"]: row for row in json.loads(text)}
    assert code == 0
    assert "intertie-hokkaido-honshu" in rows and "grid-tokyo" not in rows
    assert rows["mobile-hokkaido"]["needs"].startswith("Power grid of Hokkaido (")


def test_an_area_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, told = said(capsys, "list", "facilities", "--area", "ATLANTIS")
    assert code == 2 and "no area 'ATLANTIS'" in told


@pytest.mark.parametrize("what", ["missions", "storylines"])
def test_missions_and_storylines(capsys: pytest.CaptureFixture[str], what: str) -> None:
    code, text, _ = said(capsys, "list", what, "--lang", "en", "--format", "json")
    assert code == 0 and len(json.loads(text)) >= 5
