"""``kaname data add baci``: CEPII's zip into a file a year, once, one year in memory at a time (floor 1).

Each year is written whole beside its place and then moved there, with a note of where it comes from; an adding that was
stopped goes on after the last year that is whole. A year with rows that cannot be used is not written, unless they are
to be set aside: then they go, as written, into ``2023.set-aside.csv``.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from kaname.data import baci
from kaname.data.baci_rows import (
    COLUMNS,
    NO_KINDS,
    NO_ROWS,
    REFUSED,
    UNSPECIFIED,
    Known,
    as_text,
    blocks,
    checked,
    counts,
    header,
    refusals,
)
from kaname.data.home import data_home
from kaname.data.stored_trade import FOLDER, StoredYear, read_year
from kaname.errors import InputProblems, Problem, problem

Progress = Callable[[int, float], None]
"""Told the year under way and the share of all bytes read."""

_MARK: Final = ".kaname-"


@dataclass(frozen=True)
class Added:
    """What was added: the folder, the note of each year, and which of them were there already."""

    folder: Path
    years: tuple[StoredYear, ...]
    before: frozenset[int]


@dataclass(frozen=True)
class _Zip:
    """What the zip holds and what is wanted of it."""

    archive: zipfile.ZipFile
    file: str
    trade: tuple[tuple[int, str], ...]
    vintage: str
    edition: str
    countries: dict[int, str]
    products: tuple[str, ...] | None

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(year for year, _ in self.trade)

    def size(self, name: str) -> int:
        return self.archive.getinfo(name).file_size


def add_baci(
    path: Path,
    home: Path | None = None,
    years: Collection[int] | None = None,
    *,
    set_aside: bool = False,
    progress: Progress | None = None,
) -> Added:
    """Add the years of CEPII's zip (all, or ``years``) to the data folder.

    Raises :class:`~kaname.errors.InputProblems` for a damaged or truncated zip, files of two nomenclatures or editions,
    and every kind of row that cannot be used, with its lines; the years that had none of this are kept.
    """
    told: list[StoredYear] = []
    found: list[Problem] = []
    before: set[int] = set()
    with _opened(path) as archive:
        asked = _contents(archive, str(path), years)
        folder = _folder(home or data_home(), asked)
        done, total = 0, sum(asked.size(name) for _, name in asked.trade)
        for year, name in asked.trade:
            here = _there(asked, folder, year, name)
            if here is not None:
                before.add(year)
                told.append(here)
            else:
                try:
                    told.append(
                        _add_year(asked, folder, year, name, set_aside, _share(progress, year, done, total))
                    )
                except InputProblems as error:
                    found += error.problems
            done += asked.size(name)
    if found:
        raise InputProblems(found)
    return Added(folder, tuple(told), frozenset(before))


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The zip; a problem where it is none, or cut off (its list of contents stands at the end)."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except zipfile.BadZipFile as error:
        raise problem(f"damaged or truncated, or no zip file: {error}", str(path)) from error
    except FileNotFoundError as error:
        raise problem("no such file", str(path)) from error


def _contents(archive: zipfile.ZipFile, file: str, years: Collection[int] | None) -> _Zip:
    names = archive.namelist()
    with _damage(file):
        trade, codes, vintage = baci.members(names, file, years)
        countries = baci.country_labels(archive.read(codes), f"{file}:{codes}")
        products = baci.product_codes(archive, file)
    match = baci.TRADE_NAME.search(trade[0][1])
    assert match is not None  # `members` found it by this
    return _Zip(archive, file, tuple(trade), vintage, f"V{match[3]}", countries, products)


@contextmanager
def _damage(file: str) -> Iterator[None]:
    """A part of the zip that cannot be unpacked, or whose check sum is another, is a problem of the input."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise problem(f"damaged: {error}", file) from error


def _folder(home: Path, asked: _Zip) -> Path:
    """The folder of the edition, without what an adding that was killed left behind."""
    folder = home / FOLDER / f"{asked.vintage}-{asked.edition}"
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob(f"{_MARK}*"):
        stale.unlink()
    return folder


def _there(asked: _Zip, folder: Path, year: int, name: str) -> StoredYear | None:
    """The year, if it is already there from the same file."""
    note = folder / f"{year}.json"
    here = read_year(note) if note.is_file() else None
    if here is None or here.crc != asked.archive.getinfo(name).CRC:
        return None
    if set(asked.years) <= set(here.of):
        return here
    wider = replace(here, of=tuple(sorted({*asked.years, *here.of})))
    _moved(note, lambda path: path.write_text(wider.as_json(), encoding="utf-8"))
    return wider


def _share(progress: Progress | None, year: int, done: int, total: int) -> Callable[[int], None]:
    return lambda read: progress(year, (done + read) / max(total, 1)) if progress else None


def _add_year(
    asked: _Zip, folder: Path, year: int, name: str, set_aside: bool, tell: Callable[[int], None]
) -> StoredYear:
    """Read, check, sort and write one year."""
    file = f"{asked.file}:{name}"
    with _damage(file):
        rows, told, aside, digest, read = _read(asked, year, name, tell)
    rows, doubled = _without_doubles(rows)
    table, summed = _labelled(rows, year, asked.countries)
    told = pl.concat([told, doubled.select("line", kind=pl.lit("duplicate")), summed])
    refused = told.filter(pl.col("kind").is_in(list(REFUSED)))
    if refused.height and not set_aside:
        raise InputProblems(refusals(refused, file))
    note = StoredYear(
        year,
        asked.vintage,
        asked.edition,
        name,
        asked.archive.getinfo(name).CRC,
        digest,
        read,
        table.height,
        table["hs6"].n_unique(),
        asked.years,
        counts(told),
    )
    _write(folder, note, table, pl.concat([aside, _lines(asked, name, doubled)]))
    return note


def _read(
    asked: _Zip, year: int, name: str, tell: Callable[[int], None]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, str, int]:
    """All usable rows as numbers; what is to be told; refused rows as written; SHA-256 of the file; rows read."""
    known = Known(year, asked.countries, asked.products)
    digest = hashlib.sha256()
    kept, told, aside = [checked(NO_ROWS, known)[0].select(_SMALL)], [], []
    read = 0
    with asked.archive.open(name) as stream:
        first = stream.readline()
        header(first, f"{asked.file}:{name}")
        digest.update(first)
        done = len(first)
        for block in blocks(stream):
            text = as_text(block, read + 2)
            rows, kinds = checked(text, known)
            kept.append(rows.select(_SMALL))
            told.append(kinds)
            aside.append(_as_written(text, kinds))
            digest.update(block)
            read += text.height
            done += len(block)
            tell(done)
    no_rows = NO_KINDS.with_columns(row=pl.lit(None, pl.String))
    return (
        pl.concat(kept),
        pl.concat([NO_KINDS, *told]),
        pl.concat([no_rows, *aside]),
        digest.hexdigest(),
        read,
    )


_LAST: Final = 1_000_000
"""Codes are held as numbers while they are sorted; this stands for the one that is none."""
_SMALL: Final = (
    pl.col("line"),
    pl.col("i", "j").cast(pl.UInt16),
    pl.col("hs6").replace(UNSPECIFIED, str(_LAST)).cast(pl.UInt32),
    pl.col("v", "q"),
)


def _as_written(text: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    """line, kind, row: the refused rows of a block."""
    refused = kinds.filter(pl.col("kind").is_in(list(REFUSED)))
    cells = pl.concat_str([pl.col(c).fill_null("") for c in COLUMNS], separator=",")
    rows = text.join(refused.select("line").unique(), on="line", how="semi")
    return refused.join(
        rows.select("line", row=pl.coalesce("raw", cells)), on="line", how="left", maintain_order="left"
    )


def _lines(asked: _Zip, name: str, doubled: pl.DataFrame) -> pl.DataFrame:
    """line, kind, row: doubled rows as written; the file is read again for them, since only the last row tells."""
    wanted = set(doubled["line"])
    if not wanted:
        return doubled.select("line", kind=pl.lit("duplicate"), row=pl.lit(None, pl.String))
    with asked.archive.open(name) as stream:
        rows = [(n, _as_read(line)) for n, line in enumerate(stream, 1) if n in wanted]
    schema = {"line": pl.UInt32, "kind": pl.String, "row": pl.String}
    return pl.DataFrame([(n, "duplicate", row) for n, row in rows], schema, orient="row")


def _as_read(line: bytes) -> str:
    """A line of the file as text, without its end."""
    return line.decode("utf-8", "replace").rstrip("\r\n")


def _without_doubles(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows without those that stand more than once, and the lines of these: which is right cannot be known."""
    hs6, j, i = (pl.col(c).cast(pl.UInt64) for c in ("hs6", "j", "i"))
    key = (hs6 * 2**16 + j) * 2**16 + i
    keyed = rows.with_columns(key=key).sort("key", "line")
    same = (pl.col("key") == pl.col("key").shift(1)) | (pl.col("key") == pl.col("key").shift(-1))
    double = keyed.select(same.fill_null(False)).to_series()
    return keyed.filter(~double).drop("key"), keyed.filter(double).select("line").sort("line")


def _labelled(rows: pl.DataFrame, year: int, countries: dict[int, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The year in the columns of ``baci.SCHEMA``, countries and codes enumerated, sorted by product, importer and
    exporter; and the rows (line, kind) that were summed because two of BACI's numbers stand for one country."""
    labels = sorted({countries[c] for c in {*rows["i"].unique(), *rows["j"].unique()}})
    kind = pl.Enum(labels)
    codes = sorted(rows["hs6"].unique().to_list())
    places = {c: labels.index(name) for c, name in countries.items() if name in kind.categories}
    own = rows.with_columns(
        pl.col("i", "j").replace_strict(places, return_dtype=pl.UInt16),
        k=pl.col("hs6").replace_strict({c: n for n, c in enumerate(codes)}, return_dtype=pl.UInt16),
    ).sort("k", "j", "i", "line")
    shared = pl.struct("k", "j", "i")
    double = own.filter(shared.is_duplicated()) if len(set(places.values())) < len(places) else own.clear()
    if double.height:
        whole = pl.when(pl.col("q").is_null().any()).then(None).otherwise(pl.col("q").sum())
        once = double.group_by("k", "j", "i").agg(pl.col("v").sum(), q=whole)
        rest = own.filter(~shared.is_duplicated()).select("k", "j", "i", "v", "q")
        single = pl.concat([rest, once.select(rest.columns)]).sort("k", "j", "i")
    else:
        single = own
    names = pl.Series(labels, dtype=pl.String)
    six = pl.Series([UNSPECIFIED if c == _LAST else f"{c:06d}" for c in codes], dtype=pl.String)
    table = pl.DataFrame(
        {
            "year": pl.Series([year], dtype=pl.Int16).new_from_index(0, single.height),
            "exporter": names.gather(single["i"]).cast(kind),
            "importer": names.gather(single["j"]).cast(kind),
            "hs6": six.gather(single["k"]).cast(pl.Enum(six)),
            "value_kusd": single["v"],
            "quantity_t": single["q"],
        }
    )
    return table, double.select("line", kind=pl.lit("former-code")).sort("line")


def _write(folder: Path, note: StoredYear, table: pl.DataFrame, aside: pl.DataFrame) -> None:
    """The table, the rows set aside, and last the note: without it the year is not there."""
    beside = folder / f"{note.year}.json"
    beside.unlink(missing_ok=True)
    _moved(
        folder / f"{note.year}.parquet",
        lambda path: table.write_parquet(
            path, compression="zstd", compression_level=3, row_group_size=1 << 19
        ),
    )
    left = folder / f"{note.year}.set-aside.csv"
    left.unlink(missing_ok=True)
    if aside.height:
        named = aside.sort("line", "kind").select(
            file=pl.lit(note.member),
            line="line",
            kind="kind",
            reason=pl.col("kind").replace(REFUSED),
            row="row",
        )
        _moved(left, named.write_csv)
    _moved(beside, lambda path: path.write_text(note.as_json(), encoding="utf-8"))


def _moved(target: Path, write: Callable[[Path], object]) -> None:
    """Write beside the place, then move there."""
    draft = target.with_name(f"{_MARK}{os.getpid()}-{target.name}")
    try:
        write(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
