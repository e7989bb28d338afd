"""A small company whose people are written to: a finished run, a policy, and a clock that a test sets."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from typer.testing import CliRunner, Result

from catchlight import ledger
from catchlight.home import Home
from catchlight.records import Answer, Decision, Employee, Outcome, Render, Rung, Verdict
from catchlight.register import Register
from catchlight.review_records import Letter
from flows.commands import review
from flows.letters import Bureau, open_bureau
from tests.mail_server import Mailbox, mail_server
from tests.published_company import Company, portrait

WEDNESDAY = datetime(2026, 6, 3, 10, tzinfo=UTC)
POLICY = """
company = "Example AG"
url = "https://photos.example.com/review"
contact = "hr@example.com"
[asking]
timezone = "Europe/Berlin"
"""


@dataclass
class LetterCompany:
    """A home folder; ``clock`` is what all that is opened from it takes for now."""

    home: Path
    now: datetime = WEDNESDAY
    people: dict[str, tuple[Employee, Render, Verdict]] = field(default_factory=dict)

    def add(self, id_: str, outcome: str = Outcome.ACCEPT, seed: str = "1", **more: str) -> str:
        """Add a person, or change their portrait; return its digest."""
        known = {"given_name": "Zoë", "family_name": "Müller", "email": f"{id_}@example.com", **more}
        usable = outcome != Outcome.RETAKE
        picture = Home(self.home).vault.put(portrait(f"{id_}{seed}")) if usable else ""
        render = Render(id_, f"recipe-{id_}-{seed}", "", picture, rung=Rung.CROP, preset="house")
        said = (
            () if usable else (("sharpness.far", "The photo is out of focus or blurred; send a sharp one."),)
        )
        verdict = Verdict(id_, render.recipe, outcome, tuple(c for c, _ in said), tuple(s for _, s in said))
        self.people[id_] = Employee(id_, **known), render, verdict
        return picture

    def finish(self, run: str = "r1") -> "LetterCompany":
        """Write the run that everybody who was added is in; it began now."""
        home, folder = Home(self.home), Home(self.home).run(run)
        for number, record in enumerate((Employee, Render, Verdict)):
            rows = [parts[number] for parts in self.people.values()]
            ledger.write(folder / ledger.file_name(record), ledger.table(record, rows))
        (folder / "run.json").write_text(json.dumps({"started": self.now.isoformat(timespec="seconds")}))
        home.point_to(run)
        return self

    def write_policy(self, port: int = 0, more: str = "", text: str = POLICY) -> None:
        """Write review.toml with a mail server on loopback."""
        mail = (
            f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "photos@example.com"\n'
        )
        (self.home / "review.toml").write_text(f"{text}{mail if port else ''}{more}", encoding="utf-8")

    def clock(self) -> datetime:
        """Return the company's time."""
        return self.now

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    def bureau(self) -> Bureau:
        """Open the bureau, as a new program would."""
        return open_bureau(self.home, self.clock)

    def answer(self, id_: str, answer: str = Answer.APPROVE, picture: str | None = None) -> None:
        """Let a person answer about their portrait of today."""
        register = Register(self.home / "register.db")
        about = self.people[id_][1].picture if picture is None else picture
        register.add([Decision(id_, about, answer, id_, self.now.isoformat(timespec="microseconds"))])
        register.close()

    def letters(self) -> list[Letter]:
        """Return all states of all letters."""
        register = Register(self.home / "register.db")
        found = register.rows(Letter)
        register.close()
        return found


@contextmanager
def post_office(company: LetterCompany) -> Iterator[Mailbox]:
    """Yield the company's mailbox, with its server running and named in the policy."""
    box = Mailbox()
    with mail_server(box) as port:
        company.write_policy(port)
        yield box


def make_company(root: Path, *ids: str) -> LetterCompany:
    """Make a company with these people and a finished run."""
    company = LetterCompany(root / "home")
    company.home.mkdir()
    for id_ in ids:
        company.add(id_)
    return company.finish()


def reviewing(company: "LetterCompany | Company", *words: str) -> Result:
    """Run ``catchlight review …`` in the company's home."""
    return CliRunner().invoke(review.app, list(words), env={"CATCHLIGHT_HOME": str(company.home)})
