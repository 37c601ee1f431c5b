"""Where tables that users bring are kept (floor 1)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

VARIABLE: Final = "KANAME_DATA"
"""The environment variable that names the folder."""


def data_home() -> Path:
    """The folder: ``KANAME_DATA`` if that is set, else ``kaname`` in the user's data folder.

    That is ``XDG_DATA_HOME`` or ``~/.local/share``; on Windows ``LOCALAPPDATA``. It need not exist.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "kaname"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "kaname"
