"""A small company with a finished run and a review server over it, for the tests of the pages."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import uvicorn
from starlette.testclient import TestClient

from catchlight import ledger
from catchlight.desk import open_register
from catchlight.home import Home
from catchlight.policy import Policy
from catchlight.records import Employee, Outcome, Reading, Render, Rung, Verdict
from reports.review.app import make_app
from reports.review.desk import ReviewDesk, open_review_desk
from tests.published_company import portrait

ORIGIN = "https://photos.example.com"


@dataclass
class ReviewCompany:
    """A home folder with people p1 … pN, all accepted, and whoever a test adds."""

    home: Path
    people: list[Employee] = field(default_factory=list)
    renders: list[Render] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)

    def add(self, person: Employee, outcome: str = Outcome.ACCEPT, seed: str = "", **render: Any) -> str:
        """Add a person with a portrait and return its digest."""
        vault, made = Home(self.home).vault, {}
        for name in ("picture", "before", "after", "aligned"):
            made[name] = vault.put(portrait(f"{person.id}{seed}{name}"))
        row = Render(
            person.id,
            f"recipe-{person.id}{seed}",
            "",
            width=256,
            height=256,
            preset="house",
            rung=Rung.RELIGHT,
        )
        row = replace(row, **{**made, **render})
        reasons = () if outcome == Outcome.ACCEPT else ("matte.high",)
        sentences = () if outcome == Outcome.ACCEPT else ("The outline of the hair is not certain.",)
        self.people.append(person)
        self.renders.append(row)
        self.verdicts.append(Verdict(person.id, row.recipe, outcome, reasons, sentences))
        return row.picture

    def finish(self, run: str = "20261124-100000") -> "ReviewCompany":
        """Write the run that all who were added are in."""
        home = Home(self.home)
        tables = {Employee: self.people, Render: self.renders, Verdict: self.verdicts, Reading: self.readings}
        for record, rows in tables.items():
            ledger.write(home.run(run) / ledger.file_name(record), ledger.table(record, rows))
        home.point_to(run)
        return self

    def desk(self, policy: Policy | None = None, **more: Any) -> ReviewDesk:
        """Return the desk of a review server."""
        policy = policy or Policy(url=ORIGIN, company="Example")
        return open_review_desk(self.home, open_register(self.home), policy, **more)


def make_review_company(root: Path, people: int = 3) -> ReviewCompany:
    """Make a company of some people with a finished run."""
    company = ReviewCompany(root / "home")
    for number in range(1, people + 1):
        company.add(
            Employee(
                f"p{number}", f"Ada{number}", "Byron", email=f"p{number}@example.com", department="Design"
            )
        )
    return company.finish()


def client(desk: ReviewDesk) -> TestClient:
    """Return a browser without a screen; its cookies are kept."""
    return TestClient(make_app(desk), base_url=ORIGIN, follow_redirects=False)


def signed_in(
    desk: ReviewDesk, who: str, employee: str = "", roles: tuple[str, ...] = ("employee",)
) -> TestClient:
    """Return the browser of somebody who is signed in."""
    browser = client(desk)
    browser.cookies.set("__Host-sid", desk.sessions.begin(who, employee, roles))
    return browser


def token_of(page: str) -> str:
    """Return the token of the forms on a page."""
    return page.split('name="token" value="')[1].split('"', maxsplit=1)[0]


def form_of(page: str) -> dict[str, str]:
    """Return the hidden fields of the first form on a page that gives an answer."""
    form = page.split("/me/answer", maxsplit=1)[1].split("</form>", maxsplit=1)[0]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def plain(page: str) -> str:
    """Return a page's text."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page).replace("&#39;", "'"))


@contextmanager
def served(desk: ReviewDesk, port: int = 0, **options: Any) -> Iterator[str]:
    """Serve the pages on loopback and yield the address; ``desk.policy.url`` should have the same port."""
    server = uvicorn.Server(uvicorn.Config(make_app(desk), port=port, log_level="warning", **options))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"{'https' if 'ssl_certfile' in options else 'http'}://127.0.0.1:{port}{desk.root}"
    server.should_exit = True
    thread.join(10)
