"""Bring what is known of one source up to date: who is there, and their photos into the vault."""

from collections import deque
from collections.abc import Container, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from catchlight.batches import batches
from catchlight.errors import ConfigError, OutsideError
from catchlight.source import Fetched, MistakeError, Source, SourceGoneError, StaleMarkError, owner
from catchlight.source_memory import Memory
from catchlight.vault import Vault
from flows.progress import Counter

Batch = Sequence[tuple[str, str]]
_Asked = tuple[Batch, Sequence[Fetched], OutsideError | None]
_AT_ONCE = 4  # batches; a source's own pace holds them back where the vendor wants less
_UNREACHED = 20  # batches in a row without an answer: the source is unwell, not one photo
_ALONE = 2  # people in a row who get no answer by themselves either: it is not one photo


def sync(source: Source, memory: Memory, vault: Vault, fewer: float) -> None:
    """Read a source and all its photos as far as they changed; a sync that was stopped goes on where it was."""
    list_people(source, memory, fewer)
    fetch_photos(source, memory, vault)


def list_people(source: Source, memory: Memory, fewer: float) -> None:
    """Bring up to date who is there.

    ``fewer`` is the share of people that a list may lose from one time to the next: ConfigError when it loses
    more, and what was known stays. OutsideError when the source is unwell.
    """
    try:
        _list(source, memory, fewer)
    except StaleMarkError:
        memory.begin_anew(changes=False)
        try:
            _list(source, memory, fewer)
        except StaleMarkError as error:
            why = ": ".join(filter(None, ("does not let itself be listed to the end", str(error))))
            raise OutsideError(f"source {source.name}: {why}") from error


def _list(source: Source, memory: Memory, fewer: float) -> None:
    then = memory.mark("then")
    began = memory.mark("next")
    if not began:
        memory.begin_anew(changes=bool(then))
    counter, page = Counter(f"Listing {source.name}", 0), None
    for page in source.pages(began or then):
        memory.take(page)
        counter.step(len(page.entries))
    if page is None:
        raise OutsideError(f"source {source.name}: gave no list at all")
    _guard(source.name, *memory.counts(changes=bool(then)), fewer)
    memory.finish(page.then, changes=bool(then))


def _guard(name: str, before: int, after: int, fewer: float) -> None:
    """Stop for a list that suddenly lacks people: a wrong filter or right empties no company."""
    if after == 0:
        message = f"source {name}: lists nobody; look at its filter and at what its account may see"
        raise ConfigError(message)
    if after < before * (1 - fewer):
        message = (
            f"source {name}: lists {after} people and had {before}; the job lets {fewer:.0%} be missing at most. "
            "Nothing was changed. If it is right, run once with --accept-fewer"
        )
        raise ConfigError(message)


def fetch_photos(source: Source, memory: Memory, vault: Vault, keys: Container[str] | None = None) -> None:
    """Fetch the photos that may have changed, of everybody or of ``keys``, and store each as soon as it comes."""
    memory.miss(vault.has)
    wanted = [one for one in memory.wanting(source.recheck) if keys is None or owner(one[0]) in keys]
    counter, missed = Counter(f"Photos of {source.name}", len(wanted)), 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for batch, got, error in _in_turn(pool, source, batches(wanted, max(1, source.at_once))):
            missed = missed + 1 if error and not got else 0
            memory.fetched([(one, vault.put(one.picture) if one.picture else "") for one in got])
            if error and (missed >= _UNREACHED or isinstance(error, SourceGoneError)):
                raise error
            memory.unanswered(
                _rest(batch, got), str(error or f"source {source.name}: gave no answer for this photo")
            )
            counter.step(len(batch))
    memory.looked()
    source.done(memory.had())


def _rest(batch: Batch, got: Sequence[Fetched]) -> list[str]:
    """Return whose photos of a batch no answer came for."""
    had = {one.key for one in got}
    return [key for key, _ in batch if key not in had]


def _in_turn(pool: ThreadPoolExecutor, source: Source, turns: Iterator[Batch]) -> Iterator[_Asked]:
    """Ask for batches side by side, never many more than are worked on: pictures wait in memory.

    What was answered before an error counts; the rest of that batch is asked for one by one.
    """
    waiting = deque[Future[_Asked]]()
    for batch in turns:
        waiting.append(pool.submit(_ask, source, batch))
        if len(waiting) > _AT_ONCE:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _ask(source: Source, batch: Batch) -> _Asked:
    """Ask for a batch, then for whoever got no answer alone: one photo at which a source always fails costs nobody else theirs.

    A system that is unwell is left after a few, since each call waits and is tried again; mistakes are quick.
    """
    got, error = _answers(source, batch)
    missed, alone = 0, set(_rest(batch, got)) if error and len(batch) > 1 else ()
    for one in batch:
        if one[0] in alone and missed < _ALONE and not isinstance(error, SourceGoneError):
            more, again = _answers(source, [one])
            got, error = got + more, again or error
            missed = missed + 1 if again and not isinstance(again, MistakeError) else 0
    return batch, got, error


def _answers(source: Source, batch: Batch) -> tuple[list[Fetched], OutsideError | None]:
    got: list[Fetched] = []
    try:
        got.extend(source.photos(batch))
    except OutsideError as error:
        return got, error
    return got, None
