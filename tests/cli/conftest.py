"""The command line as a user meets it, run in this process."""

from __future__ import annotations

import pytest

from kaname.cli import main
from kaname.cli.show import out


class Asked:
    """Runs the command line; gives code, output and errors."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: str) -> tuple[object, str, str]:
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(list(words))
        said = self.capsys.readouterr()
        return left.value.code, said.out, said.err


@pytest.fixture
def asked(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The command line on a wide screen."""
    monkeypatch.setattr(out, "_width", 200)
    return Asked(capsys)
