# ruff: noqa: E501 - one figure a line, as in a pack
"""What a user can get wrong in the outlook of a pack: each mistake told once with its line, and many at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kaname.errors import InputProblems
from kaname.pack.reader import load

TINY = Path(__file__).parents[1] / "packs" / "tiny"
FILE = "outlook.yaml"
WHOLE = """\
fuels:
  - {id: coal, label: {ja: 石炭, en: Coal}, availability: {value: 0.7, unit: "1", source: handbook, year: 2024, confidence: estimate}}
parameters:
  - {id: power-demand, label: {ja: 需要, en: Demand}, figure: {value: 10, unit: TWh, source: handbook, year: 2024, confidence: official}}
demand_uses:
  - id: homes
    label: {ja: 家庭, en: Homes}
    base: {value: 0.6, low: 0.5, high: 0.7, unit: "1", source: handbook, year: 2024, confidence: estimate}
    columns: [population]
  - id: centres
    label: {ja: データ, en: Data}
    base: {value: 0.4, unit: "1", source: handbook, year: 2024, confidence: estimate}
    places:
      - {area: NORTH, share: {value: 0.7, unit: "1", source: handbook, year: 2024, confidence: estimate}}
      - {area: SOUTH, share: {value: 0.3, unit: "1", source: handbook, year: 2024, confidence: estimate}}
    flat: true
outlooks:
  - id: one
    label: {ja: 一つ, en: One}
    summary: {ja: 一つ, en: One}
    paths:
      - {use: homes, year: 2030, activity: {value: 1, unit: "1", source: handbook, year: 2024, confidence: estimate}}
      - {use: centres, year: 2030, total: {value: 5, low: 4, high: 9, unit: TWh, source: handbook, year: 2024, confidence: estimate}}
supply_cases:
  - id: kept
    label: {ja: 維持, en: Kept}
    summary: {ja: 維持, en: Kept}
    capacities:
      - fuel: coal
        year: 2030
        total: {value: 900, unit: MW, source: handbook, year: 2024, confidence: estimate}
    storage:
      - year: 2030
        power: {value: 90, unit: MW, source: handbook, year: 2024, confidence: estimate}
        hours: {value: 5, unit: hour, source: handbook, year: 2024, confidence: estimate}
winter_weeks:
  - id: cold
    label: {ja: 寒波, en: Cold}
    summary: {ja: 寒波, en: Cold}
    load: {value: 1.2, unit: "1", source: handbook, year: 2024, confidence: estimate}
    wind: {value: 0.3, unit: "1", source: handbook, year: 2024, confidence: estimate}
    sun: {value: 1, unit: "1", source: handbook, year: 2024, confidence: estimate}
published_outlooks:
  - id: said
    label: {ja: 誰か, en: Someone}
    source: handbook
    published: "2024"
    metric: electricity
    use: homes
    figure: {value: 7, unit: TWh, source: handbook, year: 2030, confidence: estimate}
    trust: primary
employment:
  - {id: miners, label: {ja: 鉱業, en: Mining}, industries: [MIN], persons: {value: 3, unit: thousand person, source: handbook, year: 2024, confidence: official}}
"""


def told(folder: Path, text: str) -> list[str]:
    """What is told of the small pack with this outlook."""
    pack = Path(shutil.copytree(TINY, folder / "tiny"))
    (pack / FILE).write_text(text, "utf-8")
    root = pack / "pack.yaml"
    root.write_text(root.read_text("utf-8").replace("- risks.yaml", f"- risks.yaml\n  - {FILE}"), "utf-8")
    try:
        load(pack)
    except InputProblems as problems:
        return [str(p) for p in problems.problems]
    return []


def test_the_outlook_of_the_small_pack_is_sound(tmp_path: Path) -> None:
    assert told(tmp_path, WHOLE) == []


CASES = [
    ("base: {value: 0.4,", "base: {value: 0.5,", "sum to 1.1: the parts exceed the whole", ".demand_uses[1]"),
    ("base: {value: 0.4,", "base: {value: 0.3,", "sum to 0.9: a part of the whole is missing", ".demand_uses[1]"),
    ("share: {value: 0.3,", "share: {value: 0.4,", "areas of use 'centres' sum to 1.1", ".places[1].share"),
    ("share: {value: 0.3,", "share: {value: 0.2,", "areas of use 'centres' sum to 0.9", ".places[1].share"),
    ("area: SOUTH", "area: SUOTH", "no area 'SUOTH' (did you mean 'SOUTH'?)", ".places[1].area"),
    ("area: SOUTH", "area: NORTH", "area 'NORTH' is listed twice", ".places[1]"),
    ("low: 4, high: 9", "low: 9, high: 4", "range 9.0..4.0 does not hold the value 5.0", ".paths[1].total"),
    ("columns: [population]", "columns: [people]", "no column 'people' in table", ".columns[0]"),
    ("    columns: [population]\n", "", "needs one of columns and places", ".demand_uses[0]"),
    ("use: centres, year: 2030", "use: centres, year: 2024", "must come after the base year 2024", ".year"),
    ("use: centres, year: 2030", "use: centre, year: 2030", "no use of electricity 'centre'", ".use"),
    ("use: centres, year: 2030", "use: homes, year: 2030", "path ('homes', 2030) is listed twice", ".paths[1]"),
    ("use: centres, year: 2030", "use: homes, year: 2040", "says nothing of use 'centres' in 2030", ".outlooks[0]"),
    ("{use: homes, year: 2030, activity: {value: 1,", "{use: homes, year: 2030, activity: {value: -1,", "'activity' is negative", ".activity.value"),
    ("total: {value: 5, low: 4, high: 9, unit: TWh", "total: {value: 5, low: 4, high: 9, unit: GW", "'total' cannot be in 'GW'", ".unit"),
    ("fuel: coal", "fuel: peat", "no fuel 'peat'", ".fuel"),
    ("    flat: true\n", '    flat: true\n    winter: {value: 2, unit: "1", source: handbook, year: 2024, confidence: estimate}\n', "is flat: it cannot have a winter", ".winter"),
    ("metric: electricity", "metric: peak", "a published peak is a figure of power", ".unit"),
    ("trust: primary", "trust: hearsay", "'hearsay'", ".trust"),
    ('published: "2024"', "published: lately", "lately", ".published"),
    ("industries: [MIN]", "industries: [MIN, MIN]", "'MIN' is listed twice", ".industries[1]"),
    ("hours: {value: 5,", "hours: {value: 0,", "'hours' must be more than 0", ".hours.value"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[2])
def test_a_mistake_is_told_with_its_line(tmp_path: Path, case: tuple[str, str, str, str]) -> None:
    old, new, message, path = case
    assert WHOLE.count(old) >= 1
    found = [line for line in told(tmp_path, WHOLE.replace(old, new, 1)) if message in line]
    assert found, told(tmp_path / "again", WHOLE.replace(old, new, 1))
    assert f"{FILE}:" in found[0] and found[0].endswith(path), found


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = WHOLE
    wrong = [
        ("area: SOUTH", "area: SUOTH"),
        ("fuel: coal", "fuel: peat"),
        ("share: {value: 0.3,", "share: {value: 0.4,"),
        ("metric: electricity", "metric: peak"),
        ("use: centres, year: 2030", "use: centres, year: 2020"),
    ]
    for old, new in wrong:
        text = text.replace(old, new, 1)
    said = "\n".join(told(tmp_path, text))
    for message in ("no area 'SUOTH'", "no fuel 'peat'", "sum to 1.1", "a published peak", "base year 2024"):
        assert message in said, said
