"""A register keeps what was put in it, and tells when a line was changed, moved or lost."""

from __future__ import annotations

import json
import multiprocessing
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaname.errors import InputProblems
from kaname.safeguards import ledger

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)


def filled(folder: Path, n: int = 5) -> Path:
    path = folder / "kept" / "register.jsonl"
    for i in range(n):
        ledger.append(path, {"who": "監査役", "n": i}, NOW)
    return path


def said(path: Path) -> str:
    return "\n".join(str(p) for p in ledger.verify(path))


def test_what_is_put_in_comes_out_in_order(tmp_path: Path) -> None:
    path = filled(tmp_path)
    entries = ledger.read(path)
    assert [e.record["n"] for e in entries] == [0, 1, 2, 3, 4]
    assert entries[0].prev == ledger.START
    assert entries[2].at == "2026-11-26T03:00:00+00:00"
    assert ledger.verify(path) == ()
    assert ledger.verify(path, head=entries[3].hash) == ()


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = filled(tmp_path)
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    path.chmod(0o644)
    assert "others than its owner" in said(path)
    ledger.append(path, {"n": 5})
    assert ledger.verify(path) == ()


def test_a_changed_line_is_found_and_nothing_is_added_to_it(tmp_path: Path) -> None:
    path = filled(tmp_path)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[:4], lines[4].replace('"n":4', '"n":9')]), "utf-8")
    assert "changed since it was written @" in said(path)
    before = path.read_bytes()
    with pytest.raises(InputProblems, match="changed"):
        ledger.append(path, {"n": 5})
    assert path.read_bytes() == before


@pytest.mark.parametrize("lost", range(5))
def test_a_lost_line_is_found_wherever_it_was(tmp_path: Path, lost: int) -> None:
    path = filled(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for i, line in enumerate(lines) if i != lost))
    assert ledger.verify(path)
    with pytest.raises(InputProblems):
        ledger.read(path)


def test_lines_that_change_places_are_found(tmp_path: Path) -> None:
    path = filled(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], lines[2], lines[1], *lines[3:]]))
    assert "lost, moved or added" in said(path)


def test_a_register_that_is_gone_or_emptied_is_found(tmp_path: Path) -> None:
    path = filled(tmp_path)
    path.write_bytes(b"")
    with pytest.raises(InputProblems, match="empty, but line 5"):
        ledger.append(path, {})
    path.unlink()
    assert "the register is gone; it had 5 lines" in said(path)


def test_without_its_head_nothing_is_added(tmp_path: Path) -> None:
    path = filled(tmp_path)
    path.with_name(path.name + ".head").unlink()
    assert "head is missing" in said(path)
    with pytest.raises(InputProblems, match="head is missing"):
        ledger.append(path, {})


def test_a_whole_chain_written_anew_is_found_by_a_hash_kept_elsewhere(tmp_path: Path) -> None:
    kept = ledger.read(filled(tmp_path))[-1].hash
    other = tmp_path / "other.jsonl"
    for i in range(5):
        ledger.append(other, {"who": "someone else", "n": i}, NOW)
    assert ledger.verify(other) == ()
    assert "that was noted" in str(ledger.verify(other, head=kept)[0])


def test_half_a_line_of_a_crash_is_kept_beside_the_next(tmp_path: Path) -> None:
    path = filled(tmp_path, 2)
    with path.open("ab") as file:
        file.write(b'{"at":"2026-')
    assert "half a line" in said(path)
    ledger.append(path, {"n": 2}, NOW)
    assert ledger.verify(path) == ()
    assert [e.record.get("torn") for e in ledger.read(path)] == [None, None, '{"at":"2026-']


def test_a_crash_between_the_two_writes_loses_nothing(tmp_path: Path) -> None:
    path = filled(tmp_path, 3)
    head = path.with_name(path.name + ".head")
    kept = head.read_bytes()
    ledger.append(path, {"n": 3}, NOW)
    head.write_bytes(kept)
    assert ledger.verify(path) == ()
    ledger.append(path, {"n": 4}, NOW)
    assert [e.seq for e in ledger.read(path)] == [1, 2, 3, 4, 5]


def test_a_long_line_is_found_from_the_end(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    for n in (10, 300_000, 300_000):
        ledger.append(path, {"text": "長" * n}, NOW)
    assert ledger.verify(path) == ()


@pytest.mark.parametrize("record", [{"x": float("nan")}, {"x": object()}, {"torn": "x"}])
def test_what_is_not_plain_json_is_refused(tmp_path: Path, record: dict[str, object]) -> None:
    path = filled(tmp_path, 1)
    with pytest.raises(InputProblems):
        ledger.append(path, record)
    assert len(ledger.read(path)) == 1


def _many(path: str) -> None:
    for i in range(20):
        ledger.append(Path(path), {"n": i})


def test_writers_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "shared.jsonl"
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_many, args=(str(path),)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [e.seq for e in ledger.read(path)] == list(range(1, 61))


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(), part, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(
    records=st.lists(st.dictionaries(st.text().filter(lambda k: k != "torn"), plain, max_size=4), max_size=4)
)
def test_any_plain_json_is_kept(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]]
) -> None:
    path = tmp_path_factory.mktemp("kept") / "r.jsonl"
    for record in records:
        ledger.append(path, record)
    assert [dict(e.record) for e in ledger.read(path)] == [json.loads(json.dumps(r)) for r in records]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = filled(tmp_path_factory.mktemp("kept"), 3)
    held = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(held) - 1))
    held[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(held))
    assert ledger.verify(path)
