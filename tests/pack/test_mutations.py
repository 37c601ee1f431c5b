"""Whatever is done to a pack, reading it ends in a pack or in problems, never in a fault of ours."""

import random
import re
import shutil
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaname.errors import InputProblems
from kaname.pack.model import Pack
from kaname.pack.reader import load
from kaname.pack.survey import survey

TINY = Path(__file__).parents[1] / "packs" / "tiny"
FILES = ("pack.yaml", "nation.yaml", "risks.yaml", "prefectures.csv")
SCRAPS = (
    "null", "~", "[]", "{}", "-1", "1e400", "nan", "inf", "true", "2026-02-30", "''", "x" * 80, "[[1]]", "{a: 1}",
    "*x", "&x y", "!!set {}", "日本", "\x00", "\t", "- ", ": ", "#", "\n", "'", '"', "---\n", "day", "MIN", "1",
    "../tiny", "risks.yaml", "1,2,3\n", "{kind: release}", "kind: stock", "%", "\ud7ff", "0x10", "1_0", "\u2028",
)  # fmt: skip
TOKEN = re.compile(r"[\w.%-]+|[\[\]{}:,\n]")


def mutated(text: str, rng: random.Random) -> str:
    """One to three tokens of the text replaced, dropped, doubled or swapped; or a line moved or dropped."""
    for _ in range(rng.randint(1, 3)):
        tokens = list(TOKEN.finditer(text))
        if not tokens:
            return rng.choice(SCRAPS)
        one, other = rng.choice(tokens), rng.choice(tokens)
        put = rng.choice((rng.choice(SCRAPS), "", one[0] * 2, other[0]))
        text = text[: one.start()] + put + text[one.end() :]
        if rng.random() < 0.3:
            lines = text.splitlines(keepends=True)
            moved = lines.pop(rng.randrange(len(lines)))
            if rng.random() < 0.5:
                lines.insert(rng.randrange(len(lines) + 1), moved)
            text = "".join(lines)
    return text


@settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32), files=st.sets(st.sampled_from(FILES), min_size=1, max_size=2))
def test_a_spoilt_pack_gives_a_pack_or_problems(tmp_path: Path, seed: int, files: set[str]) -> None:
    rng = random.Random(seed)
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder, dirs_exist_ok=True)
    for file in sorted(files):
        (folder / file).write_text(mutated((TINY / file).read_text("utf-8"), rng), "utf-8")
    try:
        reading = load(folder)
    except InputProblems as error:
        assert error.problems
        for problem in error.problems:
            assert problem.message
            assert problem.file.startswith(str(tmp_path)), problem
            assert "pydantic" not in str(problem)
            assert "not accepted (" not in problem.message, problem
    else:
        assert isinstance(reading.pack, Pack)
        assert isinstance(survey(reading.pack, reading.places), tuple)
