"""The command line as a user meets it: answers on standard output, every problem at once on standard error."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kaname.cli import commands, holds, main, runs, ties
from kaname.cli.commands import app
from kaname.errors import InputProblems
from kaname.labels import text
from kaname.nation import Nation
from kaname.pack.reader import read
from kaname.strategy import edition

ROOT = Path(__file__).parents[2]
BROKEN = ROOT / "tests" / "packs" / "broken"
TINY = str(ROOT / "tests" / "packs" / "tiny")
COMMANDS = ("check", "assess", "stress", "explain", "depend", "leverage", "review", "list")
KINDS_OF_MISTAKE = (
    "unknown field 'stok'",
    "a figure needs a source",
    "no industry 'MIN'",
    "cannot be in 'MW'",
    "'share' is negative",
    "sum to 1.3, more than 1",
    "included file 'nowhere.yaml' does not exist",
    "cyclic include",
    "is not a date",
    "not readable as YAML",
)


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    code: object
    out: str
    err: str


class Asking:
    """Runs the command line in this process, on a nation that is opened once."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: str) -> Said:
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(list(words))
        said = self.capsys.readouterr()
        return Said(left.value.code, said.out, said.err)


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Asking:
    return Asking(capsys)


@pytest.fixture
def of_japan(ask: Asking, japan: Nation, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """``ask``, but the commands find Japan already opened."""
    really = commands.open_nation

    def opened(pack: str = "japan") -> Nation:
        return japan if pack == "japan" else really(pack)

    monkeypatch.setattr(commands, "open_nation", opened)
    monkeypatch.setattr(runs, "open_nation", opened)
    monkeypatch.setattr(ties, "open_nation", opened)
    monkeypatch.setattr(holds, "open_nation", opened)
    monkeypatch.setattr(commands, "load", lambda pack: opened(pack).reading)
    return ask


def an_edition(out: Path) -> dict[str, bytes]:
    """An edition at ``out``; gives every file's bytes."""
    whole = edition.Edition(
        {"loss": pl.DataFrame({"a": ["x"]})}, "<p>r</p>", {"pack.yaml": "00"}, {"days": 3}
    )
    edition.write(whole, out)
    return held(out)


def held(folder: Path) -> dict[str, bytes]:
    """Every file under the folder's parent, so that leftovers beside it are seen too."""
    return {str(p): p.read_bytes() for p in folder.parent.rglob("*") if p.is_file()}


# what is wrong with the input


def test_check_tells_every_mistake_of_a_pack_at_once() -> None:
    with pytest.raises(InputProblems) as caught:
        read(BROKEN)
    words = [sys.executable, "-c", "from kaname.cli import main; main()", "check", "--pack", str(BROKEN)]
    said = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    lines = said.stderr.splitlines()
    assert said.returncode == 2
    assert said.stdout == ""
    assert lines == [str(p) for p in caught.value.problems]
    assert not [kind for kind in KINDS_OF_MISTAKE if kind not in said.stderr]
    # a file that cannot be parsed has a line and no path inside
    placed = re.compile(r" @ .+\.yaml:\d+( \$\.\S+)?$")
    assert not [line for line in lines if not placed.search(line)]
    assert [line for line in lines if " $." not in line] == [lines[-1]]
    assert "Traceback" not in said.stderr


def test_assess_of_a_broken_pack_leaves_the_last_edition(ask: Asking, tmp_path: Path) -> None:
    out = tmp_path / "out"
    before = an_edition(out)
    said = ask("assess", "--pack", str(BROKEN), "--out", str(out))
    assert said.code == 2
    assert len(said.err.splitlines()) == 11
    assert held(out) == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["stress", "hormuz-closure", "--days", "100000"],
            "a run has at most 3,650 days, not 100,000 @ days",
        ),
        (["explain", "hormuz-closure", "JPN:C19", "--day", "100000"], "a run has at most 3,650 days"),
    ],
)
def test_days_are_not_too_many(of_japan: Asking, words: list[str], told: str) -> None:
    said = of_japan(*words)
    assert said.code == 2
    assert told in said.err and said.out == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["frobnicate"], 'Unknown command "frobnicate"'),
        (["check", "--nope"], "Unknown option: --nope"),
        (["list", "bananas"], '"scenarios", "storylines"'),
        (["list", "goods", "--format", "xml"], '"table", "json", "csv"'),
        (["check", "--kind", "bogus"], '"no-deadline"'),
        (["stress", "hormuz-closure", "--days", "many"], "--days"),
        (["review", "--asof", "2026-02-30"], "--asof"),
        (["explain", "hormuz-closure", "JPN:C19"], "--day"),
        (["stress", "hormuz-closure", "--days", "1.5"], "--days: a whole number is needed, not 1.5"),
        (["explain", "hormuz-closure", "JPN:C19", "--day", "1.5"], "--day: a whole number is needed"),
        (["restore", "cable-cut", "--crews", "2.5"], "--crews: a whole number is needed, not 2.5"),
        (["power", "fuel-squeeze", "--days=.5"], "--days: a whole number is needed, not .5"),
        (["worth", "hormuz-closure", "--days", "1e-1"], "--days: a whole number is needed, not 1e-1"),
        (["leverage", "--stop", "30.5"], "--stop: a whole number is needed"),
        (["depend", "--year", "2022.5"], "--year: a whole number is needed"),
        (["outlook", "2030.5"], "a whole number is needed, not 2030.5"),
        (["assess", "--days", "inf"], "--days: a whole number is needed, not inf"),
    ],
)
def test_words_that_cannot_be_parsed(ask: Asking, words: list[str], told: str) -> None:
    said = ask(*words)
    assert said.code == 2
    assert told in said.err
    assert "kaname --help lists the commands" in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_unknown_pack(ask: Asking) -> None:
    said = ask("check", "--pack", "nowhere")
    assert said.code == 2
    assert "(eu, japan, uk, us) @ nowhere" in said.err


def test_unknown_scenarios_and_measures_are_told_together(of_japan: Asking) -> None:
    said = of_japan("stress", "hormuz-closur", "nankai-trough@soon", "qqq", "--with", "en-oil-releas")
    assert said.code == 2
    assert sorted(said.err.splitlines()) == [
        "no measure 'en-oil-releas' (did you mean 'en-oil-release'?) @ en-oil-releas",
        "no scenario 'hormuz-closur' (did you mean 'hormuz-closure'?) @ hormuz-closur",
        "no scenario 'qqq' @ qqq",
        "the day after '@' must be a whole number, not 'soon' @ nankai-trough@soon",
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["stress"], "name at least one scenario"),
        (["stress", "hormuz-closure", "--days", "0"], "at least one day, not 0"),
        (["leverage", "--stop", "0"], "at least one day, not 0"),
        (["depend", "--year", "1800"], "no trade data for 1800"),
        (["depend", "--method", "tarot"], "unknown method 'tarot'"),
    ],
)
def test_what_cannot_be_asked(of_japan: Asking, words: list[str], told: str) -> None:
    said = of_japan(*words)
    assert said.code == 2
    assert told in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_assess_of_no_days_writes_nothing(of_japan: Asking, tmp_path: Path) -> None:
    said = of_japan("assess", "--days", "0", "--out", str(tmp_path / "out"))
    assert said.code == 2
    assert "at least one day, not 0" in said.err
    assert not list(tmp_path.iterdir())


def test_explain_tells_scenario_node_and_day_together(of_japan: Asking) -> None:
    said = of_japan("explain", "hormuz-closur", "JPN:C91", "--day", "-1")
    assert said.code == 2
    assert [line.partition(" @ ")[0].partition(" (did")[0] for line in said.err.splitlines()] == [
        "the run has days 0 to 0, not -1",
        "no scenario 'hormuz-closur'",
        "no node 'JPN:C91' in the network",
    ]


def test_explain_beyond_the_end_of_a_kept_run(of_japan: Asking, tmp_path: Path) -> None:
    kept = tmp_path / "run.json"
    assert of_japan("stress", "hormuz-closure", "--days", "3", "--save", str(kept)).code == 0
    said = of_japan("explain", str(kept), "JPN:C19", "--day", "3")
    assert said.code == 2
    assert said.err == "the run has days 0 to 2, not 3 @ day\n"
    # and the last day is there: a run shorter than it takes to come to rest is a run
    assert of_japan("explain", str(kept), "JPN:C19", "--day", "2").code == 0


@pytest.mark.parametrize(
    "content",
    [
        b"not json",
        b"\xff\xfe\x00",
        b"[1, 2]",
        b'{"scenarios": ["hormuz-closure"]}',
        b'{"scenarios": "hormuz-closure", "days": 3, "measures": [], "inputs": {}}',
        b'{"scenarios": ["hormuz-closure"], "days": "x", "measures": [], "inputs": {}}',
        b'{"scenarios": ["hormuz-closure"], "days": 1.5, "measures": [], "inputs": {}}',
    ],
)
def test_a_file_that_is_no_run(of_japan: Asking, tmp_path: Path, content: bytes) -> None:
    kept = tmp_path / "run.json"
    kept.write_bytes(content)
    said = of_japan("explain", str(kept), "JPN:C19", "--day", "1")
    assert said.code == 2
    assert said.err == f"this is not a run kept by 'kaname stress --save' @ {kept}\n"


def test_a_run_that_is_not_there(of_japan: Asking, tmp_path: Path) -> None:
    said = of_japan("explain", str(tmp_path / "none.json"), "JPN:C19", "--day", "1")
    assert said.code == 2
    assert said.err.startswith("the run cannot be read: ")


# what is not the input's fault


def test_an_internal_fault_exits_1(of_japan: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("no")

    monkeypatch.setattr(Nation, "review", broken)
    said = of_japan("review")
    assert said.code == 1
    assert "ZeroDivisionError" in said.err
    assert "a fault of kaname, not of your input" in said.err


def test_ctrl_c_leaves_the_last_edition(
    of_japan: Asking, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    out = tmp_path / "out"
    before = an_edition(out)
    monkeypatch.setattr(Nation, "assess", interrupted)
    said = of_japan("assess", "--out", str(out))
    assert said.code == 130
    assert "what was there before is as it was" in said.err
    assert "Traceback" not in said.err
    assert held(out) == before


def test_told_to_end_it_clears_away_what_was_half_done(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\n"
        "from kaname.cli import main\n"
        "from kaname.nation import Nation\n"
        "from kaname.strategy import edition\n"
        "Nation.assess = lambda *_, **__: None\n"
        "edition._fill = lambda folder, _: os.kill(os.getpid(), signal.SIGTERM)\n"
        "Nation.write = lambda _, __, out: edition.write(edition.Edition({}, '', {}, {}), out)\n"
        "main(['assess', '--out', sys.argv[1]])\n"
    )
    words = [sys.executable, "-c", script, str(tmp_path / "out")]
    left = subprocess.run(words, capture_output=True, text=True, check=False)
    assert left.returncode == 143
    assert "what was there before is as it was" in left.stderr and "Traceback" not in left.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_without_a_traceback(
    of_japan: Asking, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "somewhere")

    out = tmp_path / "out"
    before = an_edition(out)
    monkeypatch.setattr(Nation, "assess", lambda *_, **__: None)
    monkeypatch.setattr(Nation, "write", full)
    said = of_japan("assess", "--out", str(out))
    assert said.code == 1
    assert "No space left on device @ somewhere" in said.err
    assert "Traceback" not in said.err
    assert held(out) == before


# help


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example_that_parses(ask: Asking, command: str) -> None:
    said = ask(command, "--help")
    assert said.code == 0
    shown = " ".join(said.out.split("╭")[0].split())
    example = shown.partition("Example: ")[2]
    assert example.startswith(f"kaname {command}")
    asked, _, _ = app.parse_args(shlex.split(example)[1:], exit_on_error=False, print_error=False)
    assert asked.__name__.rstrip("_") == command


def test_every_command_is_listed(ask: Asking) -> None:
    said = ask("--help")
    assert said.code == 0
    assert not [c for c in COMMANDS if not re.search(rf"│ {c} ", said.out)]


# Japan


@pytest.mark.parametrize("what", ["scenarios", "measures", "goods", "facilities", "sources"])
def test_lists_hold_the_whole_pack(of_japan: Asking, japan: Nation, what: str) -> None:
    ids = [part.id for part in getattr(japan.pack, what)]
    names = {}
    for lang in ("ja", "en"):
        rows = json.loads(of_japan("list", what, "--lang", lang, "--format", "json").out)
        assert [row["id"] for row in rows] == ids
        read_back = list(
            csv.DictReader(io.StringIO(of_japan("list", what, "--lang", lang, "--format", "csv").out))
        )
        assert [row["id"] for row in read_back] == ids
        assert [row["name"] for row in read_back] == [row["name"] for row in rows]
        names[lang] = [row["name"] for row in rows]
        table = of_japan("list", what, "--lang", lang)
        assert table.code == 0
        assert text(f"list.{what}", lang) in table.out
        assert text("list.name", lang) in table.out
    # titles of sources stand as published
    assert (names["ja"] == names["en"]) == (what == "sources")


def test_depend_holds_every_product_and_agrees_with_the_library(of_japan: Asking, japan: Nation) -> None:
    found = japan.dependence()
    rows = json.loads(of_japan("depend", "--format", "json").out)
    assert [row["hs6"] for row in rows] == found.frame["hs6"].to_list()
    assert len({row["hs6"] for row in rows}) == len(rows) > 50
    for method, flagged in found.counts.select("method", "flagged").iter_rows():
        assert sum(row[method] is True for row in rows) == flagged
        assert flagged > 0 or method == "distance"  # its table is the user's
    assert [row["largest_share"] for row in rows] == found.frame["largest_share"].to_list()
    one = json.loads(of_japan("depend", "--format", "json", "--method", "geodep").out)
    assert [row["geodep"] for row in one] == [row["geodep"] for row in rows]
    assert "ec_2021" not in one[0]


def test_review_agrees_with_the_library(of_japan: Asking, japan: Nation) -> None:
    asof = "2026-12-31"
    found = japan.review(pl.Series([asof]).str.to_date()[0])
    rows = json.loads(of_japan("review", "--asof", asof, "--format", "json").out)
    assert len(rows) == len(japan.pack.measures)
    counts = {
        "overdue": found.overdue,
        "no_owner": found.without_owner,
        "no_deadline": found.without_deadline,
        "no_legal_basis": found.without_legal_basis,
        "status_unknown": found.status_unknown,
    }
    for lang in ("ja", "en"):
        screen = of_japan("review", "--asof", asof, "--lang", lang).out.splitlines()
        for flag, those in counts.items():
            assert {row["id"] for row in rows if row[flag]} == {m.id for m in those}
            assert f"{text(f'review.{flag}', lang)}  {len(those)}" in screen
        assert f"{text('review.unanswered', lang)}  {len(found.unanswered_scenarios)}" in screen


@pytest.fixture(scope="module")
def kept(japan: Nation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any]]:
    """Hormuz closed for 100 days with oil released, kept in a file, and that run."""
    path = tmp_path_factory.mktemp("kept") / "hormuz.json"
    runs.save(japan, ["hormuz-closure"], 100, ["en-oil-release"], path)
    yield path, japan.stress("hormuz-closure", days=100, measures=["en-oil-release"])


def events(why: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every event of an explanation."""
    yield from why["events"]
    for part in why["because"]:
        yield from events(part)


def test_hormuz_stops_crude_and_refineries_and_says_why(
    of_japan: Asking, japan: Nation, tmp_path: Path
) -> None:
    path = tmp_path / "run.json"
    asked = of_japan("stress", "hormuz-closure", "--days", "120", "--format", "json", "--save", str(path))
    first = {row["node"]: row["day"] for row in json.loads(asked.out)}
    # by hand: 24 days at sea, then 31 days of stock while 64% is missing
    assert 65 <= first["crude"] <= 80
    assert 65 <= first["JPN:C19"] <= 80
    words = ("explain", str(path), "JPN:C19", "--day", str(first["JPN:C19"]))
    why = json.loads(of_japan(*words, "--format", "json").out)
    assert (why["cause"], why["input"]) == ("input", "crude")
    assert any(e["scenario"] == "hormuz-closure" and "hormuz" in e["names"] for e in events(why))
    said = of_japan(*words, "--lang", "en")
    assert said.err == ""
    assert japan.name("hormuz", "en") in said.out
    # the day's reasons lie before it: a run by name, ending on that day, tells the same
    by_name = of_japan("explain", "hormuz-closure", *words[2:], "--format", "json")
    assert json.loads(by_name.out) == why


def test_a_kept_run_is_explained_again_as_it_was(
    of_japan: Asking, kept: tuple[Path, Any], japan: Nation
) -> None:
    path, run = kept
    words = ("explain", str(path), "JPN:C19", "--day", "99", "--lang", "en")
    said = of_japan(*words)
    assert said.code == 0
    assert said.out.splitlines() == runs.explained(japan, run.explain("JPN:C19", 99), "en")


def test_a_run_kept_on_other_data_says_so(of_japan: Asking, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    of_japan("stress", "hormuz-closure", "--days", "2", "--save", str(path))
    recipe = json.loads(path.read_text(encoding="utf-8"))
    name = next(iter(recipe["inputs"]))
    path.write_text(json.dumps(recipe | {"inputs": recipe["inputs"] | {name: "0" * 64}}), encoding="utf-8")
    said = of_japan("explain", str(path), "JPN:C19", "--day", "1")
    assert said.code == 0
    assert "have changed since this run was kept" in said.err


def test_stress_on_one_screen_shows_what_measures_avoid(of_japan: Asking) -> None:
    said = of_japan("stress", "hormuz-closure", "--days", "5", "--with", "en-oil-release", "--lang", "en")
    assert said.code == 0
    assert text("stress.hypothetical", "en") in " ".join(said.out.split())
    assert text("stress.without_measures", "en") in said.out
    assert text("stress.avoided", "en") in said.out


def test_check_of_japan_and_of_one_kind(of_japan: Asking, ask: Asking) -> None:
    rows = json.loads(of_japan("check", "--format", "json").out)
    one = json.loads(of_japan("check", "--format", "json", "--kind", "no-deadline").out)
    assert one == [row for row in rows if row["kind"] == "no-deadline"]
    assert 0 < len(one) < len(rows)
    assert ask("check", "--pack", TINY, "--lang", "en").code == 0


@pytest.mark.slow
def test_leverage_names_each_partner_once(of_japan: Asking, japan: Nation) -> None:
    rows = json.loads(of_japan("leverage", "--stop", "30", "--format", "json").out)
    partners = [row["partner"] for row in rows]
    assert len(set(partners)) == len(partners) > 10
    assert japan.pack.home not in partners
    for row in rows:
        assert row["net"] == pytest.approx(row["their_loss"] - row["our_loss"])
