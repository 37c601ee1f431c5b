"""What a pack names and its data do not know is told by `kaname check`, before anything is run on it."""

from pathlib import Path

import pytest

import kaname
from kaname.cli import main
from kaname.errors import InputProblems
from kaname.pack.reader import locate
from kaname.pack.survey import FindingKind

JAPAN, _ = locate("japan")


def edited(folder: Path, file: str, *changes: tuple[str, str]) -> Path:
    """The pack of Japan with changes in one file; all else is the pack's own."""
    for path in JAPAN.iterdir():
        (folder / path.name).symlink_to(path)
    text = (JAPAN / file).read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / file).unlink()
    (folder / file).write_text(text, "utf-8")
    return folder


def test_home_and_year_that_no_data_know(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = edited(tmp_path, "pack.yaml", ("home: JPN", "home: JAP"), ("trade_year: 2023", "trade_year: 2030"))
    for command in (["check"], ["stress", "hormuz-closure", "--days", "2"]):
        with pytest.raises(SystemExit) as left:
            main([*command, "--pack", str(pack)])
        assert left.value.code == 2
        said = capsys.readouterr().err
        assert "home 'JAP' is not a region of the table (did you mean 'JPN'?)" in said
        assert "pack.yaml:4 $.home" in said
        assert "no trade data for 2030" in said and "$.trade_year" in said


def test_a_code_that_is_none(tmp_path: Path) -> None:
    pack = edited(tmp_path, "goods-energy.yaml", ('hs: ["270900"]', 'hs: ["270990"]'))
    with pytest.raises(InputProblems) as told:
        _ = kaname.open(pack).built
    (one,) = told.value.problems
    assert "there is no code '270990' in HS92" in one.message
    assert one.path == "$.goods[0].hs[0]" and one.line > 0


def test_a_code_without_trade_is_said_to_be_left_out(tmp_path: Path) -> None:
    assert "crude" not in {f.subject for f in kaname.open("japan").not_followed()}
    pack = edited(tmp_path, "goods-energy.yaml", ('hs: ["270900"]', 'hs: ["271600"]'))
    nation = kaname.open(pack)
    assert nation.misfits() == []
    found = {f.subject: f for f in nation.not_followed()}
    assert found["crude"].kind is FindingKind.NO_TRADE_DATA
    assert "HS 271600" in found["crude"].message.en and "do not follow it" in found["crude"].message.en
    assert found["crude"].place.line > 0
    # part of its codes, or suppliers cited instead of codes: followed all the same
    assert "that part is left out" in found["aluminium"].message.en
    assert "semiconductors" not in found and "potash" in found


def test_a_pack_of_rules_alone_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["depend", "--pack", "eu"])
    assert left.value.code == 2
    assert "holds rules only" in capsys.readouterr().err
