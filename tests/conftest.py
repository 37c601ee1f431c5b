"""What several test rooms share."""

from __future__ import annotations

import pytest

import kaname as kn
from kaname.nation import Nation


@pytest.fixture(scope="session")
def japan() -> Nation:
    """The embedded pack of Japan, its network built once for all who only read it."""
    return kn.open("japan")
