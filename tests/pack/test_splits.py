"""Areas and how industries spread over them: every mistake is told with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kaname.errors import InputProblems
from kaname.pack.reader import read

TINY = Path(__file__).parents[1] / "packs" / "tiny"
SPREAD = 'spread: {value: 0.2, unit: "1", source: handbook, year: 2024, confidence: estimate}'
GOOD = f"""
splits:
  - {{id: people, industries: [MIN, MAK], columns: [population], {SPREAD}}}
  - {{id: power, industries: [POW], use: true, {SPREAD}}}
"""

CASES = [
    (GOOD.replace("[MIN, MAK]", "[MIN]"), "no split says how industry 'MAK' spreads over the areas"),
    (GOOD.replace("[POW]", "[POW, MAK]"), "industry 'MAK' is already split by 'people'"),
    (
        GOOD.replace("[population]", "[populaton]"),
        "no column 'populaton' in table 'prefectures' (did you mean",
    ),
    (GOOD.replace("use: true, ", ""), "needs one of columns, service and use, found none"),
    (GOOD.replace("use: true", "use: true, columns: [population]"), "found columns, use"),
    (GOOD.replace("use: true", "service: grid"), "does not say by what the unknown is spread"),
    (GOOD.replace("use: true", "service: gird, fill: [population]"), "no service 'gird'"),
    (GOOD.replace("0.2", "1.2"), "'spread' must be at most 1, not 1.2"),
]


def pack(folder: Path, nation: str) -> Path:
    made = folder / "pack"
    shutil.copytree(TINY, made)
    (made / "nation.yaml").write_text(nation, "utf-8")
    return made


def told(folder: Path, nation: str) -> list[str]:
    with pytest.raises(InputProblems) as error:
        read(pack(folder, nation))
    return [str(problem) for problem in error.value.problems]


def test_the_small_pack_can_be_split(tmp_path: Path) -> None:
    found = read(pack(tmp_path, (TINY / "nation.yaml").read_text("utf-8") + GOOD))
    assert [split.id for split in found.splits] == ["people", "power"]


@pytest.mark.parametrize(("splits", "message"), CASES)
def test_a_split_that_cannot_be(tmp_path: Path, splits: str, message: str) -> None:
    found = told(tmp_path, (TINY / "nation.yaml").read_text("utf-8") + splits)
    assert any(message in line and "nation.yaml:" in line for line in found), found


def test_an_area_without_prefectures(tmp_path: Path) -> None:
    text = (TINY / "nation.yaml").read_text("utf-8").replace("prefectures: [01, 02]", "prefectures: []")
    assert any("expected at least 1 in the list" in line for line in told(tmp_path, text))


def test_prefectures_that_no_table_or_no_area_knows(tmp_path: Path) -> None:
    text = (TINY / "nation.yaml").read_text("utf-8")
    found = told(tmp_path, text.replace("prefectures: [03]", "prefectures: ['04']"))
    assert any("prefecture 04 of area 'SOUTH' is not in table 'prefectures' @" in line for line in found)
    assert any("prefecture 03 is in no area" in line for line in found)
