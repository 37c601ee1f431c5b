"""Ensembles of a nation divided by area: the division itself is drawn, wherever the work is done."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from kaname.cascade.draws import Draw, draws
from kaname.cascade.ensemble import run_ensemble
from kaname.nation import Nation

SHORT = ("typhoon",)


def test_each_random_draw_divides_home_anew_and_the_first_stay_the_same(japan: Nation) -> None:
    few = draws(japan.pack, SHORT, 2, seed=3, areas=True)
    many = draws(japan.pack, SHORT, 5, seed=3, areas=True)
    assert [d.division for d in many[:2]] == [d.division for d in few]
    assert len({d.division for d in many}) == 5
    assert {d.division for d in draws(japan.pack, SHORT, 2, seed=3)} == {None}


def test_a_divided_nation_stays_divided_on_its_way(japan: Nation) -> None:
    divided = japan.by_area()
    assert pickle.loads(pickle.dumps(divided)).areas
    assert divided.with_pack(divided.pack).areas
    member = divided.divided(7)
    assert pickle.loads(pickle.dumps(member)).division == 7
    assert len({japan.fingerprint, divided.fingerprint, member.fingerprint}) == 3


def test_the_uncertainty_of_the_division_reaches_the_outcome(japan: Nation) -> None:
    divided = japan.by_area()
    plain = [Draw(0, SHORT, 12, {})]
    drawn = [Draw(n, SHORT, 12, {}, division=n) for n in (1, 2)]
    whole = float(run_ensemble(japan, plain).total_loss[0])
    stated = float(run_ensemble(divided, plain).total_loss[0])
    members = run_ensemble(divided, drawn).total_loss.values
    # the same process ran the undivided nation first: it must not be taken for the divided one
    assert stated == pytest.approx(divided.stress(*SHORT, days=12).total_loss, rel=1e-9)
    assert stated != pytest.approx(whole, rel=1e-6)
    assert np.ptp([stated, *members]) > 1e-4 * stated
    again = float(divided.divided(2).stress(*SHORT, days=12).total_loss)
    assert members[1] == pytest.approx(again, rel=1e-9)
