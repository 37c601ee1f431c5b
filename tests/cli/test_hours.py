"""`kaname stress --step hours` and `--areas`, and `kaname power`."""

from __future__ import annotations

import json

import pytest

from kaname.cli import by_influence, commands, main, power, shaking
from kaname.nation import Nation


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch, japan: Nation) -> None:
    for module in (commands, power, shaking):
        monkeypatch.setattr(module, "open_nation", lambda pack: japan)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    streams = capsys.readouterr()
    return int(end.value.code or 0), streams.out, streams.err


def test_hours_on_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("stress", "substations-cyber", "--step", "hours", "--days", "3")
    code, text, _ = said(capsys, *words, "--lang", "en", "--with", "en-cyber-restore")
    assert code == 0
    assert (
        "Power delivered by area" in text
        and "Facilities and services, in order" in text
        and "loss avoided" in text
    )
    code, text, _ = said(capsys, *words, "--lang", "ja")
    assert code == 0 and "時間を追った波及" in text and "地域別の送配電" in text


def test_hours_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = said(
        capsys, "stress", "hokkaido-blackout", "--step", "hours", "--days", "2", "--format", "json"
    )
    rows = json.loads(text)
    assert code == 0
    assert [r["node"] for r in rows if r["cause"] == "capacity"][:1] == ["grid-hokkaido"] or any(
        r["node"] == "grid-hokkaido" and r["hour"] == 0 for r in rows
    )


def test_losses_by_area(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("stress", "nankai-trough", "--areas", "--days", "20")
    code, text, _ = said(capsys, *words, "--format", "json")
    rows = {r["area"]: r for r in json.loads(text)}
    assert code == 0 and len(rows) == 10
    assert rows["SHIKOKU"]["struck"] and not rows["HOKKAIDO"]["struck"]
    code, text, _ = said(capsys, *words, "--lang", "ja")
    assert "直接被災した地域の損失" in text


def test_a_usual_day_of_power(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = said(capsys, "power", "--season", "peak", "--format", "json")
    rows = json.loads(text)
    assert code == 0 and len(rows) == 10
    assert sum(r["unserved"] for r in rows) == pytest.approx(0, abs=1)
    code, text, _ = said(capsys, "power", "--lang", "ja")
    assert code == 0 and "平常の一日" in text and "石炭" in text


def test_power_under_a_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = said(
        capsys, "power", "substations-cyber", "--days", "4", "--season", "mild", "--lang", "en"
    )
    assert code == 0 and "What areas lack" in text and "day 0" in text
    code, _, told = said(capsys, "power", "--season", "monsoon")
    assert code == 2 and "no season 'monsoon'" in told


def test_power_says_why_nothing_is_shed(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("power", "fuel-squeeze", "--days", "40", "--season", "winter")
    code, text, _ = said(capsys, *words, "--lang", "en")
    assert code == 0
    assert "No load is shed" in text and "What carried the tightest day" in text and "spare" in text
    code, text, _ = said(capsys, *words, "--lang", "ja")
    assert code == 0 and "供給不足は生じません" in text


def test_stocks_by_good_and_day(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("stress", "hormuz-closure", "--stocks", "--days", "60")
    code, text, _ = said(capsys, *words, "--lang", "en")
    assert code == 0 and "What runs down, in order" in text and "Days of normal use left" in text
    code, text, _ = said(capsys, *words, "--format", "json")
    rows = json.loads(text)
    assert code == 0 and {"day", "good", "left", "arrivals", "usual", "bypass"} == set(rows[0])


def test_shaking(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = said(capsys, "shaking", "nankai-trough", "--lang", "ja")
    assert code == 0 and "6弱" in text and "液状化" in text
    code, _, told = said(capsys, "shaking", "typhoon")
    assert code == 2 and "states no earthquake" in told


def test_assumptions_with_and_without_a_scenario(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_influence, "DAYS", 4)
    code, text, _ = said(capsys, "check", "--assumptions", "card-outage", "--lang", "en")
    assert code == 0 and "Out of reach" in text and "Card payments down" in text
    code, text, _ = said(capsys, "check", "--assumptions", "--lang", "en")
    assert code == 0 and "one for each strategic industry" in " ".join(text.split())
