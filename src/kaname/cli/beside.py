"""What the network says beside a case, and the review of laws, on screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from kaname.cli.show import Format, out, show
from kaname.labels import day, money, percent, text
from kaname.nation import Nation
from kaname.safeguards.telling import Branch
from kaname.strategy.context import Context, Maker, Tie
from kaname.strategy.laws import Gap, LawReview, closed

LEAST = 0.005
"""Million USD: a smaller loss is none."""


def told(nation: Nation, found: Context, lang: str, public: bool) -> Branch:
    """The ties of a case as a tree; names of parties that are not public are left out of a public one."""
    branches = [_tie(nation, tie, lang, public) for tie in found.ties]
    branches += [
        Branch(text("safeguards.tie_unknown", lang, name=name)) for name in found.unknown if not public
    ]
    if not branches:
        branches = [Branch(text("safeguards.tie_nothing", lang))]
    return Branch(text("safeguards.head_beside", lang), tuple(branches))


def _tie(nation: Nation, tie: Tie, lang: str, public: bool) -> Branch:
    good = nation.name(tie.good, lang)
    if tie.origin is None:
        head = text("safeguards.tie_no_import", lang, good=good)
    else:
        origin = nation.name(tie.origin, lang)
        head = text(
            "safeguards.tie_import",
            lang,
            good=good,
            share=percent(tie.share, 0),
            origin=origin,
            year=tie.year,
        )
    return Branch(head, tuple(Branch(line) for line in _lines(nation, tie, lang, public)))


def _lines(nation: Nation, tie: Tie, lang: str, public: bool) -> Iterator[str]:
    for maker in tie.makers:
        yield from _maker(maker, tie.days, lang, public)
    for user in tie.users:
        weight, low, high = (percent(value, 0) for value in (user.weight, user.low, user.high))
        name = nation.name(user.industry, lang)
        yield text("safeguards.tie_user", lang, industry=name, weight=weight, low=low, high=high)
    yield _loss(tie, lang)
    for node, first in tie.stops[:5]:
        yield text("safeguards.tie_stop", lang, industry=nation.name(node, lang), day=day(first, lang))
    if tie.passages:
        names = text("safeguards.join", lang).join(nation.name(name, lang) for name in tie.passages)
        yield text("safeguards.tie_passages", lang, passages=names)
    if tie.world_share is not None:
        yield text("safeguards.tie_world", lang, share=percent(tie.world_share), year=tie.year)


def _loss(tie: Tie, lang: str) -> str:
    """What it costs that imports stop; below zero more is made than lost."""
    if abs(tie.loss) < LEAST:
        return text("safeguards.tie_none", lang, days=tie.days)
    if tie.loss < 0:
        return text("safeguards.tie_gain", lang, days=tie.days, gain=money(-tie.loss, lang))
    return text("safeguards.tie_loss", lang, days=tie.days, loss=money(tie.loss, lang))


def _maker(maker: Maker, days: int, lang: str, public: bool) -> Iterator[str]:
    name = text("safeguards.hidden", lang) if public and not maker.public else maker.name
    if maker.only:
        yield text("safeguards.tie_maker_only", lang, name=name)
    elif maker.home_share is None:
        yield text("safeguards.tie_maker_unknown", lang, name=name)
    else:
        yield text("safeguards.tie_maker", lang, name=name, share=percent(maker.home_share, 0))
    if maker.loss is not None:
        yield text("safeguards.tie_maker_loss", lang, days=days, loss=money(maker.loss, lang))
    elif maker.home_share is not None:
        yield text("safeguards.tie_maker_no_loss", lang)


def print_laws(nation: Nation, since: date, asof: date, lang: str, format: Format) -> None:
    """LG-1 on two days: which law answers what, and what needs a new one."""
    then, now = nation.law_review(since), nation.law_review(asof)
    if format != "table":
        show(now.frame(), format)
        return
    out.print(f"[bold]{text('safeguards.laws_title', lang, a=since, b=asof)}[/bold]")
    out.print(text("safeguards.laws_empty", lang))
    heads = {
        "industry": text("safeguards.laws_industry", lang),
        "risk": text("safeguards.laws_risk", lang),
        "then": text("safeguards.laws_then", lang, day=since),
        "now": text("safeguards.laws_now", lang, day=asof),
    }
    show(_cells(nation, then, now, lang), "table", heads=heads)
    for cover in now.coming:
        law = nation.pack.by_id["laws"][cover.law].label[lang]  # type: ignore[attr-defined]
        out.print(text("safeguards.laws_coming", lang, law=law, what=cover.what[lang]), highlight=False)
    for review in (then, now):
        counts = {kind: sum(gap.kind == kind for gap in review.without) for kind in ("scenario", "measure")}
        out.print(
            text(
                "safeguards.laws_gaps",
                lang,
                day=review.asof,
                scenarios=counts["scenario"],
                measures=counts["measure"],
            )
        )
    out.print(text("safeguards.laws_closed", lang, n=len(closed(then, now))))
    heads = {
        "kind": text("safeguards.laws_kind", lang),
        "name": text("safeguards.col_name", lang),
        "open": text("safeguards.laws_open", lang),
    }
    rows = [
        (text(f"safeguards.laws_{gap.kind}", lang), nation.name(gap.id, lang), _open(nation, gap, lang))
        for gap in now.without
    ]
    if rows:
        frame = pl.DataFrame(rows, schema=["kind", "name", "open"], orient="row")
        out.print()
        show(frame, "table", title=text("safeguards.laws_list", lang, day=asof), heads=heads)


def _cells(nation: Nation, then: LawReview, now: LawReview, lang: str) -> pl.DataFrame:
    rows = []
    for (infrastructure, risk, before), (_, _, after) in zip(then.covers, now.covers, strict=True):
        sets = (dict.fromkeys(cover.law for cover in covers) for covers in (before, after))
        names = (", ".join(nation.pack.by_id["laws"][law].label[lang] for law in laws) for laws in sets)  # type: ignore[attr-defined]
        industry = nation.pack.by_id["infrastructures"][infrastructure].label[lang]  # type: ignore[attr-defined]
        rows.append((industry, text(f"safeguards.risk_{risk}", lang), *(name or None for name in names)))
    return pl.DataFrame(rows, schema=["industry", "risk", "then", "now"], orient="row")


def _open(nation: Nation, gap: Gap, lang: str) -> str:
    if gap.kind == "measure":
        laws = nation.pack.by_id["laws"]
        return ", ".join(laws[law].label[lang] for law in gap.open) or text("safeguards.laws_none", lang)  # type: ignore[attr-defined]
    said = []
    for pair in gap.open:
        infrastructure, _, risk = pair.partition("/")
        industry = nation.pack.by_id["infrastructures"][infrastructure].label[lang]  # type: ignore[attr-defined]
        said.append(
            f"{industry}・{text(f'safeguards.risk_{risk}', lang)}"
            if lang == "ja"
            else f"{industry}: {text(f'safeguards.risk_{risk}', lang)}"
        )
    return ", ".join(said)
