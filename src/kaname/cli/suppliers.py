"""`kaname stress --every-supplier`: what leaving out the smallest suppliers does to a loss, measured."""

from __future__ import annotations

import polars as pl

from kaname.cascade.run import Run
from kaname.cli.show import Format, out, show
from kaname.labels import money, percent, text


def print_difference(run: Run, every: Run, lang: str, format: Format) -> None:
    """The losses of a run beside those of the same run with every supplier followed."""
    rows = [
        ("home", run.total_loss, every.total_loss),
        ("abroad", run.world_loss - run.total_loss, every.world_loss - every.total_loss),
        ("world", run.world_loss, every.world_loss),
    ]
    frame = pl.DataFrame(rows, schema=["where", "loss", "loss_every"], orient="row").with_columns(
        change=pl.when(pl.col("loss_every") != 0).then(pl.col("loss") / pl.col("loss_every").abs())
        - pl.col("loss_every").sign()
    )
    if format != "table":
        show(frame, format)
        return
    links, all_links = (len(r.built.network.links) for r in (run, every))
    shown = frame.select(
        pl.col("where").map_elements(lambda w: text(f"suppliers.{w}", lang), pl.String),
        *(pl.col(c).map_elements(lambda m: money(m, lang), pl.String) for c in ("loss", "loss_every")),
        pl.col("change").map_elements(lambda c: percent(c, 1), pl.String),
    )
    heads = {name: text(f"suppliers.{name}", lang) for name in shown.columns}
    show(shown, "table", title=text("suppliers.title", lang), heads=heads)
    out.print(text("suppliers.links", lang, n=links, all=all_links), highlight=False, soft_wrap=True)
