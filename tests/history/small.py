"""A small event on a small table: three countries, four industries."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from bench.history.schema import Event, read
from bench.history.stage import Stage, parameter_of

from kaname.data.tables import InterCountryTable, checked_table
from kaname.pack.model import Pack
from kaname.pack.reader import load

INDUSTRIES = ("C26", "C29", "D", "G")
TEXT = """\
id: small
order: 1
label: {ja: 小さな出来事, en: A small event}
date: 2011-03-11
days: 60
summary: {ja: 電子が止まる。, en: Electronics stop.}
ground:
  table: icio-2022
  home: JPN
  why: {ja: 試験用, en: Made for a test.}
sources:
  - {id: paper, title: A paper, publisher: A house, year: 2011, url: "https://example.org/paper"}
inputs:
  - id: lost
    label: {ja: 失われた割合, en: Share lost}
    figure: {value: 0.5, unit: "1", year: 2011, source: paper, confidence: estimate, low: 0.3, high: 0.7, note: made}
  - id: time
    label: {ja: 日数, en: Days}
    figure: {value: 20, unit: day, year: 2011, confidence: assumption, low: 10, high: 30, note: made}
shocks:
  - id: stop
    label: {ja: 停止, en: The stop}
    kind: capacity
    industries: [C26]
    size: lost
    days: time
    healing: {shape: linear, days: time}
set_before:
  - {ja: 何も, en: Nothing was set.}
facts:
  - id: march
    label: {ja: 3月, en: March}
    kind: size
    reading: {of: month-on-month, industries: [C26], month: 2011-03}
    value: -30
    unit: "% on the month"
    source: paper
  - id: deeper
    label: {ja: 電子が先, en: Electronics before cars}
    kind: order
    reading: {of: level, industries: [C26], month: 2011-03}
    than: {of: level, industries: [C29], month: 2011-03}
    unit: ""
    source: paper
  - id: trough
    label: {ja: 底, en: Lowest month}
    kind: timing
    reading: {of: lowest-month, industries: [C26]}
    value: 0
    unit: months
    source: paper
charts:
  - label: {ja: 電子, en: Electronics}
    reading: {of: level, industries: [C26], month: 2011-03}
    published: {"2011-03": 70}
    source: paper
  - {label: {ja: 損失, en: Loss}}
why:
  right: {ja: 合った。, en: It fits.}
"""


def event(folder: Path, text: str = TEXT) -> Event:
    """The event, read from a file."""
    file = folder / "small.yaml"
    file.write_text(text, encoding="utf-8")
    return read(file)


def table() -> InterCountryTable:
    """Everyone buys a little of everything; mostly at home."""
    regions = ("JPN", "THA", "CHN")
    n = len(regions) * len(INDUSTRIES)
    region = np.arange(n) // len(INDUSTRIES)
    x = np.tile([400.0, 500.0, 200.0, 900.0], 3) * np.repeat([2.0, 0.5, 3.0], 4) * 1e3
    mix = np.array(
        [[0.2, 0.15, 0.02, 0.03], [0.02, 0.25, 0.01, 0.02], [0.03, 0.03, 0.1, 0.03], [0.1, 0.1, 0.05, 0.1]]
    )
    near = np.where(region[:, None] == region[None, :], 0.8, 0.1)
    Z = np.tile(mix, (3, 3)) * near * np.minimum(x[None, :], 1e6)
    out = Z.sum(axis=1)
    scale = np.minimum(1.0, 0.8 * x / out)
    Z *= scale[:, None]
    return checked_table(
        regions=regions,
        industries=INDUSTRIES,
        Z=Z,
        x=x,
        f=x - Z.sum(axis=1),
        year=2011,
        unit="million USD",
        source="made",
    )


def stage(made: Event) -> Stage:
    """The event on that table."""
    japan = load("japan").pack
    inputs = tuple(p.model_copy(update={"id": parameter_of(p.id)}) for p in made.inputs)
    pack: Pack = japan.model_copy(
        update={
            "industries": tuple(i for i in japan.industries if i.id in INDUSTRIES),
            "parameters": (*japan.parameters, *inputs),
            **dict.fromkeys(("goods", "services", "facilities", "passages", "scenarios", "measures"), ()),
        }
    )
    return Stage(
        event=made, pack=pack, table=table(), trade=None, history=None, routes=None, region_of={}, frames={}
    )
