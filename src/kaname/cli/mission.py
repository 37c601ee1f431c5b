"""`kaname mission`: what a service rests on, and what brings it down."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any, Literal

import polars as pl
from cyclopts import App, Parameter
from rich.markup import escape
from rich.tree import Tree

from kaname.autonomy.missions import Branch, cut_sets, single_points, tree
from kaname.cli.show import out, show
from kaname.labels import Lang, amount, percent, text
from kaname.pack.model import Pack
from kaname.pack.reader import load


def register(app: App) -> None:
    """Add the command to the program."""
    app.command(mission)


def mission(
    name: Annotated[str | None, Parameter(help="A mission of the pack; none: list them.")] = None,
    *,
    pack: Annotated[str, Parameter(help="An embedded pack (japan) or the folder of one.")] = "japan",
    lang: Annotated[Lang, Parameter(help="Language of labels and messages.")] = "ja",
    format: Annotated[
        Literal["table", "json"], Parameter(help="table for people, json for programs.")
    ] = "table",
    order: Annotated[int, Parameter(help="Most failures at once in a cut set.")] = 2,
    days_: Annotated[
        float | None, Parameter(name="--days", help="Length of the outage; default: for good.")
    ] = None,
) -> None:
    """What a service rests on: its tree, single points of failure and minimal cut sets.

    Example: `kaname mission payment --order 3`
    """
    found = load(pack).pack
    if name is None:
        _list(found, lang)
        return
    branch = tree(found, name, float("inf") if days_ is None else days_)
    cuts = cut_sets(branch, order)
    if format == "json":
        document = {
            "mission": name,
            "tree": _plain(branch),
            "single_points": single_points(branch),
            "cut_sets": cuts,
        }
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
        return
    out.print(_drawn(branch, lang))
    labels = {one.id: one.label[lang] for _, one in branch.walk()}
    _points(single_points(branch), labels, lang)
    pairs = [one for one in cuts if len(one) > 1]
    title = text("mission.cuts", lang, n=len(pairs), order=order)
    comma = "、" if lang == "ja" else " + "
    frame = pl.DataFrame(
        {"size": [len(c) for c in pairs], "set": [comma.join(labels[i] for i in c) for c in pairs]}
    )
    if pairs:
        heads = {"size": text("mission.size", lang), "set": text("mission.set", lang)}
        show(frame.head(30), "table", title=title, heads=heads)
        if len(pairs) > 30:
            out.print(f"[dim]{text('mission.more', lang, n=len(pairs) - 30)}[/dim]")


def _list(pack: Pack, lang: Lang) -> None:
    rows = [
        (m.id, m.label[lang], len(single_points(tree(pack, m.id))), m.summary[lang]) for m in pack.missions
    ]
    names = ["id", "name", "points", "summary"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    show(
        frame, "table", title=text("mission.list", lang), heads={n: text(f"mission.{n}", lang) for n in names}
    )


def _points(points: tuple[str, ...], labels: dict[str, str], lang: Lang) -> None:
    out.print(f"\n[bold]{text('mission.single', lang)}[/bold]")
    for point in points:
        out.print(f"  {labels[point]}  [dim]{point}[/dim]")
    if not points:
        out.print(f"  {text('mission.none', lang)}")
    out.print()


def _drawn(branch: Branch, lang: Lang, above: Tree | None = None, share: float | None = None) -> Tree:
    words = [
        f"[bold]{escape(branch.label[lang])}[/bold]"
        if branch.kind == "mission"
        else escape(branch.label[lang])
    ]
    if branch.rule == "enough":
        words.append(f"[dim]{text('mission.enough', lang, k=int(branch.least), n=len(branch.parts))}[/dim]")
    if branch.rule == "keep":
        words.append(f"[dim]{text('mission.keep', lang, share=percent(branch.least, 0))}[/dim]")
    if share is not None:
        words.append(f"[dim]{percent(share, 0)}[/dim]")
    if branch.buffer:
        words.append(f"[dim]{text('mission.buffer', lang, days=amount(branch.buffer, 'day', lang))}[/dim]")
    node = Tree(" ".join(words)) if above is None else above.add(" ".join(words))
    for place, part in enumerate(branch.parts):
        _drawn(part, lang, node, branch.shares[place] if branch.shares else None)
    return node


def _plain(branch: Branch) -> dict[str, Any]:
    return {
        "id": branch.id,
        "kind": branch.kind,
        "rule": branch.rule,
        "least": branch.least,
        "buffer_days": branch.buffer,
        "shares": branch.shares,
        "parts": [_plain(part) for part in branch.parts],
    }
