"""Kills a refresh again and again, each time at another random moment, and looks what is left.

    python benchmarks/kill.py FOLDER [--times 10] [--people 8] [--seed 0]

FOLDER holds directory.csv and photos/. Every time: a fresh home, kill -9 of the main process, five
seconds for its children to end, and the same command again. Prints what was found; exit code 1 when
anything was lost, done twice, different from an undisturbed run, or left running.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from refreshing import ROOT, people_of, refresh, show

sys.path.insert(0, str(ROOT))

from tests.processes import family, outlive
from tests.refreshed_company import Company, differing, environment


def kill_after(company: Company, seconds: float) -> int:
    """Start a refresh and kill it after so long; return how many processes outlived it by five seconds."""
    process = subprocess.Popen(
        company.arguments(), env=environment(), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(seconds)
    children = family(process.pid)
    process.kill()
    process.wait()
    return len(outlive(children, 5))


def main() -> None:
    """Kill, look, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311  no secret
    found = dict.fromkeys(("left running", "done twice", "different", "killed before the end"), 0)
    with tempfile.TemporaryDirectory() as scratch:
        source = Company(Path(scratch) / "source", Path(scratch) / "undisturbed")
        source.photograph(options.folder, people_of(options.folder, options.people))
        whole = refresh(source.source, source.home, people_of(source.source, options.people))["wall"]
        for n in range(options.times):
            company = Company(source.source, Path(scratch) / f"home{n}")
            moment = chance.uniform(0, 1.1 * whole)
            left = kill_after(company, moment)
            before = company.recipes()
            done = company.refresh()
            again = sum(
                before[recipe] != stamp for recipe, stamp in company.recipes().items() if recipe in before
            )
            wrong = done.returncode == 2 or differing(company.tables(), source.tables())
            for what, count in zip(
                found, (left, again, bool(wrong), len(before) < options.people), strict=True
            ):
                found[what] += int(count)
            print(
                f"killed after {moment:5.1f} s of {whole:.1f}: {len(before)} of {options.people} people were done"
            )
    show([(what, str(count)) for what, count in found.items()])
    sys.exit(any(found[what] for what in ("left running", "done twice", "different")))


if __name__ == "__main__":
    main()
