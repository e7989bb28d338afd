"""A whole company published to all vendors' stand-ins while everything fails a little, and taken back.

    python benchmarks/publish_soak.py [--people 2000] [--rate 0.01] [--place google]… [--output FILE]

Each vendor's stand-in (tests/publishing_worlds.py) fails at the rate in every way that it knows: 429 with and without
Retry-After, 5xx, pages instead of answers, connections that end before or after the work was done, photos shown late.
Told are the passes that it took to publish and to roll back, and what was wrong at the end: a photo that is not the
planned one, written twice, not as it was before, or a call beyond the vendor's limits. Vendors run in processes of their
own, two at a time; nobody waits for a vendor's pace for real, so the seconds are those of the work alone.

Bars: at most two passes after the first on either way; nothing wrong.
"""

import argparse
import json
import logging
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

import stamina

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.publishing_soak import company_of, soak
from tests.publishing_worlds import WORLDS, in_no_time


def one(name: str, people: int, rate: float) -> dict[str, object]:
    """Soak one vendor; return how it ended."""
    logging.disable(logging.CRITICAL)
    ids, began = [f"p{n:05}" for n in range(people)], time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "company").mkdir()
        company = company_of(root / "company", ids)
        with in_no_time(), stamina.set_testing(True, attempts=5), WORLDS[name](root, ids) as world:
            ended = asdict(soak(company, world, rate))
    took, peak = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**ended, "people": people, "seconds": round(took), "peak_mb": round(peak)}


def _shown(ended: dict[str, object]) -> dict[str, object]:
    """Print how one vendor ended as soon as it has."""
    print(json.dumps(ended), flush=True)
    return ended


def main() -> int:
    """Soak all vendors; return 1 when a bar is missed."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--people", type=int, default=2_000)
    options.add_argument("--rate", type=float, default=0.01)
    options.add_argument("--place", action="append", choices=WORLDS, help="Only this one; may be repeated.")
    options.add_argument("--output", type=Path)
    asked = options.parse_args()
    with ProcessPoolExecutor(2) as pool:
        waiting = [pool.submit(one, name, asked.people, asked.rate) for name in asked.place or WORLDS]
        told = [_shown(future.result()) for future in waiting]
    if asked.output:
        asked.output.write_text(json.dumps(told, indent=1))
    return int(
        any(ended["wrong"] or max(int(str(ended[w])) for w in ("passes", "back")) > 3 for ended in told)
    )


if __name__ == "__main__":
    sys.exit(main())
