"""A photo that somebody sends is looked at at once: told in one sentence, or kept with their answer."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catchlight import upload
from catchlight.deciding import Code
from catchlight.errors import ConfigError, OutsideError
from catchlight.journal import State
from catchlight.records import Answer, Decision, Receipt
from catchlight.redo_plan import plan_of
from catchlight.register import Register, now
from catchlight.review_records import Upload
from catchlight.upload import Checked, UploadDesk, clean
from flows.redo import redo
from tests.asked_company import Asked, copy_of, job_of, refresh
from tests.refreshed_company import ROOT, environment

pytestmark = pytest.mark.slow
ANA, BO, SENT = "A000148", "E000298", "C000537"
REFUSED = {
    "no_face_cat.png": "face.none",
    "derived_very_dark.jpg": "",
    "derived_lowres.jpg": "",
    "derived_truncated60.jpg": "",
    "derived_bomb_40000x40000.png": "",
    "derived_text_named.jpg": "",
    "derived_svg.svg": "",
    "profile_hat_outdoor.jpg": "",
    "group_many_faces.png": "faces.far",
    "two_people.jpg": "faces.far",
    "derived_empty.jpg": "",
}


@pytest.fixture(scope="module")
def refreshed(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Return a company of two people with a finished run."""
    photos = {id_: [shared / f"congress/photos/{id_}.jpg"] for id_ in (ANA, BO)}
    job = job_of(tmp_path_factory.mktemp("sending"), photos)
    refresh(job)
    return Asked(job.home)


@pytest.fixture(scope="module")
def company(refreshed: Asked, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Return a copy that the tests of this file send photos to, one after the other."""
    return copy_of(refreshed, tmp_path_factory.mktemp("sent"))


@pytest.fixture(scope="module")
def desk(company: Asked) -> Iterator[UploadDesk]:
    """Return the desk of that company."""
    opened = UploadDesk(company.home)
    yield opened
    opened.close()


def said(company: Asked) -> tuple[list[Decision], list[Upload]]:
    """Return all answers and all photos that were sent."""
    register = Register(company.home / "register.db")
    found = register.decisions(), register.rows(Upload)
    register.close()
    return found


@pytest.mark.parametrize("name", REFUSED)
def test_a_photo_that_cannot_be_used_is_refused_in_one_sentence(
    desk: UploadDesk, company: Asked, shared: Path, name: str
) -> None:
    """It says what to send instead, and leaves nothing behind: no file, no answer."""
    before, answers = company.files(), said(company)
    checked = desk.check(ANA, (shared / "hard" / name).read_bytes(), name, ANA)
    assert not checked.usable
    assert checked.sentence.endswith(".")
    assert checked.sentence.count(". ") == 0
    assert checked.reason
    assert REFUSED[name] in checked.reason
    assert (company.files(), said(company)) == (before, answers)
    assert not (company.home / "upload-desk").exists()


def test_a_refused_photo_that_was_there_before_stays(desk: UploadDesk, company: Asked, shared: Path) -> None:
    """Bytes that are somebody's photo of the directory are not taken away with the refusal."""
    data = (shared / "hard/no_face_cat.png").read_bytes()
    there = company.home / "vault"
    digest = plan_of(company.home, company.run).home.vault.put(data)
    assert not desk.check(ANA, data, "cat.png", ANA).usable
    assert (there / digest[:2] / digest[2:]).is_file()


def test_a_good_photo_is_kept_and_the_next_pass_only_recalls_it(
    desk: UploadDesk, company: Asked, refreshed: Asked, shared: Path
) -> None:
    """Photo, answer and portrait are there at once; the pass renders nobody and shows it."""
    data = (shared / f"congress/photos/{SENT}.jpg").read_bytes()
    portrait = company.people()[ANA].portrait.picture
    checked = desk.check(ANA, data, "../../me\u202e<b>.jpg", "ana@example.com")
    assert checked.usable
    assert checked.sentence == ""
    assert checked.taken
    assert checked.taken.code is Code.TAKEN
    (decision,), (sent,) = said(company)
    assert (decision.answer, decision.picture, decision.by) == (Answer.UPLOAD, portrait, "ana@example.com")
    assert (sent.photo, sent.file, sent.at) == (checked.photo, "me<b>.jpg", decision.at)
    again = desk.check(ANA, data, "me.jpg", "ana@example.com")
    assert (again.usable, again.taken.code if again.taken else "") == (True, Code.KNOWN)
    assert len(said(company)[1]) == 1
    folder = redo(company.home)
    assert folder
    assert '"rendered": 0' in (folder / "run.json").read_text(encoding="utf-8")
    person = company.people()[ANA]
    assert person.portrait.render.photo == checked.photo
    assert person.earlier == ()
    assert company.people()[BO].portrait == refreshed.people()[BO].portrait


def test_an_answer_that_cannot_be_kept_leaves_nothing(
    desk: UploadDesk, company: Asked, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when the answer is to be written: no picture stays, and no readings of their face."""

    def full(*_: object) -> None:
        message = "register: database or disk is full"
        raise OutsideError(message)

    def files() -> set[Path]:
        return company.files() | set((company.home / "ledger/recipes").rglob("*.json"))

    monkeypatch.setattr(upload, "decide", full)
    before = files()
    with pytest.raises(OutsideError, match="full"):
        desk.check(BO, (shared / "congress/photos/P000610.jpg").read_bytes(), "me.jpg", BO)
    assert files() == before


def test_who_is_published_is_told_to_take_back_their_yes(
    desk: UploadDesk, company: Asked, shared: Path
) -> None:
    """What stands at a destination is not changed behind its owner's back."""
    picture = company.people()[BO].portrait.picture
    company.say(BO, Answer.APPROVE)
    register = Register(company.home / "register.db")
    register.note([Receipt("folder", BO, f"96/{BO}.jpg", picture, "", State.DONE, now())])
    register.close()
    before = company.files()
    checked = desk.check(BO, (shared / f"congress/photos/{SENT}.jpg").read_bytes(), "me.jpg", BO)
    assert (checked.usable, checked.reason) == (False, Code.LOCKED)
    assert company.files() == before


def test_photos_that_come_at_once_are_all_answered(desk: UploadDesk, shared: Path) -> None:
    """Threads share one worker; each gets the answer to its own photo."""
    names = ["no_face_cat.png", "derived_empty.jpg", "no_face_placeholder.png", "derived_text_named.jpg"]

    def send(name: str) -> Checked:
        return desk.check(ANA, (shared / "hard" / name).read_bytes(), name, ANA)

    with ThreadPoolExecutor(4) as threads:
        alone, together = [send(name) for name in names], list(threads.map(send, names))
    assert [one.sentence for one in together] == [one.sentence for one in alone]


def test_the_worker_goes_when_nobody_sends_anything(company: Asked, shared: Path) -> None:
    """After the idle time no process is left, and the next photo starts one again."""
    desk = UploadDesk(company.home, idle=0.01)
    data = (shared / "hard/no_face_cat.png").read_bytes()
    for _ in range(2):
        assert not desk.check(ANA, data, "cat.png", ANA).usable
        (timer,) = [
            one for one in threading.enumerate() if isinstance(one, threading.Timer) and one.interval == 0.01
        ]
        timer.join(60)
        assert desk._darkroom is None


def test_somebody_unknown_is_no_person_to_send_for(desk: UploadDesk) -> None:
    """An id that is not in the newest run is told, and nothing is looked at."""
    with pytest.raises(ConfigError, match="nobody in the newest run"):
        desk.check("nobody", b"", "x.jpg", "nobody")


@pytest.mark.parametrize(
    ("given", "shown"),
    [("..\\..\\a.jpg", "a.jpg"), ("/etc/passwd", "passwd"), ("", "photo"), ("\x00\n", "photo"),
     ("x" * 300 + ".jpg", "x" * 76 + ".jpg"), ("..", "photo")],
)  # fmt: skip
def test_a_file_name_is_only_a_name(given: str, shown: str) -> None:
    """Folders, control characters and endless names are left out."""
    assert clean(given) == shown


def test_the_server_itself_loads_no_model(company: Asked) -> None:
    """Models live in the worker: the process that answers pages imports none of them."""
    code = (
        "import sys; from pathlib import Path; from catchlight import upload, redo_plan; "
        f"home = Path({str(company.home)!r}); desk = upload.UploadDesk(home); "
        "book = desk._company.book(); plan = redo_plan.plan_of(home, book.run); "
        "sent = upload.Upload('A000148', 'a', 'a.jpg', 'a', '2026-11-24'); "
        "upload._order(book.people['A000148'], sent, plan); "
        "print([m for m in ('torch', 'onnxruntime', 'ai_edge_litert', 'dlib', 'prefect') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment(**os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stderr
