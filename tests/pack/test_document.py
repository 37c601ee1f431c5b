"""YAML as written: text stays text, every line is known, nothing escapes but problems."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaname.pack.document import DEEPEST, parse, shown


def value(text: str) -> object:
    node, problems = parse(text, "f.yaml")
    assert not problems
    assert node is not None
    return node.plain()


def messages(text: str) -> list[str]:
    return [str(problem) for problem in parse(text, "f.yaml")[1]]


def test_scalars_are_what_was_written() -> None:
    written = "{country: NO, code: 01, hs: 250410, edition: 2026.1, day: 2026-11-23, on: yes, time: 12:30}"
    assert value(written) == {
        "country": "NO",
        "code": "01",
        "hs": "250410",
        "edition": "2026.1",
        "day": "2026-11-23",
        "on": "yes",
        "time": "12:30",
    }


def test_only_a_plain_null_is_empty() -> None:
    assert value("[null, ~, 'null', \"\"]\n") == [None, None, "null", ""]
    assert value("a:\nb: ''\n") == {"a": None, "b": ""}


def test_lines_of_keys_items_and_what_is_missing() -> None:
    node, _ = parse("goods:\n  - id: a\n    stock:\n      value: 1\n  -\n    id: b\n", "f.yaml")
    assert node is not None
    assert node.at(("goods", 0, "stock")) == (3, ("goods", 0, "stock"))
    assert node.at(("goods", 0, "stock", "value")) == (4, ("goods", 0, "stock", "value"))
    assert node.at(("goods", 1, "id"))[0] == 6
    assert node.at(("goods", 0, "label", "ja")) == (2, ("goods", 0))


def test_keys_written_twice_are_all_told() -> None:
    found = messages("a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert found == [
        "key 'c' is written twice (first in line 2) @ f.yaml:2 $.b.c",
        "key 'a' is written twice (first in line 1) @ f.yaml:3 $.a",
    ]


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a: [1, 2\n", "did not find expected ',' or ']'", 2),
        ("a: 1\nb: \t- c\n", "block sequence entries are not allowed", 2),
        ("a: 1\nb: \x00\n", "control characters are not allowed", 2),
        ("a: 1\n---\nb: 2\n", "a second YAML document", 2),
        ("a: 1\n? [x]\n: 1\n", "a key must be plain text", 2),
        ("a: !!python/object:os.system x\n", "tag tag:yaml.org,2002:python/object:os.system is not read", 1),
        ("a: *b\n", "alias *b stands for nothing written before it", 1),
        ("&a [*a]\n", "alias *a stands for nothing written before it", 1),
        ("[" * 100_000, f"nested deeper than {DEEPEST} levels", 1),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, message: str, line: int) -> None:
    (problem,) = parse(text, "f.yaml")[1]
    assert message in problem.message
    assert (problem.file, problem.line) == ("f.yaml", line)


def test_aliases_stand_for_what_they_name_but_not_for_a_bomb() -> None:
    assert value("a: &x {v: 1}\nb: *x\n") == {"a": {"v": "1"}, "b": {"v": "1"}}
    rows = ["- &a0 [" + ",".join("1" * 10) + "]"]
    rows += [f"- &a{n} [" + ",".join([f"*a{n - 1}"] * 10) + "]" for n in range(1, 9)]
    node, problems = parse("\n".join(rows), "f.yaml")
    assert node is None
    assert "1,000,000 values" in problems[0].message


def test_path_as_shown() -> None:
    assert shown(("goods", 3, "stock", "value")) == "$.goods[3].stock.value"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-[]{},&*!?|>'\"#%@ \n\t0~あ\x00\ufeff"), max_size=60))
def test_any_text_gives_a_tree_or_problems(text: str) -> None:
    node, problems = parse(text, "f.yaml")
    assert (
        node is not None
        or problems
        or not text.strip("\ufeff \n\t")
        or "#" in text
        or "-" in text
        or "%" in text
    )
    assert all(problem.line >= 0 and problem.message for problem in problems)
