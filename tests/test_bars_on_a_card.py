"""Which bars a card met: by what the engine does, not by what was only tried."""

import json
from pathlib import Path

from benchmarks import on_a_card


def test_what_the_engine_does_not_do_meets_no_bar(tmp_path: Path) -> None:
    """A compiled decoder is measured to see whether it should be one."""
    tried = {
        "plain loop": 1.0,
        "ours, compiled, 4 at once": 1.4,
        "ours, compiled, its decoder too, 4 at once": 1.6,
    }
    figures = [{"how": how, "a_second": speed, "denoiser": speed / 2} for how, speed in tried.items()]
    (tmp_path / "klein.json").write_text(json.dumps({"figures": figures}))
    speed, share = list(on_a_card.bars(tmp_path))[:2]
    assert (speed.found, speed.met) == ("1.4", False)
    assert (share.found, share.met) == ("0.7", False)
