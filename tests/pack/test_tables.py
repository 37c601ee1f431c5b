"""CSV tables against what the pack declares of them."""

import pytest

from kaname.errors import InputProblems
from kaname.pack.model import Table
from kaname.pack.tables import parse

TABLE = Table.model_validate(
    {
        "id": "areas",
        "file": "areas.csv",
        "key": "code",
        "columns": [
            {"name": name, "unit": "person", "source": "s", "year": 2020, "confidence": "official"}
            for name in ("people", "beds")
        ],
    }
)


def told(text: str | bytes) -> list[str]:
    raw = text.encode() if isinstance(text, str) else text
    with pytest.raises(InputProblems) as caught:
        parse(raw, TABLE, "areas.csv")
    return [str(problem) for problem in caught.value.problems]


def test_keys_stay_text_figures_become_numbers_and_gaps_null() -> None:
    frame = parse(
        '\ufeffcode, name ,people,beds\n01,北,1200,\n02,"南,\n端",8e2,3\n\n'.encode(), TABLE, "areas.csv"
    )
    assert frame.to_dicts() == [
        {"code": "01", "name": "北", "people": 1200.0, "beds": None},
        {"code": "02", "name": "南,\n端", "people": 800.0, "beds": 3.0},
    ]


def test_a_head_alone_is_an_empty_table() -> None:
    assert parse(b"code,people,beds\n", TABLE, "areas.csv").height == 0


def test_columns_that_lack_stand_twice_or_are_not_declared() -> None:
    assert told("code,people,people,cost\n01,1,1,9\n") == [
        "column 'people' stands twice @ areas.csv:1",
        "column 'beds' is missing @ areas.csv:1",
        "column 'cost' holds figures but is not declared @ areas.csv:1",
    ]


def test_rows_keys_and_cells_with_their_lines() -> None:
    assert told("code,people,beds\n01,1\n02,1,2,3\n") == [
        "expected 3 cells, found 2 @ areas.csv:2",
        "expected 3 cells, found 4 @ areas.csv:3",
    ]
    assert told('code,people,beds\n"0\n1",1,2\n02,many,nan\n\n02,3,4\n,5,6\n') == [
        "'many' in column 'people' is not a number @ areas.csv:4",
        "'nan' in column 'beds' is not a number @ areas.csv:4",
        "key '02' is written twice (first in line 4) @ areas.csv:6",
        "key 'code' is empty @ areas.csv:7",
    ]


def test_what_is_no_table() -> None:
    assert told("") == ["the table is empty @ areas.csv"]
    assert told(b"code,people,beds\n\xff,1,2\n") == ["not written in UTF-8 @ areas.csv:2"]
    assert "not readable as CSV" in told('code,people,beds\n"01,1,2\n')[0]
