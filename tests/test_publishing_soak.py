"""Every vendor's stand-in while everything fails a little: it converges, once each, to the right person, and back."""

from pathlib import Path

import pytest
import stamina

from tests.publishing_soak import company_of, soak
from tests.publishing_worlds import WORLDS, in_no_time

IDS = [f"p{number:03}" for number in range(24)]


@pytest.mark.parametrize("world", WORLDS)
def test_faults_of_every_kind_lose_nothing(world: str, tmp_path: Path) -> None:
    """With one call in a hundred failing in each way: at most two more runs, each photo written once, then as before."""
    (tmp_path / "company").mkdir()
    company = company_of(tmp_path / "company", IDS)
    with in_no_time(), stamina.set_testing(True, attempts=5), WORLDS[world](tmp_path, IDS) as there:
        ended = soak(company, there, 0.01)
    assert ended.wrong == []
    assert ended.passes <= 3
    assert ended.back <= 3
