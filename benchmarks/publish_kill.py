"""Publishing and the way back, killed for good (SIGKILL) at random moments, and started again.

    python benchmarks/publish_kill.py [--times 200] [--people 24] [--place google]… [--minutes M] [--output FILE]

Stand-ins of Microsoft 365 and Google, which encode anew, and of SharePoint, which keeps bytes; and places of this machine:
a folder, OpenSSH (file by file, and in releases), nginx's WebDAV, OpenLDAP. The program is killed after a random while,
again and again, until each way was killed so often; after each way that came to its end, what is there is held against
the plan, or against what was there before, and effective writes are counted where the place tells them (not: folder and
OpenSSH). Told is also how many kills left a write half-way.

Bars: everything as planned (byte for byte where bytes are kept) and then as before; each write effective once.
"""

import argparse
import json
import logging
import sys
import tempfile
from dataclasses import asdict
from math import inf
from pathlib import Path

import stamina

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.publishing_kills import killed
from tests.publishing_servers import SERVERS
from tests.publishing_soak import company_of
from tests.publishing_worlds import Factory, google_world, in_no_time, microsoft_world, sharepoint_world

WORLDS = {"sharepoint": sharepoint_world, "google": google_world, "microsoft": microsoft_world, **SERVERS}


def one(world: Factory, times: int, people: int, minutes: float) -> dict[str, object]:
    """Kill at one vendor; return how it ended."""
    ids = [f"p{n:03}" for n in range(people)]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "company").mkdir()
        company = company_of(root / "company", ids)
        with in_no_time(), stamina.set_testing(True, attempts=5), world(root, ids) as there:
            return {"place": there.name, **asdict(killed(company, there, times, minutes=minutes))}


def _shown(ended: dict[str, object]) -> dict[str, object]:
    """Print how one vendor ended as soon as it has."""
    print(json.dumps(ended), flush=True)
    return ended


def main() -> int:
    """Kill at all of them; return 1 when something was wrong."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--times", type=int, default=200)
    options.add_argument("--people", type=int, default=24)
    options.add_argument("--place", action="append", choices=WORLDS, help="Only this one; may be repeated.")
    options.add_argument("--minutes", type=float, default=inf, help="End each place after so many.")
    options.add_argument("--output", type=Path)
    asked = options.parse_args()
    logging.disable(logging.CRITICAL)
    told = [
        _shown(one(WORLDS[name], asked.times, asked.people, asked.minutes)) for name in asked.place or WORLDS
    ]
    if asked.output:
        asked.output.write_text(json.dumps(told, indent=1))
    return int(any(ended["wrong"] for ended in told))


if __name__ == "__main__":
    sys.exit(main())
