"""What a second sync costs, and one that was killed: everything in processes of their own, calls counted at the vendor."""

from pathlib import Path

from tests.source_syncs import measured


def test_only_what_changed_is_asked_for_and_a_kill_costs_little(tmp_path: Path) -> None:
    """Of 400 people 8 change and 14 have their turn; after SIGKILL at most five batches are asked for once more."""
    told = dict(measured(400, tmp_path))
    first, second, changed = told["first"], told["second"], told["changes"]["changed"]
    assert (told["one"]["people"], told["two"]["people"], changed) == (400, 400, 8)
    assert (first["http"], first["inner"]) == (2 + 40, 800)
    assert second["inner"] == 8 + 4 + 400 // 28
    assert second["http"] <= 1 + 2 + 2
    assert told["killed"]["inner"] < 800
    assert told["killed"]["inner"] + told["resumed"]["inner"] <= 800 + 6 * 40
    assert told["killed"]["http"] + told["resumed"]["http"] <= 42 + 1 + 6 * 2
    assert sum(row.get("crowded", 0) for row in told.values()) == 0
