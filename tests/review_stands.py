"""One person brought to each place that their own page can be at, for the tests of the pages."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from catchlight import ledger
from catchlight.home import Home
from catchlight.outbox import State
from catchlight.policy import Gates, Policy, Rule
from catchlight.records import Answer, Decision, Employee, Outcome, Photo, Receipt, Rung, Side
from catchlight.register import now
from catchlight.review_records import Invitation, Letter, Upload
from catchlight.runs import Candidate
from catchlight.upload import Checked
from catchlight.wish import Wish
from reports.review.desk import ReviewDesk
from tests.published_company import portrait
from tests.review_company import ORIGIN, ReviewCompany
from tests.sheet_company import HOSTILE

ME = Employee("p1", "Ada", "Byron", email="ada@example.com", department="Design", title="Lead", entity="GmbH")
BASIS = "works agreement of 3 May 2026"


@dataclass
class Gate:
    """Checks photos as a test wants it: ``refusal`` is (reason, sentence), "" to let every photo pass."""

    desk: ReviewDesk | None = None
    refusal: tuple[str, str] = ("", "")
    seen: list[tuple[str, str, int]] = field(default_factory=list)

    def check(self, employee: str, data: bytes, file: str, by: str, notice: str = "") -> Checked:
        """Refuse a photo, or keep it with the answer as the real one does."""
        assert len(notice) in (0, 64)
        self.seen.append((employee, file, len(data)))
        if self.refusal[0]:
            return Checked(usable=False, reason=self.refusal[0], sentence=self.refusal[1])
        assert self.desk
        at = now()
        self.desk.register.add([Decision(employee, "", Answer.UPLOAD, by, at, source="upload")])
        self.desk.register.add([Upload(employee, "f" * 64, file, by, at)])
        return Checked(usable=True, photo="f" * 64)


def policy(**more: object) -> Policy:
    """Return the policy of the made-up company."""
    return Policy.model_validate({"url": ORIGIN, "company": "Example", "contact": "4711", **more})


def one_person(
    root: Path, person: Employee = ME, earlier: int = 0, photos: int = 1, **more: object
) -> ReviewCompany:
    """Make a company of one person, and of another whose pictures are not theirs."""
    company = ReviewCompany(root / "home")
    company.add(person, **more)  # type: ignore[arg-type]  # fields of the render
    company.add(Employee("p2", "Bob"))
    company.finish()
    vault, run = Home(company.home).vault, Home(company.home).run("20261124-100000")
    parts = ("picture", "photo", "before", "after", "aligned")
    rows = [
        Candidate(
            person.id, f"old{n}", *(vault.put(portrait(f"{n}{part}")) for part in parts), rung=Rung.CROP
        )
        for n in range(earlier)
    ]
    ledger.write(run / ledger.file_name(Candidate), ledger.table(Candidate, rows))
    sent = [Photo(person.id, f"{n}.jpg", digest=f"{n}" * 64) for n in range(photos)]
    ledger.write(run / ledger.file_name(Photo), ledger.table(Photo, sent))
    return company


def opened(company: ReviewCompany, rules: Policy | None = None) -> ReviewDesk:
    """Return the desk of its review server, with a gate for photos."""
    gate = Gate()
    gate.desk = company.desk(rules or policy(), uploads=gate)
    return gate.desk


def say(desk: ReviewDesk, answer: str, picture: str | None = None, **more: str) -> Decision:
    """Let the person answer about their newest picture."""
    pictures = desk.company.book().people[ME.id].pictures or ("",)
    said = Decision(ME.id, pictures[0] if picture is None else picture, answer, ME.id, now(), **more)
    desk.register.decide([said])
    return said


def published(desk: ReviewDesk, *replaced: str) -> None:
    """Let the person's portrait be approved and in use, in place of these pictures ("" for nothing): of one unless said."""
    picture = say(desk, Answer.APPROVE).picture
    desk.register.note(
        Receipt("folder", ME.id, f"p{number}.jpg", picture, before, "done", now())
        for number, before in enumerate(replaced or ("e" * 64,), 1)
    )


def invited(desk: ReviewDesk, days: int) -> None:
    """Ask the person, with a deadline in so many days."""
    day = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    picture = (desk.company.book().people[ME.id].pictures or ("",))[0]
    desk.register.add([Invitation(f"i{days}", ME.id, picture, "hr", now(), day, day)])


def tried(desk: ReviewDesk) -> None:
    """Let the person have used up their three tries."""
    for number in range(3):
        say(desk, Answer.RETRY, f"{number}" * 64, tags="tighter")


def _held(desk: ReviewDesk) -> None:
    picture = say(desk, Answer.APPROVE).picture
    desk.register.decide([Decision(ME.id, picture, Answer.HOLD, "brand", now(), side=Side.BRAND)])


def _uploaded(desk: ReviewDesk) -> None:
    say(desk, Answer.UPLOAD)
    desk.register.add([Upload(ME.id, "f" * 64, "me.jpg", ME.id, now())])


def wished(desk: ReviewDesk) -> None:
    """Let the newest run have been made with a wish of the person's."""
    plan = Home(desk.home).ledger(desk.company.book().run) / "plan.json"
    plan.parent.mkdir(parents=True)
    plan.write_text(json.dumps({"wishes": {ME.id: Wish(rung=Rung.BACKGROUND).plain()}}), encoding="utf-8")


def again(desk: ReviewDesk) -> None:
    """Let the newest portrait have come of what the person asked for about an earlier one."""
    wished(desk)
    say(desk, Answer.RETRY, "0" * 64, tags="as_photographed")


def _unchanged(desk: ReviewDesk) -> None:
    """Let the person ask for what the newest run did already, so that another one would come out the same."""
    wished(desk)
    say(desk, Answer.RETRY, tags="as_photographed")


def _nothing(_: ReviewDesk) -> None:
    """Leave it as it is."""


Before = Callable[[ReviewDesk], object]
AFTER: dict[str, Before] = {
    "open": lambda desk: invited(desk, 9),
    "late": lambda desk: invited(desk, -1),
    "again": again,
    "newer": lambda desk: say(desk, Answer.APPROVE, "0" * 64),
    "approved": lambda desk: say(desk, Answer.APPROVE),
    "held": _held,
    "published": published,
    "kept": lambda desk: say(desk, Answer.KEEP),
    "retry": lambda desk: say(desk, Answer.RETRY, tags="tighter", comment="Please."),
    "unchanged": _unchanged,
    "read": lambda desk: say(desk, Answer.RETRY, comment="Please, more like me."),
    "uploaded": _uploaded,
    "refused": lambda desk: say(desk, Answer.REFUSE),
    "no tries left": tried,
}


def places(root: Path) -> dict[str, ReviewDesk]:
    """Return the desk of a company for every place that a person's page can be at."""
    found = {name: opened(one_person(root / name)) for name in AFTER}
    for name, bring in AFTER.items():
        bring(found[name])
    gated = opened(one_person(root / "brand"), policy(gates=Gates(brand=True)))
    say(gated, Answer.APPROVE)
    silent = policy(silence=[Rule(entities=("GmbH",), basis=BASIS, rungs=tuple(Rung)).model_dump()])
    return found | {
        "brand": gated,
        "silence": told(opened(one_person(root / "silence"), silent), silent.silence[0]),
        "to look at": opened(one_person(root / "look", outcome=Outcome.REVIEW)),
        "retake": opened(retake(root / "retake")),
        "photoless": opened(photoless(root / "photoless")),
        "several": opened(one_person(root / "several", earlier=2, photos=3)),
        "hostile": opened(one_person(root / "hostile", hostile())),
        "capped": opened(one_person(root / "capped", rung=Rung.CROP, cap="relight not used: limited to crop for de")),
    }  # fmt: skip


def told(desk: ReviewDesk, rule: Rule) -> ReviewDesk:
    """Let a letter have left that named a rule."""
    invited(desk, 14)
    (asked,) = desk.register.rows(Invitation)
    about = (f"letter-{ME.id}", ME.id, asked.id, "invite", "mail", "en", State.SENT, now())
    desk.register.add([Letter(*about, told=rule.named)])
    return desk


def retake(root: Path) -> ReviewCompany:
    """Make a company whose person's photo gave no portrait."""
    return one_person(root, outcome=Outcome.RETAKE, picture="", after="", aligned="", reason="face.none")


def photoless(root: Path) -> ReviewCompany:
    """Make a company that has no photo of one person."""
    none = dict.fromkeys(("picture", "before", "after", "aligned"), "")
    why = ("photo.missing",), ("There is no photo of this person; send one from the chest up.",)
    company = one_person(root, outcome=Outcome.RETAKE, photos=0, reason=why[0][0], note=why[1][0], **none)
    company.verdicts[0] = replace(company.verdicts[0], reasons=why[0], sentences=why[1])
    return company.finish()


def hostile() -> Employee:
    """Return somebody whose every field tries to be more than text."""
    name, title, department = HOSTILE[:3]
    return replace(ME, display_name=name + HOSTILE[5], title=title, department=department + HOSTILE[3])
