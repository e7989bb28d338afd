"""What a person opens in Prefect: how far it is, what came of it. Ids and names never go there."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    update_progress_artifact,
)

from catchlight.sheet_links import link_of
from flows.progress import listening
from flows.rehearsal import Rehearsal

_EVERY = 2.0  # seconds
_COUNTED = {
    "people": "in all",
    "accept": "accepted",
    "review": "to look at",
    "retake": "need a new photo",
    "unusable": "photo cannot be used",
    "rendered": "rendered now",
    "reused": "known already",
}


@contextmanager
def reporting() -> Iterator[None]:
    """Keep one progress artifact a stage up to date while a flow runs."""
    stages: dict[str, UUID] = {}
    told: dict[str, float] = {}

    def tell(stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if not total or (done < total and now - told.get(stage, 0) < _EVERY):
            return
        told[stage] = now
        share = 100 * done / total
        if stage in stages:
            update_progress_artifact(stages[stage], progress=share)
        else:
            key = stage.lower().replace(" ", "-")
            made = create_progress_artifact(progress=share, key=key, description=f"{stage}: {total} in all")
            stages[stage] = made if isinstance(made, UUID) else UUID(str(made))

    with listening(tell):
        yield


def tell_result(folder: Path) -> None:
    """Keep what a person wants to know of a finished run: its counts, and the way to its contact sheet."""
    run = json.loads((folder / "run.json").read_bytes())
    counts, home = run["counts"], folder.parents[1]
    link = link_of(home, folder.name)
    rows = "\n".join(f"| {title} | {counts[key]} |" for key, title in _COUNTED.items() if key in counts)
    sheet = f"[Contact sheet]({link})" if link else f"Contact sheet: `{folder / 'contact_sheet.html'}`"
    text = f"## Run {folder.name}\n\n{sheet}\n\n| People | |\n|---|---|\n{rows}\n"
    create_markdown_artifact(text, key="result", description=f"{counts['people']} people; {sheet}")
    if link:
        create_link_artifact(link, link_text="Contact sheet", key="contact-sheet")


def tell_rehearsal(found: Rehearsal) -> None:
    """Keep what a dry run counted; what is odd in the source names people, and is counted only."""
    odd = f"\n\n{len(found.findings)} lines in the source want a look: `catchlight refresh --dry-run` shows them."
    create_markdown_artifact(
        f"## Dry run\n\n{found.sentence}{odd if found.findings else ''}\n",
        key="dry-run",
        description=found.sentence,
    )
