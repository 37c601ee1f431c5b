"""Assumptions by what their range is worth."""

from __future__ import annotations

import polars as pl
import pytest

from kaname.autonomy.influence import influence
from kaname.nation import Nation
from kaname.pack.figures import Figure


@pytest.fixture(scope="module")
def found(japan: Nation) -> pl.DataFrame:
    run = japan.stress("card-outage", days=12)
    return influence(japan.pack, run, japan.reading.places)


def test_every_assumption_is_listed_once(japan: Nation, found: pl.DataFrame) -> None:
    assert found.height > 1_400
    assert found["place"].str.contains(":").all()
    known = found["influence"].fill_null(-1.0)
    assert (known.diff().drop_nulls() <= 1e-12).all()


def test_the_events_of_the_scenario_come_first(found: pl.DataFrame) -> None:
    first = found.row(0, named=True)
    assert first["influence"] > 0
    assert (first["list"], first["subject"]) == ("scenarios", "card-outage")
    other = found.filter((pl.col("list") == "scenarios") & (pl.col("subject") == "hormuz-closure"))
    assert other["influence"].null_count() == other.height


def test_influence_is_about_what_a_run_says(japan: Nation, found: pl.DataFrame) -> None:
    """Half the range of the event's size, by derivative and by running it."""
    scenario = japan.scenarios["card-outage"]
    loss = scenario.events[0].loss  # type: ignore[union-attr]
    assert (
        isinstance(loss, Figure) and loss.low is not None and loss.high is not None and loss.value is not None
    )
    row = found.filter(
        (pl.col("list") == "scenarios") & (pl.col("subject") == "card-outage") & (pl.col("field") == "loss")
    ).row(0, named=True)

    from kaname.cascade.run import run
    from kaname.cascade.shocks import Case

    def at(value: float) -> float:
        event = scenario.events[0].model_copy(update={"loss": loss.model_copy(update={"value": value})})
        other = scenario.model_copy(update={"events": (event, *scenario.events[1:])})
        return run(japan.built, Case(((other, 0.0),)), 12, japan.settings).total_loss

    step = 0.02
    slope = (at(loss.value) - at(loss.value - step)) / step
    assert row["influence"] == pytest.approx(abs(slope) * (loss.high - loss.low) / 2, rel=0.1)
