"""What an interview, a folder and a decision keep: nothing is lost, and the register binds what was judged."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest

from kaname.cli import main as program
from kaname.pack.reader import load
from kaname.safeguards import cases
from kaname.safeguards.book import Book

BOOK = Book(load("japan").pack)
CASE = """case: clearance
title: 委託先
asof: 2026-11-23
facts: {wants_access: yes, business_qualified: yes}
parties: [{name: 山田, role: 取扱者, home_share: 0.25, public: yes}]
goods: ["280530"]
technologies: [ml]
public: [wants_access]
"""


def main(words: list[str]) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        program(words)
    return int(str(ended.value.code))


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.yaml"
    path.write_text(CASE, "utf-8")
    return path


def test_an_interview_keeps_all_that_the_case_said(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, register = tmp_path / "kept.yaml", tmp_path / "r.jsonl"
    monkeypatch.setattr("sys.stdin", io.StringIO("2\n"))  # not assessed
    words = (
        "--save",
        kept,
        "--decide",
        "approve",
        "--who",
        "佐藤",
        "--why",
        "未評価",
        "--register",
        register,
    )
    assert main([str(word) for word in ("screen", case, "--interview", *words)]) == 0
    capsys.readouterr()
    before, after = cases.read(case, BOOK), cases.read(kept, BOOK)
    assert after.facts == {**before.facts, "person_assessed": False}
    for name in ("case", "asof", "title", "parties", "goods", "technologies", "public"):
        assert getattr(after, name) == getattr(before, name), name
    record = json.loads(register.read_text("utf-8"))["record"]
    assert record["file"] == {"name": "kept.yaml", "sha256": hashlib.sha256(kept.read_bytes()).hexdigest()}


def test_a_number_is_kept_to_its_last_digit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case, kept = tmp_path / "land.yaml", tmp_path / "kept.yaml"
    case.write_text("case: land\nfacts: {zone: special, area_m2: 199.9999999}\n", "utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))
    assert main(["screen", str(case), "--interview", "--save", str(kept)]) == 0
    capsys.readouterr()
    assert (
        cases.read(kept, BOOK).facts["area_m2"] == 199.9999999
    )  # rounded to 200 it would have to be notified


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--interview", "--decide", "clear", "--who", "x", "--why", "y"),
            "keep the answers of the interview",
        ),
        (("--save", "kept.yaml"), "there is no interview to keep"),
    ],
)
def test_what_would_not_be_kept_is_refused(
    case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["screen", str(case), *words]) == 2
    assert said in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.yaml"]


def test_two_files_of_one_name_both_keep_their_answer(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "case.yml").write_text("case: clearance\nfacts: {wants_access: no}\n", "utf-8")
    assert main(["screen", "--batch", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    kept = {
        path.name: json.loads(path.read_text("utf-8"))["outcome"] for path in (tmp_path / "out").iterdir()
    }
    assert kept == {"case.yaml.json": "refer", "case.yml.json": "clear"}


def test_a_folder_without_a_case_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screen", "--batch", str(tmp_path)]) == 2
    assert "no case file" in capsys.readouterr().err
