"""The page as text: whole in itself, well formed, the same twice, in both languages, true to the frames."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import kaname.strategy.report as package
from kaname.autonomy.methods import METHODS
from kaname.labels import LANGUAGES, catalogue
from kaname.strategy.report import render
from kaname.strategy.report.section_methods import mark, split
from kaname.strategy.report.words import money, share, span

from .fixture import GEO, assessment, empty

ROOM = Path(package.__file__).parent
VOID = {"meta", "input", "br", "hr", "img", "link"}
SECTIONS = [
    "findings",
    "depend",
    "breaks",
    "compound",
    "helps",
    "leverage",
    "strengths",
    "places",
    "register",
    "coverage",
    "sure",
    "method",
    "sources",
]


@cache
def page() -> str:
    return render(assessment(), GEO)


class Outline(HTMLParser):
    """Checks that elements close in order, and gathers ids, links and text by language."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str | None]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.said: dict[str, list[str]] = {"ja": [], "en": []}
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if held.get("id"):
            self.ids.append(str(held["id"]))
        if tag == "a":
            self.links.append(str(held["href"]))
        self.fetched += [f"{tag} {name}={value}" for name, value in attrs if _fetches(tag, name)]
        if tag not in VOID:
            self.open.append((tag, held.get("lang") if tag == "span" else None))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1][0] == tag, f"</{tag}> closes {self.open[-3:]} at {self.getpos()}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if any(tag in ("script", "style") for tag, _ in self.open):
            return
        language = next((lang for _, lang in reversed(self.open) if lang), None)
        (self.said[language] if language else self.text).append(data)


def _fetches(tag: str, name: str) -> bool:
    return name in ("src", "srcset", "poster", "action", "data") or (name == "href" and tag != "a")


@cache
def outline() -> Outline:
    found = Outline()
    found.feed(page())
    found.close()
    return found


def in_page(element: str) -> str:
    """The text of the section with an id."""
    start = page().index(f'<section id="{element}">')
    return page()[start : page().index("</section>", start)]


def test_well_formed_with_every_section_once() -> None:
    found = outline()
    assert not found.open
    assert [i for i in found.ids if i in SECTIONS] == SECTIONS
    assert len(found.ids) == len(set(found.ids))


def test_every_link_within_the_page_leads_somewhere() -> None:
    inner = {link[1:] for link in outline().links if link.startswith("#")}
    assert len(inner) > len(SECTIONS)
    assert inner <= set(outline().ids)


def test_nothing_is_fetched() -> None:
    assert outline().fetched == []
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page())
    assert policy and policy[1] == (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
    )
    for name in ("report.css", "report.js"):
        own = (ROOM / "assets" / name).read_text("utf-8")
        assert not re.search(r"https?:|url\(|@import|fetch\(|XMLHttpRequest|import\(", own)


def test_the_same_twice_and_not_too_large() -> None:
    assert render(assessment(), GEO) == page()
    assert len(page().encode()) < 4_500_000


def test_both_languages_are_there_for_every_text() -> None:
    japanese = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
    texts = {key: entry for key, entry in catalogue().items() if key.startswith("report.")}
    assert len(texts) > 300
    assert [key for key, entry in texts.items() if japanese.search(entry["en"])] == []
    names = re.compile(r"(<\w+>|{\w+}|</\w+>|[A-Z\W]|CEPII GeoDep)*")
    assert [
        k for k, e in texts.items() if not japanese.search(e["ja"]) and not names.fullmatch(e["ja"])
    ] == []
    fields = re.compile(r"{(\w+)}")
    assert [k for k, e in texts.items() if set(fields.findall(e["ja"])) != set(fields.findall(e["en"]))] == []


def test_both_languages_say_the_same_number_of_things() -> None:
    assert page().count("<span lang=ja>") == page().count("<span lang=en>") > 1000


def test_every_text_of_the_report_is_used() -> None:
    keys = [key.removeprefix("report.") for key in catalogue() if key.startswith("report.")]
    files = [*ROOM.glob("*.py"), *(ROOM / "templates").iterdir()]
    code = "\n".join(path.read_text("utf-8") for path in files)
    built = (
        "method_",
        "limit_",
        "asks_",
        "cites_",
        "cause_",
        "recovery_",
        "count_",
        "flag_",
        "list_",
        "own_",
    )
    built += ("with_", "leverage_", "key_")
    unused = [key for key in keys if f'"{key}"' not in code and not key.startswith(built)]
    assert unused == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_costliest_scenario_is_told_with_the_figures_of_the_frame(lang: str) -> None:
    a = assessment()
    top = a.scenarios.sort("loss", descending=True).row(0, named=True)
    findings = in_page("findings")
    assert f"<b>{span(top['low'], top['high'])[lang]}</b>" in findings
    assert f"<b>{share(top['share_of_gdp'])[lang]}</b>" in findings
    label = next(s.label for s in a.pack.scenarios if s.id == top["scenario"])
    assert label[lang] in findings


def test_charts_hold_the_figures_of_the_frames() -> None:
    a, charts = assessment(), charts_of(page())
    order = a.scenarios.sort(["loss", "scenario"], descending=[True, False])
    direct, indirect, whiskers = (s["data"] for s in charts["ranking"]["series"])
    assert [d["value"] for d in direct] == pytest.approx(order["direct"].to_list(), rel=1e-4)
    assert [d["value"] for d in indirect] == pytest.approx(order["indirect"].to_list(), rel=1e-4)
    assert [w["value"][1:] for w in whiskers] == [
        pytest.approx(row, rel=1e-4) for row in order.select("low", "high").rows()
    ]
    assert len(charts["pairs"]["series"][0]["data"]) == a.pairs.height
    assert {f"daily-{s}" for s in a.daily["scenario"].unique()} <= set(charts)


def charts_of(text: str) -> dict[str, Any]:
    start = text.index('id="charts">') + len('id="charts">')
    found: dict[str, Any] = json.loads(text[start : text.index("</script>", start)])
    charts: dict[str, Any] = found["charts"]
    return charts


def test_goods_are_told_with_the_figures_of_the_frame() -> None:
    a, text = assessment(), in_page("depend")
    row = a.goods.drop_nulls("largest_share").row(0, named=True)
    good = next(g for g in a.pack.goods if g.id == row["good"])
    line = next(line for line in text.splitlines() if good.label.en in line and "<tr>" in line)
    assert money(row["imports"]).ja in line and money(row["imports"]).en in line
    assert share(row["largest_share"]).ja in line


def test_the_map_shows_the_last_year_only() -> None:
    a = assessment()
    chart = charts_of(page())["suppliers"]
    for good, choice in chart["choices"].items():
        last = a.good_suppliers.filter(good=good, year=2023)
        drawn = {d["name"]: d["value"] for d in choice["series"][0] if "value" in d}
        assert drawn == {
            o: pytest.approx(100 * s, abs=0.051) for o, s in last.select("origin", "share").rows()
        }


def test_methods_are_counted_as_in_the_frame() -> None:
    a, text = assessment(), in_page("depend")
    for row in a.methods.iter_rows(named=True):
        label = next(m.label for m in METHODS if m.id == row["method"])
        line = next(line for line in text.splitlines() if f">{label.en}<" in line and "<tr>" in line)
        assert f"{row['flagged']}<s>" in line


def test_products_on_which_methods_part_are_counted_by_their_flags() -> None:
    a = assessment()
    every, apart = split(a.dependence)
    ids = [m.id for m in METHODS]
    said = [[f for f in row if f is not None] for row in a.dependence.select(ids).rows()]
    assert every.height == sum(len(f) > 1 and all(f) for f in said)
    assert apart.height == sum(any(f) and not all(f) for f in said)


def test_marks_tell_value_from_quantity() -> None:
    shown = [
        mark(*pair) for pair in [(True, True), (False, False), (True, False), (False, True), (True, None)]
    ]
    assert [m.en if m else None for m in shown] == ["●", "○", "◐", "◑", "●"]
    assert mark(None, True) is None


def test_nothing_at_all_still_makes_a_page() -> None:
    text = render(empty(), GEO)
    found = Outline()
    found.feed(text)
    assert not found.open
    assert text.count('class="missing"') + text.count("missing") > 10
    assert "計算されていません" in text and "not computed" in text
    assert "NaN" not in json.dumps(charts_of(text))


def test_markup_in_labels_is_text() -> None:
    a = assessment()
    evil = a.pack.title.model_copy(update={"ja": "</script><script>alert(1)</script>", "en": "a & b <i>"})
    pack = a.pack.model_copy(update={"title": evil})
    good = pack.goods[0].model_copy(update={"label": evil})
    pack = pack.model_copy(update={"goods": (good, *pack.goods[1:])})
    from dataclasses import replace

    text = render(replace(a, pack=pack), GEO)
    assert "<script>alert(1)" not in text
    assert "a &amp; b &lt;i&gt;" in text
    found = Outline()
    found.feed(text)
    assert not found.open


def test_the_chart_library_is_the_one_on_record() -> None:
    record = (ROOM / "assets" / "README.md").read_text("utf-8")
    found = hashlib.sha256((ROOM / "assets" / "echarts.min.js").read_bytes()).hexdigest()
    assert found in record
    assert 'version="6.1.0"' in (ROOM / "assets" / "echarts.min.js").read_text("utf-8")
