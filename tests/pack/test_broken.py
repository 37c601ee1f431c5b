"""Ten kinds of mistakes in one pack: all told at once, each with file, line and path."""

from pathlib import Path

import pytest

from kaname.errors import InputProblems
from kaname.pack.reader import locate, read

BROKEN = Path(__file__).parents[1] / "packs" / "broken"

EXPECTED = [
    # unknown field; figure without source
    ("nation.yaml", 9, "$.industries[1].stok", "unknown field 'stok' (did you mean 'stock'?)"),
    ("nation.yaml", 10, "$.industries[1].sea", "a figure needs a source"),
    # dangling node
    ("nation.yaml", 15, "$.goods[0].parent", "no industry 'MIN'"),
    # wrong unit; negative share; shares not summing
    (
        "nation.yaml",
        18,
        "$.goods[0].stock.unit",
        "'stock' cannot be in 'MW', expected one of day, hour, year",
    ),
    ("nation.yaml", 20, "$.goods[0].origins[0].share.value", "'share' is negative: -0.1"),
    (
        "nation.yaml",
        34,
        "$.facilities[1].share",
        "shares of the facilities of service 'grid' sum to 1.3, more than 1",
    ),
    # missing file; cyclic include
    ("pack.yaml", 10, "$.include[1]", "included file 'nowhere.yaml' does not exist"),
    ("risks.yaml", 1, "$.include", "cyclic include: pack.yaml -> risks.yaml -> pack.yaml"),
    # dangling node again, this time misspelt; a date that is none
    (
        "risks.yaml",
        10,
        "$.scenarios[0].events[0].facilities[0]",
        "no facility 'grid-nroth' (did you mean 'grid-north'?)",
    ),
    ("risks.yaml", 20, "$.measures[0].deadline", "'2026-02-30' is not a date (YYYY-MM-DD)"),
    # bad YAML
    (
        "unreadable.yaml",
        3,
        "",
        "not readable as YAML: did not find expected ',' or '}' "
        "(while parsing a flow mapping that begins in line 2)",
    ),
]


def test_all_mistakes_at_once() -> None:
    with pytest.raises(InputProblems) as caught:
        read(BROKEN)
    found = [(Path(p.file).name, p.line, p.path, p.message) for p in caught.value.problems]
    # neither a mistake too few, nor one too many: what stands in the unreadable file is not called missing
    assert found == EXPECTED
    assert all(p.file.startswith(str(BROKEN)) for p in caught.value.problems)
    assert str(caught.value).splitlines()[0] == (
        f"unknown field 'stok' (did you mean 'stock'?) @ {BROKEN}/nation.yaml:9 $.industries[1].stok"
    )


def test_what_an_absent_file_defined_is_missed_once_each(tmp_path: Path) -> None:
    japan, _ = locate("japan")
    for path in japan.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "owners.yaml").unlink()
    with pytest.raises(InputProblems) as caught:
        read(tmp_path)
    said = [str(p) for p in caught.value.problems]
    assert len(said) < 30  # and not one for each of the 230 places
    assert any("included file 'owners.yaml' does not exist" in one for one in said)
    (one,) = (text for text in said if "no owner 'METI'" in text)
    assert "more places) @" in one and ".yaml:" in one and "$." in one
