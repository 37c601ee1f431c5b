"""Every figure that is measured is explained: ``bench/README.md`` tells of each work how it is made."""

from __future__ import annotations

import re
from pathlib import Path

BENCH = Path(__file__).parents[1] / "bench"


def test_the_readme_tells_of_every_work() -> None:
    page = (BENCH / "README.md").read_text(encoding="utf-8")
    works = {
        name
        for file in BENCH.glob("*.py")
        for name in re.findall(r'\bWork\(\s*"([^"]+)"', file.read_text(encoding="utf-8"))
    }
    assert len(works) > 15
    told = set(re.findall(r"`([a-z-]+\*?)`", page))
    untold = {name for name in works if name not in told and f"{name.split('-')[0]}-*" not in told}
    assert not untold
