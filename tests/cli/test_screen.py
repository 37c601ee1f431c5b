"""`kaname screen`, `kaname signatures`, `kaname review --laws`: cases on the command line."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path

import pytest
from tests.safeguards.small import LAW, pack_at

from kaname.cli import main
from kaname.safeguards import cases
from kaname.safeguards.book import Book

CASE = """case: land
asof: 2026-05-01
facts: {near: yes, size: 250, buyer: DNK}
parties: [{name: 秘密商事, role: buyer}]
public: [near]
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small pack of law."""
    return pack_at(tmp_path / "pack")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A case for it."""
    path = tmp_path / "case.yaml"
    path.write_text(CASE, "utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(word) for word in argv])
    out, err = capsys.readouterr()
    return int(caught.value.code or 0), out, err


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            (
                "Notify before acting. The authority must be told",
                "Large land nearby",
                "size: 250 m² (limit: at least",
            ),
        ),
        (
            "ja",
            ("事前届出が必要", "近くの広い土地", "面積：250㎡（基準：200㎡以上）", "一覧「友好国」にない"),
        ),
    ],
)
def test_a_case_is_answered_with_its_trace(
    capsys: pytest.CaptureFixture[str], small: Path, case: Path, lang: str, said: tuple[str, ...]
) -> None:
    code, out, err = run(capsys, "screen", case, "--pack", small, "--lang", lang)
    assert (code, err) == (0, "")
    for part in said:
        assert part in out


def test_json_holds_what_the_trace_says(capsys: pytest.CaptureFixture[str], small: Path, case: Path) -> None:
    _, out, _ = run(capsys, "screen", case, "--pack", small, "--format", "json")
    found = json.loads(out)
    assert (found["outcome"], found["also"], found["missing"], found["pack"]["id"]) == (
        "notify",
        [],
        [],
        "small",
    )
    big = next(rule for rule in found["rules"] if rule["id"] == "big-near")
    assert (big["state"], big["grade"], big["citation"][0]["law"]) == ("fires", "S1", "act")
    size = next(one for one in big["deciding"] if one["fact"] == "size")
    assert (size["value"], size["against"], size["source"], size["met"]) == (250.0, ["200"], "limit", True)


def test_asof_of_the_command_outranks_that_of_the_case(
    capsys: pytest.CaptureFixture[str], small: Path, case: Path
) -> None:
    _, out, _ = run(capsys, "screen", case, "--pack", small, "--format", "json", "--asof", "2023-12-31")
    assert (json.loads(out)["asof"], json.loads(out)["outcome"]) == ("2023-12-31", "disclose")


def test_what_changes_between_two_days(capsys: pytest.CaptureFixture[str], small: Path, case: Path) -> None:
    code, out, _ = run(
        capsys, "screen", "--diff", "2023-12-31", "2025-01-01", "--pack", small, "--lang", "en"
    )
    assert code == 0
    assert "2024-01-01 “limit”: 300 → 200" in out
    assert "2025-01-01 “friends” gains CHE" in out
    _, out, _ = run(
        capsys, "screen", case, "--diff", "2023-12-31", "2025-01-01", "--pack", small, "--lang", "en"
    )
    assert "Answer: Report or declare → Notify before acting" in out
    _, out, _ = run(capsys, "screen", "--diff", "2024-02-01", "2024-03-01", "--pack", small, "--lang", "en")
    assert "Nothing changes." in out
    code, _, err = run(capsys, "screen", "--diff", "2025-01-01", "2024-01-01", "--pack", small)
    assert (code, "is later than" in err) == (2, True)


def test_the_days_of_the_issue(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "screen", "--diff", "2026-11-23", "2027-02-03", "--format", "json")
    found = [(one["day"], one["kind"], one["record"]) for one in json.loads(out)["changes"]]
    assert ("2027-01-04", "begins", "rules/fdi-2027-indirect") in found
    assert ("2027-02-03", "applies", "rules/fdi-2027-indirect") in found
    assert ("2027-01-12", "begins", "rules/inf-fsa-2027") in found
    assert len(found) == 9


def test_an_interview_asks_until_the_answer_is_settled(
    capsys: pytest.CaptureFixture[str], small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # near: yes by number; size: first nonsense, then a figure; buyer
    replies = {"near": "1", "size": "250", "buyer": "DNK"}
    kept = tmp_path / "kept.yaml"

    def answers() -> str:
        asked = capsys.readouterr().err
        order = {"near [": "near", "near (": "near", "size [": "size", "buyer's country": "buyer"}
        last = max(order, key=asked.rfind)
        if last.startswith("size") and "Not understood" not in asked:
            return "wide"
        return replies[order[last]]

    monkeypatch.setattr("builtins.input", answers)
    code, out, err = run(capsys, "screen", "--kind", "land", "--pack", small, "--lang", "en", "--save", kept)
    assert code == 0
    assert "Notify before acting" in out
    assert "no further fact changes the answer. Questions asked: 3." in err
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    _, again, _ = run(capsys, "screen", kept, "--pack", small, "--lang", "en")
    assert again == out


def test_an_interview_can_be_stopped(
    capsys: pytest.CaptureFixture[str], small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\nq\n"))
    code, out, err = run(capsys, "screen", "--kind", "land", "--pack", small, "--lang", "en")
    assert (code, "Stopped. Questions asked: 1." in err, "Refer to a person" in out) == (0, True, True)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, _, err = run(capsys, "screen", "--pack", small, "--lang", "en")
    assert (code, "name a case file or a kind of case" in err) == (2, True)
    code, _, err = run(capsys, "screen", "--pack", small, "--kind", "lnad")
    assert (code, "did you mean 'land'" in err) == (2, True)


def test_a_folder_of_cases_tells_the_bad_and_keeps_the_good(
    capsys: pytest.CaptureFixture[str], small: Path, tmp_path: Path
) -> None:
    folder, out = tmp_path / "cases", tmp_path / "answers"
    folder.mkdir()
    (folder / "a.yaml").write_text(CASE, "utf-8")
    (folder / "b.yaml").write_text("case: land\nfacts: {sise: 3}\n", "utf-8")
    (folder / "c.yaml").write_text("case: land\nfacts: {near: no, buyer: BEL}\n", "utf-8")
    (folder / "note.txt").write_text("not a case", "utf-8")
    code, said, err = run(
        capsys, "screen", "--batch", folder, "--out", out, "--pack", small, "--format", "json"
    )
    assert code == 2
    rows = {row["file"]: row["outcome"] for row in json.loads(said)}
    assert rows == {"a.yaml": "notify", "b.yaml": None, "c.yaml": "clear"}
    assert "no fact 'sise'" in err
    assert f"{folder}/b.yaml:2" in err
    assert {path.name for path in out.iterdir()} == {"a.json", "c.json"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in out.iterdir())
    code, _, err = run(capsys, "screen", "--batch", tmp_path / "gone", "--pack", small)
    assert (code, "no such folder" in err) == (2, True)


def test_the_report_leaves_out_what_is_not_public(
    capsys: pytest.CaptureFixture[str], small: Path, case: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    run(capsys, "screen", case, "--pack", small, "--lang", "en", "--report", page)
    text = page.read_text("utf-8")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert "Large land nearby" in text
    assert "near: yes" in text
    assert "size: not public" in text
    assert "250" not in text
    assert "DNK" not in text
    assert "秘密商事" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert "This is no legal advice" in text
    _, out, _ = run(capsys, "screen", case, "--pack", small, "--public", "--format", "json")
    assert "250" not in out
    assert "DNK" not in out


def test_decisions_are_kept_and_tampering_is_found(
    capsys: pytest.CaptureFixture[str], small: Path, case: Path, tmp_path: Path
) -> None:
    register = tmp_path / "decisions.jsonl"
    words = ("--decide", "notify", "--who", "担当者", "--why", "200㎡以上", "--register", register)
    for _ in range(3):
        code, _, err = run(capsys, "screen", case, "--pack", small, *words)
        assert code == 0
    assert "line 3" in err or "3件目" in err
    assert stat.S_IMODE(register.stat().st_mode) == 0o600
    record = json.loads(register.read_text("utf-8").splitlines()[0])["record"]
    assert (record["outcome"], record["decision"], record["who"], record["rules"]) == (
        "notify", "notify", "担当者", ["big-near", "stranger"],
    )  # fmt: skip
    assert "250" not in json.dumps(record["file"])
    code, out, _ = run(capsys, "check", "--register", register, "--lang", "en")
    assert (code, "has 3 lines" in out) == (0, True)

    whole = register.read_bytes()
    register.write_bytes(whole.replace("担当者".encode(), "別の人".encode(), 1))
    assert run(capsys, "check", "--register", register)[0] == 2
    register.write_bytes(b"".join(whole.splitlines(keepends=True)[:2]))
    code, _, err = run(capsys, "check", "--register", register)
    assert (code, "ends at line 2" in err) == (2, True)
    code, _, err = run(capsys, "screen", case, "--pack", small, *words)
    assert code == 2
    assert run(capsys, "check", "--register", tmp_path / "gone.jsonl")[0] == 2


def test_a_decision_needs_who_and_why_and_a_file(
    capsys: pytest.CaptureFixture[str], small: Path, case: Path, tmp_path: Path
) -> None:
    register = tmp_path / "r.jsonl"
    code, _, err = run(capsys, "screen", case, "--pack", small, "--decide", "clear", "--register", register)
    assert (code, err.count("a decision needs")) == (2, 2)
    assert not register.exists()
    code, _, err = run(capsys, "screen", "--pack", small, "--decide", "clear", "--register", register)
    assert (code, "a decision needs a case file" in err) == (2, True)


def test_bad_cases_exit_2_with_every_problem(
    capsys: pytest.CaptureFixture[str], small: Path, tmp_path: Path
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text('case: land\nfacts: {naer: yes, size: "1.5"}\n', "utf-8")
    code, out, err = run(capsys, "screen", path, "--pack", small)
    assert (code, out) == (2, "")
    assert "did you mean 'near'" in err
    assert "leave the quotes out" in err
    assert "Traceback" not in err


def test_what_waits_for_a_signature(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    small = pack_at(tmp_path / "weak", LAW, grade="M")
    code, out, _ = run(capsys, "signatures", "--pack", small, "--format", "json")
    (row,) = json.loads(out)
    _, paste, _ = run(capsys, "signatures", "--pack", small, "--paste")
    assert paste == (
        "signatures:\n"
        f'  - {{id: legal_lists-friends, of: legal_lists/friends, text: {row["stamp"]}, by: "", on: "", read: ""}}\n'
    )
    assert (code, row["record"], row["grade"], len(row["stamp"])) == (0, "legal_lists/friends", "M", 16)
    signed = (
        LAW
        + f"""
signatures: [{{id: s, of: legal_lists/friends, text: {row["stamp"]}, by: A, on: 2026-01-01, read: Gazette}}]
"""
    )
    pack_at(small, signed, grade="M")
    _, out, _ = run(capsys, "signatures", "--pack", small, "--format", "json")
    assert json.loads(out) == []
    pack_at(small, signed.replace("{id: BEL}", "{id: BEL}, {id: ZZZ}"), grade="M")
    _, out, _ = run(capsys, "signatures", "--pack", small, "--format", "json", "--lang", "en")
    assert json.loads(out)[0]["state"] == "changed since signed"


def test_check_runs_the_examples(capsys: pytest.CaptureFixture[str], small: Path) -> None:
    code, _, err = run(capsys, "check", "--pack", small)
    assert (code, "no example in which rule 'big-near' fires or is excluded" in err) == (2, True)
    code, out, _ = run(capsys, "check", "--pack", "uk", "--lang", "en")
    assert (code, "examples of the rules are answered as written" in out) == (0, True)


def test_laws_and_risks(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "review", "--laws", "--lang", "en", "--format", "table")
    assert code == 0
    assert "Without a legal basis on 2021-05-27: 34 scenarios" in out
    assert "Without a legal basis on 2026-11-23: 4 scenarios" in out
    assert "An empty cell means that this pack knows of no law" in out.replace("\n", " ")


def test_a_pack_of_rules_has_no_network_to_stress(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "stress", "x", "--pack", "uk")
    assert code == 2
    assert "Traceback" not in err
    code, _, err = run(capsys, "leverage", "--pack", "uk")
    assert (code, "holds rules only" in err) == (2, True)


def test_a_stopped_batch_keeps_what_was_done(
    capsys: pytest.CaptureFixture[str], small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = tmp_path / "cases", tmp_path / "answers"
    folder.mkdir()
    for name in "abcd":
        (folder / f"{name}.yaml").write_text(CASE, "utf-8")
    read = cases.read

    def stopped(path: Path, book: Book) -> cases.Case:
        if path.name == "c.yaml":
            raise KeyboardInterrupt
        return read(path, book)

    monkeypatch.setattr(cases, "read", stopped)
    code, said, _ = run(
        capsys, "screen", "--batch", folder, "--out", out, "--pack", small, "--format", "json"
    )
    assert code == 130
    assert [row["file"] for row in json.loads(said)] == ["a.yaml", "b.yaml"]
    assert {path.name for path in out.iterdir()} == {"a.json", "b.json"}


def test_the_network_is_shown_beside_and_kept_out_of_what_is_public(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "case.yaml"
    text = "case: land\nfacts: {zone: special, area_m2: 250}\ngoods: [graphite]\npublic: [zone]\n"
    path.write_text(text, "utf-8")
    page = tmp_path / "page.html"
    _, out, _ = run(capsys, "screen", path, "--network", "--lang", "en", "--report", page)
    assert "Natural graphite: 90% of imports come from China (2023)" in out
    assert "graphite" not in page.read_text("utf-8")
    path.write_text(text.replace("[zone]", "[zone, goods]"), "utf-8")
    run(capsys, "screen", path, "--network", "--lang", "en", "--report", page)
    assert "Natural graphite" in page.read_text("utf-8")


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("what", ["facts", "rules"])
def test_facts_and_rules_are_listed(capsys: pytest.CaptureFixture[str], what: str, lang: str) -> None:
    code, out, _ = run(capsys, "list", what, "--lang", lang, "--format", "json")
    rows = {row["id"]: row for row in json.loads(out)}
    assert code == 0
    if what == "facts":
        assert rows["zone"]["choices"] == "special, monitored, none"
    else:
        assert (rows["fdi-notify-2020"]["from"], rows["inf-medical"]["from"]) == ("2020-06-07", None)


def test_an_answer_that_contradicts_the_others_is_asked_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(
        "case: cloud\nasof: 2022-01-01\n"
        "facts: {buyer: state, class2: yes, class3: no, entry_expires: 2023-01-01, scope_covers: yes}\n",
        "utf-8",
    )
    monkeypatch.setattr("sys.stdin", io.StringIO("2\n1\n"))  # ISMAP-LIU, before it began; then ISMAP
    code, out, err = run(capsys, "screen", path, "--interview", "--lang", "en")
    assert code == 0
    assert "ISMAP-LIU began on 1 November 2022." in err
    assert "Questions asked: 1." in err
    assert out.startswith("Clear")


def test_the_strict_reading_holds_for_a_folder_and_between_days_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases" / "land.yaml"
    file.parent.mkdir()
    file.write_text(
        "case: land\nasof: 2026-11-23\nfacts: {zone: none, plan_zone: none, property: land, area_m2: 250, deal: sale, "
        "city_class: urbanisation, buyer_foreign: no, buyer_non_resident: no, forest: no, farmland: no}\n",
        "utf-8",
    )
    days = ("--diff", "2026-11-22", "2026-11-23", "--format", "json")
    for strict, outcome in (((), "clear"), (("--strict",), "refer")):
        _, out, _ = run(capsys, "screen", "--batch", file.parent, "--format", "json", *strict)
        assert [row["outcome"] for row in json.loads(out)] == [outcome]
        _, out, _ = run(capsys, "screen", file, *days, *strict)
        assert [answer["outcome"] for answer in json.loads(out)["answers"]] == [outcome] * 2
