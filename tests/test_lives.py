"""A whole life under kills: refresh, answers, publishing, withdrawal, rollback, purge, erasure."""

from pathlib import Path

import pytest

from tests.lives_killed import live

pytestmark = pytest.mark.slow


def test_a_life_that_is_killed_again_and_again_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    """After each step the same is shown, said and kept; the audit log verifies; no photo is lost."""
    lived = live(tmp_path, 6)
    assert lived.wrong == []
    assert sum(lived.kills.values()) >= 6
