"""Where a table's rows want people to be shown, against what was written down before; a no is weighed as one to a portrait is."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from catchlight.answer_places import Wanted
from catchlight.choosing import Choices, save
from catchlight.consents import Consent, Word, last_words
from catchlight.in_order import CAME, TABLES
from catchlight.register import now
from catchlight.transaction import Transaction
from catchlight.undated import file_of


def put_down(store: Transaction, one: Wanted, opt_in: Collection[str], saved: str) -> tuple[int, str]:
    """Write down what a row chooses; return how many words are new, and what of it changes nothing, "" for all does."""
    who, undated = one.said.employee, bool(saved) and one.said.at == saved
    before = store.rows(Consent, employee=who)
    had = {purpose for purpose, on in one.choices.items() if on and undated and _had(one, purpose, before)}
    new = {purpose: on for purpose, on in one.choices.items() if purpose not in had}
    added = save(store, Choices(new, opt_in), one.said).added
    held = last_words(store.rows(Consent, employee=who))
    late = {row.purpose: False for row in added if undated and _is_late(row, held)}
    if late:
        came = replace(one.said, at=now(), source=CAME + file_of(one.said.source))
        save(store, Choices(late, opt_in), came)
        held = last_words(store.rows(Consent, employee=who))
    return len(added), _why(one, held)


def _had(one: Wanted, purpose: str, before: list[Consent]) -> bool:
    """Whether a yes stood in the same file before a no of another table came."""
    said = [row for row in before if row.purpose == purpose]
    mine = [row for row in said if file_of(row.source) == file_of(one.said.source)]
    held = last_words(said).get(purpose)
    no = held is not None and held.word != Word.GRANTED and held.source.startswith(TABLES)
    return no and bool(mine) and mine[-1].word == Word.GRANTED


def _is_late(row: Consent, held: Mapping[str, Consent]) -> bool:
    """Whether a no of now stands below a table's yes that came before."""
    stands = held[row.purpose]
    return row.word != Word.GRANTED == stands.word and stands.source.startswith(TABLES)


def _why(one: Wanted, held: Mapping[str, Consent]) -> str:
    lost = [
        purpose
        for purpose, on in one.choices.items()
        if purpose in held and (held[purpose].word == Word.GRANTED) != on
    ]
    if not lost:
        return ""
    newest = max(held[purpose].at for purpose in lost)[:16].replace("T", " ")
    return (
        f"{one.said.employee!r}: {', '.join(lost)}: what this row says changes nothing: what was said up to {newest} UTC "
        "stands; if they said this after that, write the day into a column «at»"
    )
