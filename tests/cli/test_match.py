"""`kaname match`, `judge` and `changes` as a user meets them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kaname.cli import main
from kaname.safeguards import ledger

pytest.importorskip("rapidfuzz", reason="fuzzy matching is an extra: pip install 'kaname[names]'")
pytest.importorskip("cutlet", reason="Japanese readings are an extra: pip install 'kaname[names]'")

LISTS = Path(__file__).parents[1] / "safeguards" / "names" / "lists"
NEW = f"{LISTS / 'enduser-2025.csv'}:meti@2025-10-09"
OLD = f"{LISTS / 'enduser-2024.csv'}:meti@2024-02-01"
Ask = Callable[..., tuple[object, str, str]]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def asking(*words: str) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as left:
            main(list(words))
        said = capsys.readouterr()
        return left.value.code, said.out, said.err

    return asking


def test_a_hit_with_its_list_evidence_and_caution(ask: Ask) -> None:
    code, out, _ = ask("match", "ヴォルギン無線工場", "--list", NEW)
    assert code == 0
    assert "Volgin Radio Works" in out
    assert "meti 2025-10-09版 番号2" in out
    assert "radio = radio" in out
    assert "法的助言ではありません" in out
    _, out, _ = ask("match", "Volgin Radio Works LLC", "Nobody", "--list", NEW, "--lang", "en")
    assert "same but for legal form 1.00" in out
    assert "none found" in out
    assert "no legal advice" in out


def test_json_holds_everything(ask: Ask) -> None:
    _, out, _ = ask("match", "Volgin Radio", "Nobody", "--list", NEW, "--format", "json")
    told = json.loads(out)
    assert told["lists"][0]["edition"] == "2025-10-09"
    assert len(told["lists"][0]["sha256"]) == 64
    assert [a["alarm"] for a in told["answers"]] == [True, False]
    assert told["answers"][0]["hits"][0]["row"] == 4


def test_csv_has_a_row_for_every_name_asked(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("name,country\nVolgin Radio Works,X\nNobody At All,Y\n", "utf-8")
    code, out, _ = ask("match", "--file", str(file), "--list", NEW, "--format", "csv")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["name"] for row in rows} == {"Volgin Radio Works", "Nobody At All"}
    assert next(row for row in rows if row["name"] == "Nobody At All")["class"] == "none"


def test_a_decision_is_kept_shown_and_lapses(ask: Ask, tmp_path: Path) -> None:
    register = tmp_path / "kept.jsonl"
    code, out, _ = ask(
        "judge", "Volgin Radio", "--list", OLD, "--entry", "1", "--verdict", "other",
        "--who", "Sato", "--why", "other line of business", "--register", str(register), "--lang", "en",
    )  # fmt: skip
    assert code == 0
    assert "somebody else" in out
    assert ledger.verify(register) == ()
    _, out, _ = ask("match", "Volgin Radio", "--list", OLD, "--register", str(register), "--lang", "en")
    assert "somebody else (20" in out and "on this edition" in out
    _, out, _ = ask("match", "Volgin Radio", "--list", NEW, "--register", str(register), "--lang", "en")
    assert "lapsed: somebody else" in out
    register.write_text(register.read_text("utf-8").replace("other line", "same line"), "utf-8")
    code, _, err = ask("match", "Volgin Radio", "--list", OLD, "--register", str(register))
    assert code == 2
    assert "changed since it was written" in err


def test_only_hits_can_be_judged(ask: Ask, tmp_path: Path) -> None:
    register = tmp_path / "kept.jsonl"
    code, _, err = ask(
        "judge", "Zzz", "--list", OLD, "--entry", "1", "--verdict", "same", "--who", "S", "--why", "w",
        "--register", str(register),
    )  # fmt: skip
    assert code == 2
    assert "no hit of this name has the number '1'" in err
    assert not register.exists()


def test_who_came_and_went(ask: Ask) -> None:
    code, out, _ = ask("changes", OLD, NEW, "--lang", "en", "--format", "csv")
    assert code == 0
    assert "came,1,Harbour Abacus Institute" in out
    assert "went,3,Kitayama Heavy Industries" in out
    assert ask("changes", OLD, NEW)[0] == 0


def test_every_problem_of_every_list_at_once(ask: Ask, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("No.,国名,企業名,別名,懸念区分\n1,X,A,,Q\n2,X\n3,X,Fine,,M\n", "utf-8")
    bomb = tmp_path / "bomb.xml"
    bomb.write_text('<!DOCTYPE a [<!ENTITY b "c">]><sdnList/>', "utf-8")
    code, _, err = ask("match", "x", "--list", f"{bad}:meti@2025-01-01", f"{bomb}:ofac-xml")
    assert code == 2
    assert "not among B, C, M, N" in err and "columns" in err and "can be a bomb" in err
    code, out, err = ask(
        "match", "Fine", "--list", f"{bad}:meti@2025-01-01", "--skip-bad-rows", "--lang", "en"
    )
    assert code == 0
    assert "Fine" in out and "not among B, C, M, N" in err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("x",), "give a list"),
        (("--list", NEW), "give a name"),
        (("x", "--list", "enduser.csv"), "is not FILE:KIND"),
        (("x", "--list", "enduser.csv:meti@soon"), "is not a day"),
        (("...", "--list", NEW), "without letters"),
        (("x", "--list", NEW, "--top", "0"), "--top must be 1 or more"),
    ],
)
def test_what_cannot_be_asked(ask: Ask, words: tuple[str, ...], why: str) -> None:
    code, _, err = ask("match", *words)
    assert code == 2
    assert why in err
    assert "Traceback" not in err
