"""The edition and the command line tell the same figures: to the last digit in data, to the digits shown on screen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kaname.cli import holds, indispensable, main, ties
from kaname.indispensability.leverage import Leverage
from kaname.nation import Nation

DAYS = 40
"""Long enough for stocks of some goods to run out."""
WIDE = "400"


@pytest.fixture(scope="module")
def edition(japan: Nation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short assessment with one scenario: what is compared here does not depend on scenarios."""
    pack = japan.pack.model_copy(update={"scenarios": japan.pack.scenarios[:1], "storylines": ()})
    nation = japan.with_pack(pack)
    out: Path = tmp_path_factory.mktemp("edition") / "out"
    nation.write(nation.assess(days=DAYS), out)
    return out


@pytest.fixture(scope="module")
def lever(japan: Nation) -> Leverage:
    """What the command line asks of the nation three times, made once."""
    return japan.leverage(stop=DAYS, days=DAYS)


@pytest.fixture
def ask(
    japan: Nation, lever: Leverage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """The command line on Japan as already opened."""
    for module in (ties, holds, indispensable):
        monkeypatch.setattr(module, "open_nation", lambda _: japan)
    monkeypatch.setenv("COLUMNS", WIDE)

    def levers(nation: Nation, *, stop: int, days: int, tick: object) -> Leverage:
        assert (stop, days) == (lever.stop, lever.days)
        return lever

    monkeypatch.setattr(Nation, "leverage", levers)

    def asked(*words: str) -> str:
        with pytest.raises(SystemExit) as left:
            main(list(words))
        assert left.value.code in (0, None)
        return capsys.readouterr().out

    yield asked


def table(edition: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(edition / "tables" / f"{name}.parquet")


def as_told(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON tells them."""
    rows: list[dict[str, Any]] = json.loads(json.dumps(frame.to_dicts(), default=str))
    return rows


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dependence", ("depend", "--year", "2023", "--method", "all")),
        ("through", ("depend", "--view", "through")),
        ("industry_exposure", ("depend", "--view", "industries")),
        ("history", ("depend", "--view", "history")),
        ("leverage", ("leverage", "--stop", str(DAYS))),
        ("leverage_products", ("leverage", "--stop", str(DAYS), "--by", "products")),
        ("strengths", ("strengths",)),
    ],
)
def test_the_same_to_the_last_digit(edition: Path, ask: Any, name: str, words: tuple[str, ...]) -> None:
    told = json.loads(ask(*words, "--format", "json"))
    held = table(edition, name)
    assert held.height == len(told) > 0
    columns = [c for c in told[0] if c in held.columns]
    assert set(told[0]) == set(columns)
    assert as_told(held.select(columns)) == told


def test_who_depends_on_us(edition: Path, ask: Any) -> None:
    told = json.loads(ask("leverage", "--stop", str(DAYS), "--by", "buyers", "--format", "json"))
    every = {(row["hs6"], row["partner"]): row for row in told}
    held = as_told(table(edition, "dependents").drop("name"))
    assert len(held) > 50
    for row in held:
        said = every[row["hs6"], row["partner"]]
        assert {c: said[c] for c in row if c in said} == {c: v for c, v in row.items() if c in said}


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize(
    ("name", "words"),
    [("strengths_register", ("strengths", "--part", "register")), ("technologies", ("technologies",))],
)
def test_registers_in_both_languages(
    edition: Path, ask: Any, name: str, words: tuple[str, ...], lang: str
) -> None:
    held = table(edition, name)
    other = "en" if lang == "ja" else "ja"
    own = held.drop(c for c in held.columns if c.endswith(f"_{other}")).rename(
        lambda c: c.removesuffix(f"_{lang}")
    )
    assert as_told(own) == json.loads(ask(*words, "--lang", lang, "--format", "json"))


def test_the_screen_shows_the_digits_of_the_page(edition: Path, ask: Any) -> None:
    page = (edition / "report.html").read_text("utf-8")
    start = page.index("Verdicts on all products")
    page_rows = {
        cells[0]: cells
        for row in re.findall(r"<tr>(.*?)</tr>", page[start : page.index("</table>", start)])
        if len(cells := _english(row)) > 4
    }
    screen = ask("depend", "--year", "2023", "--method", "all", "--lang", "en")
    lines = [line.split() for line in screen.splitlines() if re.match(r"\d{6} ", line)]
    assert len(lines) > 50
    for line in lines:
        _, _, _, largest, hhi, *_ = page_rows[line[0]]
        share = [word for word in line if word.endswith("%")][-1]
        assert largest.endswith(f" {share}")
        assert hhi in line


def _english(row: str) -> list[str]:
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
    plain = (re.sub(r"<[^>]+>", "", re.sub(r"<span lang=ja>.*?</span>", "", cell)) for cell in cells)
    return [unescape(cell) for cell in plain]


def test_partners_on_screen_and_page(edition: Path, ask: Any) -> None:
    page = (edition / "report.html").read_text("utf-8")
    start = page.index("Partner by partner")
    rows = [_english(r) for r in re.findall(r"<tr>(.*?)</tr>", page[start : page.index("</table>", start)])]
    shares = {cells[0]: (cells[2], cells[4]) for cells in rows if len(cells) > 4}
    screen = ask("leverage", "--stop", str(DAYS), "--lang", "en")
    for partner, (ours, theirs) in shares.items():
        line = next(line for line in screen.splitlines() if line.startswith(partner))
        assert f" {theirs} " in line + " "
        assert f" {ours} " in line + " "
