"""What the network says beside a case, and which laws answer which risks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kaname.autonomy.suppliers import goods_dependence
from kaname.cli.beside import told
from kaname.nation import Nation
from kaname.pack.legal import LawCover
from kaname.pack.model import Law, Pack
from kaname.safeguards import cases
from kaname.safeguards.telling import lines
from kaname.strategy.context import DAYS, as_dict
from kaname.strategy.laws import begun, closed, law_review

MAKER = {"name": "甲社", "role": "target", "makes": ["semiconductors"], "home_share": 1}


def case(nation: Nation, **rest: object) -> cases.Case:
    return cases.of("investment", {"listed": True}, nation.book, **rest)


def test_the_only_maker_of_what_an_industry_needs_is_said_beside_the_answer(japan: Nation) -> None:
    found = japan.context(case(japan, parties=[MAKER]))
    (tie,) = found.ties
    good = japan.goods["semiconductors"]
    assert tie.users[0].industry == "C29"
    weights = {user.industry: user.weight.to("1") for user in good.users}
    assert {user.industry: user.weight for user in tie.users} == weights
    (maker,) = tie.makers
    assert maker.only
    assert maker.loss is not None
    assert maker.loss > 0
    said = "\n".join(lines(told(japan, found, "ja", public=False)))
    assert "甲社は国内でただ一つの作り手である" in said
    assert "産出の60%（35%～85%）が止まる" in said
    hidden = "\n".join(lines(told(japan, found, "en", public=True)))
    assert "甲社" not in hidden
    assert "is the only maker at home" in hidden
    assert as_dict(found, public=True)["ties"][0]["makers"][0]["name"] is None


def test_one_number_everywhere(japan: Nation) -> None:
    """The share of the largest origin is that of the table of goods, the loss that of the run."""
    (tie,) = japan.context(case(japan, goods=["graphite"])).ties
    row = goods_dependence(japan.trade, [japan.goods["graphite"]], "JPN", japan.pack.trade_year).frame.row(
        0, named=True
    )
    assert (tie.origin, tie.share) == (row["largest_origin"], pytest.approx(row["largest_share"]))
    assert tie.loss > 0
    assert (tie.days, tie.year) == (DAYS, japan.pack.trade_year)
    assert tie.world_share is not None
    assert 0 <= tie.world_share < 0.1


def test_goods_go_by_id_or_code_and_what_is_not_known_is_said(japan: Nation) -> None:
    code = japan.goods["graphite"].hs[0]
    found = japan.context(
        case(japan, goods=[f"HS {code[:4]}.{code[4:]}", "unobtainium"], technologies=["F42B 15/01"])
    )
    assert [tie.good for tie in found.ties] == ["graphite"]
    assert found.unknown == ("unobtainium", "F42B 15/01")
    empty = japan.context(case(japan))
    assert (empty.ties, empty.unknown) == ((), ())
    assert "names no goods" in "\n".join(lines(told(japan, empty, "en", public=False)))


def test_the_network_never_changes_the_legal_answer(japan: Nation) -> None:
    bare, tied = case(japan), case(japan, parties=[MAKER], goods=["semiconductors", "crude"])
    assert japan.screen(bare).rulings == japan.screen(tied).rulings
    assert japan.screen(bare).outcome is japan.screen(tied).outcome


def test_the_law_knows_nothing_of_the_engine() -> None:
    """Floor 4 of safeguards: no import of network, cascade, autonomy, indispensability or strategy."""
    import kaname.safeguards

    for path in Path(kaname.safeguards.__file__).parent.rglob("*.py"):
        text = path.read_text("utf-8")
        for room in ("network", "cascade", "autonomy", "indispensability", "planning", "strategy", "nation"):
            assert f"kaname.{room}" not in text, path


THEN, NOW = date(2021, 5, 27), date(2026, 11, 23)


def test_what_the_omnibus_act_and_its_successors_closed(japan: Nation) -> None:
    then, now = japan.law_review(THEN), japan.law_review(NOW)
    for review in (then, now):
        assert len(review.scenarios) == len(japan.pack.scenarios)
        assert len(review.measures) == len(japan.pack.measures)
        assert len(review.covers) == 5 * len(japan.pack.infrastructures)
    cells = [{(i, r): {c.law for c in covers} for i, r, covers in review.covers} for review in (then, now)]
    assert not cells[0]["finance", "cyber"]
    assert cells[1]["finance", "cyber"] == {"espa"}
    assert not cells[1]["medical", "cyber"]  # enacted, not in force
    assert [cover.id for cover in now.coming] == ["cover-espa-medical"]
    assert "or-land" in closed(then, now)
    assert "or-land" in {gap.id for gap in then.without}
    left = {"hospital-ransomware", "wholesale-outage", "cyber-all-sectors", "foreign-digital-currency"}
    assert {gap.id for gap in now.without} == left
    # the day before and the day that chapter 3 began to be applied
    before, after = (japan.law_review(date(2024, 5, day)) for day in (16, 17))
    assert len(before.without) > len(after.without)


def test_nothing_is_covered_for_ever_by_a_law_that_is_not_there(japan: Nation) -> None:
    for cover in japan.pack.law_covers:
        assert isinstance(cover, LawCover)
        if cover.in_force.from_ is not None:
            assert not cover.in_force.holds(date.fromordinal(cover.in_force.from_.toordinal() - 1))
            assert cover.in_force.holds(cover.in_force.from_)


@pytest.mark.parametrize(
    ("number", "in_force", "day", "there"),
    [
        ("1949年法律第228号", "latest change 2025-05-19", "2021-05-27", True),
        ("2022年法律第43号", "2022-08-01 (ch. 2), 2024-05-17 (ch. 3)", "2022-07-31", False),
        ("2022年法律第43号", "2022-08-01 (ch. 2), 2024-05-17 (ch. 3)", "2022-08-01", True),
        ("2024年法律第37号", None, "2021-05-27", False),
        (None, None, "2021-05-27", False),
    ],
)
def test_whether_a_law_is_there(number: str | None, in_force: str | None, day: str, there: bool) -> None:
    law = Law.model_validate(
        {"id": "x", "label": {"ja": "法", "en": "Law"}, "number": number, "in_force": in_force}
    )
    assert begun(law, date.fromisoformat(day)) is there


def test_a_measure_whose_law_is_not_there_yet_is_open(japan: Nation) -> None:
    pack: Pack = japan.pack
    gaps = {gap.id: gap for gap in law_review(pack, THEN).measures}
    assert gaps["or-land"].open == ("land-act",)
    assert gaps["or-land"].none
    assert not gaps["or-intelligence"].none  # it is said to need no law
