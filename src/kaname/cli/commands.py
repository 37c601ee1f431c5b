"""What each command asks of a `Nation`, and how its answer is shown."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from cyclopts import App, Parameter

import kaname
from kaname.autonomy.stocks import Stocks
from kaname.cascade.run import Run
from kaname.cli import (
    behave,
    by_area,
    by_influence,
    data,
    holds,
    hours,
    indispensable,
    intensity,
    mission,
    outlook,
    power,
    restore,
    runs,
    screen,
    shaking,
    stocks,
    suppliers,
    ties,
)
from kaname.cli import match as names
from kaname.cli.beside import print_laws
from kaname.cli.lists import LISTS, within
from kaname.cli.show import Format, out, progress, show
from kaname.cli.systemic import systemic
from kaname.cli.whole import whole
from kaname.cli.worth import worth
from kaname.errors import InputProblems
from kaname.labels import Lang, number, text
from kaname.nation import Nation
from kaname.nation import open as open_nation
from kaname.pack.coverage import coverage
from kaname.pack.reader import Reading, load
from kaname.pack.survey import Finding, FindingKind, survey
from kaname.safeguards.book import Book
from kaname.safeguards.signing import waiting
from kaname.safeguards.verify import verify
from kaname.strategy.edition import may_stand

app = App(
    name="kaname",
    help="A nation's economic security as one network.\n\nExample: `kaname stress hormuz-closure --days 180`",
    version=kaname.__version__,
    suppress_keyboard_interrupt=False,  # `main` says what became of the work
    default_parameter=Parameter(converter=whole),
)
names.register(app)
screen.add_to(app)

app.command(systemic)

YEAR = 365
HOURLY = 10
"""Days that are run in steps of an hour where none are asked for."""

Pack = Annotated[str, Parameter(help="An embedded pack (japan) or the folder of one.")]
Language = Annotated[Lang, Parameter(help="Language of labels and messages.")]
Shape = Annotated[Format, Parameter(help="table for people; json and csv hold every column, unrounded.")]


app.command(worth)


@app.command
def check(
    *,
    pack: Pack = "japan",
    lang: Language = "ja",
    format: Shape = "table",
    kind: Annotated[FindingKind | None, Parameter(help="Only findings of this kind.")] = None,
    assumptions: Annotated[
        str | None,
        Parameter(help="List assumed figures by influence on a scenario's loss; none: one an industry."),
    ] = None,
    register: Annotated[Path | None, Parameter(help="A register of decisions to check instead.")] = None,
    head: Annotated[str | None, Parameter(help="With --register: a hash of it noted earlier.")] = None,
) -> None:
    """Validate a pack: every problem at once, its examples, then every empty or assumed figure and open point.

    Example: `kaname check --pack japan --kind no-deadline`
    """
    if assumptions is not None:
        by_influence.show_assumptions(open_nation(pack), assumptions, lang, format)
        return
    if register is not None:
        screen.check_register(register, head, lang)
        return
    reading = load(pack)
    examples = verify(reading.pack, reading.places)
    found = [f for f in _surveyed(reading) if kind is None or f.kind == kind]
    frame = pl.DataFrame(
        [(f.kind.value, f.subject, f.message[lang], str(f.place)) for f in found],
        schema=["kind", "subject", "message", "place"],
        orient="row",
    )
    if format != "table":
        show(frame, format)
        return
    title = text("check.title", lang, title=reading.pack.title[lang], edition=reading.pack.edition)
    out.print(f"[bold]{title}[/bold]\n{text('check.sound', lang)}")
    if reading.pack.industries and not reading.data.is_dir():
        out.print(text("check.no_data_folder", lang, folder=str(reading.data)))
    cited = [c for c in coverage(reading.pack) if c.cited]
    total = len(reading.pack.digest)
    out.print(text("check.covered", lang, total=total, cited=len(cited)))
    out.print(text("safeguards.examples_sound", lang, n=examples))
    out.print(text("safeguards.signatures_title", lang, n=len(waiting(Book(reading.pack)))))
    heads = {name: text(f"check.{name}", lang) for name in (*frame.columns, "count")}
    kinds = frame.group_by("kind", maintain_order=True).agg(count=pl.len())
    named = kinds.with_columns(
        pl.col("kind").map_elements(lambda k: text(f"check.kind_{k}", lang), pl.String)
    )
    show(named, format, heads=heads)
    show(frame, format, title=text("check.findings", lang, n=number(len(found))), heads=heads)


def _surveyed(reading: Reading) -> list[Finding]:
    """What the pack leaves open, the data beside it read too. Raises ``InputProblems`` where the two do not fit."""
    found = list(survey(reading.pack, reading.places))
    if reading.pack.industries and reading.data.is_dir():
        nation = Nation(reading)
        if faults := nation.misfits():
            raise InputProblems(faults)
        found += nation.not_followed()
    order = {kind: n for n, kind in enumerate(FindingKind)}
    return sorted(found, key=lambda one: order[one.kind])


@app.command
def assess(
    *,
    pack: Pack = "japan",
    lang: Language = "ja",
    out_: Annotated[Path, Parameter(name="--out", help="Folder of the edition.")] = Path("out"),
    days_: Annotated[int, Parameter(name="--days", help="Days each scenario is run.")] = 365,
) -> None:
    """The yearly job: report, tables and manifest, written whole or not at all.

    Example: `kaname assess --out out`
    """
    may_stand(out_)
    nation = open_nation(pack)
    with progress() as bar:
        task = bar.add_task("", total=1.0)

        def tell(what: str, share: float) -> None:
            bar.update(task, description=text(f"assess.{what}", lang), completed=share)

        found = nation.assess(days=days_, progress=tell)
        tell("report", 0.97)
        nation.write(found, out_)
    runs.summary(nation, found, out_, lang)


Struck = Annotated[
    str,
    Parameter(help="Scenarios of the pack; name@30 strikes on day 30, name:high (:low) is worse (milder)."),
]
Length = Annotated[
    int | None, Parameter(name="--days", help="Days to run: 365 by default, 10 with --step hours.")
]
InForce = Annotated[
    tuple[str, ...], Parameter(name="--with", help="Measures in force.", consume_multiple=True)
]
Kept = Annotated[Path | None, Parameter(help="Keep the run, for `kaname explain`.")]
Divided = Annotated[bool, Parameter(help="Divide home by area, and show where the loss falls.")]
Step = Annotated[Literal["days", "hours"], Parameter(help="hours: the chain of stops.")]
Course = Annotated[
    bool, Parameter(name="--stocks", help="By good and day: stocks, and what arrives how.", negative=())
]
Every = Annotated[
    bool, Parameter(name="--every-supplier", help="What leaving out the smallest changes.", negative=())
]


@app.command
def stress(
    *scenarios: Struck,
    pack: Pack = "japan",
    lang: Language = "ja",
    format: Shape = "table",
    days_: Length = None,
    with_: InForce = (),
    save: Kept = None,
    areas: Divided = False,
    step: Step = "days",
    set_: behave.Changes = (),
    stocks_: Course = False,
    every: Every = False,
) -> None:
    """What happens, day by day, when scenarios strike: alone, together or one after the other.

    Example: `kaname stress hormuz-closure nankai-trough@30 --days 180 --with en-oil-release`
    """
    nation = open_nation(pack).by_area() if areas else open_nation(pack)
    length = days_ if days_ is not None else HOURLY if step == "hours" else YEAR
    how = behave.asked(nation, scenarios, length, with_, set_)

    def run(of: Nation, measures: tuple[str, ...] = with_) -> Run:
        return of.stress(*scenarios, days=length, measures=measures, step=step, settings=how)

    def ran_down() -> Stocks:
        return nation.stocks(*scenarios, days=length, measures=with_, settings=how)

    if every:
        suppliers.print_difference(run(nation), run(nation.every_supplier()), lang, format)
    elif step == "hours":
        hours.print_hours(nation, run(nation), run(nation, ()) if with_ else None, lang, format)
    elif stocks_:
        stocks.print_course(nation, ran_down(), lang, format)
    else:
        found = run(nation)
        if areas:
            by_area.show_losses(nation, found, lang, format)
        if save is not None:
            runs.save(nation, scenarios, length, with_, save, set_)
        if format == "table":
            runs.print_run(nation, found, run(nation, ()) if with_ else None, lang)
            if not areas:
                stocks.print_stocks(nation, ran_down(), lang)
        elif not areas:
            show(found.stops(), format)


@app.command
def explain(
    run: Annotated[str, Parameter(help="Scenarios joined by '+', or a file kept by `kaname stress --save`.")],
    node: Annotated[str, Parameter(help="JPN:C29, QAT/lng, ix-tokyo ...")],
    *,
    day: Annotated[int, Parameter(help="Day of the run, counted from 0.")],
    pack: Pack = "japan",
    lang: Language = "ja",
    format: Literal["table", "json"] = "table",
) -> None:
    """Why a node made what it made on a day: walked back to the events.

    Example: `kaname explain hormuz-closure JPN:C19 --day 40`
    """
    nation, scenarios, length, measures, changes = runs.recall(run, pack, day)
    runs.explicable(nation, scenarios, length, measures, node, day)
    how = behave.changed(nation.settings, changes)
    found = nation.stress(*scenarios, days=length, measures=measures, settings=how).explain(node, day)
    if format == "json":
        out.print_json(json.dumps(found.as_dict(), ensure_ascii=False))
    else:
        out.print("\n".join(runs.explained(nation, found, lang)), markup=False, soft_wrap=True)


@app.command
def review(
    *,
    pack: Pack = "japan",
    lang: Language = "ja",
    format: Shape = "table",
    asof: Annotated[date | None, Parameter(help="The day of the review; default the pack's.")] = None,
    laws: Annotated[
        bool, Parameter(help="Which laws answer which risks, and what has none.", negative=())
    ] = False,
    since: Annotated[date, Parameter(help="With --laws: the earlier day to compare with.")] = date(
        2021, 5, 27
    ),
) -> None:
    """The register: measures overdue or without owner, deadline or law; what nothing answers.

    Example: `kaname review --asof 2026-12-31`
    """
    nation = open_nation(pack)
    if laws:
        print_laws(nation, since, asof or date.fromisoformat(nation.pack.asof), lang, format)
        return
    runs.print_review(nation, nation.review(asof), lang, format)


app.command(ties.depend)
app.command(holds.leverage)

What = Literal[
    "scenarios", "storylines", "missions", "measures", "goods", "facilities", "sources", "facts", "rules"
]


@app.command(name="list")
def list_(
    what: What,
    *,
    pack: Pack = "japan",
    lang: Language = "ja",
    format: Shape = "table",
    area: Annotated[str | None, Parameter(help="Only facilities in this area.")] = None,
) -> None:
    """List what a pack holds.

    Example: `kaname list facilities --area TOKYO --lang en`
    """
    held = load(pack).pack
    frame = LISTS[what](held, lang)
    if area is not None:
        frame = frame.filter(pl.col("id").is_in([f.id for f in within(held, area).facilities]))
    heads = {name: text(f"list.{name}", lang) for name in frame.columns}
    show(frame, format, title=text(f"list.{what}", lang), heads=heads)


power.register(app)
restore.register(app)
mission.register(app)
outlook.register(app)
shaking.register(app)
intensity.register(app)
app.command(data.app)
app.command(indispensable.strengths)
app.command(indispensable.technologies)
