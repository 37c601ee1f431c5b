"""Assumptions by what their range is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from kaname.autonomy.influence import influence, unreached
from kaname.autonomy.slopes import Slopes
from kaname.cascade.sensitivities import derivatives
from kaname.labels import text
from kaname.nation import Nation
from kaname.pack.draft import sites
from kaname.pack.figures import Figure
from kaname.pack.survey import OUTLOOK_ONLY


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


@pytest.mark.parametrize(
    ("scenario", "list_", "subject", "place"),
    [
        ("card-outage", "services", "card-payment", ("users", 0, "weight")),
        ("substations-cyber", "industries", "J61", ("weight",)),
        ("substations-cyber", "facilities", "mobile-tokyo", ("needs", 0, "weight")),
    ],
)
def test_weights_are_worth_what_a_run_says(
    japan: Nation, scenario: str, list_: str, subject: str, place: tuple[str | int, ...]
) -> None:
    """The slope of the loss by a weight, by the backward sweep and by two runs."""
    run = japan.stress(scenario, days=12)
    slopes = Slopes(run, derivatives(run))
    site = next(
        s
        for s in sites(japan.pack)
        if s.subject == list_ and s.path[2:] == place and _id(japan, s.path) == subject
    )
    figure = site.value
    assert isinstance(figure, Figure) and figure.value is not None

    def at(value: float) -> float:
        other = figure.model_copy(update={"value": value, "low": None, "high": None})
        pack = _changed(japan.pack, site.path, other)
        return japan.with_pack(pack).stress(scenario, days=12).total_loss

    step = 0.01 * figure.value
    slope = slopes.of(getattr(japan.pack, list_)[site.path[1]], site)
    assert slope == pytest.approx((at(figure.value) - at(figure.value - step)) / step, rel=0.01)


def test_a_share_of_a_facility_is_worth_about_what_a_run_says(japan: Nation) -> None:
    run = japan.stress("card-outage", days=12)
    site = next(
        s for s in sites(japan.pack) if s.path[2:] == ("share",) and _id(japan, s.path) == "card-network-a"
    )
    slope = Slopes(run, derivatives(run)).of(japan.pack.facilities[int(site.path[1])], site)
    figure = site.value
    assert isinstance(figure, Figure) and figure.value is not None
    less = figure.model_copy(update={"value": figure.value - 0.01, "low": None, "high": None})
    other = japan.with_pack(_changed(japan.pack, site.path, less)).stress("card-outage", days=12).total_loss
    assert slope == pytest.approx((run.total_loss - other) / 0.01, rel=0.35)


def test_what_is_out_of_reach_is_counted(found: pl.DataFrame) -> None:
    rest = unreached(found)
    assert rest["count"].sum() == found["influence"].null_count()
    assert ("goods", "sea") in set(rest.select("list", "field").iter_rows())
    weights = found.filter(pl.col("field") == "weight")
    assert weights["influence"].null_count() == 0


def test_outlooks_are_left_to_their_command_and_every_other_list_has_a_name(japan: Nation) -> None:
    subjects = {site.subject for site in sites(japan.pack) if isinstance(site.value, Figure)}
    assert subjects >= OUTLOOK_ONLY - {"employment"}
    for subject in subjects - OUTLOOK_ONLY:
        assert text(f"influence.list_{subject}", "en")


def _id(japan: Nation, path: tuple[str | int, ...]) -> str:
    return str(getattr(getattr(japan.pack, str(path[0]))[path[1]], "id", ""))


def _changed(part: Any, path: Sequence[str | int], value: Any) -> Any:
    """A pack, or a part of one, with one figure changed."""
    if not path:
        return value
    key, *rest = path
    if isinstance(part, tuple):
        place = int(key)
        return (*part[:place], _changed(part[place], rest, value), *part[place + 1 :])
    return part.model_copy(update={key: _changed(getattr(part, str(key)), rest, value)})
