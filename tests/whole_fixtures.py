"""Six people of the directory, refreshed once for all tests that take a copy of them."""

import shutil
from pathlib import Path

import pytest

from tests.review_browser import free_port
from tests.whole_company import SIX, Whole, make_whole


@pytest.fixture(scope="session")
def refreshed_six(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Return six people of the directory with a finished run; tests take a copy of it."""
    return make_whole(tmp_path_factory.mktemp("six"), shared, SIX, free_port())


@pytest.fixture(scope="module")
def whole(refreshed_six: Whole, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Return a copy of that company for the tests of one file, at an address of its own."""
    home = tmp_path_factory.mktemp("whole") / "home"
    shutil.copytree(refreshed_six.home, home, symlinks=True)
    return Whole(home, free_port(), refreshed_six.people)
