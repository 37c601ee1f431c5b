"""Countries, mines, stability, names, outlines, catalogue."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from kaname.data import baci, catalogue, countries, geo, hsnames, icio, mining, routes, stability
from kaname.errors import InputProblems

EMBEDDED = Path(__file__).parents[2] / "src" / "kaname" / "packs" / "japan" / "data"


def test_countries_cover_every_table() -> None:
    held = countries.read_embedded(EMBEDDED)
    trade = baci.read_embedded(EMBEDDED).frame
    assert set(trade["exporter"]) | set(trade["importer"]) <= set(held.by_iso3)
    assert set(mining.read_embedded(EMBEDDED).frame["iso3"]) <= set(held.by_iso3)
    assert set(stability.read_embedded(EMBEDDED).frame["iso3"]) <= set(held.by_iso3)
    assert set(routes.read_embedded(EMBEDDED).ports) <= set(held.by_iso3)
    regions = {c.icio_region for c in held if c.icio_region}
    assert regions == set(icio.read_embedded(EMBEDDED).regions)


def test_country_names_and_regions() -> None:
    held = countries.read_embedded(EMBEDDED)
    assert held["JPN"].name_ja == "日本"
    assert held["JPN"].code == 392
    assert held["TWN"].code == 490
    assert held["TUR"].name_en == "Türkiye"
    assert held["POL"].icio_region == "XEU"
    assert [held[c].icio_region for c in ("QAT", "KWT", "IRQ", "IRN")] == [None] * 4
    assert held.name("CHL", "ja") == "チリ"
    assert held.name("???") == "???"
    assert len({c.name_ja for c in held}) == len(held)


def test_bad_countries(tmp_path: Path) -> None:
    head = "iso3,code,name_en,name_ja,icio_region\n"
    (tmp_path / "countries.csv").write_text(
        head + "JPN,392,Japan,日本,JPN\nJPN,x,Japan,日本,\nUSA,842,,,\n", encoding="utf-8"
    )
    with pytest.raises(InputProblems) as caught:
        countries.read_embedded(tmp_path)
    assert [p.line for p in caught.value.problems] == [3, 3, 4]
    (tmp_path / "countries.csv").write_text(head + "JPN,392\n", encoding="utf-8")
    with pytest.raises(InputProblems, match="too few"):
        countries.read_embedded(tmp_path)
    (tmp_path / "countries.csv").write_bytes(b"iso3,code,name_en,name_ja,icio_region\n\xff\xfe\n")
    with pytest.raises(InputProblems, match="cannot be read"):
        countries.read_embedded(tmp_path)


def test_china_mines_most_rare_earths() -> None:
    mines = mining.read_embedded(EMBEDDED)
    shares = mines.shares("Rare Earths (REO)", 2023)
    assert next(iter(shares)) == "CHN"
    assert shares["CHN"] > 0.6
    assert sum(shares.values()) == pytest.approx(1.0)
    assert mines.hs6("Rare Earths (REO)") == ("284690",)
    assert mines.hs6("Rare Earths (REO)", main_only=False) == ("284690", "280530", "284610")
    assert mines.hs6("Gallium") == ()
    assert mines.shares("Gallium", 1900) == {}
    assert mines.frame.select("mineral", "unit").unique().height == len(mines.minerals)


def test_mapped_codes_are_described_and_traded() -> None:
    names = hsnames.read_embedded(EMBEDDED)
    traded = set(baci.read_embedded(EMBEDDED).products)
    codes = {c.hs6 for c in mining.read_embedded(EMBEDDED).codes}
    assert traded & codes
    assert all(names.describe(code) for code in traded)


def test_stability() -> None:
    table = stability.read_embedded(EMBEDDED)
    latest = table.latest()
    assert latest["JPN"][0] == 2024
    assert latest["JPN"][1] > 0.5
    assert latest["COD"][1] < -1
    assert table.latest(2010)["JPN"][0] == 2010
    assert table.frame["estimate"].is_between(-4, 3).all()
    assert "GUY" not in latest


def test_hs_names() -> None:
    names = hsnames.read_embedded(EMBEDDED)
    assert names.vintages == ("HS2022", "HS92")
    graphite = names.describe("250410")
    assert graphite is not None
    assert "graphite" in graphite.lower()
    assert names.describe("999998") is None


def test_outlines() -> None:
    world, japan = geo.read_world(EMBEDDED), geo.read_prefectures(EMBEDDED)
    assert len(japan.areas) == 47
    assert [a.id for a in japan.areas] == [f"{n:02d}" for n in range(1, 48)]
    assert (japan.areas[12].name_ja, japan.areas[12].name_en) == ("東京都", "Tokyo")
    held = {a.id for a in world.areas}
    assert {"JPN", "TWN", "FRA", "NOR", "USA", "RUS", "IND", "CHE"} <= held
    rings = [(a.id, r) for m in (world, japan) for a in m.areas for p in a.polygons for r in p]
    assert all(r[0] == r[-1] and len(r) > 3 for _, r in rings)
    for area, ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            assert abs(x1) <= 180
            assert abs(y1) <= 90
            assert abs(x1 - x2) < 60 or (area == "ATA" and y1 == y2 == -90), "a stray line across the map"


def test_bad_outlines(tmp_path: Path) -> None:
    (tmp_path / geo.WORLD).write_text('{"features": [{"id": "JPN"}]}')
    with pytest.raises(InputProblems, match="properties"):
        geo.read_world(tmp_path)


def test_every_file_has_a_source_and_is_small() -> None:
    files = catalogue.embedded_files(EMBEDDED)
    assert all(f.source for f in files)
    assert sum(f.size for f in files) < 12_000_000
    outlines = [f.size for f in files if f.name.endswith(".geojson")]
    assert sum(outlines) < 600_000


def test_adapters_name_a_source_of_the_catalogue() -> None:
    known = {s.id for s in catalogue.read_sources(EMBEDDED)}
    modules = (icio, baci, mining, stability, hsnames, countries, routes)
    assert {m.read_embedded(EMBEDDED).source for m in modules} | set(geo.SOURCES.values()) == known


def test_sources_page_is_up_to_date() -> None:
    page = (Path(__file__).parents[2] / "SOURCES.md").read_text(encoding="utf-8")
    for source in catalogue.read_sources(EMBEDDED):
        assert source.id in page
        assert source.attribution in page
        assert source.licence in page
    for file in catalogue.embedded_files(EMBEDDED):
        assert file.sha256 in page, f"{file.name} changed: run tools/build_japan.py --only sources"


def test_bad_catalogue(tmp_path: Path) -> None:
    shutil.copy(EMBEDDED / "ports.csv", tmp_path)
    common = "id: a, title: t, publisher: p, licence: l, url: u, unit: km"
    (tmp_path / "sources.yaml").write_text(
        "sources:\n"
        f"  - {{{common}, attribution: a, year: '2020', files: [ports.csv]}}\n"
        f"  - {{{common}, year: 2020, files: [ports.csv, no.csv], x: 1}}\n"
        "  - text\n"
    )
    with pytest.raises(InputProblems) as caught:
        catalogue.read_sources(tmp_path)
    text = str(caught.value)
    for part in (
        "`year`",
        "`attribution`",
        "unknown field `x`",
        "'a' appears twice",
        "'no.csv'",
        "already",
        "mapping",
    ):
        assert part in text
    (tmp_path / "sources.yaml").write_text("sources: [")
    with pytest.raises(InputProblems, match="YAML"):
        catalogue.read_sources(tmp_path)
