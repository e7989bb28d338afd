"""Are darker and lighter faces treated alike? The report of a finished run, with people's answers where there are any.

    python benchmarks/fairness.py HOME [--run latest] [--reading ofiq_luminance_mean]

HOME is what ``catchlight refresh --home`` filled. Prints JSON: aggregates only, nothing of fewer than
20 people. What people answered is read from the home's register.db and counts as "another attempt".
"""

import argparse
import json
from pathlib import Path

import polars as pl

from catchlight import ledger
from catchlight.fairness import LUMINANCE, people, report, retries
from catchlight.records import Reading, Verdict
from catchlight.register import Register
from catchlight.runs import portraits, run_folder


def main() -> None:
    """Print the report of one run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("home", type=Path)
    parser.add_argument("--run", default="latest")
    parser.add_argument("--reading", default=LUMINANCE, help="the check that reads a face's luminance")
    options = parser.parse_args()
    folder = run_folder(options.home, options.run)
    verdicts, readings = (pl.read_parquet(folder / ledger.file_name(kind)) for kind in (Verdict, Reading))
    store = options.home / "register.db"
    decisions = Register(store).decisions() if store.is_file() else []
    asked = retries(decisions, {key: one.picture for key, one in portraits(folder).items()})
    found = report(people(verdicts, readings, asked, options.reading), options.reading)
    print(json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
