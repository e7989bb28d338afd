"""A person's earlier portraits, kept for as long as they come from the same photos and the same preset."""

from collections.abc import Mapping
from pathlib import Path

from catchlight import ledger, looks, runs
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.plan import Plan
from catchlight.records import Outcome, Photo
from catchlight.runs import Candidate, Portrait
from catchlight.wish import NO_WISH
from catchlight.wishes import wishes_of

MOST = 4


def keep(plan: Plan, pictures: Mapping[str, str]) -> None:
    """Write which earlier portraits people (the run's pictures by id) may still choose, if there are any."""
    found = _found(plan, pictures)
    if found:
        path = plan.home.run(plan.run) / ledger.file_name(Candidate)
        ledger.write(path, ledger.table(Candidate, found))


def _found(plan: Plan, pictures: Mapping[str, str]) -> list[Candidate]:
    before = _before(plan)
    if before is None:
        return []
    try:
        known, portraits = runs.candidates(before), runs.portraits(before)
        alike = _same_photos(plan, before.name) & _same_look(plan, before)
    except ConfigError:
        if plan.job.onto:
            raise
        return []  # damaged: nobody gets their new portrait later for that
    wishes = wishes_of(plan.home, before.name)
    rows: list[Candidate] = []
    for person in sorted(pictures.keys() & portraits.keys() & alike):
        then, now = (each.get(person, NO_WISH) for each in (wishes, plan.wishes))
        # Only who asked may choose between the two: for others a new portrait ends the older one's answer.
        own = _usable(portraits[person], then.tags) if then != now else []
        rows += _first([*own, *known.get(person, [])], pictures[person])
    return rows


def _first(earlier: list[Candidate], now: str) -> list[Candidate]:
    """Return the newest few of them, each picture once, and not the one that the run shows anyway."""
    once = {one.picture: one for one in reversed(earlier) if one.picture != now}
    return [one for one in earlier if once.get(one.picture) is one][:MOST]


def _usable(portrait: Portrait, wish: str) -> list[Candidate]:
    """Return a portrait as one that may still be chosen; none when it asks for a new photo."""
    made, verdict = portrait.render, portrait.verdict
    if not made or not made.picture or not verdict or verdict.outcome == Outcome.RETAKE:
        return []
    return [
        Candidate(
            made.employee, made.recipe, made.picture, made.photo, made.before, made.after, made.aligned,
            made.rung, wish,
        )
    ]  # fmt: skip


def _before(plan: Plan) -> Path | None:
    """Return the run that this one follows."""
    if plan.job.onto:
        return plan.home.run(plan.job.onto)
    latest = plan.home.root / "runs" / "latest"
    return runs.run_folder(plan.home.root) if latest.exists() else None


def _same_look(plan: Plan, before: Path) -> set[str]:
    """Return the people whose preset is as it was in the run before."""
    try:
        looked, then = looks.digests(before), looks.names(before)
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    now = {person.id: person.preset for person in plan.employees()}
    return {
        person
        for person in now.keys() & then.keys()
        if looked.get(then[person]) == plan.job.brand(now[person]).digest()
    }


def _same_photos(plan: Plan, before: str) -> set[str]:
    """Return the people whose photos are those of the run before."""
    now, then = _photos(plan.home, plan.run), _photos(plan.home, before)
    return {person for person in now.keys() & then.keys() if now[person] == then[person]}


def _photos(home: Home, run: str) -> dict[str, set[str]]:
    try:
        rows = ledger.read(home.ledger(run) / ledger.file_name(Photo), columns=["employee", "digest"])
    except FileNotFoundError:
        return {}
    found: dict[str, set[str]] = {}
    for person, digest in rows.iter_rows():
        found.setdefault(person, set()).add(digest)
    return found
