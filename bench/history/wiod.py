"""The World Input-Output Database of 2010 (2013 release: 41 countries x 35 industries) as a table and a pack.

The table is read where the user has it and never copied. Its pack is the pack of Japan with 35 industries in the place
of 50: each behaves as the industry of the pack that it is most *like*. Nothing is set for an event.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kaname.data.tables import InterCountryTable, checked_table
from kaname.errors import problem
from kaname.pack.areas import Split
from kaname.pack.figures import Label
from kaname.pack.model import GoodUser, Industry, Pack

FILE = "wiod2013_2010.npz"
SOURCE = "wiod-2013"
LEAST = 1e-6
"""Final demand of a row is no less than this share of what other industries buy of it."""


@dataclass(frozen=True)
class Row:
    """An industry of the database: whom of the pack it is like, and whom it stands for as a user."""

    id: str
    like: str
    holds: tuple[str, ...]
    ja: str
    en: str


def _row(id_: str, holds: str, ja: str, en: str) -> Row:
    """The first of ``holds`` is the one it is like."""
    members = tuple(holds.split())
    return Row(id_, members[0], members, ja, en)


ROWS = (
    _row("c1", "A01 A02 A03", "農林水産", "Farming, forestry, fishing"),
    _row("c2", "B06 B05 B07 B08 B09", "鉱業", "Mining"),
    _row("c3", "C10T12", "食料品", "Food"),
    _row("c4", "C13T15", "繊維・衣服", "Textiles"),
    _row("c5", "C13T15", "皮革・履物", "Leather"),
    _row("c6", "C16", "木材", "Wood"),
    _row("c7", "C17_18 J58T60", "紙・印刷・出版", "Paper, printing, publishing"),
    _row("c8", "C19", "石油・コークス", "Refined petroleum"),
    _row("c9", "C20 C21", "化学・医薬品", "Chemicals and medicines"),
    _row("c10", "C22", "ゴム・プラスチック", "Rubber and plastics"),
    _row("c11", "C23", "窯業・土石", "Glass, cement"),
    _row("c12", "C24A C24B C25", "金属・金属製品", "Metals and metal products"),
    _row("c13", "C28", "一般機械", "Machinery"),
    _row("c14", "C26 C27", "電気・電子・光学", "Electrical and optical"),
    _row("c15", "C29 C301 C302T309", "輸送機械", "Transport equipment"),
    _row("c16", "C31T33", "その他製造", "Other manufacturing"),
    _row("c17", "D E", "電気・ガス・水道", "Electricity, gas, water"),
    _row("c18", "F", "建設", "Construction"),
    _row("c19", "G", "自動車販売・修理", "Sale of vehicles"),
    _row("c20", "G", "卸売", "Wholesale"),
    _row("c21", "G", "小売", "Retail"),
    _row("c22", "I", "宿泊・飲食", "Hotels, restaurants"),
    _row("c23", "H49", "陸運", "Inland transport"),
    _row("c24", "H50", "水運", "Water transport"),
    _row("c25", "H51", "空運", "Air transport"),
    _row("c26", "H52", "運輸附帯", "Transport support"),
    _row("c27", "J61 H53", "通信・郵便", "Post, telecommunications"),
    _row("c28", "K", "金融", "Finance"),
    _row("c29", "L", "不動産", "Real estate"),
    _row("c30", "M N J62_63", "事業サービス", "Business services"),
    _row("c31", "O", "公務", "Public administration"),
    _row("c32", "P", "教育", "Education"),
    _row("c33", "Q", "医療・福祉", "Health"),
    _row("c34", "S R", "その他サービス", "Other services"),
    _row("c35", "T", "家事", "Households as employers"),
)


def read(folder: Path) -> tuple[InterCountryTable, int]:
    """The table of 2010, and how many of its rows had to be mended.

    Mended are rows whose final demand (with changes of stock) is below zero: output is raised until it covers what
    other industries buy; what makes less than nothing makes nothing; inputs above output raise final demand.

    Raises ``InputProblems`` where the file is missing or is not the one meant.
    """
    path = folder / FILE
    if not path.exists():
        raise problem(
            "the World Input-Output Database of 2010 is not there, and its terms do not let it be shipped: "
            "put it there, or name the folder that holds it with --data",
            str(path),
        )
    try:
        with np.load(path, allow_pickle=False) as npz:
            Z, F = npz["Z"].astype(np.float64), npz["F"].astype(np.float64)
            countries, industries = ([str(name) for name in npz[key]] for key in ("countries", "industries"))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise problem(f"cannot be read: {error}", str(path)) from error
    if tuple(industries) != tuple(r.id for r in ROWS) or Z.shape != (len(countries) * len(ROWS),) * 2:
        raise problem(f"not 35 industries c1..c35 by country, but {Z.shape} of {len(industries)}", str(path))
    f = F.sum(axis=1)
    gone = Z.sum(axis=1) + f <= 0
    Z[gone, :], Z[:, gone] = 0.0, 0.0
    sold = Z.sum(axis=1)
    new = np.where(gone, 0.0, np.maximum(f, LEAST * sold))
    new += np.maximum(Z.sum(axis=0) - sold - new, 0.0)
    mended = int(np.count_nonzero(np.where(gone, f < 0, new > f)))
    table = checked_table(
        regions=countries,
        industries=industries,
        Z=Z,
        x=Z.sum(axis=1) + new,
        f=new,
        year=2010,
        unit="million USD",
        source=SOURCE,
        file=str(path),
    )
    return table, mended


def pack(japan: Pack) -> Pack:
    """The pack of Japan on the 35 industries, without goods, facilities, passages, scenarios and measures."""
    by_id = {i.id: i for i in japan.industries}
    industries = tuple(_industry(row, by_id[row.like]) for row in ROWS)
    return japan.model_copy(
        update={
            "industries": industries,
            "splits": tuple(_splits(japan)),
            **dict.fromkeys(("goods", "services", "facilities", "passages", "scenarios", "measures"), ()),
            **dict.fromkeys(("storylines", "missions", "assets", "infrastructures", "fuels"), ()),
        }
    )


def _industry(row: Row, like: Industry) -> Industry:
    label = Label(ja=row.ja, en=row.en)
    return like.model_copy(
        update={"id": row.id, "label": label, "exceptions": tuple(merged(like.exceptions))}
    )


def merged(users: tuple[GoodUser, ...]) -> list[GoodUser]:
    """Users of the pack as users of the database; of several that fall together the first stands."""
    found: dict[str, GoodUser] = {}
    for user in users:
        for row in ROWS:
            if user.industry in row.holds:
                found.setdefault(row.id, user.model_copy(update={"industry": row.id}))
    return list(found.values())


def _splits(japan: Pack) -> list[Split]:
    """How the industries spread over prefectures: as the one each is like; what goes by facilities goes by ``fill``."""
    found = []
    for split in japan.splits:
        ids = tuple(row.id for row in ROWS if row.like in split.industries)
        changes: dict[str, object] = {"industries": ids}
        if split.service is not None:
            changes |= {"service": None, "columns": split.fill, "fill": ()}
        if ids:
            found.append(split.model_copy(update=changes))
    missing = {row.id for row in ROWS} - {i for split in found for i in split.industries}
    if missing:
        raise problem(f"no split of the pack fits {', '.join(sorted(missing))}")
    return found
