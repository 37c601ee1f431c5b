"""What several test rooms share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import kaname as kn
from kaname.cli.show import out
from kaname.data.home import VARIABLE
from kaname.nation import Nation


@pytest.fixture(scope="session")
def japan() -> Nation:
    """The embedded pack of Japan, its network built once for all who only read it."""
    return kn.open("japan")


@pytest.fixture(scope="session", autouse=True)
def a_wide_screen() -> Iterator[None]:
    """Tables are printed on a wide screen, whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(out, "_width", 200)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_data_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests see an empty data folder, whatever the machine holds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(tmp_path_factory.mktemp("data")))
        yield
