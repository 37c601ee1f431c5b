"""The table from risk to scenario, the storylines, and how many scenarios are run in pairs."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from kaname.errors import InputProblems
from kaname.nation import Nation
from kaname.pack.figures import Figure
from kaname.pack.reader import read
from kaname.pack.scenarios import Scenario

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "packs" / "tiny"
PAIRS = 400
"""Most pairs of the yearly assessment."""


def figures(scenario: Scenario) -> list[Figure]:
    found = []
    for event in scenario.events:
        found += [event.duration, event.change if event.kind == "demand" else event.loss]
        found += [event.recovery.duration] if event.recovery else []
    return found


def test_every_risk_of_the_report_has_a_scenario(japan: Nation) -> None:
    assert len(japan.pack.risks) >= 55
    for where in ("2(2)-1 ア", "2(2)-1 イ", "2(2)-1 ウ", "2(2)-1 エ", "2(2)-1 オ"):
        assert any(r.section.startswith(where) for r in japan.pack.risks), where
    for where in ("2(2)-2 ア", "2(2)-2 イ", "2(2)-2 ウ"):
        assert any(r.section.startswith(where) for r in japan.pack.risks), where
    taken_up = {s for risk in japan.pack.risks for s in risk.scenarios}
    assert taken_up == {s.id for s in japan.pack.scenarios}


def test_the_page_is_what_the_pack_says(japan: Nation) -> None:
    spec = importlib.util.spec_from_file_location("risk_table", ROOT / "tools" / "risk_table.py")
    assert spec and spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    page = tool.page(japan.pack)
    assert (ROOT / "docs" / "risks.md").read_text("utf-8") == page, "run tools/risk_table.py"
    rows = [line for line in page.splitlines() if line.startswith("| 2(2)")]
    assert len(rows) == len(japan.pack.risks) and all(row.split("|")[4].strip() for row in rows)


def test_scenarios_state_severities_and_evidence(japan: Nation) -> None:
    assert len(japan.pack.scenarios) >= 45
    for scenario in japan.pack.scenarios:
        assert scenario.evidence, scenario.id
        for figure in figures(scenario):
            assert figure.low is not None and figure.high is not None, scenario.id
        spread = [f for f in figures(scenario) if f.low != f.high]
        assert spread, f"{scenario.id} has no range"


def test_pairs_stay_few(japan: Nation) -> None:
    paired = sum(s.paired for s in japan.pack.scenarios)
    assert paired >= 20 and paired * (paired - 1) // 2 <= PAIRS


def test_a_storyline_is_its_chapters(japan: Nation) -> None:
    case = japan.case("quake-cyber-strait@5")
    assert [(s.id, day) for s, day in case.scenarios] == [
        ("nankai-trough", 5.0),
        ("substations-cyber", 19.0),
        ("hormuz-closure", 65.0),
    ]
    assert japan.name("quake-cyber-strait", "en").startswith("An earthquake")
    with pytest.raises(InputProblems, match="no scenario 'quake-cyber'"):
        japan.case("quake-cyber")


def test_a_storyline_costs_more_than_its_first_chapter(japan: Nation) -> None:
    story = japan.stress("winter-of-short-fuel", days=90)
    first = japan.stress("fuel-squeeze", days=90)
    assert story.total_loss > first.total_loss > 0


BAD = [
    (
        "risks: [{id: r, section: a, label: {ja: 甲, en: a}, scenarios: []}]",
        "expected at least 1 in the list",
    ),
    ("risks: [{id: r, section: a, label: {ja: 甲, en: a}, scenarios: [nothing]}]", "no scenario 'nothing'"),
    (
        "storylines: [{id: s, label: {ja: 甲, en: a}, summary: {ja: 甲, en: a}, digest: [EN-9], "
        "chapters: [{scenario: outage, day: 9}, {scenario: outage, day: 2}]}]",
        "strikes before the chapter above it",
    ),
    (
        "storylines: [{id: s, label: {ja: 甲, en: a}, summary: {ja: 甲, en: a}, digest: [EN-9], "
        "chapters: [{scenario: outage, day: 0}]}]",
        "expected at least 2 in the list",
    ),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_what_cannot_be(tmp_path: Path, text: str, message: str) -> None:
    made = tmp_path / "pack"
    shutil.copytree(TINY, made)
    file = made / "risks.yaml"
    file.write_text(file.read_text("utf-8") + "\n" + text + "\n", "utf-8")
    with pytest.raises(InputProblems) as told:
        read(made)
    assert any(message in str(p) and "risks.yaml:" in str(p) for p in told.value.problems), told.value
