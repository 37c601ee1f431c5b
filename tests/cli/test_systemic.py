"""`kaname systemic` on firms from CSV and on a small pack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kaname.cli import main

LINKS = "supplier,buyer,volume\n" + "".join(
    f"{s},{b},1\n"
    for s, b in [(2, 1), (2, 3), (7, 4), (9, 5), (3, 7), (6, 7), (10, 7), (9, 10), (7, 11), (8, 11)]
)
FIRMS = "firm,sector\n" + "".join(
    f"{i},{s}\n" for i, s in zip(range(1, 12), [1, 2, 1, 3, 4, 2, 4, 1, 2, 3, 5], strict=True)
)


@pytest.fixture
def firms(tmp_path: Path) -> list[str]:
    (tmp_path / "links.csv").write_text(LINKS)
    (tmp_path / "firms.csv").write_text(FIRMS)
    return ["systemic", "--links", str(tmp_path / "links.csv"), "--firms", str(tmp_path / "firms.csv")]


def call(*args: str) -> int:
    with pytest.raises(SystemExit) as done:
        main(list(args))
    return int(done.value.code or 0)


def test_firms_as_json(firms: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*firms, "--production", "linear", "--replacement", "none", "--format", "json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[0]["node"] == "7" and rows[0]["index"] == pytest.approx(0.7)
    assert len(rows) == 11
    assert (
        call(
            *firms,
            "--production",
            "linear",
            "--replacement",
            "none",
            "--format",
            "json",
            "--only-top",
            "--top",
            "3",
        )
        == 0
    )
    assert [r["node"] for r in json.loads(capsys.readouterr().out)] == [r["node"] for r in rows[:3]]


@pytest.mark.parametrize(
    ("lang", "head", "bound"),
    [("ja", "止まるもの", "いずれも"), ("en", "what fails", "Nothing that is not listed")],
)
def test_table_for_people(
    firms: list[str], lang: str, head: str, bound: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*firms, "--lang", lang, "--top", "4", "--only-top") == 0
    out = capsys.readouterr().out
    assert head in out and bound in out


def test_work_is_kept(firms: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = str(tmp_path / "kept.npz")
    assert call(*firms, "--store", store) == 0
    first = capsys.readouterr().out
    assert call(*firms, "--store", store) == 0
    assert capsys.readouterr().out == first
    assert call(*firms, "--store", store, "--replacement", "none") == 2


@pytest.mark.parametrize(
    "args", [["--top", "0"], ["--links", "nowhere.csv"], ["--links", "nowhere.csv", "--firms", "nowhere.csv"]]
)
def test_bad_input_exits_2(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call("systemic", *args) == 2
    assert "Traceback" not in capsys.readouterr().err
