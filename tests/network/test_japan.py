"""The embedded pack of Japan on the embedded data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kaname.data import baci, countries, icio, routes
from kaname.network.build import Built, build
from kaname.network.tables import Kind
from kaname.pack.model import Pack
from kaname.pack.reader import read

from .test_goods import bought, shares

FOLDER = Path(__file__).parents[2] / "src" / "kaname" / "packs" / "japan" / "data"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read("japan")


@pytest.fixture(scope="module")
def built(pack: Pack) -> Built:
    folder = FOLDER
    places = {c.iso3: c.icio_region for c in countries.read_embedded(folder) if c.icio_region}
    return build(
        pack, icio.read_embedded(folder), baci.read_embedded(folder), routes.read_embedded(folder), places
    )


def test_the_accounts_balance(built: Built) -> None:
    network = built.network
    assert np.abs(network.imbalance).max() < 1e-9
    n = network.industries
    paid = bought(network) + network.nodes.value_added[:n]
    assert paid == pytest.approx(network.nodes.output[:n], rel=1e-9)
    assert (network.nodes.value_added >= 0).all()


def test_value_added_falls_only_by_what_comes_from_outside_the_table(built: Built, pack: Pack) -> None:
    table = icio.read_embedded(FOLDER)
    lost = table.value_added.sum() / 365 - built.network.nodes.value_added.sum()
    assert lost == pytest.approx(sum(a.outside for a in built.accounts), rel=1e-9)
    # Japan's own: less than 3% of its value added
    home = [a.outside for a in built.accounts if a.region == "JPN"]
    assert sum(home) < 0.03 * table.value_added[table.of_region("JPN")].sum() / 365
    for account in built.accounts:
        parts = account.inside + account.pooled + account.outside
        assert parts == pytest.approx(account.value, rel=1e-9, abs=1e-12)
        assert min(account.inside, account.pooled, account.outside, account.capped) >= -1e-12


def test_households_as_employers_make_nothing_in_japan_and_are_left_out(built: Built) -> None:
    assert "JPN:T" not in built.network.index
    assert "USA:T" in built.network.index


def test_crude_comes_from_the_gulf(built: Built) -> None:
    found = shares(built.network, "JPN:C19", "crude")
    assert sum(found.get(f"{c}/crude", 0) for c in ("SAU", "ARE", "KWT", "QAT")) > 0.85
    assert "KWT" in built.network.countries
    # Kuwait is not in the table: nothing to buy from there
    assert len(built.network.slots_of(built.network.index["KWT/crude"])) == 0
    assert len(built.network.slots_of(built.network.index["SAU/crude"])) == 1


def test_hormuz_bars_the_way_and_malacca_lengthens_it(built: Built) -> None:
    names = built.network.countries
    home = names.index("JPN")

    def way(passage: str, origin: str) -> float:
        closure = built.routes.closure(frozenset({passage}))
        (row,) = np.flatnonzero((closure.origin == names.index(origin)) & (closure.dest == home))
        return float(closure.extra_days[row])

    assert built.routes.usual[names.index("SAU"), home][1] == ("ormuz", "malacca")
    assert np.isnan(way("hormuz", "SAU"))
    assert np.isnan(way("hormuz", "QAT"))
    assert 0.5 < way("malacca", "SAU") < 10
    assert 15 < built.routes.lead_days("SAU", "JPN") < 35


def test_graphite_and_rare_earths_lean_on_china(built: Built) -> None:
    assert shares(built.network, "JPN:C27", "graphite")["CHN/graphite"] > 0.85
    assert 0.4 < shares(built.network, "JPN:C29", "rare-earths")["CHN/rare-earths"] < 0.6


def test_the_five_strategic_industries_are_in_the_table(built: Built, pack: Pack) -> None:
    assert [i.id for i in pack.infrastructures] == ["energy", "ict", "transport", "finance", "medical"]
    for infrastructure in pack.infrastructures:
        for industry in infrastructure.industries:
            assert f"JPN:{industry}" in built.network.index


def test_ten_areas_hold_each_prefecture_once(pack: Pack) -> None:
    held = sorted(p for area in pack.areas for p in area.prefectures)
    assert held == [f"{n:02d}" for n in range(1, 48)]
    assert len(pack.areas) == 10


def test_every_figure_of_the_network_is_in_a_sane_range(built: Built) -> None:
    nodes, slots, links = built.network.nodes, built.network.slots, built.network.links
    assert (slots.target >= 0).all() and slots.target.max() <= 1500
    assert ((slots.shift >= 0) & (slots.shift <= 1)).all()
    assert links.lead.max() <= 90
    assert (nodes.slack >= 0).all() and nodes.slack.max() <= 1
    assert ((built.routes.sea >= 0) & (built.routes.sea + built.routes.air <= 1 + 1e-12)).all()
    goods = nodes.kind == Kind.GOOD
    assert set(built.provenance) == {nodes.id[i] for i in np.flatnonzero(goods)}
    assert len(nodes) < 5000 and len(links) < 200_000


def test_every_note_speaks_both_languages(built: Built) -> None:
    assert built.notes
    for note in built.notes:
        assert note.ja != note.en
