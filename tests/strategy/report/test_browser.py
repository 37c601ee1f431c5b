"""The page in Chromium: opened from a file, it draws, changes its language and asks the network for nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaname.labels import LANGUAGES
from kaname.strategy.report import render
from kaname.strategy.report.names import Book
from kaname.strategy.report.words import money, say, share, signed

from .chromium import Page, chromium, found
from .fixture import GEO, assessment

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(found() is None, reason="Chromium is not installed"),
]
WAIT = "new Promise(r => setTimeout(r, 300))"
DRAWN = """(() => { document.querySelectorAll("details").forEach(d => { d.open = true; });
  dispatchEvent(new Event("beforeprint")); dispatchEvent(new Event("afterprint"));
  return [...document.querySelectorAll(".chart")].map(c => [c.dataset.chart,
     c.dataset.drawn || "", c.querySelectorAll("svg path").length]); })()"""
SEEN = "[...document.querySelectorAll('h2')].map(h => h.innerText).join('|')"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(assessment(), GEO), "utf-8")
    return path.as_uri()


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    with chromium() as opened:
        opened.open(address)
        yield opened


def test_it_draws_every_chart_and_fetches_nothing(page: Page, address: str) -> None:
    charts = page.run(DRAWN)
    assert len(charts) > 30
    assert [c for c in charts if c[1] != "ja" or c[2] < 2] == []
    assert page.requests == [address]
    assert page.logs == []


def test_the_language_changes_without_loading_again(page: Page, address: str) -> None:
    assert page.run("document.documentElement.lang") == "ja"
    assert "何が止まるか" in page.run(SEEN) and "What breaks" not in page.run(SEEN)
    page.run(DRAWN)
    page.run(f"document.querySelector('label[for=to-en]').click(); {WAIT}")
    assert page.run("document.documentElement.lang") == "en"
    assert "What breaks" in page.run(SEEN) and "何が止まるか" not in page.run(SEEN)
    assert page.run("location.hash") == "#lang=en"
    assert page.run("document.title") == assessment().pack.title.en
    assert "billion USD" in page.run("document.querySelector('#ranking svg').textContent")
    assert {c[1] for c in page.run(DRAWN)} == {"en"}
    assert page.requests == [address] and page.logs == []


def test_the_address_keeps_language_and_place(page: Page, address: str) -> None:
    scenario = f"scenario-{assessment().scenarios['scenario'][3]}"
    page.open(f"{address}?again#lang=en&at={scenario}")
    page.run(WAIT)
    assert page.run("document.documentElement.lang") == "en"
    assert page.run(f"document.getElementById('{scenario}').open") is True
    assert abs(page.run(f"document.getElementById('{scenario}').getBoundingClientRect().top")) < 60


@pytest.mark.parametrize("lang", LANGUAGES)
def test_tips_are_worded_as_tables_are(page: Page, address: str, lang: str) -> None:
    page.open(f"{address}?{lang}#lang={lang}")
    page.run(DRAWN)
    chart = "echarts.getInstanceByDom(document.querySelector('.chart[data-chart={}]')).getOption()"
    names = page.run(chart.format("pairs") + ".yAxis[0].data.map(n => n.replace(/  [0-9]+$/, ''))")
    for extra, loss, total in [
        (0.04, 12.345, 99.96),
        (-1234.5, 250_000.0, 999_960.0),
        (0.0, 99_960.0, 1_000_000.0),
    ]:
        tip = page.run(
            chart.format("pairs") + f".tooltip[0].formatter({{value: [0, 1, {extra}, {loss}, {total}]}})"
        )
        told = {"loss": money(loss), "sum": money(total), "extra": signed(money(extra), extra)}
        assert tip == say("pair_tip", a=names[0], b=names[1], **told)[lang]
    for value, part in [(5.0, 0.00003), (1e4, 0.0523), (None, 0.9996), (7.25, 0.5)]:
        data = json.dumps({"value": 100 * part, "usd": value, "year": 2023})
        data = data.replace("null", "undefined")
        tip = page.run(chart.format("suppliers") + f".tooltip[0].formatter({{name: 'CHN', data: {data}}})")
        country = Book(assessment().pack, GEO).country("CHN")
        assert tip == say("map_tip", country=country, share=share(part), value=money(value), year=2023)[lang]


def test_choosing_a_good_and_a_service_changes_the_maps(page: Page) -> None:
    for chart in ("suppliers", "places-map"):
        page.run(f"document.getElementById('{chart}').scrollIntoView(); {WAIT}")
        before = page.run(f"document.querySelector('#{chart} svg').innerHTML")
        page.run(
            f"(() => {{ const s = document.getElementById('{chart}-choice'); s.selectedIndex = 3;"
            f"s.dispatchEvent(new Event('change')); }})(); {WAIT}"
        )
        assert page.run(f"document.querySelector('#{chart} svg').innerHTML") != before
    shown = page.run(
        "[...document.querySelectorAll('#facilities tr[data-for]')].filter(r => r.offsetHeight).length"
    )
    assert 0 < shown < 40
    assert page.logs == []


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize(("width", "media"), [(1280, ""), (1000, ""), (688, "print")])
def test_nothing_is_wider_than_the_page(page: Page, address: str, lang: str, width: int, media: str) -> None:
    page.send("Emulation.setEmulatedMedia", media=media)
    page.open(f"{address}?{lang}{width}#lang={lang}", width=width)
    page.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.run("document.documentElement.scrollWidth") <= width
    wide = page.run(
        "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1)"
        ".map(e => e.closest('section').id + ': ' + e.querySelector('th').innerText)"
    )
    assert wide == []


def test_it_can_be_read_without_script(page: Page, address: str) -> None:
    page.send("Emulation.setScriptExecutionDisabled", value=True)
    page.open(f"{address}?plain")
    seen = page.run("document.querySelector('#findings').innerText")
    assert "最も損失が大きい" in seen and "costliest" not in seen
    page.run("document.getElementById('to-en').click()")
    seen = page.run("document.querySelector('#findings').innerText")
    assert "costliest" in seen and "最も損失が大きい" not in seen


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_phone_shows_every_figure_of_a_scenario(page: Page, address: str, lang: str) -> None:
    page.open(f"{address}?phone-{lang}#lang={lang}", width=390)
    page.run(WAIT)
    assert page.run("document.documentElement.scrollWidth") == 390  # nothing stands beside the screen
    figures = """[...document.querySelectorAll('.card .figures > span')].map(s => s.getBoundingClientRect().right)"""
    right = page.run(figures)
    assert len(right) > 10 and max(right) <= 390
    # a chart too wide for the screen is moved within its frame, not shrunk until nothing can be read
    assert page.run("document.querySelector('.chart').offsetWidth") > 600
