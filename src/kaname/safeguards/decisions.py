"""What people decided on cases: a register that only grows (see ``ledger``), bound to the case and to the law by
their hashes.

The facts of a case are not in the register: its file keeps them, and the SHA-256 of the file binds the two.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from kaname.errors import InputProblems, Problem
from kaname.safeguards import ledger
from kaname.safeguards.screen import Answer
from kaname.safeguards.telling import law_stamp

KIND: Final = "screening-decision"
"""Tells these lines of a register from others, such as decisions on names."""


def decide(
    register: Path,
    answer: Answer,
    case: Path,
    *,
    decision: str,
    who: str,
    why: str,
    now: datetime | None = None,
) -> ledger.Entry:
    """Append a person's decision on an answer; the line that was written.

    Raises ``InputProblems`` with everything that lacks, and where the register was tampered with.
    """
    said = {"decision": decision, "who": who, "why": why}
    lacks = [
        Problem(f"a decision needs {name!r}", path=name) for name, value in said.items() if not value.strip()
    ]
    if lacks:
        raise InputProblems(lacks)
    return ledger.append(register, record(answer, case, decision=decision, who=who, why=why), now)


def record(answer: Answer, case: Path, **said: str) -> dict[str, Any]:
    """What the register keeps of a decision."""
    pack = answer.book.pack
    return {
        "kind": KIND,
        "case": answer.case,
        "file": {"name": case.name, "sha256": hashlib.sha256(case.read_bytes()).hexdigest()},
        "asof": answer.asof.isoformat(),
        "outcome": answer.outcome.value,
        "also": answer.also.value if answer.also else None,
        "if_signed": answer.if_signed.value,
        "rules": [one.rule.id for one in answer.fired],
        "missing": list(answer.missing),
        "unsigned": [weak.record for weak in answer.unsigned],
        "pack": {"id": pack.id, "edition": pack.edition, "law": law_stamp(answer.book)},
        **said,
    }
