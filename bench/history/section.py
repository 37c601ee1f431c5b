"""The section of one event."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.history import course
from bench.history.account import FALLEN, LISTED, Account, by_month
from bench.history.charts import Line, bars
from bench.history.charts import course as draw_course
from bench.history.judge import WORDS, Judged, published
from bench.history.runs import SHORT_STOCKS, Change, chart_lines
from bench.history.stage import label_of
from bench.history.tables import PLAIN, number, table
from bench.history.weigh import shown
from kaname.pack.figures import Figure
from kaname.pack.model import Source

Keep = Callable[[str, str], str]
"""Takes a chart's file name and text, gives its path."""
LEAST = 0.001
"""Industries with less than this part of the loss are not listed."""
MOST_BY_MONTH = 16
MANY = 3
"""From this factor on a change is told as a factor."""
EVERYWHERE = ("month-on-month", "level", "loss-share", "first-day")
"""Readings that every model can be asked for."""
EXPERIMENTS = {
    "short-stocks": f"stocks at {SHORT_STOCKS:.0%} of those stated, a day at least",
    "irreplaceable": "nothing from those struck can be replaced",
    "both": "both",
}


def weak(a: Account, lang: str) -> str:
    """What must be said beside ``right`` where a model in which nothing happens would be right as well."""
    if a.verdict != "right" or not all(j.nothing for j in a.judged):
        return ""
    return (
        "（何も起こらないとするモデルでも正しい）"
        if lang == "ja"
        else ", as a model in which nothing happens would be"
    )


def anchor(a: Account) -> str:
    """Where the heading of an event's section is found on the page."""
    kept = "".join(c for c in a.stage.event.label.en.lower() if c.isalnum() or c in " -")
    return "-".join(kept.split())


def section(a: Account, keep: Keep) -> str:
    """Verdict and misses first, then figures, course, parts, and what it hangs on."""
    event = a.stage.event
    parts = [
        f"## {event.label.en}",
        _verdict(a),
        f"{event.summary.en} Day 0 is {event.date.isoformat()}; {event.days} days are run.",
        f"*Table.* {' '.join([event.ground.why.en, *a.stage.notes])}",
        "### Published figures and the run",
        _facts(a),
        *_courses(a, keep),
        "### Direct and indirect, by industry, place and time",
        _parts(a),
        *_bars(a, keep),
        _places(a),
        *_pair(a),
        _periods(a),
        _by_month(a),
        _order(a),
        "### What the answer hangs on",
        _assumptions(a),
        *_ends(a),
        *_inputs(a),
        "### Other models on the same event",
        _models(a),
        "### What was set before, and what is left out",
        _list([w.en for w in event.set_before]),
        "Left out:",
        _list([w.en for w in event.left_out]),
        "Sources:",
        _list([_source(s) for s in _used(a)]),
    ]
    return "\n\n".join(part for part in parts if part)


def _verdict(a: Account) -> str:
    text = getattr(a.stage.event.why, a.verdict)
    said = "Nobody has explained this verdict yet." if text is None else text.en
    missed = [_missed(j) for j in a.judged if not j.holds]
    first = f"**Verdict: {WORDS[a.verdict][1]}{weak(a, 'en')}.** {said}"
    return first if not missed else f"{first}\n\nMissed: {'; '.join(missed)}."


def _of(j: Judged, value: float) -> str:
    """A value of a fact: an index is told finely, since little of it is what matters."""
    return number(value, 5 if j.fact.unit == "index" else PLAIN)


def _missed(j: Judged) -> str:
    if j.fact.kind == "order":
        return f"{j.fact.label.en} (the run: not so)"
    return f"{j.fact.label.en} (published {_published(j)}, run {_of(j, j.model)})"


def _published(j: Judged) -> str:
    low, high = published(j.fact)
    return _of(j, low) if low == high else f"{_of(j, low)} to {_of(j, high)}"


def _facts(a: Account) -> str:
    rows = []
    for j in a.judged:
        f = j.fact
        if f.kind == "order" and f.than is not None:
            run, truth, ends = f"{number(j.model)} and {number(j.other)}", "first below second", ""
        else:
            run, truth = _of(j, j.model), f"{_published(j)} {f.unit}".strip()
            ends = f"{_of(j, j.low)} to {_of(j, j.high)}" if f.kind == "size" else ""
        note = f" {f.note.en}" if f.note else ""
        holds, nothing = ("yes" if j.holds else "**no**"), ("yes" if j.nothing else "no")
        rows.append([f.label.en, f.kind, truth, run, ends, holds, nothing, f"`{f.source}`{note}"])
    columns = ["what", "kind", "published", "run as stated", "range of the draws", "holds"]
    columns += ["holds if nothing happens", "source"]
    return table(columns, rows)


def _courses(a: Account, keep: Keep) -> list[str]:
    found = []
    lines = a.spread.charts
    stated = chart_lines(a.stage, a.course)
    for n, chart in enumerate(a.stage.event.charts):
        line = Line(chart.label.en, tuple(stated[n]), stated[n], lines[n], chart.published)
        path = keep(f"{a.stage.event.id}-course-{n + 1}.svg", draw_course(line))
        found.append(f"![{chart.label.en}: the run, its range and what was published]({path})")
    return found


def _parts(a: Account) -> str:
    c = a.course
    total, share = c.home_loss / 1e3, 100 * c.home_loss / (c.normal * 365)
    direct = c.direct / 1e3
    low, middle, high = a.spread.loss
    place = a.stage.event.ground.home
    failed = f"; {a.spread.failed} draws failed" if a.spread.failed else ""
    text = (
        f"Loss in {place}: **{number(total)} billion USD** of {a.stage.table.year}, {number(share)}% of a year's value "
        f"added; the draws give {number(low)} to {number(high)}, half of them below {number(middle)} "
        f"({a.spread.count} draws of {a.spread.factors} figures{failed}). Direct {number(direct)}, "
        f"indirect {number(total - direct)}"
    )
    if total > 0:
        text += f" ({number(100 * (1 - direct / total))}% of all)"
    return f"{text}. Abroad {number(a.world_loss - total)} more."


def _bars(a: Account, keep: Keep) -> list[str]:
    by = a.course.loss_by(a.course.product, a.course.at_home)
    rows = []
    for product, lost in list(by.items())[:LISTED]:
        if lost > LEAST * a.course.home_loss:
            direct = min(a.course.direct_by.get(product, 0.0), lost)
            rows.append((label_of(a.stage, product).en, direct / 1e3, (lost - direct) / 1e3))
    if not rows:
        return []
    title = f"{a.stage.event.ground.home}: loss by industry, the {len(rows)} largest"
    path = keep(f"{a.stage.event.id}-industries.svg", bars(title, rows, "billion USD"))
    words = "; ".join(f"{name} {number(d + i)} ({number(d)} direct)" for name, d, i in rows)
    return [f"![{title}, direct and indirect]({path})", f"By industry, billion USD: {words}."]


def _places(a: Account) -> str:
    c = a.course
    lines = []
    if a.stage.event.ground.areas:
        by = c.loss_by(c.area, c.at_home)
        whole = {area: float(c.value[c.at_home & (c.area == area)].sum()) * c.days for area in by}
        told = [
            f"{label_of(a.stage, area).en} {number(lost / 1e3)} ({number(100 * lost / whole[area])}%)"
            for area, lost in by.items()
        ]
        lines.append(f"By area, billion USD and share of what it makes in the time: {'; '.join(told)}.")
    abroad = ~c.at_home
    countries = [(name, lost) for name, lost in c.loss_by(c.country, abroad).items() if lost > 1.0][:LISTED]
    if countries:
        told = [f"{name} {number(lost / 1e3)}" for name, lost in countries]
        lines.append(f"By country, abroad, billion USD: {'; '.join(told)}.")
    return "\n\n".join(lines)


def _pair(a: Account) -> list[str]:
    if not a.course.together:
        return []
    known = course.affected(a.course)
    rows = []
    for name, (one, two, both) in sorted(known.items(), key=lambda item: -item[1][2]):
        extra = both - one - two
        word = "as the sum" if abs(extra) <= course.TIE * both else ("more" if extra > 0 else "less")
        rows.append(
            [name, *(number(v / 1e3) for v in (one, two, both)), number(100 * extra / (one + two)), word]
        )
    columns = ["country", "first alone", "second alone", "both", "% over the sum", "against the sum"]
    names = " and ".join(f"`{name}`" for name in a.stage.event.together)
    head = f"Each country's losing producers, billion USD: {names}, {a.stage.event.apart:g} days apart."
    return [head, table(columns, rows)]


def _periods(a: Account) -> str:
    rows = [[name, number(level, 4), number(lost)] for name, level, lost in a.periods]
    return table(["time", "mines and factories at home (100 before)", "loss at home, billion USD"], rows)


def _by_month(a: Account) -> str:
    rows = by_month(a.stage, a.course)[:MOST_BY_MONTH]
    if not rows:
        return ""
    months = list(rows[0][1])
    head = "Mines and factories at home by industry and month (100 before), deepest first:"
    cells = [[label_of(a.stage, name).en, *(number(level[m], 4) for m in months)] for name, level in rows]
    return f"{head}\n\n{table(['industry', *months], cells)}"


def _order(a: Account) -> str:
    if not a.order:
        return f"No home industry falls below {FALLEN:.0%} of normal."
    by = a.course.loss_by(a.course.product, a.course.at_home)
    most = set(list(by)[:LISTED]) | {f.product for f in a.order[:4]}
    rows = [
        [
            label_of(a.stage, f.product).en,
            str(f.first),
            f"{number(f.lowest)} (day {f.lowest_day})",
            "not within the run" if f.back is None else str(f.back),
        ]
        for f in a.order
        if f.product in most
    ]
    head = (
        f"The order in which {len(a.order)} home {'industry' if len(a.order) == 1 else 'industries'} fell below "
        f"{FALLEN:.0%} and came back (those that lost most, and the first to fall):"
    )
    return f"{head}\n\n{table(['industry', 'falls on day', 'lowest, % of normal', 'back for good on day'], rows)}"


def _assumptions(a: Account) -> str:
    total = a.course.home_loss / 1e3
    rows = [
        [
            x.label.en,
            x.stated,
            *(_loss(v, total) for v in (x.low, x.high)),
            x.neutral.en,
            _loss(x.without, total),
        ]
        for x in a.assumptions
    ]
    if not rows:
        return "Nothing that states a range moves the loss."
    columns = [
        "assumption",
        "stated (range)",
        "loss at its low end",
        "at its high end",
        "left out: in its place",
        "loss then",
    ]
    head = f"The three assumptions that matter most (loss in billion USD; as stated {number(total)}):"
    return f"{head}\n\n{table(columns, rows)}"


def _loss(value: float, base: float) -> str:
    """A loss with its change against the run as stated."""
    change = _change(value, base)
    return f"{number(value)} ({change})" if change else number(value)


def _change(value: float, base: float) -> str:
    if base <= 1e-6:
        return ""
    times = value / base
    return f"{times:,.0f} times" if times >= MANY else f"{100 * (times - 1):+.0f}%"


def _ends(a: Account) -> list[str]:
    """The run as stated beside the experiments, on the figures that are judged."""
    done = [c for name in EXPERIMENTS for c in a.changes if c.name == name]
    total = a.course.home_loss / 1e3
    rows = [["loss, billion USD", number(total), *(number(c.loss) for c in done), ""]]
    rows += [
        [j.fact.label.en, _of(j, j.model), *(_of(j, c.facts[j.fact.id]) for c in done), _published(j)]
        for j in a.judged
        if j.fact.kind == "size"
    ]
    head = "Ends that the ranges do not reach: the same event on networks that hold less, or cannot replace."
    return [head, table(["figure", "as stated", *(EXPERIMENTS[c.name] for c in done), "published"], rows)]


def _inputs(a: Account) -> list[str]:
    if a.stage.event.together:
        return ["Inputs are those of the two events, and are varied there."]
    total = a.course.home_loss / 1e3
    ends = {c.name: c for c in a.changes}
    rows = []
    for p in a.stage.event.inputs:
        f = p.figure
        low, high = ends.get(f"{p.id}:low"), ends.get(f"{p.id}:high")
        rows.append([p.label.en, shown(f), _grade(f), _end(low, total), _end(high, total), f.note or ""])
    left = [
        [s.label.en, number(ends[f"without:{s.id}"].loss), _change(ends[f"without:{s.id}"].loss, total)]
        for s in a.stage.event.shocks
        if f"without:{s.id}" in ends
    ]
    columns = ["input", "value (range)", "how known", "loss at its low end", "at its high end", "note"]
    found = [
        f"Inputs, and the loss (billion USD; as stated {number(total)}) at either end of each:",
        table(columns, rows),
    ]
    if left:
        found += [
            "With one part of the event left out:",
            table(["left out", "loss, billion USD", "change"], left),
        ]
    return found


def _grade(f: Figure) -> str:
    word = str(f.confidence)
    return f"{word}, `{f.source}`" if f.source else word


def _end(change: Change | None, total: float) -> str:
    return "" if change is None else _loss(change.loss, total)


def _models(a: Account) -> str:
    by = a.answer_rows
    deepest = [f"{number(r['depth'])} (day {r['day']:.0f})" if r["day"] >= 0 else "0" for r in by]
    rows = [
        ["loss at home, billion USD", *(number(r["home"]) for r in by), ""],
        ["loss abroad, billion USD", *(number(r["abroad"]) for r in by), ""],
        ["deepest day, % of home", *deepest, ""],
    ]
    rows += [
        [j.fact.label.en, *(_of(j, r[j.fact.id]) for r in by), _published(j)]
        for j in a.judged
        if j.fact.kind == "size"
        and j.fact.reading.of in EVERYWHERE
        and not (j.fact.reading.areas or j.fact.reading.without)
    ]
    return table(["figure", *(answer.label.en for answer in a.answers), "published"], rows)


def _used(a: Account) -> list[Source]:
    event = a.stage.event
    used = {f.source for f in event.facts} | {c.source for c in event.charts}
    if not event.together:
        used |= {p.figure.source for p in event.inputs}
        used |= {o.share.source for g in event.ground.own_goods for o in g.origins}
        used |= {g.stock.source for g in event.ground.own_goods}
    rest = [] if event.together else [s for s in event.sources if s.id not in used]
    return [s for s in event.sources if s.id in used] + rest


def _source(s: Source) -> str:
    link = f"[{s.title}]({s.url})" if s.url else s.title
    year = f", {s.year}" if s.year else ""
    note = f": {s.note}" if s.note else ""
    return f"`{s.id}`: {link}, {s.publisher}{year}{note}"


def _list(items: Sequence[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
