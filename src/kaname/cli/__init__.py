"""The command line: parse, call, print. Bad input exits 2 with every problem; an internal fault exits 1."""

from __future__ import annotations

import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from types import FrameType

from kaname.errors import InputProblems, Unavailable


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``kaname`` with ``argv`` (default: the process's own), and exit with its code."""
    try:
        _heed_termination()
        from kaname.cli.commands import app  # noqa: PLC0415 - so that Ctrl-C while importing is caught too

        words = _completed(sys.argv[1:] if argv is None else argv)
        app(words, exit_on_error=False, print_error=False, result_action="return_value")
    except (InputProblems, Unavailable) as told:
        for line in str(told).splitlines():
            _tell(line)
        code = 2
    except KeyboardInterrupt:
        _tell("stopped; what was there before is as it was")
        code = 130
    except Terminated:
        _tell("told to end; what was there before is as it was")
        code = 143
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    except Exception as fault:
        code = _other(fault)
    else:
        code = 0
    sys.exit(code)


def _tell(words: str) -> None:
    """A line on standard error."""
    from kaname.cli.show import err  # noqa: PLC0415 - loads much: first the ways to stop are set

    err.print(words, markup=False, soft_wrap=True)


class Terminated(BaseException):
    """Another program asks this one to end (SIGTERM): what is half done is cleared away, as after Ctrl-C."""


def _heed_termination() -> None:
    """Where signals can be heeded: a program that calls ``main`` in a thread keeps its own ways."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _told_to_end)


def _told_to_end(number: int, frame: FrameType | None) -> None:
    raise Terminated


BARE = {"--assumptions": "each"}
"""Options that may stand without a value, and what they then mean."""


def _completed(argv: Sequence[str]) -> list[str]:
    """The words of the command line, bare options with their values."""
    words: list[str] = []
    for word, after in zip(argv, (*argv[1:], "--"), strict=True):
        words += [word, BARE[word]] if word in BARE and after.startswith("-") else [word]
    return words


def _other(fault: Exception) -> int:
    """Words of the command line that cannot be parsed exit 2; anything else is our fault and exits 1."""
    from cyclopts import CycloptsError  # noqa: PLC0415

    if isinstance(fault, CycloptsError):
        _tell(str(fault))
        _tell("kaname --help lists the commands")
        return 2
    if isinstance(fault, OSError):
        place = f" @ {fault.filename}" if fault.filename else ""
        _tell(f"{fault.strerror or fault}{place}")
        return 1
    traceback.print_exception(fault)
    _tell("this is a fault of kaname, not of your input; please report it")
    return 1
