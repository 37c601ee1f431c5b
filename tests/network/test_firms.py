"""Firm networks: from a list of links to the cascade's tables, from CSV, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaname.errors import InputProblems
from kaname.network.firm_files import read_essential, read_firms
from kaname.network.firms import ESSENTIAL, IRRELEVANT, SOME, Firms, Terms, firm_network
from tests.cascade.firm_networks import random_firms


@given(seed=st.integers(0, 1000), output=st.booleans())
def test_money_adds_up(seed: int, output: bool) -> None:
    firms = random_firms(seed, output=output)
    network = firm_network(firms, Terms(5.0))
    nodes, slots, links = network.nodes, network.slots, network.links
    at = [firms.id.index(name) for name in nodes.id]
    np.testing.assert_allclose(nodes.output, firms.made[at])
    use = slots.need * nodes.output[slots.user]
    np.testing.assert_allclose(
        np.bincount(slots.user, use, minlength=len(firms)), firms.bought[at], atol=1e-12
    )
    sold = np.bincount(links.supplier, links.share * use[links.slot], minlength=len(firms))
    np.testing.assert_allclose(sold, firms.sold[at], atol=1e-12)
    np.testing.assert_allclose(nodes.value_added + firms.bought[at], nodes.output)
    assert np.abs(network.imbalance).max() < 1e-9
    assert (nodes.value_added >= -1e-12).all() and (nodes.final >= 0).all()


def test_classes_of_inputs() -> None:
    """Firm 2 buys from sectors a (twice), b and c, rated essential, of some use, irrelevant."""
    firms = Firms.of(
        [0, 1, 3, 4], [2, 2, 2, 2], [1.0, 3.0, 4.0, 2.0], ["a", "a", "d", "b", "c"], [2.0, 6, 20, 4, 2]
    )
    table = np.full((4, 4), IRRELEVANT, np.int8)
    table[0, 3], table[1, 3] = ESSENTIAL, SOME
    network = firm_network(firms, Terms(np.array([10.0, 0.0, 7.0, 1.0]), table, some=0.3, shift=0.5, lead=2))
    slots, links = network.slots, network.links
    assert [network.products[p] for p in slots.product] == ["a", "b", "c"]
    np.testing.assert_allclose(slots.need, [4 / 20, 4 / 20, 2 / 20])
    np.testing.assert_allclose(slots.weight, [1, 0.3, 0])
    np.testing.assert_allclose(slots.target, [10, 0, 0])
    np.testing.assert_allclose(slots.shift, [0.5, 0.5, 0])
    shares = {network.nodes.id[s]: share for s, share in zip(links.supplier, links.share, strict=True)}
    assert shares == pytest.approx({"0": 0.25, "1": 0.75, "3": 1.0, "4": 1.0})
    assert network.nodes.value_added[network.index["2"]] == pytest.approx(10)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"volume": [1.0, np.nan]}, "a volume must be a number above 0"),
        ({"volume": [1.0, -2.0]}, "a volume must be a number above 0"),
        ({"buyer": [1, 7]}, "no such buyer"),
        ({"supplier": [-1, 1]}, "no such supplier"),
        ({"output": [0.5, 2.0, 2.0]}, "sells more to firms than its output"),
        ({"output": [9.0, 2.0, 1.0]}, "buys more from firms than its output"),
        ({"output": [9.0, 2.0]}, "one a firm"),
        ({"buyer": [1, 1]}, "neither buys nor sells"),
        ({"volume": [1.0]}, "as many"),
    ],
)
def test_bad_firms_are_told(change: dict[str, list[float]], told: str) -> None:
    good = {"supplier": [0, 1], "buyer": [1, 2], "volume": [1.0, 2.0], "sector": [0, 1, 2], "output": None}
    with pytest.raises(InputProblems, match=told):
        Firms.of(**{**good, **change})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "terms",
    [
        Terms(-1.0),
        Terms(np.array([1.0])),
        Terms(np.nan),
        Terms(1.0, np.zeros((2, 2), np.int8)),
        Terms(1.0, some=0.0),
        Terms(1.0, shift=2.0),
        Terms(1.0, lead=-1),
    ],
)
def test_bad_terms_are_told(terms: Terms) -> None:
    with pytest.raises(InputProblems):
        firm_network(Firms.of([0, 1], [1, 2], [1.0, 2.0], [0, 1, 2]), terms)


def test_own_sales_are_left_out_and_repeated_links_added_up() -> None:
    firms = Firms.of([0, 0, 0], [1, 1, 0], [1.0, 2.0, 9.0], [0, 1])
    network = firm_network(firms, Terms(1.0))
    assert len(network.links) == 1
    np.testing.assert_allclose(network.nodes.output, [3, 3])


def write(folder: Path, **files: str) -> list[Path]:
    paths = [folder / f"{name}.csv" for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_text(content, "utf-8")
    return paths


def test_firms_from_csv(tmp_path: Path) -> None:
    links, firms, table = write(
        tmp_path,
        links="supplier,buyer,volume\n鉄,007,1.5\n007,shop,2\n",
        firms="firm,sector,output\n007,C25,3\nshop,G,4.5\n鉄,C24,2\n",
        table=",G,C24,C25,X\nC24,0,0,2,0\nC25,1,0,0,0\nG,0,0,0,0\n",
    )
    found = read_firms(links, firms)
    assert found.id == ("007", "shop", "鉄") and found.sectors == ("C24", "C25", "G")
    assert found.supplier.tolist() == [2, 0] and found.buyer.tolist() == [0, 1]
    assert found.output is not None and found.output.tolist() == [3, 4.5, 2]
    assert read_essential(table, found.sectors).tolist() == [[0, 2, 0], [0, 0, 1], [0, 0, 0]]


def test_every_line_that_is_wrong_is_told(tmp_path: Path) -> None:
    links, firms = write(
        tmp_path,
        links="supplier,buyer,volume\na,b,1\nx,b,1\na,b,much\na,y,-1\n",
        firms="firm,sector\na,1\nb,\na,2\n",
    )
    with pytest.raises(InputProblems) as told:
        read_firms(links, firms)
    places = {(Path(p.file).name, p.line) for p in told.value.problems}
    assert places == {
        ("links.csv", 3),
        ("links.csv", 4),
        ("links.csv", 5),
        ("firms.csv", 2),
        ("firms.csv", 3),
        ("firms.csv", 4),
    }


@pytest.mark.parametrize(
    ("links", "told"),
    [("supplier,buyer\na,b\n", "no column 'volume'"), ("", "no CSV"), ("supplier,buyer,volume\n", "no rows")],
)
def test_files_that_are_no_tables(tmp_path: Path, links: str, told: str) -> None:
    first, second = write(tmp_path, links=links, firms="firm,sector\na,1\nb,1\n")
    with pytest.raises(InputProblems, match=told):
        read_firms(first, second)
    with pytest.raises(InputProblems, match="cannot be read"):
        read_firms(tmp_path / "nowhere.csv", second)


def test_bad_ratings_are_told(tmp_path: Path) -> None:
    missing, wrong = write(tmp_path, missing=",a\na,2\n", wrong=",a,b\na,2,5\nb,,1\n")
    with pytest.raises(InputProblems, match="no row for sector 'b'"):
        read_essential(missing, ("a", "b"))
    with pytest.raises(InputProblems) as told:
        read_essential(wrong, ("a", "b"))
    assert {p.line for p in told.value.problems} == {2, 3}
