"""What cannot be in a country of areas: each mistake explained, with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kaname.errors import InputProblems
from kaname.pack.reader import read

TINY = Path(__file__).parents[1] / "packs" / "tiny"
WHOLE = 'weight: {value: 1, unit: "1", source: handbook, year: 2024, confidence: estimate}'
NONE = "buffer: {value: 0, unit: day, source: handbook, year: 2024, confidence: estimate}"
POWER_USER = f"    users:\n      - {{industry: POW, {WHOLE}}}\n      - {{industry: MAK"

CASES = [
    ("area: NORTH\n    lat", "area: NORHT\n    lat", "no area 'NORHT' (did you mean 'NORTH'?)"),
    (
        "kind: grid\n    service: grid\n    share: {value: 0.4",
        "kind: intertie\n    joins: [NORTH, EAST]\n    service: grid\n    share: {value: 0.4",
        "no area 'EAST'",
    ),
    (
        "kind: grid\n    service: grid\n    share: {value: 0.4",
        "kind: intertie\n    service: grid\n    share: {value: 0.4",
        "does not say which areas it joins",
    ),
    (
        "kind: strait\n    lat",
        "kind: strait\n    route: ormuzz\n    lat",
        "no sea route knows passage 'ormuzz'",
    ),
    (
        'share: {value: 0.6, unit: "1"',
        'share: {value: 0.7, unit: "1"',
        "shares of the facilities of service 'grid' sum to 1.1, more than 1",
    ),
    (
        "    repair: {value: 10, unit: day",
        f"    needs:\n      - {{of: POW, {WHOLE}, {NONE}}}\n    repair: {{value: 10, unit: day",
        "needs go in a circle without a buffer",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), CASES)
def test_what_cannot_be(tmp_path: Path, old: str, new: str, message: str) -> None:
    made = tmp_path / "pack"
    shutil.copytree(TINY, made)
    file = made / "nation.yaml"
    text = file.read_text("utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    if "circle" in message:  # power needs the grid, the grid needs power
        text = text.replace(
            "    users:\n      - {industry: MAK, weight: {value: 0.8", POWER_USER + ", weight: {value: 0.8", 1
        )
    file.write_text(text, "utf-8")
    with pytest.raises(InputProblems) as told:
        read(made)
    lines = [str(problem) for problem in told.value.problems]
    assert any(message in line and "nation.yaml:" in line for line in lines), lines


def test_a_circle_through_an_industry_with_a_battery_is_sound(tmp_path: Path) -> None:
    made = tmp_path / "pack"
    shutil.copytree(TINY, made)
    file = made / "nation.yaml"
    text = file.read_text("utf-8").replace(
        "    users:\n      - {industry: MAK, weight: {value: 0.8", POWER_USER + ", weight: {value: 0.8", 1
    )
    held = NONE.replace("value: 0,", "value: 1,")
    text = text.replace(
        "    repair: {value: 10, unit: day",
        f"    needs:\n      - {{of: POW, {WHOLE}, {held}}}\n    repair: {{value: 10, unit: day",
        1,
    )
    file.write_text(text, "utf-8")
    assert read(made).facilities


def test_a_facility_in_no_area(tmp_path: Path) -> None:
    made = tmp_path / "pack"
    shutil.copytree(TINY, made)
    file = made / "nation.yaml"
    file.write_text(file.read_text("utf-8").replace("    area: NORTH\n    lat", "    lat", 1), "utf-8")
    with pytest.raises(InputProblems, match=r"stands in no area \(field 'area'\) @ .*nation.yaml:\d+"):
        read(made)


JAPAN = Path(__file__).parents[2] / "src/kaname/packs/japan"


def test_tables_of_the_power_system(tmp_path: Path) -> None:
    """Every fault at once, each with its file and line."""
    made = tmp_path / "pack"
    shutil.copytree(JAPAN, made, ignore=shutil.ignore_patterns("data"))
    areas, hours = made / "power-areas.csv", made / "power-hours.csv"
    text = areas.read_text("utf-8")
    areas.write_text(text.replace("HOKKAIDO,0", "HOKAIDO,-5").replace("OKINAWA,", "OKINAVA,"), "utf-8")
    hours.write_text(hours.read_text("utf-8").replace("mild-night,8,", "mild-night,9,"), "utf-8")
    with pytest.raises(InputProblems) as told:
        read(made)
    text = str(told.value)
    for message in (
        "no area 'HOKAIDO' (did you mean 'HOKKAIDO'?) @",
        "nuclear of 'HOKAIDO' is below zero: -5 @",
        "no area 'OKINAVA'",
        "area 'HOKKAIDO' has no row",
        "area 'OKINAWA' has no row",
        "the hours of a day of 'mild' sum to 25, not 24 @",
    ):
        assert message in text
    assert "power-areas.csv:2" in text and "power-areas.csv:11" in text and "power-hours.csv:2" in text
