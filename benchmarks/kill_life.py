"""A company's whole life (refresh, answers, publishing, withdrawal, rollback, purge, erasure), killed for good again and again.

    python benchmarks/kill_life.py [--times 40] [--seed 0] [--output FILE]

Each step is killed (SIGKILL) after a random while and started again until it comes to its end. Beside it lives the same company
undisturbed: after each step both show the same files, hold the same answers and portraits; the audit log verifies, every picture
is what its name says, and no photo of before is lost. Developing is stood in for (a flat portrait, no model).
"""

import argparse
import json
import logging
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.lives_killed import live


def main() -> int:
    """Live; return 1 when something was wrong."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--times", type=int, default=40)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--output", type=Path)
    asked = options.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        lived = live(Path(folder), asked.times, asked.seed, lambda line: print(line, flush=True))
    print(json.dumps(asdict(lived), indent=1))
    if asked.output:
        asked.output.write_text(json.dumps(asdict(lived), indent=1) + "\n", encoding="utf-8")
    return int(bool(lived.wrong))


if __name__ == "__main__":
    sys.exit(main())
