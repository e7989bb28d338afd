"""A call that is tried again says so once, in a sentence: what did not answer, and when the next try is."""

import logging

from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from catchlight.errors import CatchlightError

_log = logging.getLogger("catchlight.retries")


def tell(details: RetryDetails) -> None:
    """Tell of the first failure of a call; what becomes of the last one is told by whoever made it."""
    if details.retry_num == 1:
        cause = details.caused_by
        why = str(cause) if isinstance(cause, CatchlightError) else type(cause).__name__
        _log.warning(
            "%s; it is tried again in %.1f s, and a few times more", why.rstrip("."), details.wait_for
        )


def speak() -> None:
    """Let every retry of a connector be told in our words."""
    set_on_retry_hooks([tell])
