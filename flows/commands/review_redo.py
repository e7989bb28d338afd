"""``catchlight review redo`` and ``close``: another try for those who asked, and what deadlines decide."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.commands.refresh import tell
from flows.terminal import bars, told


def redo(home: HomeOption = HOME) -> None:
    """Make portraits anew for those who asked for another try or sent a photo; carry everyone else over.

    Nobody else is rendered, no answer changes, and nothing is published. Where nobody waits, there is
    no new run.

    Exit code 0: done, or nobody waits. 1: some photos could not be used, the rest are done. 2: it
    could not start, such as while a refresh is at work, or not go on; run it again later.
    """
    from flows import redo as flows  # noqa: PLC0415  loads what developing needs

    with told():
        with bars():
            folder = flows.redo(home)
        if folder is None:
            return _nobody(home)
    raise typer.Exit(tell(folder))


def _nobody(home: Path) -> None:
    from catchlight import tries, wishes  # noqa: PLC0415  loads polars
    from catchlight.company import Company  # noqa: PLC0415
    from catchlight.home import Home  # noqa: PLC0415

    book = Company(home).book()
    pictures = {id_: person.portrait.picture for id_, person in book.people.items()}
    found = tries.findings(home, pictures, wishes.wishes_of(Home(home), book.run))
    waits = any(finding["kind"] == "try_waits" for finding in found)
    say("No portrait can be made anew now." if waits else "Nobody waits for another portrait.")
    for finding in found:
        say(f"  {finding['sentence']}")


def close(
    home: HomeOption = HOME,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count; write no answer.")] = False,
) -> None:
    """Answer for those who let their deadline pass, where a policy of their legal entity says so.

    Silence keeps the old photo unless "silence" in review.toml covers the person and the portrait,
    the portrait has no flag, and the last letter that reached them named that agreement (of letters from
    before Catchlight wrote that down nobody knows it). Only counts are printed: who is silent is nobody's list.
    """
    from catchlight.closing import close as decide  # noqa: PLC0415
    from catchlight.desk import open_register  # noqa: PLC0415
    from catchlight.policy import load_policy  # noqa: PLC0415

    with told():
        found = decide(home, open_register(home), load_policy(home), dry=dry_run)
    counts = Counter(decision.by for decision in found.decisions)
    counts_as = "would count" if dry_run else "now counts"
    for policy, count in counts.items():
        say(f"{count:>7} silent past the deadline; it {counts_as} as a yes by {policy}")
    if found.untold:
        say(
            f"{found.untold:>7} silent past the deadline whose last letter did not name the agreement as it is now, or was sent by an "
            "earlier Catchlight, which did not write down what a letter named; the old photo stays (catchlight review extend gives more time, and a reminder names it)"
        )
    say(f"{found.others:>7} silent past the deadline; the old photo stays")
