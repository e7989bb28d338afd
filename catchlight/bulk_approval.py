"""Approving without an answer of the person's own: only under a written agreement, and only what no check flags."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from catchlight.own_word import BULK, SILENCE, STOPS
from catchlight.policy import Policy, Rule
from catchlight.records import Answer, Decision, Outcome, Side, by_employee
from catchlight.register import Register, now
from catchlight.spoken import spoken
from catchlight.standings import Snapshot, Stage, Standing

SOURCE = BULK


@dataclass(frozen=True, slots=True)
class Batch:
    """The portraits that one rule lets HR approve."""

    rule: Rule
    portraits: tuple[Standing, ...]

    @property
    def source(self) -> str:
        """What the decisions name as their basis."""
        return SOURCE + self.rule.basis


def batches(
    snapshot: Snapshot, policy: Policy, answers: Callable[[str], Collection[Decision]]
) -> list[Batch]:
    """Return what each rule covers now, in the order of the policy; a rule that covers nobody has no portraits."""
    found: dict[int, list[Standing]] = {id(rule): [] for rule in policy.bulk}
    for one in snapshot.people.values():
        if not _is_plain(one):
            continue
        rule = policy.bulk_of(one.person.portrait.employee, one.person.rung_of(one.picture))
        if rule and not spoke(answers(one.person.id), one.picture):
            found[id(rule)].append(one)
    return [Batch(rule, tuple(found[id(rule)])) for rule in policy.bulk]


def _is_plain(one: Standing) -> bool:
    newest = one.picture and one.picture == one.person.portrait.picture
    return bool(newest and one.stage == Stage.OPEN and one.outcome == Outcome.ACCEPT and not one.flags)


def spoke(answers: Iterable[Decision], picture: str) -> bool:
    """Whether a person has an answer of their own, or this very picture one already."""
    own = [d for d in answers if d.side == Side.EMPLOYEE]
    return any(
        d.picture == picture or d.answer in STOPS or not d.source.startswith((SOURCE, SILENCE)) for d in own
    )


def approve_all(register: Register, batch: Batch, by: str) -> int:
    """Approve what is in a batch, all or none; return how many. Whoever answered meanwhile is left out."""
    with register.alone() as store:
        said = by_employee(spoken(store.rows))
        at = now()
        return store.add(
            Decision(one.person.id, one.picture, Answer.APPROVE, by, at, source=batch.source)
            for one in batch.portraits
            if not _blocked(said.get(one.person.id, []), one.picture)
        )


def _blocked(answers: list[Decision], picture: str) -> bool:
    brand = [d.answer for d in answers if d.side == Side.BRAND and d.picture == picture]
    return spoke(answers, picture) or brand[-1:] == [Answer.HOLD]
