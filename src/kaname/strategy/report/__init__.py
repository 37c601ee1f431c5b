"""The report: one HTML page in two languages, whole in itself, made from an assessment (floor 6).

No figure is computed here that the assessment holds: the report selects, orders and puts into words. The page fetches
nothing, and the same assessment gives the same bytes.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kaname.strategy.assessment import Assessment
from kaname.strategy.report import (
    findings,
    section_answers,
    section_assurance,
    section_goods,
    section_leverage,
    section_places,
    section_power,
    section_register,
    section_scenarios,
    section_strengths,
)
from kaname.strategy.report.blocks import Bar, Block, Chart, Section
from kaname.strategy.report.chartdata import script
from kaname.strategy.report.names import Book
from kaname.strategy.report.words import Words, number, same, say, when

ASSETS: Final = "assets"
__all__ = ["render"]


def render(assessment: Assessment, geo_folder: Path, trade: str | None = None) -> str:
    """The page of ``assessment``. ``geo_folder``: the pack's data, with outlines, names of countries and sources;
    ``trade``: what to cite for trade where it is not the pack's table.

    Raises :class:`~kaname.errors.InputProblems` where outlines or names of countries cannot be read.
    """
    book = Book(assessment.pack, geo_folder, trade)
    parts = _sections(assessment, book)
    charts = {chart.id: chart.option for part in parts for chart in _charts(part.blocks)}
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            title=Words(assessment.pack.title.ja, assessment.pack.title.en),
            head=_head(assessment, book),
            answers=findings.answers(assessment, book),
            sections=parts,
            data=script(charts),
            css=_asset("report.css"),
            js=_asset("report.js"),
            echarts=_asset("echarts.min.js"),
            say=say,
        )
    )


def _sections(a: Assessment, book: Book) -> tuple[Section, ...]:
    return (
        section_goods.section(a, book),
        section_scenarios.section(a, book),
        section_answers.compound(a, book),
        section_answers.measures(a, book),
        section_leverage.section(a, book),
        section_strengths.section(a, book),
        section_places.section(a, book),
        *section_power.sections(a, book),
        section_register.section(a, book),
        section_assurance.coverage(a, book),
        section_assurance.certainty(a, book),
        section_assurance.method(a, book),
        section_assurance.sources(a, book),
    )


def _head(a: Assessment, book: Book) -> dict[str, Any]:
    facts = (
        (say("h_nation"), book.country(a.pack.home)),
        (say("h_edition"), same(a.pack.edition)),
        (say("h_asof"), when(a.asof)),
        (say("h_table"), book.source_year("icio")),
        (say("h_trade"), same(a.pack.trade_year)),
        (say("h_days"), say("h_days_value", days=number(a.days), pair=number(a.pair_days))),
    )
    about = say("about", scenarios=number(len(a.pack.scenarios)), measures=number(len(a.pack.measures)))
    return {"facts": facts, "about": about}


def _charts(blocks: tuple[Block, ...]) -> list[Chart]:
    """Every chart, those inside other blocks too."""
    found = []
    for block in blocks:
        if isinstance(block, Chart):
            found.append(block)
        found += _charts(getattr(block, "blocks", ()))
    return found


@cache
def _asset(name: str) -> Markup:
    """A file that the page carries; a script must not hold the end of its element."""
    text = files(__package__).joinpath(ASSETS, name).read_text("utf-8")
    if "</script" in text or "</style" in text:
        raise ValueError(f"{name} cannot be carried inside a page")
    return Markup(text)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("kaname.strategy.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["bar"] = lambda value: isinstance(value, Bar)
    return environment
