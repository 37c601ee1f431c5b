"""The reach rule and the review, on a pack made by hand where every answer can be told by reading it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import kaname
from kaname.autonomy.suppliers import goods_dependence
from kaname.data.baci import SCHEMA, TradeTable
from kaname.errors import InputProblems
from kaname.network.routes import through_passages
from kaname.pack.model import Pack
from kaname.pack.reach import Answer, answers, answers_to_supply, hit_by, reaches
from kaname.pack.reader import load
from kaname.strategy.register import Vulnerability, review, vulnerabilities

JAPAN = Path(kaname.__file__).parent / "packs" / "japan"
ASOF = date(2026, 4, 1)
LABEL = {"ja": "名", "en": "name"}


def fig(value: float, unit: str = "1") -> dict[str, Any]:
    return {
        "value": value,
        "unit": unit,
        "year": 2026,
        "confidence": "assumption",
        "note": "made for the test",
    }


def good(name: str, parent: str, **more: Any) -> dict[str, Any]:
    users = [{"industry": "C26", "weight": fig(1)}]
    base = {
        "id": name,
        "label": LABEL,
        "parent": parent,
        "users": users,
        "stock": fig(30, "day"),
        "status": "depend",
    }
    return base | more


MAGNETS = good("magnets", "C20", sea=fig(0.85))


def facility(name: str, service: str, area: str, *needs: str) -> dict[str, Any]:
    of = [{"of": n, "weight": fig(1), "buffer": fig(1, "day")} for n in needs]
    return {
        "id": name,
        "label": LABEL,
        "kind": "site",
        "service": service,
        "share": fig(0.3),
        "area": area,
        "needs": of,
    }


def scenario(name: str, *events: dict[str, Any], infrastructure: str = "energy") -> dict[str, Any]:
    shared = {"duration": fig(10, "day"), "loss": fig(0.5)}
    of = [({"duration": shared["duration"]} if e["kind"] == "demand" else shared) | e for e in events]
    return {
        "id": name,
        "label": LABEL,
        "summary": LABEL,
        "digest": ["EN-9"],
        "infrastructures": [infrastructure],
        "events": of,
    }


def effect(kind: str, **what: Any) -> dict[str, Any]:
    numbers = {
        "stock": {"days": fig(10, "day")},
        "release": {"days": fig(10, "day"), "after": fig(1, "day"), "rate": fig(0.5)},
        "repair": {"share": fig(0.5), "after": fig(1, "day")},
        "bypass": {"share": fig(0.5), "after": fig(1, "day")},
        "buffer": {"days": fig(2, "day")},
    }
    return {"kind": kind} | numbers.get(kind, {"share": fig(0.2)}) | what


def measure(name: str, *effects: dict[str, Any], **more: Any) -> dict[str, Any]:
    base = {"id": name, "title": LABEL, "digest": ["EN-9"], "kind": "prevention", "effects": effects}
    return base | more


def pack(scenarios: list[dict[str, Any]], measures: list[dict[str, Any]], **more: Any) -> Pack:
    industry = {"label": LABEL, "storable": True}
    return Pack.model_validate(
        {
            "id": "toy",
            "title": LABEL,
            "home": "AAA",
            "edition": "1",
            "asof": "2026-04-01",
            "trade_year": 2023,
            "sources": [],
            "digest": [
                {"id": "EN-9", "label": LABEL, "section": "1", "asks": "action"},
                {"id": "IC-1", "label": LABEL, "section": "2", "asks": "action"},
                {"id": "FR-1", "label": LABEL, "section": "0", "asks": "frame"},
            ],
            "owners": [{"id": "METI", "label": LABEL}, {"id": "MIC", "label": LABEL}],
            "infrastructures": [
                {"id": "energy", "label": LABEL, "industries": ["D"], "digest": ["EN-9", "FR-1"]},
                {"id": "ict", "label": LABEL, "industries": ["J61"], "digest": ["IC-1", "FR-1"]},
            ],
            "industries": [
                industry | {"id": "B06", "kind": "good"},
                industry | {"id": "C20", "kind": "good"},
                industry | {"id": "C26", "kind": "good", "sea": fig(0.05)},
                {"id": "D", "label": LABEL, "storable": False, "kind": "service"},
            ],
            "goods": [
                good("crude", "B06", hs=["270900"]),
                good("magnets", "C20", sea=fig(0.85)),
                good("potash", "C20"),
            ],
            "services": [
                {"id": "ix", "label": LABEL, "infrastructure": "ict"},
                {"id": "dc", "label": LABEL, "infrastructure": "ict"},
                {"id": "port", "label": LABEL, "infrastructure": "energy", "gate": "sea"},
                {"id": "airport", "label": LABEL, "infrastructure": "energy", "gate": "air"},
            ],
            "facilities": [
                facility("ix-east", "ix", "EAST"),
                facility("ix-west", "ix", "WEST"),
                facility("dc-east", "dc", "EAST", "ix-east", "D"),
                facility("port-a", "port", "EAST"),
                facility("airport-a", "airport", "EAST"),
            ],
            "passages": [
                {
                    "id": "hormuz",
                    "label": LABEL,
                    "kind": "strait",
                    "route": "ormuz",
                    "bypasses": [{"origin": "SAU", "goods": ["crude"], "share": fig(0.5), "label": LABEL}],
                },
                {
                    "id": "hub",
                    "label": LABEL,
                    "kind": "hub",
                    "exposures": [{"industries": ["C26"], "share": fig(0.1)}],
                },
            ],
            "scenarios": scenarios,
            "measures": measures,
        }
        | more
    )


EXPORT_STOP = {"kind": "trade", "origins": ["CHN"], "goods": ["magnets"]}
IX_LOSS = {"kind": "capacity", "services": ["ix"], "areas": ["EAST"]}
BLACKOUT = {"kind": "capacity", "industries": ["D"]}
HORMUZ = {"kind": "passage", "passages": ["hormuz"]}
PORT = {"kind": "capacity", "facilities": ["port-a"]}
AIRPORT = {"kind": "capacity", "services": ["airport"]}
SURGE = {"kind": "demand", "industries": ["C26"], "change": fig(0.5)}
SLUMP = {"kind": "demand", "industries": ["C26"], "change": fig(-0.5)}
ABROAD = {"kind": "capacity", "industries": ["C26"], "countries": ["TWN"]}
CHEMICALS = {"kind": "trade", "industries": ["C20"], "origins": ["DEU"]}
EMBARGO = {"kind": "trade", "origins": ["USA"]}
NOT_US = {"kind": "trade", "goods": ["magnets"], "destinations": ["KOR"]}
SPOILT = {"kind": "stock", "goods": ["crude"]}


class TestReach:
    @pytest.mark.parametrize(
        ("event", "what", "does"),
        [
            (EXPORT_STOP, effect("stock", goods=["magnets"]), True),
            (EXPORT_STOP, effect("stock", goods=["crude"]), False),
            (EXPORT_STOP, effect("release", goods=["magnets"]), True),
            (EXPORT_STOP, effect("substitute", goods=["magnets"]), True),
            (EXPORT_STOP, effect("spare", goods=["magnets"]), True),
            # buying elsewhere helps if it is those who stop that are left
            (EXPORT_STOP, effect("diversify", goods=["magnets"], away_from=["CHN", "VNM"]), True),
            (EXPORT_STOP, effect("diversify", goods=["magnets"], away_from=["VNM"]), False),
            (EXPORT_STOP, effect("diversify", goods=["crude"], away_from=["CHN"]), False),
            # what a user of magnets makes is a step too far
            (EXPORT_STOP, effect("stock", industries=["C26"]), False),
            (NOT_US, effect("stock", goods=["magnets"]), False),
            (IX_LOSS, effect("harden", services=["ix"]), True),
            (IX_LOSS, effect("harden", facilities=["ix-east"]), True),
            (IX_LOSS, effect("harden", facilities=["ix-west"]), False),
            (IX_LOSS, effect("repair", facilities=["ix-east"]), True),
            (IX_LOSS, effect("takeover", services=["ix"]), True),
            (IX_LOSS, effect("takeover", services=["dc"]), False),
            (IX_LOSS, effect("spare", facilities=["ix-west"]), True),
            (IX_LOSS, effect("spare", facilities=["dc-east"]), False),
            # the data centre needs the exchange and power
            (IX_LOSS, effect("buffer", facilities=["dc-east"]), True),
            (IX_LOSS, effect("buffer", services=["dc"]), True),
            (IX_LOSS, effect("buffer", services=["ix"]), False),
            (BLACKOUT, effect("buffer", services=["dc"]), True),
            (BLACKOUT, effect("harden", industries=["D"]), True),
            # hardening at home does not help a plant abroad; stock of its product does
            (ABROAD, effect("harden", industries=["C26"]), False),
            (ABROAD, effect("stock", industries=["C26"]), True),
            (HORMUZ, effect("bypass", passages=["hormuz"]), True),
            (HORMUZ, effect("repair", passages=["hormuz"]), True),
            (HORMUZ, effect("bypass", passages=["hub"]), False),
            (HORMUZ, effect("release", goods=["crude"]), True),
            (HORMUZ, effect("release", goods=["magnets"]), False),
            ({"kind": "passage", "passages": ["hub"]}, effect("stock", industries=["C26"]), True),
            # a port stops everything that is shipped, but not power
            (PORT, effect("stock", goods=["magnets"]), True),
            (PORT, effect("stock", industries=["C20"]), True),
            (PORT, effect("stock", industries=["D"]), False),
            (PORT, effect("diversify", goods=["magnets"], away_from=["CHN"]), True),
            (PORT, effect("stock", industries=["C26"]), False),  # flies
            (AIRPORT, effect("stock", industries=["C26"]), True),
            (AIRPORT, effect("stock", goods=["magnets"]), True),  # a seventh of them
            (AIRPORT, effect("stock", goods=["crude"]), False),
            (AIRPORT, effect("stock", goods=["potash"]), False),
            (SURGE, effect("spare", industries=["C26"]), True),
            (SLUMP, effect("spare", industries=["C26"]), False),
            # goods that are part of a product
            (CHEMICALS, effect("stock", goods=["magnets"]), True),
            (CHEMICALS, effect("stock", goods=["crude"]), False),
            (CHEMICALS, effect("diversify", goods=["magnets"], away_from=["CHN"]), False),
            (CHEMICALS, effect("diversify", goods=["magnets"], away_from=["DEU"]), True),
            (EMBARGO, effect("stock", goods=["potash"]), True),
            (EMBARGO, effect("diversify", goods=["potash"], away_from=["CAN"]), False),
            (SPOILT, effect("stock", goods=["crude"]), True),
        ],
    )
    def test_rule(self, event: dict[str, Any], what: dict[str, Any], does: bool) -> None:
        toy = pack([scenario("s", event)], [measure("m", what)])
        assert reaches(toy, toy.measures[0].effects[0], hit_by(toy, toy.scenarios[0])) is does
        assert bool(answers(toy)) is does

    def test_several_events_add_up(self) -> None:
        other = EXPORT_STOP | {"origins": ["VNM"]}
        toy = pack([scenario("s", EXPORT_STOP, other, IX_LOSS)], [])
        hit = hit_by(toy, toy.scenarios[0])
        assert hit.supply == {"magnets": frozenset({"CHN", "VNM"})}
        assert (hit.facilities, hit.services) == (frozenset({"ix-east"}), frozenset({"ix"}))

    def test_through_a_passage(self) -> None:
        toy = pack([scenario("s", HORMUZ)], [measure("m", effect("stock", goods=["potash"]))])
        assert answers(toy) == ()
        assert answers(toy, {"hormuz": {"potash": ["QAT"]}}) == (Answer("s", "m", "effect", ("stock",)),)

    def test_passages_from_routes(self) -> None:
        class Leg:
            def __init__(self, *passages: str) -> None:
                self.km, self.passages = 1.0, passages

        class Table:
            def lookup(self, origin: str, dest: str, closed: frozenset[str] = frozenset()) -> Leg | None:
                assert dest == "AAA"
                return {"QAT": Leg("ormuz", "chili"), "USA": Leg()}.get(origin)

        toy = pack([], [])
        assert through_passages(toy, Table(), {"crude": ["QAT", "USA", "AAA", "ZZZ"]}) == {
            "hormuz": {"crude": {"QAT"}}
        }

    def test_listed(self) -> None:
        said = measure("said", answers=["s"])
        both = measure(
            "both", effect("stock", goods=["magnets"]), effect("bypass", passages=["hub"]), answers=["s"]
        )
        toy = pack([scenario("s", EXPORT_STOP)], [said, both, measure("none")])
        assert answers(toy) == (Answer("s", "said", "listed"), Answer("s", "both", "listed", ("stock",)))

    def test_weak_supply(self) -> None:
        toy = pack(
            [],
            [
                measure("away", effect("diversify", goods=["magnets"], away_from=["CHN"])),
                measure("other", effect("diversify", goods=["magnets"], away_from=["VNM"])),
                measure("hold", effect("stock", goods=["magnets"])),
            ],
        )
        assert [a.measure for a in answers_to_supply(toy, "magnets", "CHN")] == ["away", "hold"]
        assert answers_to_supply(toy, "crude", "SAU") == ()


def toy() -> Pack:
    return pack(
        [
            scenario("stop", EXPORT_STOP),
            scenario("ix", IX_LOSS, infrastructure="ict"),
            scenario("slump", SLUMP),
        ],
        [
            measure(
                "late",
                effect("stock", goods=["magnets"]),
                owner="METI",
                deadline="2026-03-31",
                status="started",
                legal_basis=["law"],
            ),
            measure(
                "today", owner="METI", deadline="2026-04-01", status="planned", no_legal_basis_needed=True
            ),
            measure(
                "finished",
                effect("takeover", services=["ix"]),
                owner="MIC",
                deadline="2020-01-01",
                status="done",
            ),
            measure(
                "live",
                owner="XYZ",
                deadline="2025-01-01",
                status="in_force",
                kind="resolution",
                digest=["FR-1"],
            ),
            measure("bare", effect("release", goods=["magnets"]), kind="resolution"),
            measure("older", owner="MIC", deadline="2025-04-01", digest=["EN-9", "FR-1"]),
        ],
    )


def ids(rows: tuple[Any, ...]) -> list[str]:
    return [r.id for r in rows]


class TestReview:
    def test_deadlines(self) -> None:
        found = review(toy(), ASOF)
        assert [(m.id, m.days_late) for m in found.overdue] == [("older", 365), ("late", 1)]
        assert ids(review(toy(), date(2026, 4, 2)).overdue) == ["older", "late", "today"]

    def test_gaps(self) -> None:
        found = review(toy(), ASOF)
        assert ids(found.without_owner) == ["bare"]
        assert ids(found.without_deadline) == ["bare"]
        assert ids(found.without_legal_basis) == ["finished", "live", "bare", "older"]
        assert ids(found.status_unknown) == ["bare", "older"]

    def test_scenarios(self) -> None:
        found = review(toy(), ASOF)
        by = {s.id: s for s in found.scenarios}
        assert (by["stop"].prevention, by["stop"].resolution) == (("late",), ("bare",))
        assert (by["ix"].prevention, by["ix"].resolution) == (("finished",), ())
        assert ids(found.unanswered_scenarios) == ["slump"]

    def test_vulnerabilities(self) -> None:
        weak = [Vulnerability("magnets", "CHN", 0.8), Vulnerability("crude", "SAU", 0.6)]
        found = review(toy(), ASOF, weak)
        assert [(v.good, v.measures) for v in found.vulnerabilities] == [
            ("magnets", ("late", "bare")),
            ("crude", ()),
        ]
        assert [v.good for v in found.unanswered_vulnerabilities] == ["crude"]

    def test_nil_effects(self) -> None:
        silent = ["today", "live", "older"]  # no effects
        assert ids(review(toy(), ASOF).nil) == silent
        assert {m.id for m in review(toy(), ASOF).measures if m.nil is None} == {"late", "finished", "bare"}
        saved = {"late": {"stop": 5.0, "ix": 0.0}, "finished": {"ix": -0.5}, "bare": {"stop": -3.0}}
        found = review(toy(), ASOF, saved=saved, epsilon=1.0)
        assert ids(found.nil) == ["today", "finished", "live", "older"]
        # a measure that makes it worse is not without effect
        assert {m.id: m.largest_saving for m in found.measures}["bare"] == 3.0
        assert ids(review(toy(), ASOF, saved=saved, epsilon=4.0).nil) == [
            "today",
            "finished",
            "live",
            "bare",
            "older",
        ]
        assert "late" in ids(review(toy(), ASOF, saved={"late": {}}).nil)

    def test_digest(self) -> None:
        found = review(toy(), ASOF)
        assert ids(found.missing_actions) == ["IC-1"]
        by = {d.id: d for d in found.digest}
        assert (by["FR-1"].measures, by["FR-1"].overdue) == (("live", "older"), 1)

    def test_owners(self) -> None:
        found = {o.id: o for o in review(toy(), ASOF).owners}
        assert list(found) == ["METI", "MIC", "XYZ", None]  # the pack's, others, nobody
        assert (found["MIC"].measures, found["MIC"].overdue, found["MIC"].finished) == (2, 1, 1)
        assert found[None].resolution == 1

    def test_balance(self) -> None:
        found = {b.infrastructure: b for b in review(toy(), ASOF).balance}
        assert list(found) == ["energy", "ict", "common"]
        # EN-9 is energy's alone: late, today, finished prevent, bare resolves; FR-1 is both's: live and older
        assert (found["energy"].asked_prevention, found["energy"].asked_resolution) == (3, 1)
        assert (found["common"].asked_prevention, found["common"].asked_resolution) == (1, 1)
        assert (found["energy"].answering_prevention, found["energy"].answering_resolution) == (1, 1)
        assert found["energy"].scenarios == 2
        assert found["energy"].scenarios_without_prevention == 1
        assert (found["ict"].answering_prevention, found["ict"].answering_resolution) == (1, 0)
        assert found["ict"].scenarios_without_resolution == 1

    def test_frames(self) -> None:
        frames = review(toy(), ASOF, [Vulnerability("crude", "SAU", 0.6)]).frames()
        assert set(frames) == {
            "measures",
            "scenarios",
            "vulnerabilities",
            "digest",
            "owners",
            "balance",
            "answers",
        }
        late = frames["measures"].row(by_predicate=pl.col("id") == "late", named=True)
        assert (late["deadline"], late["overdue"], late["answers"]) == (date(2026, 3, 31), True, "stop")
        assert frames["measures"].schema["nil"] == pl.Boolean
        assert frames["balance"]["scenarios"].to_list() == [2, 1, None]

    def test_empty_pack_gives_empty_frames(self) -> None:
        frames = review(pack([], []), ASOF).frames()
        assert all(isinstance(f, pl.DataFrame) for f in frames.values())
        assert frames["measures"].height == 0
        assert frames["measures"].schema["deadline"] == pl.Date

    def test_names_the_pack_does_not_have(self) -> None:
        with pytest.raises(InputProblems) as caught:
            review(toy(), ASOF, [Vulnerability("tin", "IDN", 0.9)], {"nobody": {"nowhere": 1.0}})
        assert len(caught.value.problems) == 3


def test_vulnerabilities_come_from_the_dependence_table() -> None:
    rows = [
        (2023, "SAU", "AAA", "270900", 60.0, None),
        (2023, "ARE", "AAA", "270900", 40.0, None),
    ]
    trade = TradeTable(pl.DataFrame(rows, SCHEMA, orient="row"))
    table = goods_dependence(trade, toy().goods, "AAA", 2023)
    assert vulnerabilities(table) == (Vulnerability("crude", "SAU", 0.6),)
    assert vulnerabilities(table, "ec_2021") == (
        Vulnerability("crude", "SAU", 0.6),
    )  # HHI .52, nothing exported


def test_the_embedded_register() -> None:
    nation = load(JAPAN).pack
    found = review(nation, date(2026, 11, 23))
    assert len(found.measures) == len(nation.measures) >= 80
    assert found.missing_actions == ()
    assert found.unanswered_scenarios == ()
    assert {b.infrastructure for b in found.balance} == {
        "energy",
        "ict",
        "transport",
        "finance",
        "medical",
        "common",
    }
    total = sum(b.asked_prevention + b.asked_resolution for b in found.balance)
    assert total == sum(o.measures for o in found.owners) == len(nation.measures)
