"""Write docs/risks.md from the pack: every risk that the report names, and the scenarios that take it up.

Usage: `python tools/risk_table.py` (from the root of the repository). A test holds the page to the pack.
"""

from __future__ import annotations

from pathlib import Path

from kaname.pack.model import Pack
from kaname.pack.reader import read

PAGE = Path(__file__).parents[1] / "docs" / "risks.md"
HEAD = """# Risks and scenarios

Every risk that the report of 27 May 2021 names in its sections 2(2)-1 and 2(2)-2, in our own words, and the scenarios of the Japan
pack that make it calculable. Written from `risks.yaml` by `tools/risk_table.py`; a risk without a scenario is an error of the pack.
Run one with `kaname stress ID`; `kaname list scenarios` shows them all. Severity is stated, never a forecast: every loss and time has a
low and a high end.

"""


def page(pack: Pack) -> str:
    """The page as text."""
    lines = [HEAD, "| where | risk | リスク | scenarios |", "|---|---|---|---|"]
    for risk in pack.risks:
        en = risk.label.en + (f" ({risk.note.en})" if risk.note else "")
        ja = risk.label.ja + (f"（{risk.note.ja}）" if risk.note else "")
        lines.append(f"| {risk.section} | {en} | {ja} | {', '.join(f'`{s}`' for s in risk.scenarios)} |")
    lines += ["", "## Storylines", "", "| storyline | | scenarios and days |", "|---|---|---|"]
    for story in pack.storylines:
        chapters = ", ".join(f"`{c.scenario}` on day {c.day:g}" for c in story.chapters)
        lines.append(f"| `{story.id}` | {story.label.en} · {story.label.ja} | {chapters} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(read("japan")), encoding="utf-8")
