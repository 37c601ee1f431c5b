"""Small legal packs for tests, written as a lawyer would."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kaname.pack.reader import load
from kaname.safeguards.book import Book

HEAD = """
id: small
title: {ja: 小さなパック, en: Small pack}
home: AAA
edition: "1"
asof: 2026-06-01
trade_year: 2023
sources: [{id: src, title: T, publisher: P}]
laws: [{id: act, source: src, label: {ja: 法, en: Act}}]
kinds: [{id: land, from: 2020-01-01, until: 2026-12-31, label: {ja: 土地, en: Land}}]
"""

LAW = """
facts:
  - {id: near, cases: [land], kind: yes_no, label: {ja: 近い, en: near}}
  - {id: size, cases: [land], kind: number, low: 0, unit: {ja: ㎡, en: m²}, label: {ja: 面積, en: size}}
  - {id: buyer, cases: [land], kind: country, label: {ja: 買主の国, en: "buyer's country"}}
  - id: large
    cases: [land]
    kind: yes_no
    ask: false
    label: {ja: 広い, en: large}
    means: {fact: size, op: at_least, param: limit}
legal_values:
  - id: limit
    label: {ja: 基準, en: limit}
    unit: {ja: ㎡, en: m²}
    values:
      - {to: 2023-12-31, value: "300", cite: {law: act, grade: S1, confidence: H}}
      - {from: 2024-01-01, value: "200", cite: {law: act, grade: S1, confidence: H}}
legal_lists:
  - id: friends
    label: {ja: 友好国, en: friends}
    cite: {law: act, grade: GRADE, confidence: H}
    members: [{id: BEL}, {id: CHE, from: 2025-01-01}]
rules:
  - id: big-near
    cases: [land]
    title: {ja: 近くの広い土地, en: Large land nearby}
    outcome: notify
    when:
      all:
        - {fact: near, op: is, value: "yes"}
        - {fact: large, op: is, value: "yes"}
    unless:
      - when: {fact: buyer, op: in, list: friends}
        reason: {ja: 友好国の買主である。, en: The buyer is of a friendly country.}
    in_force: {from: 2021-01-01}
    status: in_force
    cite: [{law: act, article: "1", grade: S1, confidence: H}]
    reason: {ja: 届け出る。, en: Notify.}
  - id: stranger
    cases: [land]
    title: {ja: 友好国でない買主, en: Buyer of no friendly country}
    outcome: disclose
    when: {not: {fact: buyer, op: in, list: friends}}
    in_force: {from: 2021-01-01}
    status: in_force
    cite: [{law: act, article: "2", grade: S2, confidence: H}]
    reason: {ja: 報告する。, en: Report.}
"""


def pack_at(folder: Path, law: str = LAW, grade: str = "S1", head: str = HEAD) -> Path:
    """A pack of the small law in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(head + law.replace("GRADE", grade), "utf-8")
    return folder


def book_of(folder: Path, law: str = LAW, grade: str = "S1") -> Book:
    """Its book."""
    return Book(load(pack_at(folder, law, grade)).pack)


def changed(text: str, changes: Mapping[str, str]) -> str:
    """A text with each part replaced, which must stand there once."""
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text
