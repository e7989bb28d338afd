"""What a second sync of a large directory costs, and one that was killed in the middle.

    python benchmarks/source_sync.py [--people 20000] [--output FILE]

A stand-in for Microsoft Graph runs in a process of its own, and each sync in another. First everybody comes, with a
photo of 50 kB each; a day later 2 % have changed, half of them with a new photo; then everybody once more into an
empty memory, killed for good (SIGKILL) in the middle, and again to its end.

Bars: the second sync at most 5 % of the first one's calls and time; killed and resumed together no more calls than the
first plus 1 %.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.source_syncs import measured


def main() -> int:
    """Measure; return 1 when a bar is missed."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--output", type=Path)
    asked = options.parse_args()
    told = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, row in measured(asked.people, Path(folder)):
            told[name] = row
            print(f"{name:8}", json.dumps({key: round(value, 1) for key, value in row.items()}), flush=True)
    shares = {
        key: told["second"][key] / told["first"][key] for key in ("http", "inner", "seconds", "peak_mb")
    }
    both = {
        key: (told["killed"][key] + told["resumed"][key]) / told["first"][key] for key in ("http", "inner")
    }
    print("second to first", json.dumps({key: f"{value:.1%}" for key, value in shares.items()}))
    print("killed and resumed to first", json.dumps({key: f"{value:.1%}" for key, value in both.items()}))
    if asked.output:
        asked.output.write_text(json.dumps(told, indent=1))
    within = max(shares["http"], shares["inner"], shares["seconds"]) <= 0.05 and max(both.values()) <= 1.01
    return int(not within)


if __name__ == "__main__":
    sys.exit(main())
