"""What a sound pack leaves open."""

import re
from pathlib import Path

import pytest

from kaname.labels import LANGUAGES
from kaname.pack.coverage import Citation, coverage
from kaname.pack.figures import Figure, Label
from kaname.pack.model import Pack
from kaname.pack.reach import answers, facilities_of
from kaname.pack.reader import load, read
from kaname.pack.scenarios import Scenario
from kaname.pack.survey import Finding, FindingKind, survey

TINY = Path(__file__).parents[1] / "packs" / "tiny"


@pytest.fixture(scope="module")
def findings() -> tuple[Finding, ...]:
    reading = load(TINY)
    return survey(reading.pack, reading.places)


def of(findings: tuple[Finding, ...], kind: FindingKind) -> list[Finding]:
    return [finding for finding in findings if finding.kind is kind]


def without(pack: Pack, **fields: object) -> Pack:
    return pack.model_copy(update=fields)


def test_an_empty_figure_says_why_and_where(findings: tuple[Finding, ...]) -> None:
    (one,) = of(findings, FindingKind.EMPTY_FIGURE)
    assert (one.list, one.subject) == ("facilities", "grid-south")
    assert one.message == Label(
        ja="容量の値がありません：not published", en="capacity is empty: not published"
    )
    lines = (TINY / "nation.yaml").read_text("utf-8").splitlines()
    assert "why: not published" in lines[one.place.line - 1]
    assert one.place.path == "$.facilities[1].capacity"


def test_assumptions_give_value_range_and_reason(findings: tuple[Finding, ...]) -> None:
    assumed = {(one.subject, one.place.path): one.message for one in of(findings, FindingKind.ASSUMPTION)}
    assert len(assumed) == 6
    duration = assumed["ore-stop", "$.scenarios[0].events[0].duration"]
    assert duration.en == "duration of event 1 is assumed: 60 days (range 30 to 90 days). Reason: Made up."
    assert duration.ja == "事象1の期間は仮定です：60日（幅 30～90日）。理由：Made up."
    assert "range not given" in assumed["blackout", "$.scenarios[1].events[0].recovery.duration"].en


def test_measures_without_owner_deadline_basis_or_status(findings: tuple[Finding, ...]) -> None:
    kinds = (
        FindingKind.NO_OWNER,
        FindingKind.NO_DEADLINE,
        FindingKind.NO_LEGAL_BASIS,
        FindingKind.STATUS_UNKNOWN,
    )
    assert [[one.subject for one in of(findings, kind)] for kind in kinds] == [["ore-stock"]] * 4


def test_digest_items_that_nothing_cites_or_no_measure_answers() -> None:
    pack = read(TINY)
    bare = without(pack, measures=tuple(m for m in pack.measures if "EN-9" not in m.digest))
    (one,) = of(survey(bare), FindingKind.NO_MEASURE)
    assert one.subject == "EN-9"
    reason = Label(ja="まだ。", en="Not yet.")
    items = (pack.digest[0], pack.digest[1], pack.digest[2].model_copy(update={"reason": reason}))
    quiet = without(pack, digest=items, scenarios=pack.scenarios[:1])
    (one,) = of(survey(quiet), FindingKind.UNCITED)
    assert (one.subject, one.message.en) == ("FR-7", "Nothing in the pack cites it. Reason: Not yet.")
    assert one.message.ja.endswith("理由：まだ。")


def test_coverage_names_all_that_cites_an_item() -> None:
    covers = {cover.item.id: cover for cover in coverage(read(TINY))}
    assert covers["EN-1"].citations == (
        Citation("infrastructures", "energy"),
        Citation("services", "grid"),
        Citation("scenarios", "blackout"),
        Citation("measures", "grid-harden"),
    )
    assert covers["EN-9"].by("measures") == ("ore-release", "ore-stock")
    assert covers["FR-7"].cited


def answering(pack: Pack, scenario: Scenario) -> list[str]:
    return [a.measure for a in answers(pack) if a.subject == scenario.id]


def test_scenarios_and_the_measures_that_touch_them(findings: tuple[Finding, ...]) -> None:
    pack = read(TINY)
    stop, blackout = pack.scenarios
    assert answering(pack, stop) == ["ore-release", "ore-stock"]
    assert answering(pack, blackout) == ["grid-harden"]
    (one,) = of(findings, FindingKind.ONE_SIDED)
    assert one.subject == "blackout"
    assert one.message.en.startswith("Only prevention")
    release = pack.measures[0].model_copy(update={"answers": ("blackout",)})
    both = without(pack, measures=(release, *pack.measures[1:]))
    assert not of(survey(both), FindingKind.ONE_SIDED)
    none = without(pack, measures=pack.measures[:2])
    assert [one.subject for one in of(survey(none), FindingKind.UNANSWERED)] == ["blackout"]


def test_a_stop_of_all_trade_is_answered_by_any_stock() -> None:
    pack = read(TINY)
    event = pack.scenarios[0].events[0].model_copy(update={"goods": ()})
    everything = pack.scenarios[0].model_copy(update={"events": (event,)})
    wider = without(pack, scenarios=(everything,))
    assert answering(wider, everything) == ["ore-release", "ore-stock"]


def test_facilities_in_areas_and_interties_in_both() -> None:
    pack = read(TINY)
    tie = pack.facilities[0].model_copy(update={"id": "tie", "area": None, "joins": ("NORTH", "SOUTH")})
    wider = without(pack, facilities=(*pack.facilities, tie))
    assert facilities_of(wider, ["grid"]) == ("grid-north", "grid-south", "tie")
    assert facilities_of(wider, ["grid"], ["SOUTH"]) == ("grid-south", "tie")


def test_goods_facilities_and_services_that_lack_something() -> None:
    pack = read(TINY)
    ore = pack.goods[0].model_copy(update={"hs": (), "origins": (), "status": "undecided"})
    twin = pack.goods[0].model_copy(update={"id": "twin"})
    bare = pack.facilities[0].model_copy(update={"lat": None, "area": None, "capacity": None})
    idle = pack.services[0].model_copy(update={"id": "idle", "users": (), "people": False})
    spoilt = without(
        pack,
        goods=(ore, twin, twin.model_copy(update={"id": "third"})),
        facilities=(bare, *pack.facilities[1:]),
        services=(*pack.services, idle),
    )
    found = {(one.kind.value, one.subject) for one in survey(spoilt)} - {
        (one.kind.value, one.subject) for one in survey(pack)
    }
    assert found == {
        ("no-trade-data", "ore"),
        ("undecided", "ore"),
        ("shared-code", "third"),
        ("no-place", "grid-north"),
        ("no-area", "grid-north"),
        ("no-capacity", "grid-north"),
        ("no-facility", "idle"),
        ("unused", "idle"),
        ("reaches-nothing", "blackout"),
    }


def test_every_kind_has_a_name_and_every_finding_both_languages(findings: tuple[Finding, ...]) -> None:
    for kind in FindingKind:
        assert kind.name_in("ja") != kind.name_in("en")
    for one in findings:
        assert re.search("[ぁ-んァ-ヶ一-龠]", one.message.ja)
        assert one.place.line > 0
        assert all("{" not in one.message[lang] for lang in LANGUAGES)


def test_every_empty_or_assumed_figure_of_japan_is_told_once() -> None:
    reading = load("japan")
    findings = survey(reading.pack, reading.places)
    figures = [one for one in findings if one.kind in (FindingKind.EMPTY_FIGURE, FindingKind.ASSUMPTION)]

    def count(value: object) -> int:
        if isinstance(value, Figure):
            return value.value is None or value.confidence == "assumption"
        if isinstance(value, tuple):
            return sum(count(one) for one in value)
        if hasattr(type(value), "model_fields"):
            return sum(count(getattr(value, name)) for name in type(value).model_fields)
        return 0

    assert len(figures) == count(reading.pack)
    assert all(one.place.line > 0 for one in findings)
    covered = {cover.item.id for cover in coverage(reading.pack) if cover.cited}
    told = {one.subject for one in findings if one.kind is FindingKind.UNCITED}
    assert covered | told == {item.id for item in reading.pack.digest}
    assert not covered & told
