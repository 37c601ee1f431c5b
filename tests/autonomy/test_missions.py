"""What missions rest on, against every combination of failures tried one by one."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaname.autonomy.missions import Branch, cut_sets, single_points, tree
from kaname.errors import InputProblems
from kaname.nation import Nation
from kaname.pack.figures import Label
from kaname.pack.missions import Mission, Rest


def label(name: str) -> Label:
    return Label(ja=name, en=name)


def grown(rng: random.Random, depth: int, names: list[str]) -> Branch:
    """A tree of up to ``depth`` levels over events that may stand in several places."""
    if depth == 0 or rng.random() < 0.25:
        name = rng.choice(names)
        return Branch(name, label(name), "site", "event")
    parts = tuple(grown(rng, depth - 1, names) for _ in range(rng.randint(1, 4)))
    rule = rng.choice(["all", "enough", "keep", "itself"])
    name = f"gate-{rng.random()}"
    if rule == "itself":
        own = rng.choice(names)
        return Branch(own, label(own), "site", "all", parts=parts)
    if rule == "enough":
        return Branch(name, label(name), "capability", "enough", float(rng.randint(1, len(parts))), parts)
    if rule == "keep":
        shares = tuple(rng.uniform(0.05, 1.0) for _ in parts)
        scale = sum(shares) / rng.uniform(0.8, 1.0)
        return Branch(
            name,
            label(name),
            "capability",
            "keep",
            rng.uniform(0.2, 0.9),
            parts,
            tuple(s / scale for s in shares),
        )
    return Branch(name, label(name), "capability", "all", parts=parts)


def stands(branch: Branch, failed: frozenset[str]) -> bool:
    """The meaning of the tree, written once more."""
    if branch.rule == "event":
        return branch.id not in failed
    up = [stands(part, failed) for part in branch.parts]
    if branch.rule == "all":
        own = branch.kind in ("mission", "capability") or branch.id not in failed
        return own and all(up)
    if branch.rule == "enough":
        return sum(up) >= branch.least
    lost = sum(s for s, ok in zip(branch.shares, up, strict=True) if not ok)
    return 1 - lost >= branch.least - 1e-12


def by_trying(branch: Branch, names: list[str], order: int) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for size in range(order + 1):
        for group in combinations(sorted(names), size):
            if any(set(one) <= set(group) for one in found):
                continue
            if not stands(branch, frozenset(group)):
                found.add(group)
    return found


@given(st.integers(0, 10_000))
@settings(max_examples=80, deadline=None)
def test_cut_sets_are_those_found_by_trying(seed: int) -> None:
    rng = random.Random(seed)
    names = [f"e{n}" for n in range(rng.randint(2, 7))]
    branch = grown(rng, 3, names)
    for order in (1, 2, len(names)):
        assert set(cut_sets(branch, order)) == by_trying(branch, names, order)


def test_payment_names_its_single_points(japan: Nation) -> None:
    found = single_points(tree(japan.pack, "payment"))
    assert {"zengin-program", "boj-program", "J61"} <= set(found)
    # two centres each: neither alone, nor one city's grid
    assert not {"zengin-tokyo", "boj-fuchu", "grid-tokyo"} & set(found)
    pairs = cut_sets(tree(japan.pack, "payment"), 2)
    assert ("boj-fuchu", "boj-osaka") in pairs and ("grid-kansai", "grid-tokyo") in pairs


def test_international_data_hangs_on_one_grid(japan: Nation) -> None:
    found = set(single_points(tree(japan.pack, "international-data")))
    assert {"ix-tokyo", "dc-tokyo", "grid-tokyo"} <= found
    assert "landing-chikura" not in found and "landing-shima" not in found
    # three days of fuel bridge a day without power
    assert "grid-tokyo" not in single_points(tree(japan.pack, "international-data", days=1))


def test_every_mission_of_the_pack_has_a_tree(japan: Nation) -> None:
    assert len(japan.pack.missions) >= 12
    for mission in japan.pack.missions:
        branch = tree(japan.pack, mission.id)
        assert [part.id for part in branch.parts] == [c.id for c in mission.capabilities]
        for cut in cut_sets(branch, 2):
            assert not stands(branch, frozenset(cut))
            assert all(stands(branch, frozenset(cut) - {one}) for one in cut)


def test_a_mission_may_rest_on_another(japan: Nation) -> None:
    ids = [one.id for _, one in tree(japan.pack, "air-transport").walk()]
    assert "weather-ground" in ids
    assert "weather-ground" in single_points(tree(japan.pack, "air-transport"))


def test_what_needs_itself_ends_somewhere(japan: Nation) -> None:
    first, second = japan.pack.assets[:2]
    ring = (
        first.model_copy(update={"needs": (Rest(of=second.id),)}),
        second.model_copy(update={"needs": (Rest(of=first.id),)}),
    )
    mission = Mission.model_validate(
        {
            "id": "ring",
            "label": {"ja": "輪", "en": "ring"},
            "summary": {"ja": "輪", "en": "ring"},
            "digest": ["CY-1"],
            "infrastructures": ["ict"],
            "capabilities": [{"id": "a", "label": {"ja": "甲", "en": "a"}, "assets": [first.id]}],
        }
    )
    pack = japan.pack.model_copy(update={"assets": ring, "missions": (mission,)})
    assert set(single_points(tree(pack, "ring"))) == {first.id, second.id}


def test_a_mission_nobody_wrote(japan: Nation) -> None:
    with pytest.raises(InputProblems, match="no mission 'paymant'"):
        tree(japan.pack, "paymant")
