"""After the deadline: who gave no answer, and whom a policy speaks for. Silence alone is never a yes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from catchlight.agreements import BY
from catchlight.company import Company, Person
from catchlight.forewarned import Asked, covering
from catchlight.own_word import SILENCE
from catchlight.policy import Policy, Rule
from catchlight.records import Answer, Decision
from catchlight.register import Register
from catchlight.restored import must_be_the_newest

SOURCE = SILENCE


@dataclass(frozen=True, slots=True)
class Closing:
    """The answers that policies give, and how many are silent whose old photo stays.

    Of ``untold`` a policy would speak, but their last letter did not name it, or not as it is now.
    """

    decisions: tuple[Decision, ...] = ()
    others: int = 0
    untold: int = 0


def close(
    home: Path, register: Register, policy: Policy, at: datetime | None = None, *, dry: bool = False
) -> Closing:
    """Answer for those whose deadline passed in silence, where a policy of their legal entity says so.

    Counted are only people who were asked about exactly the portrait of the newest run, whom the letter
    reached as far as is known, and who never gave an answer of their own; a policy speaks only for those
    whose last letter named it. Nothing is written when ``dry``. ConfigError in a home that was put back from a
    backup: somebody may have answered since.
    """
    must_be_the_newest(home, "nobody's silence was counted")
    people, at = Company(home).book().people, at or datetime.now(UTC)
    with register.alone() as store:
        asked = Asked.of(store.rows)
        silent = [person for person in people.values() if _is_silent(asked, person, at)]
        ruled = [(person, asked.rule(person, policy)) for person in silent]
        decisions = tuple(_decision(person, rule, at) for person, rule in ruled if rule)
        untold = sum(1 for person, rule in ruled if not rule and covering(person, policy))
        if not dry:
            store.add(decisions)
    return Closing(decisions, len(silent) - len(decisions) - untold, untold)


def _is_silent(asked: Asked, person: Person, at: datetime) -> bool:
    """Whether a letter about today's portrait reached somebody, the deadline passed, and no answer came."""
    about = asked.about(person)
    if not about or datetime.fromisoformat(max(one.deadline for one in about)) > at:
        return False
    return bool(asked.reached(person)) and not asked.answered(person)


def _decision(person: Person, rule: Rule, at: datetime) -> Decision:
    when = at.astimezone(UTC).isoformat(timespec="microseconds")
    return Decision(
        person.id, person.portrait.picture, Answer.APPROVE, f"{BY}{rule.basis}", when, source=SOURCE
    )
