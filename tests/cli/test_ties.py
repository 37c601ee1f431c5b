"""``kaname depend`` and ``kaname leverage`` as a user meets them: sheets, views, tables brought, charts, bad input."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import Asked

from kaname.cli import holds, ties
from kaname.labels import percent, share, text
from kaname.nation import Nation


@pytest.fixture
def ask(asked: Asked, japan: Nation, monkeypatch: pytest.MonkeyPatch) -> Asked:
    monkeypatch.setattr(ties, "open_nation", lambda _: japan)
    monkeypatch.setattr(holds, "open_nation", lambda _: japan)
    return asked


def test_all_methods_in_both_languages(ask: Asked, japan: Nation) -> None:
    found = japan.dependence(2023)
    for lang in ("ja", "en"):
        code, said, err = ask("depend", "--year", "2023", "--method", "all", "--lang", lang)
        assert (code, err) == (0, "")
        for method in found.methods:
            assert method.label[lang] in said
        assert f"{text('depend.disagree', lang)}  {found.disagreement.height}" in said
        assert "no-table" not in said  # reasons are told in words
    # graphite by value and by quantity, the same as the library's row
    row = found.frame.row(by_predicate=pl.col("hs6") == "250410", named=True)
    line = next(line for line in said.splitlines() if line.startswith("250410"))
    assert share(row["largest_share"]) in line
    assert (row["cabinet_office"], row["cabinet_office_quantity"]) == (True, True)
    assert "●" in line


def test_countries_inside(ask: Asked, japan: Nation) -> None:
    code, said, _ = ask("depend", "--method", "ec_2021", "--inside", "CHN", "AUS", "--format", "json")
    rows = {row["hs6"]: row for row in json.loads(said)}
    assert code == 0
    assert rows["250410"]["ec_2021"] is False
    assert rows["250410"]["outside_share"] == pytest.approx(0.1, abs=0.02)
    code, _, err = ask("depend", "--inside", "XXX")
    assert (code, "'XXX'" in err) == (2, True)


def test_a_sheet_in_both_languages_and_as_json(ask: Asked, japan: Nation) -> None:
    found = japan.sheet("rare-earths")
    assert found.halt is not None
    for lang in ("ja", "en"):
        code, said, err = ask("depend", "--good", "rare-earths", "--lang", lang)
        assert (code, err) == (0, "")
        assert japan.goods["rare-earths"].label[lang] in said
        assert percent(found.suppliers["share"][0]) in said
        assert (
            percent(found.through.row(by_predicate=pl.col("country") == "MMR", named=True)["through"]) in said
        )
        for measure in found.measures:
            assert japan.name(measure, lang)[:20] in said
        assert text("stress.hypothetical", lang) in said
    _, said, _ = ask("depend", "--good", "rare-earths", "--format", "json")
    told = json.loads(said)
    assert told["halt"]["kept"]["amount"] == found.halt.kept.amount
    assert told["good"] == "rare-earths"
    assert [row["origin"] for row in told["suppliers"]] == found.suppliers["origin"].to_list()


def test_a_code_that_no_good_holds(ask: Asked) -> None:
    code, said, _ = ask("depend", "--good", "250310", "--lang", "en")
    assert code == 0
    assert text("sheet.no_good", "en") in said


def test_a_source_over_the_years_with_its_chart(ask: Asked, tmp_path: Path) -> None:
    chart = tmp_path / "new" / "re.svg"
    code, said, err = ask(
        "depend", "--good", "rare-earths", "--source", "CHN", "--lang", "en", "--svg", str(chart)
    )
    assert (code, err) == (0, "")
    line = next(line for line in said.splitlines() if line.startswith("2012"))
    assert "53.7%" in line and "80.0%" in line and "France 13.0%" in line
    assert chart.read_text("utf-8").startswith("<svg")
    assert [p.name for p in chart.parent.iterdir()] == ["re.svg"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--good", "rare-earth"), "neither a good of the pack nor a six-digit code"),
        (("--source", "CHN"), "--source needs --good"),
        (("--good", "rare-earths", "--svg", "x.svg"), "--svg needs --source"),
        (("--good", "rare-earths", "--source", "China"), "unknown country 'China'"),
        (("--good", "permanent-magnets", "--source", "CHN"), "trade data hold"),
        (("--good", "rare-earths", "--year", "1990"), "no trade data for 1990"),
        (("--view", "through", "--year", "1990"), "no trade data for 1990"),
        (("--method", "metti"), "unknown method 'metti'"),
        (("--production", "nowhere.csv"), "no such file"),
    ],
)
def test_bad_questions(ask: Asked, words: tuple[str, ...], said: str) -> None:
    code, out, err = ask("depend", *words)
    assert code == 2
    assert said in err
    assert "Traceback" not in err and out == ""


def test_tables_that_users_bring(ask: Asked, tmp_path: Path) -> None:
    far = tmp_path / "distance.csv"
    far.write_text("home,partner,distance\nJPN,CHN,1\nJPN,VNM,0.5\nJPN,MEX,0\nJPN,USA,0\n", "utf-8")
    made = tmp_path / "production.csv"
    made.write_text("hs6,country,year,production_t\n250410,JPN,2023,1000000\n", "utf-8")
    words = ("depend", "--method", "distance", "meti", "--format", "json")
    code, said, _ = ask(*words, "--distance", str(far), "--production", str(made))
    assert code == 0
    rows = {row["hs6"]: row for row in json.loads(said)}
    assert rows["250490"]["distance"] is True
    assert rows["250410"]["meti"] is False  # with a million tonnes made at home
    _, said, _ = ask(*words)
    assert {row["distance_why"] for row in json.loads(said)} == {"no-table"}


def test_every_problem_of_all_tables_at_once(ask: Asked, tmp_path: Path) -> None:
    far, made = tmp_path / "d.csv", tmp_path / "p.csv"
    far.write_text("home,partner,distance\nJPN,CHN,7\n", "utf-8")
    made.write_text('hs6,country,year,production_t\n250410,JPN,2023,"1,000"\n25041,JPN,2023,1\n', "utf-8")
    code, _, err = ask("depend", "--distance", str(far), "--production", str(made))
    assert code == 2
    assert f"7 must be at most 1 @ {far}:2 distance" in err
    assert f"'1,000' has a thousands separator; write 1000 @ {made}:2 production_t" in err
    assert f"'25041' is not a code of HS92 @ {made}:3 hs6" in err


@pytest.mark.parametrize("view", ["through", "industries", "history"])
def test_views_agree_with_their_tables(ask: Asked, view: str) -> None:
    for lang in ("ja", "en"):
        code, said, err = ask("depend", "--view", view, "--lang", lang)
        assert (code, err) == (0, "")
        assert said.strip()
    code, said, _ = ask("depend", "--view", view, "--format", "json")
    rows = json.loads(said)
    assert code == 0
    columns = {"through": "through_quantity", "industries": "added", "history": "entries"}
    assert columns[view] in rows[0]


def test_another_edition_of_the_data(ask: Asked, japan: Nation, tmp_path: Path) -> None:
    """CEPII's layout, made from the embedded rows, with one flow revised."""
    codes = {c.iso3: c.code for c in japan.countries if c.code is not None}
    rows = japan.trade.select(products=["250410", "282520"]).frame.filter(
        pl.col("exporter").is_in(list(codes)), pl.col("importer").is_in(list(codes))
    )
    revised = pl.when(
        pl.col("exporter") == "CHN",
        pl.col("importer") == "JPN",
        pl.col("hs6") == "250410",
        pl.col("year") == 2023,
    )
    rows = rows.with_columns(value_kusd=revised.then(1.0).otherwise(pl.col("value_kusd")))
    path = tmp_path / "BACI_HS92_V209901.zip"
    with zipfile.ZipFile(path, "w") as archive:
        listed = "\n".join(f"{code},{iso},{iso},{iso}" for iso, code in codes.items())
        archive.writestr(
            "country_codes_V209901.csv", f"country_code,country_name,country_iso2,country_iso3\n{listed}\n"
        )
        for year in (2021, 2022, 2023):
            part = rows.filter(year=year)
            lines = [
                f"{year},{codes[e]},{codes[i]},{k},{v},{'NA' if q is None else q}"
                for e, i, k, v, q in part.select(
                    "exporter", "importer", "hs6", "value_kusd", "quantity_t"
                ).rows()
            ]
            archive.writestr(f"BACI_HS92_Y{year}_V209901.csv", "t,i,j,k,v,q\n" + "\n".join(lines) + "\n")
    code, said, err = ask("depend", "--method", "cabinet_office", "--against", str(path), "--format", "json")
    assert (code, err) == (0, "")
    turned = [r for r in json.loads(said) if r["held_before"] and r["held_after"]]
    assert [(r["product"], r["before"], r["after"]) for r in turned] == [("250410", True, False)]
    assert {r["product"] for r in json.loads(said) if not r["held_after"]} == set(japan.trade.products) - {
        "250410",
        "282520",
        *(
            p
            for p in japan.trade.products
            if japan.dependence(2023, ["cabinet_office"]).frame.row(
                by_predicate=pl.col("hs6") == p, named=True
            )["cabinet_office"]
            is None
        ),
    }


def test_leverage_by_product_and_by_buyer(ask: Asked) -> None:
    code, said, _ = ask("leverage", "--stop", "60", "--by", "products", "--format", "json")
    rows = json.loads(said)
    assert code == 0
    assert {"partner", "product", "net", "our_covered", "their_replaceable"} <= set(rows[0])
    for row in rows:
        assert row["net"] == pytest.approx(row["their_loss"] - row["our_loss"])
    code, said, _ = ask("leverage", "--stop", "60", "--by", "buyers", "--lang", "ja")
    assert code == 0
    assert text("leverage.buyers_title", "ja", year=2023) in said


def test_a_code_that_the_trade_data_do_not_hold(ask: Asked) -> None:
    for code, expected in (
        ("854211", "`kaname data add baci` adds CEPII's whole table"),
        ("854231", "854231 is a code of HS2022, not of HS92"),
        ("999998", "999998 is no code of HS92"),
    ):
        left, said, err = ask("depend", "--good", code)
        assert (left, said) == (2, "")
        assert expected in err


def test_rows_shown_are_at_least_one(ask: Asked) -> None:
    for command in ("depend", "leverage", "strengths"):
        code, said, err = ask(command, "--top", "-5")
        assert (code, said) == (2, "")
        assert "--top" in err


def test_how_long_every_buyer_could_do_without(ask: Asked) -> None:
    _, said, _ = ask("leverage", "--stop", "60", "--by", "buyers", "--format", "json")
    rows = json.loads(said)
    assert {"usual_stock", "lasts"} <= set(rows[0])
    for row in rows:
        if row["lasts"] is not None:
            assert row["lasts"] == pytest.approx(row["usual_stock"] / row["share_from_home"])
    _, said, _ = ask("leverage", "--stop", "60", "--by", "buyers", "--top", "3", "--lang", "en")
    assert text("stress.more", "en", n="").strip()[:3] in said
