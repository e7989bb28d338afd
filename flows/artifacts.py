"""What a person opens in Prefect: how far it is. Ids and names never go there."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact

from flows.progress import listening

_EVERY = 2.0  # seconds


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
