"""The page: what is told of all events, misses first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.history.account import Account
from bench.history.judge import WORDS
from bench.history.section import anchor, section, weak
from bench.history.tables import table

RANK = {"wrong": 0, "order": 1, "right": 2}
TITLE = "History as the judge"
WORDS_FOLDER = Path(__file__).parent / "words"


def _words(name: str) -> str:
    """A passage that people wrote, by the name of its file."""
    return (WORDS_FOLDER / f"{name}.md").read_text(encoding="utf-8").strip("\n")


def ordered(accounts: Sequence[Account]) -> list[Account]:
    """Misses first."""
    return sorted(accounts, key=lambda a: (RANK[a.verdict], a.stage.event.order))


def write(accounts: Sequence[Account], count: int) -> tuple[str, dict[str, str]]:
    """The page and its charts by file name."""
    accounts = ordered(accounts)
    drawn: dict[str, str] = {}

    def keep(name: str, text: str) -> str:
        drawn[name] = text
        return f"images/history/{name}"

    parts = [f"# {TITLE}", _japanese(accounts), _misses(accounts), _method(accounts, count)]
    parts += [section(account, keep) for account in accounts]
    parts.append(_words("limits"))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n", drawn


def _japanese(accounts: Sequence[Account]) -> str:
    """The summary in Japanese: the verdicts and why."""
    rows = []
    for a in accounts:
        sizes = [j for j in a.judged if j.fact.kind in ("size", "data")]
        orders = [j for j in a.judged if j.fact.kind in ("order", "timing")]
        rows.append(
            [
                f"[{a.stage.event.label.ja}](#{anchor(a)})",
                f"**{WORDS[a.verdict][0]}**{weak(a, 'ja')}",
                f"{sum(j.holds for j in sizes)}/{len(sizes)}",
                f"{sum(j.holds for j in orders)}/{len(orders)}" if orders else "",
            ]
        )
    right = sum(a.verdict == "right" for a in accounts)
    order = sum(a.verdict == "order" for a in accounts)
    wrong = len(accounts) - right - order
    head = _words("summary-ja").format(events=len(accounts), right=right, order=order, wrong=wrong)
    columns = ["出来事", "判定", "範囲内の数字", "合う順序・時期"]
    why = "\n".join(f"- **{a.stage.event.label.ja}**：{_why(a, 'ja')}" for a in accounts)
    return f"{head}\n\n{table(columns, rows)}\n\n{why}"


def _why(a: Account, lang: str) -> str:
    """What a person wrote for the verdict that came out; where nobody did, that is said."""
    text = getattr(a.stage.event.why, a.verdict)
    if text is None:
        nothing = (
            "この判定の説明はまだ書かれていない。"
            if lang == "ja"
            else "Nobody has explained this verdict yet."
        )
        return nothing
    return str(text[lang])


def _misses(accounts: Sequence[Account]) -> str:
    rows = []
    for a in accounts:
        missed = [j.fact.label.en for j in a.judged if not j.holds]
        sizes = [j for j in a.judged if j.fact.kind in ("size", "data")]
        orders = [j for j in a.judged if j.fact.kind in ("order", "timing")]
        rows.append(
            [
                f"[{a.stage.event.label.en}](#{anchor(a)})",
                f"**{WORDS[a.verdict][1]}**{weak(a, 'en')}",
                f"{sum(j.holds for j in sizes)} of {len(sizes)}",
                f"{sum(j.nothing for j in a.judged)} of {len(a.judged)}",
                f"{sum(j.holds for j in orders)} of {len(orders)}" if orders else "none",
                "; ".join(missed) or "nothing",
            ]
        )
    columns = [
        "event",
        "verdict",
        "figures inside the range",
        "all that would hold if nothing happened",
        "orders and times that agree",
        "missed",
    ]
    return f"## Where the model misses\n\n{table(columns, rows)}\n\n{_words('misses')}"


def _method(accounts: Sequence[Account], count: int) -> str:
    factors = max(a.spread.factors for a in accounts)
    return _words("method").format(count=count, factors=factors)
