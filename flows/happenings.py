"""What happens in a run is told to the private server of that run, all of it before the server goes."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE = 10.0  # seconds for what is not told yet, where the server is unwell


@contextmanager
def told_to(address: str) -> Iterator[None]:
    """Have Prefect tell its events to this server and to none before it.

    Prefect keeps one teller for the life of a process: a second server's runs told theirs to the first, which had ended,
    and waited seven seconds over each.
    """
    from prefect.events.clients import PrefectEventsClient  # noqa: PLC0415  slow to import
    from prefect.events.worker import EventsWorker  # noqa: PLC0415

    EventsWorker.set_client_override(PrefectEventsClient, api_url=address, reconnection_attempts=1)
    try:
        yield
    finally:
        logging.getLogger(EventsWorker.__name__).setLevel(logging.ERROR)  # that it is not done yet is no news
        EventsWorker.drain_all(timeout=_PATIENCE)
        EventsWorker.set_client_override(None)
