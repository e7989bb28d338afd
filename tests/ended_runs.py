"""Runs of a whole company that ended some days ago, and moments that many days from now."""

from datetime import UTC, datetime, timedelta

from catchlight.home import Home, write_json
from tests.published_company import Company


def in_days(days: int) -> datetime:
    """Return the moment that many days from now."""
    return datetime.now(UTC) + timedelta(days=days)


def finish(company: Company, name: str, *people: str, days: int = 0) -> None:
    """Let a run of the whole company have ended."""
    home = Home(company.home)
    for id_, picture in company.run(name, {id_: id_ for id_ in people}).items():
        write_json(home.recipes.path(f"recipe-{id_}"), {"render": {"employee": id_, "picture": picture}})
    write_json(home.run(name) / "run.json", {"run": name, "finished": in_days(days).isoformat()})
    write_json(home.ledger(name) / "plan.json", {"job": {"only": [], "onto": ""}})
