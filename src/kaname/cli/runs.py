"""Runs and findings on screen; a run kept in a file is its recipe and the hashes of what it read."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import polars as pl

import kaname
from kaname.cascade.explain import Explanation
from kaname.cascade.run import Run
from kaname.cli.show import Format, err, out, show
from kaname.errors import InputProblems, Problem, problem
from kaname.labels import day, days, money, percent, text
from kaname.nation import Nation
from kaname.nation import open as open_nation
from kaname.strategy.assessment import Assessment
from kaname.strategy.register import Review


def save(
    nation: Nation,
    scenarios: Sequence[str],
    length: int,
    measures: Sequence[str],
    path: Path,
    changes: Sequence[str] = (),
) -> None:
    """Keep a run: what was asked and the hashes of what was read. Written whole or not at all."""
    recipe = {
        "kaname": kaname.__version__,
        "pack": nation.pack.id,
        "scenarios": list(scenarios),
        "days": length,
        "measures": list(measures),
        "settings": list(changes),
        "inputs": dict(nation.inputs),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(recipe, ensure_ascii=False, indent=1) + "\n")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def recall(
    run: str, pack: str, until: int
) -> tuple[Nation, tuple[str, ...], int, tuple[str, ...], tuple[str, ...]]:
    """A kept run, or scenarios joined by '+': the nation, scenarios, days, measures and changes of settings."""
    if not (run.endswith(".json") or Path(run).is_file()):
        scenarios = tuple(part.strip() for part in run.split("+"))
        return open_nation(pack), scenarios, max(until + 1, 1), (), ()
    try:
        recipe = json.loads(Path(run).read_text(encoding="utf-8"))
        asked = _names(recipe["scenarios"]), _count(recipe["days"]), _names(recipe["measures"])
        changes = _names(recipe.get("settings", []))
        inputs = recipe["inputs"]
    except OSError as fault:
        raise problem(f"the run cannot be read: {fault.strerror}", run) from fault
    except (ValueError, KeyError, TypeError) as fault:
        raise problem("this is not a run kept by 'kaname stress --save'", run) from fault
    nation = open_nation(pack)
    if inputs != dict(nation.inputs):
        err.print(
            "the pack or its data have changed since this run was kept; it is explained on what is there now"
        )
    return nation, *asked, changes


def _names(value: object) -> tuple[str, ...]:
    """A list of names in a kept run; a TypeError where it is something else."""
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise TypeError(value)
    return tuple(value)


def _count(value: object) -> int:
    """A number of days in a kept run; a TypeError where it is not whole."""
    if not isinstance(value, int):
        raise TypeError(value)
    return value


def explicable(
    nation: Nation, scenarios: Sequence[str], length: int, measures: Sequence[str], node: str, day: int
) -> None:
    """Raise every problem of what is to be explained at once, before anything is run."""
    faults: list[Problem] = []
    try:
        nation.case(*scenarios, measures=measures, days=max(length, 1))
    except InputProblems as found:
        faults += found.problems
    if node not in nation.network.index:
        near = get_close_matches(node, nation.network.nodes.id, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        faults.append(Problem(f"no node {node!r} in the network{hint}", path="node"))
    if not 0 <= day < length:
        faults.append(Problem(f"the run has days 0 to {length - 1}, not {day}", path="day"))
    if faults:
        raise InputProblems(faults)


def print_run(nation: Nation, run: Run, bare: Run | None, lang: str) -> None:
    """One screen: loss, what stops first, where it hurts, what binds."""
    named = " + ".join(s.label[lang] for s, _ in run.case.scenarios)
    out.print(f"[bold]{text('stress.title', lang, scenarios=named, days=run.days)}[/bold]")
    out.print(f"[dim]{text('stress.hypothetical', lang)}[/dim]\n")
    lines = {
        "loss_home": money(run.total_loss, lang),
        "loss_share": percent(run.total_loss / (run.normal * run.days), 2),
        "loss_direct": money(run.direct_loss, lang),
        "loss_indirect": money(run.indirect_loss, lang),
        "loss_abroad": money(run.world_loss - run.total_loss, lang),
    }
    if bare is not None:
        lines |= {
            "without_measures": money(bare.total_loss, lang),
            "avoided": money(bare.total_loss - run.total_loss, lang),
        }
    for key, value in lines.items():
        out.print(f"{text(f'stress.{key}', lang)}  {value}", highlight=False)
    heads = {
        name: text(f"stress.{name}", lang)
        for name in ("node", "kind", "level", "cause", "via", "input", "user")
    }
    heads |= {"day": text("stress.first_day", lang), "supplier": text("stress.supplier", lang)}
    heads |= {"days": text("stress.days_bound", lang), "loss": text("stress.loss_musd", lang)}
    first = run.stops()
    stopped = _named(nation, first.head(15), ("node", "via"), lang).with_columns(
        pl.col("day").map_elements(lambda d: day(d, lang), pl.String),
        pl.col("level").map_elements(_below, pl.String),
        pl.col("cause").map_elements(lambda c: text(f"stress.limit_{c}", lang), pl.String),
        pl.col("kind").map_elements(lambda k: text(f"stress.{k}", lang), pl.String),
    )
    out.print()
    if first.height:
        more = first.height - stopped.height
        notes = [text("stress.more", lang, n=more)] if more > 0 else []
        show(stopped, "table", title=text("stress.first_stop", lang), heads=heads, notes=notes)
    else:
        out.print(text("stress.nothing_stops", lang))
    worst = _named(nation, run.bottlenecks(8).filter(pl.col("loss") > 0), ("input", "user", "supplier"), lang)
    if worst.height:
        out.print()
        show(worst, "table", title=text("stress.bottleneck", lang), heads=heads)
    if run.total_loss < 0:
        out.print(f"\n[dim]{text('stress.gain', lang)}[/dim]", soft_wrap=True)
    for note in run.notes:
        out.print(f"\n[dim]{note[lang]}[/dim]", highlight=False, soft_wrap=True)


def _below(level: float) -> str:
    """A share of normal in whole percent; what is a little less than normal is not told as normal."""
    return percent(min(level, 0.99) if level < 1 else level, 0)


def _named(nation: Nation, frame: pl.DataFrame, columns: Iterable[str], lang: str) -> pl.DataFrame:
    return frame.with_columns(
        pl.col(c).map_elements(lambda i: nation.name(i, lang), pl.String) for c in columns
    )


NAMED = 4
"""What an event strikes is named up to here; the rest is counted."""
AS_NORMAL = 0.0005
"""A level that is told as 100.0% is told as normal."""


def explained(nation: Nation, why: Explanation, lang: str, depth: int = 0, of: str = "") -> list[str]:
    """An explanation as indented sentences; ``of``: the cause of what it explains."""
    values: dict[str, Any] = {
        "node": nation.name(why.node, lang),
        "day": day(why.day, lang),
        "share": percent(why.level),
        "input": nation.name(why.input, lang) if why.input else "",
        "part": percent(why.part),
        "open": percent(why.open),
    }
    if not depth and abs(why.level - 1) < AS_NORMAL:
        return [text("stress.explain_none", lang, **values)]
    line = text(f"stress.explain_{why.cause}", lang, **values)
    if why.part is not None:
        key = "explain_sold" if of == "demand" else "explain_part"
        line = text(f"stress.{key}", lang, part=values["part"]) + line
    lines = ["  " * depth + line]
    for event in why.events:
        what = ", ".join(nation.name(n, lang) for n in event.names[:NAMED])
        if len(event.names) > NAMED:
            what = text("stress.explain_others", lang, what=what, n=len(event.names) - NAMED)
        scenario = nation.name(event.scenario, lang)
        lines.append("  " * (depth + 1) + text("stress.explain_event", lang, scenario=scenario, what=what))
    for part in why.because:
        lines += explained(nation, part, lang, depth + 1, why.cause)
    return lines


def print_review(nation: Nation, found: Review, lang: str, format: Format) -> None:
    """The register: counts, then what is overdue, then what nothing answers."""
    frames = found.frames()
    if format != "table":
        show(frames["measures"], format)
        return
    out.print(f"[bold]{text('review.title', lang, asof=found.asof.isoformat())}[/bold]")
    counts = {
        "measures": len(found.measures),
        "overdue": len(found.overdue),
        "no_owner": len(found.without_owner),
        "no_deadline": len(found.without_deadline),
        "no_legal_basis": len(found.without_legal_basis),
        "status_unknown": len(found.status_unknown),
        "no_effect": len(found.nil),
        "unanswered": len(found.unanswered_scenarios),
    }
    for key, count in counts.items():
        out.print(f"{text(f'review.{key}', lang)}  {count}", highlight=False)
    rows = [
        (m.id, nation.name(m.id, lang), m.owner, m.deadline.isoformat() if m.deadline else None, m.days_late)
        for m in found.overdue
    ]
    if rows:
        late = pl.DataFrame(rows, ["id", "name", "owner", "deadline", "days_late"], orient="row")
        heads = {n: text(f"list.{n}", lang) for n in ("id", "name", "owner", "deadline")}
        heads["days_late"] = text("review.days_late", lang)
        out.print()
        show(late, format, title=text("review.overdue", lang), heads=heads)


def summary(nation: Nation, found: Assessment, where: Path, lang: str) -> None:
    """One screen at the end of ``kaname assess``."""
    top = found.scenarios.head(5)
    rows = [
        (nation.name(s, lang), money(loss, lang), f"{money(low, lang)} – {money(high, lang)}")
        for s, loss, low, high in top.select("scenario", "loss", "low", "high").iter_rows()
    ]
    heads = {n: text(f"assess.{n}", lang) for n in ("scenario", "loss", "range")}
    frame = pl.DataFrame(rows, ["scenario", "loss", "range"], orient="row")
    out.print(f"[bold]{nation.pack.title[lang]}[/bold]  {found.asof.isoformat()}", highlight=False)
    out.print(f"[dim]{text('stress.hypothetical', lang)}[/dim]\n")
    show(frame, "table", title=text("assess.costliest", lang, days=days(found.days, lang)), heads=heads)
    single = found.goods.filter(pl.col("largest_share") >= 0.5)
    worst, least = found.pairs.row(0, named=True), found.pairs.row(-1, named=True)
    lines = [
        text("assess.goods", lang, n=single.height, total=found.goods.height),
        text(
            "assess.pair_more",
            lang,
            a=nation.name(worst["a"], lang),
            b=nation.name(worst["b"], lang),
            extra=money(worst["extra"], lang),
        ),
        text(
            "assess.pair_less",
            lang,
            a=nation.name(least["a"], lang),
            b=nation.name(least["b"], lang),
            extra=money(-least["extra"], lang),
        ),
        text(
            "assess.partners",
            lang,
            n=found.leverage.filter(pl.col("net") > 0).height,
            total=found.leverage.height,
        ),
        text(
            "assess.register",
            lang,
            total=len(found.review.measures),
            late=len(found.review.overdue),
            open=len(found.review.without_deadline),
        ),
        text("assess.written", lang, place=str(where)),
    ]
    out.print()
    for line in lines:
        out.print(line, highlight=False, soft_wrap=True)
