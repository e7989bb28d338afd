"""Publishing and the way back, killed for good at random moments, at a place of people and at a place of files."""

from pathlib import Path

import pytest
import stamina

from tests.publishing_kills import killed
from tests.publishing_soak import company_of
from tests.publishing_worlds import Factory, in_no_time, microsoft_world, sharepoint_world

IDS = [f"p{number:03}" for number in range(10)]


@pytest.mark.parametrize("world", [microsoft_world, sharepoint_world], ids=lambda world: world.__name__)
def test_killed_at_any_moment_nothing_is_lost_or_done_twice(world: Factory, tmp_path: Path) -> None:
    """After the last start all is as planned, byte for byte where bytes are kept, each written once; then as before."""
    (tmp_path / "company").mkdir()
    company = company_of(tmp_path / "company", IDS)
    with in_no_time(), stamina.set_testing(True, attempts=5), world(tmp_path, IDS) as there:
        told = killed(company, there, 4, 1.0)
    assert told.wrong == []
    assert min(told.out, told.back) >= 4
