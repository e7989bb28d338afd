"""What everything but the pictures costs: a whole refresh against the seconds spent on pictures.

    python benchmarks/orchestration.py FOLDER [--people 200] [--output FILE]

FOLDER holds directory.csv and photos/. The command runs twice in a fresh home: the first time
it renders everyone, the second time nobody. Picture seconds are the sum over all people, divided
by the number of workers; whatever the command takes beyond them is orchestration.
"""

import argparse
import json
import tempfile
from pathlib import Path

from refreshing import CORES, people_of, refresh, show


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--output", type=Path, help="write everything as JSON into this file")
    options = parser.parse_args()
    ids = people_of(options.folder, options.people)
    with tempfile.TemporaryDirectory() as scratch:
        first, second = (refresh(options.folder, Path(scratch) / "home", ids) for _ in range(2))
    share = 1 - first["pictures"] / first["wall"]
    again = second["wall"] / first["wall"]
    show(
        [
            ("people", str(len(ids))),
            ("whole command, s", f"{first['wall']:.1f}"),
            (f"pictures / {CORES} workers, s", f"{first['pictures']:.1f}"),
            ("everything else", f"{share:.1%}"),
            ("second run, s", f"{second['wall']:.1f}"),
            ("second run / first run", f"{again:.1%}"),
        ]
    )
    everything = {"cores": CORES, "share": share, "again": again, "first": first, "second": second}
    text = json.dumps(everything, indent=1)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
