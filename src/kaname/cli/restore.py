"""`kaname restore`: in which order crews bring back what a scenario takes away, so that least is lost."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import polars as pl
from cyclopts import App, Parameter

from kaname.cli.show import Format, err, out, progress, show
from kaname.errors import InputProblems, Problem
from kaname.labels import Lang, days, money, number, text
from kaname.nation import Nation
from kaname.nation import open as open_nation
from kaname.planning.restoration import Restoration
from kaname.planning.serving import REST

SAME = 1e-6
"""Losses within this share of each other are the same."""
SHOWN = 5
"""Areas shown of those that lose most."""


Struck = Annotated[str, Parameter(help="Scenarios of the pack; name@30 strikes on day 30.")]
Crews = Annotated[int, Parameter(help="How many crews there are (Japan: of a thousand people each).")]
Pack = Annotated[str, Parameter(help="An embedded pack (japan) or the folder of one.")]
Language = Annotated[Lang, Parameter(help="Language of labels and messages.")]
Shape = Annotated[
    Format, Parameter(help="table for people; csv: who works where and when; json: everything.")
]
Length = Annotated[int, Parameter(name="--days", help="Days to run.")]
InForce = Annotated[
    tuple[str, ...], Parameter(name="--with", help="Measures in force.", consume_multiple=True)
]
Have = Annotated[
    tuple[str, ...],
    Parameter(help="Supplies if not as the pack says: cable-ships=1.", consume_multiple=True),
]
First = Annotated[
    tuple[str, ...],
    Parameter(help="Facilities, services or areas that go before all else: hospital.", consume_multiple=True),
]
Serve = Annotated[
    tuple[str, ...],
    Parameter(
        help="Priority classes served first where there is too little: life society; least: the way that "
        "loses least. By default all in proportion, other ways shown beside; evenly: none tried.",
        consume_multiple=True,
    ),
]
Aids = Annotated[
    bool, Parameter(help="Also show what releases, emergency production and other measures add.")
]


def register(app: App) -> None:
    """Add the command to the program."""
    app.command(restore)


def restore(
    *scenarios: Struck,
    crews: Crews,
    pack: Pack = "japan",
    lang: Language = "ja",
    format: Shape = "table",
    days_: Length = 365,
    with_: InForce = (),
    have: Have = (),
    first: First = (),
    serve: Serve = (),
    aids: Aids = False,
) -> None:
    """The order and place of work that lose least with so many crews, beside the rules people use.

    Ctrl-C while it searches keeps the best order found so far.

    Example: `kaname restore nankai-trough --crews 40`
    """
    nation = open_nation(pack)
    held, faults = _held(have)
    with _telling(lang, faults) as tell:
        found = nation.restore(
            *scenarios,
            crews=crews,
            days=days_,
            measures=with_,
            have=held,
            first=first,
            serve=serve or None,
            aids=aids,
            progress=tell,
        )
    if found.stopped:
        err.print(text("restore.stopped", lang), markup=False)
    if format == "json":
        sys.stdout.write(json.dumps(_whole(found), ensure_ascii=False, indent=1) + "\n")
    elif format == "csv":
        show(found.stints, "csv")
    else:
        _print(nation, found, lang)


@contextmanager
def _telling(lang: Lang, faults: list[Problem]) -> Iterator[Callable[[str, float], None]]:
    """A progress bar; with ``faults``, the search is not begun, and they are told with all others found before."""
    with progress() as bar:
        task = bar.add_task("", total=1.0)

        def tell(what: str, share: float) -> None:
            if faults:  # all else of the call is right, and nothing is searched for
                raise InputProblems([])
            bar.update(task, description=text(f"restore.{what}", lang), completed=share)

        try:
            yield tell
        except InputProblems as told:
            raise InputProblems([*told.problems, *faults]) from None


def _held(have: tuple[str, ...]) -> tuple[dict[str, int], list[Problem]]:
    held: dict[str, int] = {}
    faults = []
    for one in have:
        name, _, count = one.partition("=")
        if count.isdecimal():
            held[name] = int(count)
        else:
            faults.append(Problem(f"a supply is given as NAME=NUMBER, not {one!r}", path="have"))
    return held, faults


def _whole(found: Restoration) -> dict[str, object]:
    """Everything, unrounded, for programs."""
    frames = ("rules", "work", "stints", "areas", "scales", "serving", "aids")
    return {
        "scenarios": [s.id for s, _ in found.case.scenarios],
        "days": found.days,
        "crews": found.crews,
        "loss": found.loss,
        "bound": found.bound,
        "best_rule": found.best_rule,
        "saved": found.saved,
        "saved_billion_yen": found.saved_yen,
        "searched": found.searched,
        "missed": found.missed,
        "served": found.served,
        "decision": None if found.decision is None else asdict(found.decision),
        "stopped": found.stopped,
        **{name: getattr(found, name).to_dicts() for name in frames},
    }


def _print(nation: Nation, found: Restoration, lang: Lang) -> None:
    named = " + ".join(nation.name(s.id, lang) for s, _ in found.case.scenarios)
    title = text("restore.title", lang, scenarios=named, crews=found.crews, days=days(found.days, lang))
    out.print(f"[bold]{title}[/bold]")
    out.print(f"[dim]{text('stress.hypothetical', lang)}[/dim]\n")
    _verdict(nation, found, lang)
    _rules(found, lang)
    _work(nation, found, lang)
    _areas(nation, found, lang)
    _scales(found, lang)
    _serving(nation, found, lang)
    if found.aids.height:
        _aids(nation, found, lang)


def _yen(billion: float | None, lang: Lang) -> str:
    if billion is None:
        return ""
    # the unit in which each language counts: hundred millions, or billions
    return text("restore.yen", lang, amount=number(10 * billion if lang == "ja" else billion))


def _verdict(nation: Nation, found: Restoration, lang: Lang) -> None:
    rule = text(f"restore.rule_{found.best_rule}", lang)
    share = found.saved / float(found.rules["loss"][0])
    if found.searched:
        amounts = {"saved": money(found.saved, lang), "yen": _yen(found.saved_yen, lang)}
        out.print(text("restore.better", lang, rule=rule, share=f"{share:.1%}", **amounts))
    elif found.rules["more"].max() < SAME * found.loss:  # type: ignore[operator]
        out.print(text("restore.same", lang))
    elif found.missed < SAME * found.loss:
        out.print(text("restore.rule_best", lang, rule=rule))
    else:
        out.print(text("restore.rule_wins", lang, rule=rule, missed=money(found.missed, lang)))
    if found.serving.height:
        out.print(_served(nation, found, lang))
    if found.exact:
        out.print(text("restore.exact", lang))
    out.print(text("restore.lives", lang), style="dim")
    if found.last is None or found.last > found.days:
        out.print(text("restore.horizon", lang, days=days(found.days, lang)), style="dim")
    out.print()


def _served(nation: Nation, found: Restoration, lang: Lang) -> str:
    """How what is short is given out, and what another way would change."""
    if found.served:
        even = found.serving.filter(found.serving["serving"].list.len() == 0)["plan"][0]
        plan = found.serving["plan"][0]
        key = "restore.served" if plan < even else "restore.served_dear"
        return text(key, lang, turn=_turn(nation, found.served, lang), amount=money(abs(even - plan), lang))
    if found.decision is None:
        return text("restore.even_best", lang)
    turn = _turn(nation, found.decision.serving, lang)
    return text("restore.even", lang, turn=turn, amount=money(found.decision.saves, lang))


def _rules(found: Restoration, lang: Lang) -> None:
    def row(name: str, loss: float, more: float, last: float | None) -> tuple[str, str, str, str]:
        back = text("restore.not_within", lang) if last is None else days(last, lang)
        return name, money(loss, lang), money(more, lang) if more else "—", back

    rows = [row(text("restore.plan", lang), found.loss, 0.0, found.last)]
    rows += [row(text(f"restore.rule_{r}", lang), *rest) for r, *rest in found.rules.rows()]
    stated = max(t.course.start + t.length for t in found.ground.things)
    rows.append(row(text("restore.stated", lang), found.bound, found.bound - found.loss, stated))
    columns = ("order", "loss", "more", "last")
    heads = {c: text(f"restore.{c}", lang) for c in columns}
    show(pl.DataFrame(rows, list(columns), orient="row"), "table", heads=heads)
    out.print()


def _work(nation: Nation, found: Restoration, lang: Lang) -> None:
    def when(value: float | None) -> str:
        return "—" if value is None else number(value, 0 if value >= 10 else 1)

    rows = [
        (
            thing_name(nation, r, lang),
            f"{r['sent']}/{r['crews']}",
            *(when(r[c]) for c in ("start", "half", "back", "back_rule", "back_stated")),
        )
        for r in found.work.iter_rows(named=True)
    ]
    columns = ("thing", "sent", "start", "half", "back", "back_rule", "back_stated")
    heads = {c: text(f"restore.{c}", lang) for c in columns}
    rule = text(f"restore.rule_{found.best_rule}", lang)
    notes = [text("restore.work_note", lang, rule=rule)]
    frame = pl.DataFrame(rows, list(columns), orient="row")
    show(frame, "table", title=text("restore.work", lang), heads=heads, notes=notes)
    out.print()


def thing_name(nation: Nation, row: dict[str, str], lang: Lang) -> str:
    """A thing's name for people: a facility's own, or the kind of work and the area."""
    own = row["thing"].partition("#")[0]
    if ":" not in own:
        return nation.name(own, lang)
    work = nation.pack.by_id["repair_works"].get(row["kind"])
    what = work.label[lang] if work else text("restore.industries", lang)  # type: ignore[attr-defined]
    return f"{nation.name(row['area'], lang)} {what}" if row["area"] else what


def _areas(nation: Nation, found: Restoration, lang: Lang) -> None:
    if not found.areas.height:
        return
    top = found.areas.sort("rule", descending=True).head(SHOWN)
    columns = ("area", "plan_loss", "rule_loss", "stated_loss")
    rows = [(nation.name(a, lang), *(money(v, lang) for v in lost)) for a, *lost in top.rows()]
    heads = {c: text(f"restore.{c}", lang) for c in columns}
    rest = (
        [text("restore.more_areas", lang, n=found.areas.height - SHOWN)] if found.areas.height > SHOWN else []
    )
    show(
        pl.DataFrame(rows, list(columns), orient="row"),
        "table",
        title=text("restore.by_area", lang),
        heads=heads,
        notes=rest,
    )
    out.print()


def _key(scale: float) -> str:
    return f"{scale:g}".replace(".", "_")


def _scales(found: Restoration, lang: Lang) -> None:
    rows = [
        (
            text(f"restore.scale_{_key(scale)}", lang),
            money(plan, lang),
            money(rule, lang),
            text(f"restore.rule_{name}", lang),
        )
        for scale, plan, rule, name in found.scales.rows()
    ]
    columns = ("scale", "plan_loss", "best_loss", "best_name")
    heads = {c: text(f"restore.{c}", lang) for c in columns}
    notes = [text("restore.scale_note", lang)]
    frame = pl.DataFrame(rows, list(columns), orient="row")
    show(frame, "table", title=text("restore.scales_title", lang), heads=heads, notes=notes)


def _serving(nation: Nation, found: Restoration, lang: Lang) -> None:
    """With every way to give out what is short."""
    if not found.serving.height:
        return
    rows = [
        (
            f"{'● ' if taken else '  '}{_turn(nation, classes, lang)}",
            money(plan, lang),
            money(unmet, lang),
            "—" if service is None else f"{nation.name(service, lang)} {days(lacks, lang)}",
            money(rule, lang),
            text(f"restore.rule_{name}", lang),
        )
        for classes, plan, unmet, service, lacks, rule, name, taken in found.serving.rows()
    ]
    columns = ("serving", "plan_loss", "unmet", "without", "best_loss", "best_name")
    heads = {c: text(f"restore.{c}", lang) for c in columns}
    notes = [text("restore.serving_note", lang)]
    out.print()
    frame = pl.DataFrame(rows, list(columns), orient="row")
    show(frame, "table", title=text("restore.serving_title", lang), heads=heads, notes=notes)


def _turn(nation: Nation, classes: Sequence[str], lang: Lang) -> str:
    """An order of serving in words."""
    if not classes:
        return text("restore.serving_even", lang)
    label = {p.id: p.label[lang] for p in nation.pack.priorities} | {REST: text("restore.serving_rest", lang)}
    named = [label.get(c, c) for c in classes]
    return text("restore.then", lang).join(named)


def _aids(nation: Nation, found: Restoration, lang: Lang) -> None:
    def where(place: str | None) -> str:
        return text("restore.everywhere", lang) if not place else nation.name(place, lang)

    def named(kind: str, id_: str) -> str:
        known: Callable[[str], object] = nation.pack.by_id["supplies"].get
        label = getattr(known(id_), "label", None)
        return str(label[lang]) if kind == "set" and label is not None else nation.name(id_, lang)

    rows = [
        (
            named(r["kind"], r["aid"]),
            where(r["place"]),
            "—" if r["day"] is None else number(r["day"], 0),
            money(r["saved"], lang),
            "—" if r["together"] is None else money(r["together"], lang),
        )
        for r in found.aids.iter_rows(named=True)
    ]
    columns = ("aid", "place", "day", "aid_saved", "aid_together")
    heads = {c: text(f"restore.{c}", lang) for c in columns}
    out.print()
    frame = pl.DataFrame(rows, list(columns), orient="row")
    show(
        frame, "table", title=text("restore.aids", lang), heads=heads, notes=[text("restore.aids_note", lang)]
    )
