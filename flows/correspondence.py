"""One pass of writing to people: draw up, queue, send. The commands and the flow call it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from catchlight.errors import ConfigError
from catchlight.holding import Wait
from catchlight.outbox import alone
from flows.left_out import with_waiting
from flows.letters import Bureau, Draft, Round, draw_up, queue
from flows.postbox import Report, channels_of, check, post


@dataclass(frozen=True, slots=True)
class Order:
    """How a pass is to go: about whom, in whose name, and whether quiet hours, earlier failures and earlier silence count."""

    by: str
    only: Collection[str] = ()
    now: bool = False
    retry_failed: bool = False
    send_unclear: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass did."""

    draft: Draft
    queued: int
    report: Report


def invite(bureau: Bureau, channel: str, order: Order) -> Pass:
    """Ask everybody about the newest run who has not answered, by one channel."""
    check(bureau, channel)
    return _go(bureau, [channel], channel, order)


def remind(bureau: Bureau, order: Order, wait: Wait | None = None) -> Pass:
    """Write to those whom an earlier letter, or an answer of theirs, calls for; send what waits."""
    channels = channels_of(bureau)
    if not channels:
        message = "review.toml has neither a section mail nor one named slack: letters cannot be sent"
        raise ConfigError(message)
    check(bureau, channels[0])
    return _go(bureau, channels, "", order, wait)


def _go(bureau: Bureau, channels: Sequence[str], start: str, order: Order, wait: Wait | None = None) -> Pass:
    with alone(bureau.home, wait):
        bureau = with_waiting(bureau)
        draft = draw_up(bureau, Round(start, order.only, order.retry_failed, order.again))
        new = queue(bureau, draft.due, order.by, now=order.now)
        report = post(bureau, channels, now=order.now, send_unclear=order.send_unclear)
    return Pass(draft, new, report)
