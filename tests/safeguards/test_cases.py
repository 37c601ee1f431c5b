"""Cases as people write them, and everything that can be wrong with them."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaname.errors import InputProblems, Problem
from kaname.pack.reader import load
from kaname.safeguards import cases
from kaname.safeguards.book import Book
from kaname.safeguards.screen import screen
from tests.pack.test_mutations import mutated

BOOK = Book(load("japan").pack)
GOOD = """case: land
asof: 2026-11-23
title: 倉庫用地
facts:
  zone: special
  property: land
  area_m2: 250
  deal: sale
  city_class: unknown
  forest: no
parties:
  - {name: 買主, role: buyer, country: JPN, public: yes}
  - {name: Seller, makes: [graphite], home_share: 0.5}
goods: [graphite, "250410"]
public: [zone]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "case.yaml"
    path.write_text(text, "utf-8")
    return path


def problems(path: Path) -> list[Problem]:
    with pytest.raises(InputProblems) as caught:
        cases.read(path, BOOK)
    return list(caught.value.problems)


def test_a_case_is_read_whole(tmp_path: Path) -> None:
    case = cases.read(write(tmp_path, GOOD), BOOK)
    assert (case.case, case.asof, case.title, case.public) == (
        "land",
        date(2026, 11, 23),
        "倉庫用地",
        {"zone"},
    )
    assert case.facts == {
        "zone": "special",
        "property": "land",
        "area_m2": 250.0,
        "deal": "sale",
        "forest": False,
    }
    buyer, seller = case.parties
    assert (buyer.name, buyer.public, seller.makes, seller.home_share) == ("買主", True, ("graphite",), 0.5)
    assert case.goods == ("graphite", "250410")


def test_unknown_is_no_value(tmp_path: Path) -> None:
    case = cases.read(write(tmp_path, GOOD), BOOK)
    assert "city_class" not in case.facts


def test_everything_wrong_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = """case: land
asof: 2026-02-30
titel: x
facts:
  zone: specail
  aria_m2: 250
  area_m2: "1.5"
  deal: [sale, lease]
  forest: maybe
  stake: 3
  farmland: {a: b}
parties:
  - {role: buyer, nmae: x, home_share: 2}
public: [zonn]
"""
    told = [(p.line, p.path, p.message) for p in problems(write(tmp_path, text))]
    assert told == [
        (2, "$.asof", "'2026-02-30' is not a day of the calendar (YYYY-MM-DD)"),
        (3, "$.titel", "unknown field 'titel' (did you mean 'title'?)"),
        (
            5,
            "$.facts.zone",
            "expected one of special, monitored, none, found 'specail' (did you mean 'special'?)",
        ),
        (6, "$.facts.aria_m2", "no fact 'aria_m2' in a case of kind 'land' (did you mean 'area_m2'?)"),
        (7, "$.facts.area_m2", "expected a number, found the text '1.5' (leave the quotes out)"),
        (8, "$.facts.deal", "expected one value, found 2"),
        (9, "$.facts.forest", "expected yes or no, found 'maybe'"),
        (10, "$.facts.stake", "no fact 'stake' in a case of kind 'land' (it is a fact of investment)"),
        (11, "$.facts.farmland", "expected a plain value"),
        (13, "$.parties[0]", "a party has a name"),
        (13, "$.parties[0].home_share", "expected a share from 0 to 1, found '2'"),
        (13, "$.parties[0].nmae", "unknown field 'nmae' (did you mean 'name'?)"),
        (14, "$.public", "no fact 'zonn' (did you mean 'zone'?)"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("- a\n", "expected a mapping with 'case' and 'facts'"),
        ("facts: {}\n", "field 'case' is missing: one of investment"),
        (
            "case: investmant\n",
            "no kind of case 'investmant' in the pack 'japan' (did you mean 'investment'?)",
        ),
        ("case: land\nfacts: [a]\n", "expected a mapping of facts"),
        ("case: land\nfacts: {area_m2: -1}\n", "expected 0 or more, found -1"),
        ("case: land\nfacts: {area_m2: 1e999}\n", "expected a number, found '1e999'"),
        ("case: land\nfacts: {area_m2: nan}\n", "expected a number, found 'nan'"),
        ("case: patent\nfacts: {filed_on: 2023-02-29}\n", "'2023-02-29' is not a day of the calendar"),
        ("case: patent\nfacts: {filed_on: 0001-01-01}\n", "is not between 1900 and 2100"),
        (
            "case: patent\nfacts: {ipc: [F42B 15/01, nonsense]}\n",
            "'nonsense' is not a symbol of the International",
        ),
        (
            "case: export\nfacts: {destination: Germany}\n",
            "'Germany' is not a country (three capital letters",
        ),
        ("case: land\nfacts: {zone: *x}\n", "alias *x stands for nothing"),
        ("case: land\nfacts: {zone: none, zone: special}\n", "key 'zone' is written twice"),
        ("case: !!python/object:os.system land\n", "is not read; leave it out"),
    ],
)
def test_bad_files(tmp_path: Path, text: str, message: str) -> None:
    assert any(message in str(problem) for problem in problems(write(tmp_path, text))), message


def test_a_file_too_large_or_not_text_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    with path.open("wb") as file:
        file.truncate(3_000_000_000)  # sparse: nothing of it is read
    assert "larger than 5,000,000 bytes" in problems(path)[0].message
    path.write_bytes(b"case: \xff\n")
    assert problems(path)[0].message == "not written in UTF-8"
    assert "cannot be read" in problems(tmp_path / "gone.yaml")[0].message
    assert "cannot be read" in problems(tmp_path)[0].message


def test_aliases_cannot_blow_up(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    assert any("holds more than" in str(problem) for problem in problems(write(tmp_path, bomb)))


@pytest.mark.parametrize(
    ("kind", "facts", "asof", "message"),
    [
        ("investment", {"act": "shares", "stake_before": 5, "stake": 2}, "2026-11-23", "smaller than before"),
        ("investment", {"act": "from_foreigner", "listed": True}, "2026-11-23", "is of unlisted shares"),
        (
            "technology",
            {"recipient": "foreign_person", "entered_on": "2026-12-01"},
            "2026-11-23",
            "later than",
        ),
        (
            "technology",
            {"government_income": 30, "foreign_income": 20},
            "2026-11-23",
            "larger than the share",
        ),
        ("land", {"zone": "special"}, "2022-12-31", "there was none before"),
        ("cloud", {"cloud_list": "liu"}, "2022-10-31", "began on 1 November 2022"),
        (
            "technology",
            {"recipient": "foreign_person", "works_in_japan": True, "resident": False},
            "2026-11-23",
            "'resident' is stated as no, but yes follows from",
        ),
        ("technology", {"government_income": 30, "category2": "no"}, "2026-11-23", "but yes follows from"),
    ],
)
def test_facts_that_contradict_each_other(
    kind: str, facts: dict[str, object], asof: str, message: str
) -> None:
    case = cases.of(kind, facts, BOOK)
    told = cases.contradictions(BOOK, case, date.fromisoformat(asof))
    assert any(message in problem.message for problem in told), told


def test_a_stated_fact_outranks_what_a_weak_definition_makes_of_others() -> None:
    """That a company abroad is no resident is from memory: whoever has read the circular knows better."""
    facts = {"recipient": "company_abroad", "resident": True}
    case = cases.of("technology", facts, BOOK)
    assert not cases.contradictions(BOOK, case, date(2026, 11, 23))


def test_what_was_read_in_the_law_outranks_what_a_case_states() -> None:
    facts = {"plan": "file-abroad", "ipc": "F42B 15/01", "field": "none"}
    (told,) = cases.contradictions(BOOK, cases.of("patent", facts, BOOK), date(2026, 11, 23))
    assert "'field' is stated as none, but f03 follows from ipc" in told.message


def test_cases_from_python_are_checked_the_same() -> None:
    with pytest.raises(InputProblems) as caught:
        cases.of("land", {"zone": 3, "area": 5, "area_m2": "many"}, BOOK)
    assert len(caught.value.problems) == 3
    case = cases.of(
        "land", {"area_m2": 250, "forest": False, "zone": "none"}, BOOK, date(2026, 1, 1), title="T"
    )
    assert (case.facts["area_m2"], case.facts["forest"], case.asof, case.title) == (
        250.0,
        False,
        date(2026, 1, 1),
        "T",
    )


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_a_spoilt_case_gives_an_answer_or_problems(tmp_path: Path, seed: int) -> None:
    path = write(tmp_path, mutated(GOOD, random.Random(seed)))
    try:
        case = cases.read(path, BOOK)
    except InputProblems as error:
        assert error.problems
        for problem in error.problems:
            assert problem.message
            assert problem.file == str(path)
    else:
        asof = case.asof or date(2026, 11, 23)
        assert isinstance(cases.contradictions(BOOK, case, asof), tuple)
        assert screen(BOOK, case.case, case.facts, asof).outcome


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(max_size=80),
    kind=st.sampled_from(["zone", "area_m2", "forest", "filed_on", "ipc", "destination"]),
)
def test_any_text_as_a_fact_is_a_value_or_a_problem(text: str, kind: str) -> None:
    of = {"filed_on": "patent", "ipc": "patent", "destination": "export"}.get(kind, "land")
    try:
        cases.of(of, {kind: text}, BOOK)
    except InputProblems as error:
        assert error.problems
