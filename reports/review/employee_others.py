"""What may give an answer in a person's place: an agreement on silence, on approval in bulk, or a delegate."""

from catchlight.bulk_approval import spoke
from catchlight.company import Person
from catchlight.forewarned import Asked, covering
from catchlight.records import Outcome
from catchlight.spoken import spoken
from reports.review.people_delegations import named
from reports.review.people_desk import delegations
from reports.review.visit import Visit


def silence_of(visit: Visit, person: Person) -> str:
    """Return the agreement by which this person's portrait is published without an answer, "" for none: as their letter said."""
    if not covering(person, visit.desk.policy):
        return ""
    rule = Asked.of(visit.desk.register.rows, person.id).rule(person, visit.desk.policy)
    return rule.basis if rule else ""


def bulk_of(visit: Visit, person: Person) -> str:
    """Return the agreement by which HR may say yes for this person as things are, "" for none."""
    today, verdict = person.portrait.picture, person.portrait.verdict
    if not verdict or verdict.outcome != Outcome.ACCEPT or verdict.reasons:
        return ""
    rule = visit.desk.policy.bulk_of(person.portrait.employee, person.rung_of(today))
    if not rule or spoke(spoken(visit.desk.register.rows, employee=person.id), today):
        return ""
    return rule.basis


def told_who_decides(visit: Visit, person: Person, silence: str) -> str:
    """Return who or what decides beside the person, in words; that nobody does where it is so."""
    say, bulk = visit.words, bulk_of(visit, person)
    names = [row.delegate for row in named(visit, delegations(visit).of(person.id))]
    found = [say("answer.why_silence", basis=_apart(silence))] if silence else []
    found += [say("answer.why_bulk", basis=_apart(bulk))] if bulk else []
    found += [say("answer.why_delegate", names=", ".join(map(_apart, names)))] if names else []
    return " ".join([*found, say("answer.why_own")]) if found else say("answer.why")


def _apart(text: str) -> str:
    """Return somebody's words so that their direction of writing stays within them."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
