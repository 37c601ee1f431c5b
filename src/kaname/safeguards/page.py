"""An answer as one page of HTML, whole in itself: the same tree as on the terminal, folded."""

from __future__ import annotations

from html import escape

from kaname.labels import text
from kaname.safeguards.telling import Branch

STYLE = (
    "body{font:16px/1.7 'Noto Sans JP',system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.4rem}details{margin:.2rem 0 .2rem 1rem}summary{cursor:pointer}p{margin:.2rem 0 .2rem 1rem}"
    ".note{color:#555;font-size:.9rem}"
)
_OPEN = 2
"""Levels of the tree that are unfolded when the page is opened."""


def render(branch: Branch, title: str, lang: str, redacted: bool) -> str:
    """The page. ``redacted``: say that confidential facts are left out."""
    note = f'<p class="note">{escape(text("safeguards.redacted", lang))}</p>' if redacted else ""
    body = "".join(_html(child, 0) for child in branch.children)
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title><style>{STYLE}</style>'
        f"<h1>{escape(title)}</h1>{note}{body}</html>\n"
    )


def _html(branch: Branch, depth: int) -> str:
    inner = "".join(_html(child, depth + bool(branch.text)) for child in branch.children)
    if not branch.text:
        return inner
    if not branch.children:
        return f"<p>{escape(branch.text)}</p>"
    opened = " open" if depth < _OPEN else ""
    return f"<details{opened}><summary>{escape(branch.text)}</summary>{inner}</details>"
