"""What a person opens in Prefect: how far it is, what came of it, what to do next. Ids and names never go there."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact

from catchlight.sheet_links import link_of
from catchlight.small_counts import FEWEST
from flows.progress import hearing, listening, tells_answers
from flows.rehearsal import Rehearsal

_EVERY = 2.0  # seconds
_LOGGED = 15.0  # seconds between two lines of a stage in the log
_COUNTED = {
    "accept": "accepted",
    "review": "to look at",
    "retake": "need a new photo",
}
_WORK = {
    "rendered": "made now", "reused": "known already", "photoless": "no photo that can be read",
    "unusable": "photo cannot be used",
}  # fmt: skip
_NEXT = (
    "Open the contact sheet and look at what is amber. Then people are asked: start *Refresh portraits* once more with a "
    "day in *Then ask people to answer by this day* (who is done is not done again), or let IT run `catchlight review invite`."
)
_ASKED = (
    "People get their letters now. *Send reminders* follows up; who does not answer keeps their old photo."
)


@contextmanager
def reporting() -> Iterator[None]:
    """Keep one progress artifact up to date while a flow runs, and its log, which Prefect's page shows first."""
    bar, log = _Bar(), get_run_logger()

    def tell(stage: str, done: int, total: int) -> None:
        if words := progress_told(stage, done, total):
            bar.tell(stage, done, total, words)

    with listening(tell), hearing(log.info):
        yield


def progress_told(stage: str, done: int, total: int) -> str:
    """Return how far a stage is, in words, "" for nothing to tell: how many letters there are says how many have not answered."""
    if not tells_answers(stage):
        return f"{stage}: {done} of {total}" if total else ""
    return "" if total < FEWEST else f"{stage}: {100 * done // total} %"


class _Bar:
    """The progress of whatever stage is at work."""

    def __init__(self) -> None:
        self._made: UUID | None = None
        self._told: tuple[str, float] = ("", 0.0)
        self._logged: dict[str, tuple[str, float]] = {}

    def tell(self, stage: str, done: int, total: int, words: str) -> None:
        """Show how far a stage is, every other second and at its end."""
        now = time.monotonic()
        self._log(stage, done, total, words)
        before, at = self._told
        if stage == before and done < total and now - at < _EVERY:
            return
        self._told = stage, now
        share = 100 * done / total
        if self._made:
            update_progress_artifact(self._made, progress=share, description=words)
        else:
            made = create_progress_artifact(progress=share, key="progress", description=words)
            self._made = made if isinstance(made, UUID) else UUID(str(made))

    def _log(self, stage: str, done: int, total: int, words: str) -> None:
        now = time.monotonic()
        said, at = self._logged.get(stage, ("", now))
        if words != said and (done in {0, total} or now - at > _LOGGED):
            self._logged[stage] = words, now
            get_run_logger().info(words)


def tell_result(folder: Path, *, asked: bool = False) -> None:
    """Keep what a person wants to know of a finished run: the way to its contact sheet, its counts, what to do next."""
    counts: Mapping[str, int] = json.loads((folder / "run.json").read_bytes())["counts"]
    link = link_of(folder.parents[1], folder.name)
    sheet = (
        f"[Open the contact sheet]({link})" if link else f"Contact sheet: `{folder / 'contact_sheet.html'}`"
    )
    said = f"{counts['people']} people: " + ", ".join(
        f"{counts[key]} {words}" for key, words in _COUNTED.items() if counts[key]
    )
    rows = "\n".join(
        f"| {words} | {counts[key]} |" for key, words in (_COUNTED | _WORK).items() if key in counts
    )
    table = f"| people | {counts['people']} |\n|---|---|\n{rows}"
    go_on = _ASKED if asked else _NEXT
    text = f"## {sheet}\n\n{table}\n\n**Next.** {go_on}\n\nRun {folder.name}\n"
    create_markdown_artifact(text, key="contact-sheet", description=f"{sheet}. {said}. {go_on}")
    log = get_run_logger()
    log.info("%s.", said)
    log.info("Contact sheet: %s", link or folder / "contact_sheet.html")


def tell_rehearsal(found: Rehearsal) -> None:
    """Keep what a dry run counted; what is odd in the source names people, and is counted only."""
    odd = f"\n\n{len(found.findings)} lines in the source want a look: `catchlight refresh --dry-run` shows them."
    go_on = "\n\n**Next.** Start it again with *Only say what would be done* switched off.\n"
    text = f"## Dry run\n\n{found.sentence}{odd if found.findings else ''}{go_on}"
    create_markdown_artifact(
        text, key="dry-run", description=f"{found.waiting} of {found.people} portraits would be made"
    )
    get_run_logger().info("%s Nothing was made.", found.sentence)
