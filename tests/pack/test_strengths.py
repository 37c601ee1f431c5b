"""The register of strengths, technologies and investments: what the check finds, and what breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaname.errors import InputProblems
from kaname.pack.coverage import coverage
from kaname.pack.reader import load
from kaname.pack.survey import FindingKind, survey

TINY = Path(__file__).parents[1] / "packs" / "tiny"
STRENGTH = """
strengths:
  - id: lead
    label: {ja: 強み, en: Strength}
    kind: present
    digest: [IN-1]
"""


def pack(tmp_path: Path, text: str) -> Path:
    for file in TINY.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    root = tmp_path / "pack.yaml"
    written = root.read_text(encoding="utf-8")
    root.write_text(written.replace("include:", "include:\n  - more.yaml", 1), encoding="utf-8")
    digest = "digest:\n  - {id: IN-1, section: '3', asks: analysis, label: {ja: 把握, en: Grasp}}\n"
    held = "IN-1" in (TINY / "nation.yaml").read_text(encoding="utf-8")
    (tmp_path / "more.yaml").write_text(("" if held else digest) + text, encoding="utf-8")
    return tmp_path


def found(tmp_path: Path, text: str) -> set[FindingKind]:
    reading = load(pack(tmp_path, text))
    return {f.kind for f in survey(reading.pack, reading.places) if f.list == "strengths"}


def test_a_strength_with_nothing_behind_it(tmp_path: Path) -> None:
    assert found(tmp_path, STRENGTH) == {
        FindingKind.NO_DATA,
        FindingKind.NO_STRATEGY,
        FindingKind.NO_OWNER,
        FindingKind.NO_REVIEW,
    }


def test_a_stated_share_or_codes_are_data(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    codes = STRENGTH + '    hs: ["890120"]\n    review: 2027-01-31\n'
    assert found(tmp_path / "a", codes) == {FindingKind.NO_STRATEGY, FindingKind.NO_OWNER}
    empty = STRENGTH + '    share: {value: null, unit: "1", why: "not published"}\n'
    assert FindingKind.NO_DATA in found(tmp_path / "b", empty)


def test_it_cites_the_digest(tmp_path: Path) -> None:
    held = {c.item.id: c for c in coverage(load(pack(tmp_path, STRENGTH)).pack)}
    assert held["IN-1"].by("strengths") == ("lead",)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("    hs: [890120, 89012]\n", "'89012' is not a six-digit HS code"),
        ("    review: next spring\n", "is not a date|valid date"),
        ("    owner: NOBODY\n", "no owner 'NOBODY'"),
        ("    technologies: [magic]\n", "no technology 'magic'"),
        ("    evidence: [{source: nowhere, year: 2021, text: {ja: 証, en: proof}}]\n", "no source 'nowhere'"),
        ("    kind2: x\n", "unknown field 'kind2'"),
    ],
)
def test_what_breaks(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(InputProblems, match=message):
        load(pack(tmp_path, STRENGTH + line))


def test_shares_of_home_and_rivals_are_of_one_world(tmp_path: Path) -> None:
    figure = '{{value: {}, unit: "1", year: 2021, confidence: assumption, note: made}}'
    rivals = f"    rivals: [{{label: {{ja: 他, en: other}}, country: USA, share: {figure.format(0.6)}}}]\n"
    with pytest.raises(InputProblems, match=r"sum to 1.1, more than 1"):
        load(pack(tmp_path, STRENGTH + f"    share: {figure.format(0.5)}\n" + rivals))


def test_the_japan_pack_has_the_reports_examples() -> None:
    held = load("japan").pack
    cited = {d for s in held.strengths for d in s.digest}
    assert {"IN-3", "IN-4", "IN-5", "IN-6", "IN-7"} <= cited
    for strength in held.strengths:
        assert strength.evidence
        assert strength.owner
        assert strength.review
        assert strength.share is not None
        assert strength.share.known or strength.share.why
