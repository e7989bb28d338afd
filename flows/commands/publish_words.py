"""What the publish and review commands print: plans and results, safe for any terminal."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from catchlight import publish_other_sizes
from catchlight.amounts import amount, people
from catchlight.publish_plan import Plan, Removal, Skip
from catchlight.publish_time import in_words
from catchlight.sending import Result
from flows.terminal import console, plain

_SHOWN = 10
_NOTES = {
    "enlarged": "enlarged more than twice",
    "nearest crop": "the portrait has no room for the crop, the nearest is taken",
    "where the head is": "an older run: it does not say where the head is, so crops show as much as fits",
}
_CHANGES = {
    "new": "new",
    "change": "change",
    "conflict": "changed by somebody since, theirs stays (theirs in publish.toml)",
}
_FINE = ("theirs", "sent", "unchanged", "listed", "restored", "removed", "taken off", "nameless")


def tell_plan(drawn: Plan) -> None:
    """Print who would get what, who is left out and why."""
    sizes = f", sizes {', '.join(drawn.sizes)}" if drawn.sizes else ""
    say(f"Run {drawn.run} to {drawn.destination}{sizes}.")
    files = [file for person in drawn.people for file in person.files if file.change in {"new", "change"}]
    changes = Counter(person.change for person in drawn.people)
    megabytes = sum(file.bytes for file in files) / 1e6
    say(
        f"{people(changes['new'])} new, {amount(changes['change'], 'changes', 'change')}, "
        f"{changes['unchanged']} as {'it is' if changes['unchanged'] == 1 else 'they are'}; "
        f"{amount(len(files), 'file')}, {megabytes:.1f} MB to write."
    )
    if drawn.calls:
        say(f"{amount(drawn.calls, 'call')}, {in_words(drawn.seconds)}.")
    if drawn.others:
        say(f"  {publish_other_sizes.told(drawn)}")
    for change, called in _CHANGES.items():
        _tell_people(f"  {called}", [person.employee for person in drawn.people if person.change == change])
    _tell_reasons("taken off", drawn.removals)
    _tell_reasons("not published", drawn.skipped)
    noted = [
        (f"{person.employee} {file.size}", file.note) for person in drawn.people for file in person.files
    ]
    for part, what in _NOTES.items():
        _tell_people(f"  {what}", [who for who, note in noted if part in note])
    shown = [skip.employee for skip in drawn.skipped if skip.shown]
    _tell_people("  still published from before (catchlight publish rollback --person ID)", shown)


def _tell_reasons(what: str, parts: Sequence[Removal | Skip]) -> None:
    """Print why people are left out or taken off: the commonest reasons first, and not thousands of them."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        by_reason[part.sentence].append(part.employee)
    common = sorted(by_reason, key=lambda sentence: -len(by_reason[sentence]))
    for sentence in common[:_SHOWN]:
        _tell_people(f"  {what}, {sentence}", by_reason[sentence])
    rest = [person for sentence in common[_SHOWN:] for person in by_reason[sentence]]
    _tell_people(f"  {what}, for other reasons that the plan's page tells", rest)


def _tell_people(what: str, who: list[str]) -> None:
    if who:
        more = f" and {len(who) - _SHOWN} more" if len(who) > _SHOWN else ""
        say(f"{what}: {len(who)} ({', '.join(who[:_SHOWN])}{more})")


def tell_results(results: list[Result]) -> int:
    """Print what became of everything; return the exit code."""
    counts = Counter(result.code for result in results)
    if counts:
        say(", ".join(f"{count} {code}" for code, count in counts.items()) + ".")
    for result in results:
        if result.sentence:
            say(f"  {result.code:<10} {result.employee or '-'}  {result.target}: {result.sentence}")
    return 0 if set(counts) <= set(_FINE) else 1


def say(text: str) -> None:
    """Print text that may hold what strangers typed: no markup, no control characters."""
    console.print(plain(text), markup=False, soft_wrap=True)
