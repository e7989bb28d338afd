"""A made-up company with every outcome and hostile names, and the people who work on it, for the company's pages."""

import socket
from pathlib import Path

from starlette.testclient import TestClient

from catchlight.policy import Gates, Policy, Rule
from catchlight.records import Answer, Decision, Employee, Outcome, Reading, Rung, Side
from catchlight.register import now
from reports.review.desk import ReviewDesk
from tests.review_company import ORIGIN, ReviewCompany, signed_in, token_of
from tests.sheet_company import HOSTILE

BASIS = "Works agreement on portraits, section 4"
RULE = Rule(entities=("Example Ltd",), basis=BASIS, rungs=(Rung.KEEP, Rung.CROP))
GATED = Policy(url=ORIGIN, company="Example <b>", gates=Gates(brand=True), bulk=(RULE,))


def staffed_company(root: Path) -> ReviewCompany:
    """Return a company: six plain people, one to look at, one without a portrait, then hostile names."""
    company = ReviewCompany(root / "home")
    for number in range(1, 7):
        entity = "Example Ltd" if number % 2 else "Example AG"
        person = Employee(
            f"p{number}", f"Ada{number}", "Byron", email=f"p{number}@example.com", entity=entity
        )
        company.add(person, rung=Rung.CROP)
    company.add(Employee("look", "Lou", "Look", email="lou@example.com"), Outcome.REVIEW)
    company.add(
        Employee("none", "Nora", "None"), Outcome.RETAKE, picture="", after="", aligned="", reason="face.none"
    )
    for number, name in enumerate(HOSTILE):
        company.add(Employee(f"h{number}", display_name=name, entity=HOSTILE[0]), Outcome.REVIEW)
    for render in company.renders:
        company.readings.append(Reading(render.employee, render.recipe, "sharpness", 1.2, 1.6, None))
    return company.finish()


def staff(desk: ReviewDesk, role: str, employee: str = "") -> TestClient:
    """Return the browser of somebody with one role."""
    return signed_in(desk, f"{role}@example.com", employee, (role,))


def picture(desk: ReviewDesk, employee: str) -> str:
    """Return the digest of a person's newest portrait."""
    return desk.company.book().people[employee].pictures[0]


def say(desk: ReviewDesk, employee: str, answer: str = Answer.APPROVE, **more: str) -> None:
    """Let a person answer about their portrait, or somebody for them."""
    given = {"by": employee, "at": now(), "source": "page"} | more
    desk.register.decide([Decision(employee, picture(desk, employee), answer, **given)])


def brand_says(desk: ReviewDesk, employee: str, answer: str = Answer.APPROVE, comment: str = "") -> None:
    """Let the brand owner answer about a person's portrait."""
    say(desk, employee, answer, by="brand", side=Side.BRAND, comment=comment, source="page:brand")


def form_of(page: str, **values: str) -> dict[str, str]:
    """Return the hidden fields of the first answer form of a page, with ``values``."""
    fields = {"token": token_of(page)}
    for name in ("ticket", "picture", "seen", "next", "batch", "run"):
        part = page.split(f'name="{name}" value="')
        if len(part) > 1:
            fields[name] = part[1].split('"', maxsplit=1)[0]
    return fields | values


def answers(desk: ReviewDesk, side: str = Side.BRAND) -> list[tuple[str, str]]:
    """Return who was answered about, and what, for one side."""
    return [(d.employee, d.answer) for d in desk.register.decisions() if d.side == side]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
