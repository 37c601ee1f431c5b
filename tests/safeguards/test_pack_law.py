"""What `kaname check` says of law that does not hold together, each at its line."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaname.errors import InputProblems
from kaname.pack.reader import load
from kaname.safeguards.book import Book
from kaname.safeguards.screen import screen
from kaname.safeguards.telling import as_dict, lines, tree
from kaname.safeguards.verify import verify
from tests.pack.test_mutations import mutated
from tests.safeguards.small import HEAD, LAW, changed, pack_at

RULE = '        - {fact: near, op: is, value: "yes"}\n'
PATENT = "{id: patent, from: 2020-01-01, until: 2026-12-31, label: {ja: 特許, en: Patent}}"
PROOF = """
examples:
  - id: e1
    case: land
    label: {ja: 例, en: example}
    facts: {near: "yes", size: "250", buyer: DNK}
    expect: [{asof: 2026-01-01, outcome: notify, fires: [big-near, stranger]}]
"""


def told(folder: Path, law: str, head: str = HEAD) -> list[str]:
    with pytest.raises(InputProblems) as caught:
        load(pack_at(folder, law, head=head))
    return [str(problem).replace(str(folder), "pack") for problem in caught.value.problems]


def test_the_small_law_is_sound(tmp_path: Path) -> None:
    assert len(load(pack_at(tmp_path)).pack.rules) == 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (RULE, RULE.replace("near", "naer"), "no fact 'naer' (did you mean 'near'?)"),
        (RULE, RULE.replace("is,", "at_least,"), "operator 'at_least' is for facts of kind number; 'near' is yes_no"),
        (RULE, RULE.replace("is,", "equals,"), "expected one of is, in, at_least"),
        (RULE, RULE.replace('"yes"', "maybe"), "expected yes or no, found 'maybe'"),
        (RULE, RULE.replace('value: "yes"', "list: friends"), "a list goes with 'in' or 'under', not 'is'"),
        (RULE, RULE.replace('value: "yes"', "param: limit"), "a dated value is a number; this fact is none"),
        (RULE, RULE.replace(', value: "yes"', ""), "a test is held against exactly one of"),
        (RULE, RULE.replace("op: is, ", ""), "a test needs an operator (field 'op')"),
        (RULE, RULE.replace("fact: near, op: is, ", ""), "exactly one of 'all', 'any', 'not' or a test of a 'fact'"),
        (RULE, RULE.replace("value", "valeu"), "unknown field 'valeu' (did you mean 'value'?)"),
        ("list: friends}\n        reason", "list: fiends}\n        reason", "no legal list 'fiends' (did you"),
        ("kinds: [", f"kinds: [{PATENT}, ", "no rule for cases of kind 'patent': all of them would"),
        ("param: limit}", "param: limits}", "no legal value 'limits' (did you mean 'limit'?)"),
        ("reason: {ja: 届け出る。, en: Notify.}", "reason: {ja: 届け出る。}", "field 'en' is missing"),
        ("outcome: notify", "outcome: clear", "no rule makes a case clear"),
        ("outcome: notify", "outcome: notfy", "expected one of prohibit, approve, notify"),
        ("outcome: disclose", "outcome: disclose\n    applied_from: 2020-06-01", "is applied before it is in force"),
        ("outcome: disclose", "outcome: disclose\n    promulgated: 2022-01-01", "in force before it is promulgated"),
        ("{to: 2023-12-31, value: \"300\"", "{to: 2024-01-01, value: \"300\"", "overlaps in time with another"),
        ("{from: 2024-01-01, value: \"200\"", "{from: 2024-01-01, value: wide", "expected a number, found 'wide'"),
        ("{id: CHE, from: 2025-01-01}", "{id: CHE, from: 2025-01-01}, {id: CHE}", "overlaps in time with another"),
        ("{id: CHE, from: 2025-01-01}", "{id: CHE, from: 2025-13-01}", "'2025-13-01' is not a date"),
        ("{from: 2024-01-01, value: \"200\"", "{from: 2024-01-01, same_as: limit", "values are the same as each other"),
        ("means: {fact: size,", "means: {fact: large, op: is, value: \"no\"}\n    note: {fact: size,", "unknown field"),
        ("kind: country", "kind: choice", "a fact of kind 'choice' has choices"),
        ("kind: number, low: 0,", "kind: nombre, low: 0,", "expected one of yes_no, number"),
        ("kind: yes_no, label: {ja: 近い", "kind: number, label: {ja: 近い", "expected a number, found 'yes'"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    head = changed(HEAD, {old: new}) if old in HEAD else HEAD
    law = LAW if old in HEAD else changed(LAW, {old: new})
    found = told(tmp_path, law, head)
    assert any(message in line for line in found), found
    assert all(line.rpartition(" @ ")[2].startswith("pack/pack.yaml") for line in found), found


def test_facts_that_follow_from_themselves(tmp_path: Path) -> None:
    law = changed(
        LAW, {"means: {fact: size, op: at_least, param: limit}": 'means: {fact: broad, op: is, value: "yes"}'}
    )
    law = changed(law, {"legal_values:": (
        "  - {id: broad, cases: [land], kind: yes_no, label: {ja: 広大, en: broad}, "
        'means: {fact: large, op: is, value: "yes"}}\nlegal_values:')})  # fmt: skip
    assert any(
        "facts follow from each other in a circle: large -> broad -> large" in line
        for line in told(tmp_path, law)
    )


def test_a_status_that_its_dates_contradict(tmp_path: Path) -> None:
    law = LAW.replace(
        "in_force: {from: 2021-01-01}\n    status: in_force",
        "in_force: {from: 2027-01-01}\n    status: in_force",
    )
    found = told(tmp_path, law)
    assert len(found) == 2
    assert "on 2026-06-01, the pack's day, it is 'enacted' by its dates, not 'in_force'" in found[0]


def test_a_rule_for_a_case_that_its_facts_are_not_of(tmp_path: Path) -> None:
    law = LAW.replace("  - id: stranger\n    cases: [land]", "  - id: stranger\n    cases: [land, export]")
    found = told(tmp_path, law)
    assert any("fact 'buyer' is not of cases of kind export" in line for line in found)
    assert any("the pack's 'kinds' do not have 'export'" in line for line in found)


def test_examples_and_signatures_that_point_nowhere(tmp_path: Path) -> None:
    law = LAW + PROOF.replace("size:", "sise:").replace("big-near,", "big-naer,") + (
        "signatures:\n"
        '  - {id: s, of: rules/big-naer, text: "0", by: A, on: 2026-01-01, read: Gazette}\n'
        '  - {id: t, of: laws/act, text: "0", by: A, on: 2026-01-01, read: Gazette}\n'
    )  # fmt: skip
    found = told(tmp_path, law)
    assert any("no fact 'sise' in a case of kind 'land' (did you mean 'size'?) @" in line for line in found)
    assert any("no rule 'big-naer' (did you mean 'big-near'?)" in line for line in found)
    assert any("rules has no 'big-naer'" in line for line in found)
    assert any("what is signed is one of facts/ID" in line for line in found)


def test_a_rule_without_proof_is_told(tmp_path: Path) -> None:
    reading = load(pack_at(tmp_path, LAW + PROOF))
    with pytest.raises(InputProblems) as caught:
        verify(reading.pack, reading.places)
    assert [p.message for p in caught.value.problems] == [
        "no example in which rule 'big-near' is excluded",
        "no example in which rule 'stranger' is excluded",
    ]
    assert all(p.line for p in caught.value.problems)


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    law = changed(LAW, {
        RULE: RULE.replace("near", "naer"), "outcome: disclose": "outcome: clear",
        '{to: 2023-12-31, value: "300"': '{to: 2024-06-01, value: "300"',
    })  # fmt: skip
    assert len(told(tmp_path, law)) == 3


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_spoilt_law_gives_answers_or_problems(tmp_path: Path, seed: int) -> None:
    """Whatever is done to the text of the law: a pack that screens, or problems; never a fault of ours."""
    law = mutated(LAW + PROOF, random.Random(seed))
    (tmp_path / "pack.yaml").write_text(HEAD + law, "utf-8")
    try:
        reading = load(tmp_path)
        book = Book(reading.pack)
        for facts in ({}, {"near": True}, {"near": True, "size": 250.0, "buyer": "DNK"}):
            known = {name: value for name, value in facts.items() if name in book.facts}
            answer = screen(book, "land", known, date(2026, 1, 1))
            assert lines(tree(answer, "ja"))
            assert as_dict(answer)
        verify(reading.pack, reading.places)
    except InputProblems as error:
        assert error.problems
        for problem in error.problems:
            assert problem.message
            assert "pydantic" not in str(problem)
