"""Suppliers too small to be followed: told, and measured by following all."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from kaname.cli import main
from kaname.nation import Nation
from kaname.network.floor import LINK_FLOOR, floor_notes, follow_all
from kaname.network.parts import followed


def test_what_is_left_out_is_told(japan: Nation) -> None:
    told = [note.en for note in japan.built.notes if "not followed one by one" in note.en]
    assert len(told) == 1
    share = float(told[0].split("(")[1].split("%")[0])
    assert 0.5 < share < 20
    assert floor_notes(0.0, 0.0) == []


def test_every_supplier_is_followed_where_all_are_asked_for(japan: Nation) -> None:
    every = japan.every_supplier()
    assert every.pack.parameter(LINK_FLOOR, "1") == 0
    few, all_ = japan.network, every.network
    assert len(all_.links) > 2 * len(few.links)
    assert not any("not followed one by one" in note.en for note in every.built.notes)
    # nothing is counted twice: what goes through links no longer goes through flows
    assert all_.flow.sum() < few.flow.sum()
    industries = few.industries
    assert all_.nodes.output[:industries] == pytest.approx(few.nodes.output[:industries], rel=1e-9)
    # a pack that states no floor is asked the same way
    bare = japan.pack.model_copy(update={"parameters": ()})
    assert [p.id for p in follow_all(bare).parameters] == [LINK_FLOOR]


def test_the_command_tells_the_error(japan: Nation, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["stress", "malacca-closure", "--days", "60", "--every-supplier", "--format", "json"])
    assert ended.value.code in (0, None)
    home, abroad, world = json.loads(capsys.readouterr().out)
    assert (home["where"], abroad["where"], world["where"]) == ("home", "abroad", "world")
    for row in (home, abroad, world):
        assert row["change"] == pytest.approx(row["loss"] / row["loss_every"] - 1)
    assert 0 < abs(home["change"]) < 0.03, "measured at 1.5% over 120 days"
    usual = japan.stress("malacca-closure", days=60)
    assert home["loss"] == pytest.approx(usual.total_loss)


@settings(max_examples=60)
@given(
    bought=arrays(np.float64, (7, 3), elements=st.floats(0, 1e6)),
    product=st.lists(st.integers(0, 2), min_size=7, max_size=7),
    floor=st.floats(0, 0.3),
)
def test_no_more_than_the_floor_of_any_input_is_left_out(
    bought: NDArray[np.float64], product: list[int], floor: float
) -> None:
    of = np.array(product, np.int32)
    kept = followed(bought, of, floor)
    for one in set(product):
        for user in range(bought.shape[1]):
            mine, stays = bought[of == one, user], kept[of == one, user]
            assert mine[~stays].sum() <= floor * mine.sum() * (1 + 1e-9)
            # none that is left out is larger than one that stays
            if stays.any() and not stays.all():
                assert mine[~stays].max() <= mine[stays].min()
