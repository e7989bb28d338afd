"""A photo that is there and cannot be had is not a missing one: it is told to IT, and its person is asked for nothing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from sqlite3 import connect

import pytest
from typer.testing import CliRunner

from catchlight.errors import ConfigError, PhotoError
from catchlight.job import Job
from catchlight.order import Order
from catchlight.out_of_reach import why_none
from catchlight.records import Outcome, Photo
from catchlight.source import Entry, Fetched, Page
from catchlight.source_memory import Memory
from connectors import folder
from flows import stages
from flows.commands import review
from flows.correspondence import Order as Pass
from flows.correspondence import invite
from reports.letters import Occasion, write
from tests.letter_company import WEDNESDAY, LetterCompany, make_company, post_office
from tests.mail_server import Mailbox
from tests.review_company import plain, signed_in
from tests.review_stands import ME, one_person, opened
from tests.source_worlds import jpeg

FORBIDDEN = "photos/2.jpg may not be read; give this account the right to read it"


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Return the job of a company with a good photo, one of another account's, one that is too large, and none."""
    people = tmp_path / "people"
    (people / "photos").mkdir(parents=True)
    for number in (1, 2):
        (people / f"photos/{number}.jpg").write_bytes(jpeg(number))
    with (people / "photos/3.jpg").open("wb") as file:
        file.truncate((64 << 20) + 1)
    (people / "directory.csv").write_text("id\n1\n2\n3\n4\n", "utf-8")
    read = folder.disk.read

    def refused(root: Path, file: str) -> bytes:  # whoever tests may be root, who may read all
        if file == "photos/2.jpg":
            raise PermissionError(13, "Permission denied")
        return read(root, file)

    monkeypatch.setattr(folder.disk, "read", refused)
    return Job(source=people, home=tmp_path / "home")


def test_each_person_has_the_reason_that_holds_of_them(job: Job) -> None:
    """Missing is only what is not there."""
    plan = stages.gather(job)
    (orders,) = plan.shards().values()
    why = {order.employee: stages._without_photo(order, plan).render for order in orders[1:]}
    assert {id_: one.reason for id_, one in why.items()} == {
        "2": "photo.unreadable", "3": "photo.too_large", "4": "photo.missing",
    }  # fmt: skip
    assert why["2"].note == FORBIDDEN


def test_a_refresh_says_what_it_could_not_read(job: Job) -> None:
    """With the file and what to do; a folder of which nothing can be read stops the run."""
    plan = stages.gather(job)
    said = [one["sentence"] for one in plan.findings if one["kind"] == "photo_unread"]
    assert said == [
        f"Photos that cannot be read here, so that nobody is asked for another one: 1. {FORBIDDEN}."
    ]
    with pytest.raises(
        ConfigError, match=r"no photo can be read, and 1 were tried: photos/2\.jpg may not be read"
    ):
        stages.gather(job.model_copy(update={"only": ("2",)}))


def test_why_a_photo_is_not_here_decides_no_pixels() -> None:
    """The recipe of a portrait is the same with and without it."""
    photo = Photo("1", "a.jpg", note="no", reason="photo.unreadable")
    assert Order("1", "r", (photo,)).photos[0].digest == replace(photo, reason="").digest
    assert why_none([Photo("1", "a.jpg", note="odd", reason="account.gone")]) == ("photo.missing", "odd")
    assert why_none([Photo("1", "a.jpg", note="no", reason="google.rights")]) == ("google.rights", "no")


def test_a_source_remembers_the_reason(tmp_path: Path) -> None:
    """As it does the sentence; a file of an earlier version gets the column."""
    file = tmp_path / "hr.db"
    memory = Memory(file)
    memory.close()
    with connect(file) as store:
        store.execute("alter table people drop column reason")
    memory = Memory(file)
    memory.take(Page([Entry("1", {}, "a")]))
    memory.finish("", changes=False)
    memory.fetched([(Fetched("1", problem=PhotoError("photo.unreadable", FORBIDDEN)), "")])
    (known,) = memory.people()
    assert (known.note, known.reason) == (FORBIDDEN, "photo.unreadable")


@pytest.fixture
def company(tmp_path: Path) -> LetterCompany:
    """Return a company of one portrait, and one photo that cannot be read."""
    company = make_company(tmp_path, "ann")
    company.add("bob", Outcome.RETAKE)
    person, render, verdict = company.people["bob"]
    render = replace(render, reason="photo.unreadable", note=FORBIDDEN)
    company.people["bob"] = person, render, replace(verdict, reasons=(render.reason,), sentences=(FORBIDDEN,))
    return company.finish()


@pytest.fixture
def box(company: LetterCompany) -> Iterator[Mailbox]:
    """Return the company's mailbox, with its server running."""
    with post_office(company) as box:
        yield box


def test_nobody_is_asked_for_a_photo_that_it_has_to_make_readable(
    company: LetterCompany, box: Mailbox
) -> None:
    """Who invites is told of them; they are asked once the photo could be read."""
    words = ["invite", "--now"]
    told = CliRunner().invoke(review.app, words, env={"CATCHLIGHT_HOME": str(company.home)})
    assert box.to == ["ann@example.com"]
    assert "1 have a photo that cannot be read here, and are asked once it can be: bob" in told.output
    company.add("bob")
    company.finish("r2")
    invite(company.bureau(), "mail", Pass("hr", now=True))
    assert box.to == ["ann@example.com", "bob@example.com"]


def test_their_page_says_so_and_takes_another_photo(tmp_path: Path) -> None:
    """It speaks of no missing photo and of nothing that they did wrong."""
    none = dict.fromkeys(("picture", "before", "after", "aligned"), "")
    company = one_person(tmp_path, outcome=Outcome.RETAKE, reason="photo.unreadable", note=FORBIDDEN, **none)
    company.verdicts[0] = replace(company.verdicts[0], reasons=("photo.unreadable",), sentences=(FORBIDDEN,))
    page = signed_in(opened(company.finish()), ME.id, ME.id).get("/me").text
    assert "There is a photo of you, and it could not be taken in yet" in plain(page)
    assert "/me/photo" in page
    for wrong in ("We need", "no photo of you", "give this account", "could not be used"):
        assert wrong not in plain(page)


def test_a_picture_that_is_too_large_is_told_as_that() -> None:
    """In a letter without the name of a file."""
    why = (("photo.too_large", "photos/3.jpg is larger than 64 MiB; send a smaller file"),)
    letter = Occasion("retake", "Bob", "Example AG", "https://x/l", WEDNESDAY, retake=True, reasons=why)
    text = write("en", letter).text
    assert "- The picture is too large; send a smaller one." in text
    assert "There is no photo" not in text
