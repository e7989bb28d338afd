"""What ``catchlight review invite | remind`` say of the people whom they wrote to, or did not."""

import getpass
from pathlib import Path

from catchlight.small_counts import alone, shown
from flows.commands.publish_words import say
from flows.letters import Bureau, Round
from flows.printed_links import Printed, print_links, who_gets_one
from flows.terminal import bars

_SHOWN = 10


def tell_people(what: str, people: list[str]) -> None:
    """Print how many people something is true of, and the first of them."""
    if people:
        more = f" and {len(people) - _SHOWN} more" if len(people) > _SHOWN else ""
        say(f"  {len(people)} {what}: {', '.join(people[:_SHOWN])}{more}")


def tell_led(people: list[str]) -> None:
    """Print who gets a link without a question."""
    tell_people("with a link to their own page, no new question and no new deadline", people)


def tell_unread(people: list[str]) -> None:
    """Print whose photo is there and cannot be had."""
    tell_people("have a photo that cannot be read here, and are asked once it can be", people)


def tell_silent(count: int) -> None:
    """Print how many let an earlier deadline pass; who they are is nobody's list."""
    if count:
        say(
            f"  {shown(alone(count))} not asked again, since an earlier deadline about the same portrait passed in silence (--again asks them)"
        )


def print_out(bureau: Bureau, file: Path, round_: Round, *, dry: bool) -> None:
    """Write links into a file, or say how many it would be."""
    if dry:
        due, done = who_gets_one(bureau, round_)
        say(f"Links that would be written to {file}: {len(due)}. Nothing was written.")
    else:
        with bars():
            done = print_links(bureau, getpass.getuser(), file, round_)
        say(f"Links written: {len(done.asked) + len(done.led)}, to {file}.{_held(done)}")
        say("Each opens one person's page: hand them out singly, then delete the file.")
    tell_led(done.led)
    if done.answered:
        say(
            f"  {done.answered} not asked, since there is an answer, or another try on its way (--only gives a link to the page)"
        )
    tell_unread(done.unread)
    tell_silent(done.silent)


def _held(done: Printed) -> str:
    """Say what became of the links that were in the file before."""
    kept = f" Kept from before: {done.kept}." if done.kept else ""
    ended = f" Taken out, since they open nothing any more: {done.ended}." if done.ended else ""
    past = f" Taken out after {done.days} days (keep.links in trust.toml): {done.past}." if done.past else ""
    return kept + ended + past
