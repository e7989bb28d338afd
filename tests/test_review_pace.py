"""How often a client may do a thing: so many in any minute, each client and each thing for itself."""

import pytest
from starlette.exceptions import HTTPException

from reports.review import shield
from reports.review.shield import Pace


def test_so_many_in_any_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was refused does not count, room comes back as moments grow old, and nobody takes another's."""
    now = [1000.0]
    monkeypatch.setattr(shield.time, "monotonic", lambda: now[0])
    pace = Pace()
    for _ in range(2):
        pace.step("send", "ann", 2)
        now[0] += 20
    for _ in range(3):
        with pytest.raises(HTTPException) as refused:
            pace.step("send", "ann", 2)
    assert (refused.value.status_code, pace.full("send", "ann", 2)) == (429, True)
    pace.step("send", "bob", 2)
    pace.step("look", "ann", 2)
    now[0] += 21
    pace.step("send", "ann", 2)
    assert pace.full("send", "ann", 2)


def test_who_has_gone_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not grow with everybody who ever came."""
    now = [1000.0]
    monkeypatch.setattr(shield.time, "monotonic", lambda: now[0])
    pace = Pace()
    for number in range(100):
        pace.step("look", f"client {number}", 9)
    now[0] += 121
    pace.step("look", "ann", 9)
    assert len(pace._moments) == 1
