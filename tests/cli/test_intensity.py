"""`kaname intensity`, and names of what stands in other areas in `kaname list facilities`."""

from __future__ import annotations

from tests.cli.conftest import Asked


def test_all_scenarios_and_one(asked: Asked) -> None:
    code, said, _ = asked("intensity", "--lang", "en")
    assert code == 0
    line = next(row for row in said.splitlines() if row.startswith("substations-cyber"))
    assert line.split().count("50%") == 2
    code, said, _ = asked("intensity", "eastern-floods:high", "--lang", "ja")
    assert code == 0 and "（幅の上限）" in said and "12%" in said
    code, said, _ = asked("intensity", "hormuz-closure", "--lang", "en")
    assert code == 0 and "no single place" in said and "passages" in said


def test_what_cannot_be_asked(asked: Asked) -> None:
    code, _, wrong = asked("intensity", "hormuz")
    assert code == 2 and "no scenario 'hormuz'" in wrong
    code, _, wrong = asked("intensity", "quake-cyber-strait")
    assert code == 2 and "not a storyline" in wrong
    code, _, wrong = asked("intensity", "typhoon:worst")
    assert code == 2 and "one of low, base, high" in wrong


def test_needs_in_other_areas_are_named(asked: Asked) -> None:
    code, said, _ = asked("list", "facilities", "--area", "TOKYO", "--lang", "en", "--format", "json")
    assert code == 0
    assert "dc-osaka" not in said and "grid-tohoku" not in said and "Data centres of Kinki" in said
