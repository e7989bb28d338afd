"""Taking where somebody wants to be shown: purpose by purpose, with their answer or later."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from catchlight.consents import PAGE, Consent, Word, last_words, new_words
from catchlight.in_order import before_it
from catchlight.records import Answer, Decision, Side
from catchlight.register import Register, Transaction, now


@dataclass(frozen=True, slots=True)
class Choices:
    """Where somebody wants to be shown: on or off by purpose.

    ``opt_in`` are the purposes that the yes to a portrait does not cover. ``notice`` and ``ticket`` are those of
    the form that was sent.
    """

    said: Mapping[str, bool] = field(default_factory=dict)
    opt_in: Collection[str] = ()
    notice: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """The rows that were added, and whether what was chosen is what holds now."""

    added: tuple[Consent, ...] = ()
    holds: bool = True


def choose(register: Register, choices: Choices, employee: str, by: str) -> Saved:
    """Write down where somebody wants to be shown; their answer stays as it is."""
    with register.alone() as store:
        return save(store, choices, Consent(employee, "", "", by, now(), source=PAGE))


def save(store: Transaction, choices: Choices, said: Consent) -> Saved:
    """Add what choices change; nobody else writes meanwhile. ``said`` holds the person, by whom it came, and when."""
    before = store.rows(Consent, employee=said.employee)
    answers = store.rows(Decision, employee=said.employee, side=Side.EMPLOYEE.value)
    given = any(one.answer == Answer.APPROVE for one in before_it(answers, said))
    covered = [purpose for purpose in choices.said if given and purpose not in choices.opt_in]
    form = Consent(
        said.employee, "", "", said.by, said.at, choices.notice, said.source, ticket=choices.ticket
    )
    added = new_words(before, choices.said, form, covered)
    store.add(added)
    held = {purpose: one.word == Word.GRANTED for purpose, one in last_words([*before, *added]).items()}
    return Saved(tuple(added), all(held.get(purpose) == on for purpose, on in choices.said.items()))
