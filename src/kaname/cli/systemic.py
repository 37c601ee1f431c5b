"""`kaname systemic`: what the failure of a single node costs all."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from cyclopts import Parameter

from kaname.cascade.foremost import Foremost, foremost
from kaname.cascade.systemic import Systemic
from kaname.cascade.systemic import systemic as index_of
from kaname.cascade.webs import Exposure, of_firms
from kaname.cli.show import Format, err, progress, show
from kaname.errors import problem
from kaname.labels import Lang, percent, text
from kaname.nation import Nation
from kaname.nation import open as open_nation
from kaname.network.firm_files import read_essential, read_firms


def systemic(
    *,
    pack: Annotated[str, Parameter(help="An embedded pack (japan) or the folder of one.")] = "japan",
    lang: Annotated[Lang, Parameter(help="Language of labels and messages.")] = "ja",
    format: Annotated[
        Format, Parameter(help="table for people; json and csv hold every column, unrounded.")
    ] = "table",
    top: Annotated[int, Parameter(help="How many nodes are shown.")] = 20,
    replacement: Annotated[
        Literal["market", "none"],
        Parameter(help="Whether others in its market stand in for a node that fails."),
    ] = "market",
    links: Annotated[
        Path | None, Parameter(help="Firms instead of the nation: CSV of supplier, buyer, volume.")
    ] = None,
    firms: Annotated[Path | None, Parameter(help="CSV of firm, sector, and output where known.")] = None,
    essential: Annotated[
        Path | None, Parameter(help="CSV of 0, 1, 2 by input's sector (rows) and user's sector (columns).")
    ] = None,
    production: Annotated[
        Literal["leontief", "linear"], Parameter(help="How firms use inputs.")
    ] = "leontief",
    only_top: Annotated[bool, Parameter(help="Look for the foremost only: for very many firms.")] = False,
    store: Annotated[Path | None, Parameter(help="Keep what is done here, and go on from it.")] = None,
) -> None:
    """What the failure of a single node costs all: industries, goods and facilities, or the firms of a CSV.

    Example: `kaname systemic --top 30 --lang en`
    """
    if top < 1:
        raise problem("show at least one node", path="--top")
    if (links is None) != (firms is None):
        raise problem("firms need both --links and --firms", path="--links")
    nation = None
    if links is not None and firms is not None:
        table = read_firms(links, firms)
        ratings = None if essential is None else read_essential(essential, table.sectors)
        exposure = of_firms(table, production=production, essential=ratings, replacement=replacement)
    else:
        nation = open_nation(pack)
        exposure = nation.exposure(replacement)
    found, below = _run(exposure, top, store, lang, only_top=only_top)
    if format != "table":
        show(found.frame.head(top) if only_top else found.frame, format)
        return
    _print(found, min(top, len(exposure)), nation, lang, below)


def _run(
    exposure: Exposure, top: int, store: Path | None, lang: Lang, *, only_top: bool
) -> tuple[Systemic, float | None]:
    """The index of all, or of the foremost with what the others stay below."""
    with progress() as bar:
        task = bar.add_task(text("systemic.working", lang, n=len(exposure)), total=1.0)

        def tell(share: float) -> None:
            bar.update(task, completed=share)

        if only_top:
            best: Foremost = foremost(exposure, min(top, len(exposure)), progress=tell)
            return best.top, best.below
        try:
            return index_of(exposure, store=store, progress=tell), None
        except KeyboardInterrupt:
            if store is not None:
                err.print(text("systemic.kept", lang, file=store), markup=False, soft_wrap=True)
            raise


def _print(found: Systemic, top: int, nation: Nation | None, lang: Lang, below: float | None) -> None:
    names = ["node", "index", "own", "downstream", "upstream"]
    frame = found.frame.head(top).select(
        pl.col("node").map_elements(lambda i: i if nation is None else nation.name(i, lang), pl.String),
        *(pl.col(n).map_elements(lambda x: percent(x, 2), pl.String) for n in names[1:]),
    )
    heads = {n: text(f"systemic.{n}", lang) for n in names}
    kind = "nation" if nation is not None else "firms"
    notes = [text("systemic.note", lang), text("systemic.note_worst", lang)]
    if below is not None:
        notes.append(text("systemic.below", lang, index=percent(below, 3)))
    show(frame, "table", title=text(f"systemic.title_{kind}", lang, n=top), heads=heads, notes=notes)
