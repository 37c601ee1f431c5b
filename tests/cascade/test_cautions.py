"""Settings that do not go with a network are told, and refused where they would spiral."""

from __future__ import annotations

import math

import pytest

from kaname.cascade.cautions import cautions, check_classic
from kaname.cascade.settings import Settings
from kaname.errors import InputProblems
from tests.cascade.networks import chain


def test_a_stock_shorter_than_its_restocking_is_told() -> None:
    (note,) = cautions(chain(days=10), Settings(restock_days=30))
    assert "mill" in note.en
    assert "ore" in note.ja
    assert cautions(chain(days=30), Settings(restock_days=30)) == ()


def test_classic_orders_on_short_stocks_are_refused() -> None:
    with pytest.raises(InputProblems) as told:
        check_classic(chain(days=10), Settings(restock_days=30, classic=True))
    assert {p.path for p in told.value.problems} == {"mill", "ore"}
    check_classic(chain(days=30), Settings(restock_days=30, classic=True))
    check_classic(chain(days=10), Settings(restock_days=30))


def test_every_bad_setting_is_told_at_once() -> None:
    with pytest.raises(InputProblems) as told:
        Settings(dt=0, restock_days=-1, overfill=-0.1, surge=math.nan)
    assert len(told.value.problems) == 4
