"""Every rule of a pack, by spoiling the small one in one place."""

import re
import shutil
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest

from kaname.errors import InputProblems
from kaname.labels import catalogue
from kaname.pack import model
from kaname.pack.draft import LISTS, declared
from kaname.pack.faults import models_in
from kaname.pack.figures import Figure, Part
from kaname.pack.ranges import SPANS
from kaname.pack.reader import read
from kaname.pack.references import SINGULAR, TARGETS

TINY = Path(__file__).parents[1] / "packs" / "tiny"
NATION, RISKS, ROOT = "nation.yaml", "risks.yaml", "pack.yaml"

MAK_USER = (
    '{industry: MAK, weight: {value: 0.5, unit: "1", source: handbook, year: 2024, confidence: estimate}}'
)
NORTH = "{id: NORTH, label: {ja: 北, en: North}, prefectures: [01, 02]}"
MIN_STOCK = "stock: {value: 30, unit: day, source: handbook, year: 2024, confidence: official}"

CASES: list[tuple[str, str, str, str, str]] = [
    # schema
    (NATION, MIN_STOCK, "stock: 30", "$.industries[0].stock", "expected a mapping of fields, found '30'"),
    (NATION, MIN_STOCK, MIN_STOCK.replace("30", "many"), ".stock.value", "expected a number, found 'many'"),
    (NATION, MIN_STOCK, MIN_STOCK.replace("30", ".inf"), ".stock.value", "expected a number, found '.inf'"),
    (
        NATION,
        MIN_STOCK,
        MIN_STOCK.replace("30", "inf"),
        ".stock.value",
        "expected a finite number, found 'inf'",
    ),
    (
        NATION,
        MIN_STOCK,
        MIN_STOCK.replace("day", "dya"),
        ".stock.unit",
        "unknown unit 'dya' (did you mean 'day'?)",
    ),
    (NATION, MIN_STOCK, MIN_STOCK.replace("2024", "20.24"), ".stock.year", "expected a whole number"),
    (
        NATION,
        MIN_STOCK,
        MIN_STOCK.replace("2024", "1066"),
        ".stock.year",
        "expected 1900 or more, found '1066'",
    ),
    (
        NATION,
        MIN_STOCK,
        MIN_STOCK.replace("official", "offical"),
        ".stock.confidence",
        "expected one of measured, official, estimate, assumption, found 'offical' (did you mean 'official'?)",
    ),
    (
        NATION,
        MIN_STOCK,
        "stock: {value: null, unit: day}",
        ".stock",
        "an empty figure must say why (field 'why')",
    ),
    (NATION, MIN_STOCK, MIN_STOCK.replace("30,", "30, low: 40,"), ".stock", "range 40.0..30.0 does not hold"),
    (NATION, "kind: service", "kind: servcie", "$.industries[1].kind", "(did you mean 'service'?)"),
    (NATION, "storable: false", "storable: maybe", "$.industries[1].storable", "expected true or false"),
    (NATION, "    kind: strait\n", "", "$.passages[0].kind", "field 'kind' is missing"),
    (NATION, "lat: 43.1", "lat: 143.1", "$.facilities[0].lat", "expected 90 or less, found '143.1'"),
    (NATION, "hs: [260111]", "hs: 260111", "$.goods[0].hs", "expected a list, found '260111'"),
    (NATION, "hs: [260111]", "hs: [[260111]]", "$.goods[0].hs[0]", "expected text, found a list"),
    (NATION, "id: port-south", "id: port south", "$.facilities[2].id", "an id is made of letters"),
    (NATION, f"- {MAK_USER}", "- MAK", "$.goods[0].users[0]", "expected a mapping of fields, found 'MAK'"),
    (NATION, f"      - {MAK_USER}\n", "", "$.goods[0].users", "expected a list, found nothing"),
    (NATION, "parameters:\n", "parameters: 3\nothers:\n", "$.parameters", "expected a list"),
    (ROOT, "id: EN-1,", "id: EN1,", "$.digest[0].id", "an id of the digest looks like EN-4"),
    (
        ROOT,
        "title: {ja: 小さな国, en: A small nation}",
        "title: 小さな国",
        "$.title",
        "expected a mapping of fields",
    ),
    (ROOT, "en: A small nation", "en: ''", "$.title.en", "expected text, found none"),
    (ROOT, "home: AAA", "home: Aaa", "$.home", "a country is three capital letters"),
    (RISKS, "kind: trade", "kind: traed", "$.scenarios[0].events[0].kind", "(did you mean 'trade'?)"),
    (RISKS, "kind: trade\n", "sort: trade\n", "$.scenarios[0].events[0].kind", "field 'kind' is missing"),
    (
        RISKS,
        "        destinations: [AAA]",
        "        destination: [AAA]",
        ".destination",
        "(did you mean 'destinations'?)",
    ),
    (
        RISKS,
        "areas: [NORTH]",
        "areas: [NORTH, [x]]",
        "$.scenarios[1].events[0].areas[1]",
        "expected text, found a list",
    ),
    (RISKS, "common: [cyber]", "common: [cypher]", "$.scenarios[1].common[0]", "(did you mean 'cyber'?)"),
    (RISKS, "deadline: 2027-03-31", "deadline: 2027-02-29", "$.measures[0].deadline", "is not a date"),
    # ids
    (
        NATION,
        "id: port-south",
        "id: grid-north",
        "$.facilities[2].id",
        "facility 'grid-north' is defined twice",
    ),
    (NATION, "id: port-south", "id: POW", "$.facilities[2].id", "has the id of an industry"),
    (NATION, "parent: MIN", "parent: MINE", "$.goods[0].parent", "no industry 'MINE' (did you mean 'MIN'?)"),
    (
        NATION,
        "industries: [POW]",
        "industries: [POW, PWO]",
        "$.infrastructures[0].industries[1]",
        "no industry 'PWO'",
    ),
    (
        NATION,
        "industries: [POW]",
        "industries: [POW, POW]",
        "$.infrastructures[0].industries[1]",
        "is listed twice",
    ),
    (
        NATION,
        "service: port\n",
        "service: prot\n",
        "$.facilities[2].service",
        "no service 'prot' (did you mean 'port'?)",
    ),
    (NATION, "of: POW", "of: POWER", "$.facilities[2].needs[0].of", "no facility or industry 'POWER'"),
    (NATION, "country: BBB", "country: Bbb", "$.goods[0].origins[0].country", "'Bbb' is not a country"),
    (NATION, "goods: [ore]", "goods: [oar]", "$.passages[0].bypasses[0].goods[0]", "no good 'oar'"),
    (NATION, "digest: [EN-9]", "digest: [EN-8]", "$.goods[0].digest[0]", "no digest item 'EN-8'"),
    (NATION, MIN_STOCK, MIN_STOCK.replace("handbook", "hearsay"), ".stock.source", "no source 'hearsay'"),
    (
        RISKS,
        "evidence: [handbook]",
        "evidence: [hearsay]",
        "$.scenarios[1].evidence[0]",
        "no source 'hearsay'",
    ),
    (
        RISKS,
        "legal_basis: [energy-act]",
        "legal_basis: [act]",
        "$.measures[0].legal_basis[0]",
        "no law 'act'",
    ),
    (
        RISKS,
        "areas: [NORTH]",
        "areas: [NROTH]",
        "$.scenarios[1].events[0].areas[0]",
        "(did you mean 'NORTH'?)",
    ),
    (
        RISKS,
        "owner: MOE\n    deadline: 2027",
        "owner: MOT\n    deadline: 2027",
        "$.measures[0].owner",
        "no owner 'MOT'",
    ),
    (RISKS, "kind: resolution", "kind: resolution\n    answers: [ore]", ".answers[0]", "no scenario 'ore'"),
    # structure
    (
        NATION,
        NORTH,
        NORTH.replace("[01, 02]", "[]"),
        "$.areas[0].prefectures",
        "expected at least 1 in the list",
    ),
    (
        NATION,
        NORTH,
        NORTH.replace("02", "03"),
        "$.areas[1].prefectures[0]",
        "prefecture 03 is already in area 'NORTH'",
    ),
    (NATION, NORTH, NORTH.replace("02", "2"), "$.areas[0].prefectures[1]", "'2' is not the two-digit code"),
    (NATION, "kind: port\n", "kind: intertie\n", "$.facilities[2]", "does not say which areas it joins"),
    (
        NATION,
        "    kind: port\n",
        "    kind: port\n    joins: [NORTH]\n",
        "$.facilities[2].joins[1]",
        "too few in the list",
    ),
    (
        NATION,
        "    kind: port\n",
        "    kind: port\n    joins: [NORTH, WEST]\n",
        "$.facilities[2].joins[1]",
        "no area 'WEST'",
    ),
    (
        NATION,
        "    kind: port\n",
        "    kind: port\n    joins: [SOUTH, SOUTH]\n",
        "$.facilities[2].joins",
        "joins 'SOUTH' to itself",
    ),
    (NATION, "    people: true\n", "    gate: sea\n", "$.services[1].gate", "'grid' is already the sea gate"),
    (
        NATION,
        "    people: true\n",
        "    gate: rail\n",
        "$.services[0].gate",
        "expected one of sea, air, found 'rail'",
    ),
    (
        NATION,
        "of: POW",
        "of: port-south",
        "$.facilities[2].needs",
        "circle without a buffer: port-south -> port-south",
    ),
    (
        RISKS,
        "        services: [grid]\n        areas",
        "        areas",
        "$.scenarios[1].events[0]",
        "acts on nothing",
    ),
    (
        RISKS,
        "        goods: [ore]\n        days: {value: 10,",
        "        days: {value: 10,",
        ".effects[0]",
        "acts on nothing",
    ),
    # figures
    (NATION, MIN_STOCK, MIN_STOCK.replace("30", "-1"), ".stock.value", "'stock' is negative: -1 day"),
    (NATION, MIN_STOCK, MIN_STOCK.replace("day", "Mt"), ".stock.unit", "'stock' cannot be in 'Mt'"),
    (NATION, MAK_USER, MAK_USER.replace("0.5", "50"), ".weight.value", "'weight' must be at most 1, not 50"),
    (
        NATION,
        MAK_USER,
        MAK_USER.replace("0.5,", "0.5, high: 1.5,"),
        ".weight.high",
        "'weight' must be at most 1",
    ),
    (NATION, '{value: 70, unit: "%"', '{value: 71, unit: "%"', "$.goods[0].origins[1].share", "sum to 1.01"),
    (NATION, "country: CCC", "country: BBB", "$.goods[0].origins[1]", "origin 'BBB' is listed twice"),
    (NATION, "share: {value: 0.4,", "share: {value: 0.41,", "$.facilities[1].share", "sum to 1.01"),
    (NATION, "hs: [260111]", "hs: [2601]", "$.goods[0].hs[0]", "'2601' is not a six-digit HS code"),
    (
        RISKS,
        "days: {value: 60,",
        "days: {value: 0,",
        ".effects[0].days.value",
        "more than 0, not 0 day",
    ),
    (
        RISKS,
        "loss: {value: 0.8,",
        "loss: {value: 80,",
        "$.scenarios[1].events[0].loss",
        "does not hold the value",
    ),
    (
        RISKS,
        "duration: {value: 3,",
        "duration: {value: 0,",
        ".recovery.duration.value",
        "a linear recovery needs",
    ),
    # dates
    (ROOT, "asof: 2026-11-23", "asof: 23 November", "$.asof", "'23 November' is not a date"),
    (ROOT, "asof: 2026-11-23", "asof: 2026-11-31", "$.asof", "'2026-11-31' is not a date"),
    (RISKS, "deadline: 2027-03-31", "deadline: 86400", "$.measures[0].deadline", "'86400' is not a date"),
    (
        RISKS,
        "in_force: 2020-04-01",
        "in_force: in part 2020-04-31",
        "$.laws[0].in_force",
        "'2020-04-31' is not a date",
    ),
    (
        NATION,
        "status: depend",
        "status: depend\n    designated: 2022-13",
        "$.goods[0].designated",
        "is not a date",
    ),
    # tables
    (
        NATION,
        "file: prefectures.csv",
        "file: regions.csv",
        "$.tables[0].file",
        "file 'regions.csv' does not exist",
    ),
    (NATION, "unit: thousand person", "unit: heads", "$.tables[0].columns[0].unit", "unknown unit 'heads'"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[3]} {case[4]}")
def test_one_mistake_is_told_once_with_its_line(tmp_path: Path, case: tuple[str, str, str, str, str]) -> None:
    file, old, new, path, message = case
    pack = Path(shutil.copytree(TINY, tmp_path / "tiny"))
    text = (pack / file).read_text("utf-8")
    start = text.index(old)
    spoilt = text[:start] + new + text[start + len(old) :]
    (pack / file).write_text(spoilt, "utf-8")
    with pytest.raises(InputProblems) as caught:
        read(pack)
    told = [p for p in caught.value.problems if message in p.message]
    assert len(told) == 1, str(caught.value)
    (problem,) = told
    assert problem.path.endswith(path), problem
    assert problem.file == f"{pack}/{file}"
    there = spoilt.splitlines()[problem.line - 1]
    last = re.findall(r"[a-z_]+", problem.path)[-1]
    if "is missing" in message:
        return  # at the line of the entry that lacks it: tested in test_document
    assert last in there or (problem.path.endswith("]") and there.lstrip().startswith("- ")), (problem, there)


def test_needs_may_go_in_a_circle_with_a_buffer_in_it(tmp_path: Path) -> None:
    pack = Path(shutil.copytree(TINY, tmp_path / "tiny"))
    text = (pack / NATION).read_text("utf-8")
    need = (
        "    needs:\n      - of: grid-south\n"
        '        weight: {value: 0.2, unit: "1", source: handbook, year: 2024, confidence: estimate}\n'
        "        buffer: {value: 0, unit: hour, source: handbook, year: 2024, confidence: estimate}\n"
    )
    spot = text.index("  - id: grid-south")
    (pack / NATION).write_text(text[:spot] + need + text[spot:], "utf-8")
    read(pack)
    (pack / NATION).write_text(
        (text[:spot] + need + text[spot:]).replace("{value: 12, unit: hour", "{value: 0, unit: hour"), "utf-8"
    )
    with pytest.raises(InputProblems, match="grid-north -> grid-south -> grid-north"):
        read(pack)


def parts(annotation: Any = model.Pack) -> set[type[Part]]:
    found: set[type[Part]] = set()
    queue = list(models_in(annotation))
    while queue:
        one = queue.pop()
        if one not in found:
            found.add(one)
            queue += [m for f in one.model_fields.values() for m in models_in(f.annotation)]
    return found


def is_text(annotation: Any) -> bool:
    """Whether a field holds text: bare, optional or in a list."""
    if annotation is str:
        return True
    if get_origin(annotation) in (Union, UnionType, tuple):
        return any(is_text(argument) for argument in get_args(annotation))
    return False


FREE = {
    "Pack.home", "Pack.edition", "Pack.asof", "Pack.data", "Label.ja", "Label.en", "Figure.unit", "Figure.note",
    "Figure.why", "Source.title", "Source.publisher", "Source.licence", "Source.url", "Source.note",
    "DigestItem.id", "DigestItem.section", "Law.number", "Law.in_force", "Area.prefectures", "Split.columns",
    "Split.fill", "Table.file", "Table.key",
    "Column.name", "Column.note", "Column.unit", "Column.confidence", "Good.hs", "Good.designated", "Good.note",
    "Facility.kind", "Facility.note", "Passage.route", "Priority.note", "Scenario.note", "Measure.note",
    "Asset.note", "Capability.note", "Risk.section",
    "Cite.article", "Cite.url", "Cite.checked_by", "Cite.note", "Condition.fact", "Condition.other", "Condition.value",
    "Condition.note", "Derivation.value", "Dated.value", "Member.id", "Signature.of", "Signature.text", "Signature.by",
    "Signature.read",
    "Strength.hs", "Strength.note", "Technology.ipc", "Technology.note", "DemandUse.columns",
    "PublishedOutlook.published",
}  # fmt: skip
"""Fields of text that point at nothing in the pack."""


def test_every_field_of_the_schemas_has_its_rule() -> None:
    """A field added to the schemas must be given what it points at, or what its figure may be."""
    figures, texts = set(), set()
    for part in parts():
        for name, field in part.model_fields.items():
            key = declared(part, name)
            if Figure in models_in(field.annotation):
                figures.add(key)
            elif is_text(field.annotation) and not (name == "id" and key not in FREE):
                texts.add(key)
    assert figures == set(SPANS)
    assert texts == set(TARGETS) | FREE
    assert not set(TARGETS) & FREE


def test_every_field_of_figures_and_every_list_has_a_name() -> None:
    assert {f"field.{key.split('.')[1]}" for key in SPANS} <= set(catalogue())
    assert set(SINGULAR) == set(LISTS)
