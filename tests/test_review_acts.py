"""What may be done with a photo is asked on a person's own page: said and taken back by one tick each, with its own text."""

import re
from pathlib import Path

import httpx
import pytest

from catchlight.acts import ACTS, acts_of
from catchlight.agreed import agreed
from catchlight.consents import Consent
from catchlight.home import Home, write_json
from catchlight.job import Job
from catchlight.permission import read_permissions
from catchlight.policy import Policy
from catchlight.records import Answer, Employee
from catchlight.review_records import Notice
from reports.review.desk import ReviewDesk
from tests.review_browser import free_port
from tests.review_company import plain, served, signed_in
from tests.review_stands import ME, one_person, opened, policy, say

ANSWERS = {"yes": True, "no": False}


@pytest.fixture
def desk(tmp_path: Path) -> ReviewDesk:
    """Return the desk of a company whose newest run compares faces and paints."""
    return _desk(tmp_path, ACTS)


def _desk(
    root: Path, acts: tuple[str, ...], person: Employee = ME, rules: Policy | None = None
) -> ReviewDesk:
    company = one_person(root, person)
    write_json(Home(company.home).run("20261124-100000") / "run.json", {"acts": list(acts)})
    return opened(company, rules)


def _form(page: str, *ticked: str) -> dict[str, str]:
    """Return what a browser sends: hidden fields of the section, and the boxes that are ticked."""
    inside = page.split('id="acts"')[1].split("</section>", maxsplit=1)[0]
    hidden = re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', inside)
    return dict(hidden) | {f"act-{name}": "yes" for name in ticked}


def _ticked(page: str) -> set[str]:
    return set(re.findall(r'name="act-(\w+)" value="yes" form="agree" checked', page))


def test_a_yes_and_its_withdrawal_are_one_tick_each_on_the_real_server(tmp_path: Path) -> None:
    """The last word holds for comparing faces and for painting; the text that was shown is kept beside the yes."""
    port = free_port()
    desk = _desk(tmp_path, ACTS, rules=policy(url=f"http://127.0.0.1:{port}"))
    with served(desk, port) as at, httpx.Client(base_url=at, headers={"origin": at}) as browser:
        browser.cookies.set("__Host-sid", desk.sessions.begin(ME.id, ME.id, ("employee",)))
        for wanted, code in (((), "known"), (ACTS, "acts_yes"), (ACTS, "known"), ((), "acts_no")):
            page = browser.get("/me").text
            sent = browser.post("/me/acts", data=_form(page, *wanted))
            assert sent.headers["location"].endswith(f"/me?code={code}"), sent.text
            assert _ticked(browser.get("/me").text) == set(wanted)
            may = read_permissions(desk.home, ME.id)
            assert bool(may.may(ME, "biometric_check")) == bool(wanted)
            assert agreed(desk.home, {ME.id}) == ({ME.id: ("generate", "generate_clothes")} if wanted else {})
    said = desk.register.rows(Consent)
    assert [(one.purpose, one.word) for one in said] == [
        *((act, "granted") for act in ACTS), *((act, "withdrawn") for act in ACTS),
    ]  # fmt: skip
    shown = {one.digest: one for one in desk.register.rows(Notice)}
    assert [shown[one.notice].name for one in said[:3]] == ["generate", "generate-clothes", "biometric-check"]
    assert "geometry of the faces" in shown[said[2].notice].text
    assert "Example" in shown[said[2].notice].text


def test_the_yes_of_the_page_is_a_written_one(desk: ReviewDesk) -> None:
    """Where the law asks for a written release before faces are compared, the tick beside its text is one."""
    american = Employee(ME.id, country="US")
    browser = signed_in(desk, ME.id, ME.id)
    assert read_permissions(desk.home, ME.id).may(american, "biometric_check").code == "not_written"
    browser.post("/me/acts", data=_form(browser.get("/me").text, "biometric_check"))
    assert read_permissions(desk.home, ME.id).may(american, "biometric_check")


def test_nothing_is_ticked_before_and_an_answer_to_the_portrait_says_nothing_of_it(desk: ReviewDesk) -> None:
    """A yes to the portrait is none to comparing faces: it stays unasked, also with its ticks sent along."""
    browser = signed_in(desk, ME.id, ME.id)
    page = browser.get("/me").text
    assert _ticked(page) == set()
    picture = re.search(r'name="picture" value="(\w+)"', page)
    notice = re.search(r'name="notice" value="(\w+)"', page)
    assert picture
    assert notice
    form = _form(page, *ACTS) | {"answer": "approve", "picture": picture[1], "notice": notice[1]}
    browser.post("/me/answer", data=form)
    assert [one.answer for one in desk.register.decisions()] == [Answer.APPROVE]
    assert not {one.purpose for one in desk.register.rows(Consent)} & set(ACTS)


def test_a_text_that_has_changed_is_not_agreed_to(desk: ReviewDesk) -> None:
    """Nothing is recorded and the page says why; to take a yes back, no text is needed."""
    browser = signed_in(desk, ME.id, ME.id)
    form = _form(browser.get("/me").text, "generate")
    told = browser.post("/me/acts", data=form | {"notice-generate": "0" * 64})
    assert told.headers["location"] == "/me?code=acts_anew"
    assert desk.register.rows(Consent) == []
    assert "The text of what you would agree to has changed" in plain(browser.get("/me?code=acts_anew").text)
    browser.post("/me/acts", data=form)
    back = {name: value for name, value in _form(browser.get("/me").text).items() if "notice" not in name}
    assert browser.post("/me/acts", data=back).headers["location"] == "/me?code=acts_no"


def test_only_what_is_done_is_asked_and_what_was_said_can_always_be_taken_back(tmp_path: Path) -> None:
    """A run that does nothing of the kind asks nothing; somebody's yes of before stays there to be withdrawn."""
    desk = _desk(tmp_path / "now", ())
    browser = signed_in(desk, ME.id, ME.id)
    assert 'id="acts"' not in browser.get("/me").text
    desk.register.add([Consent(ME.id, "generate", "granted", ME.id, "2026-01-01T00:00:00+00:00")])
    assert _ticked(browser.get("/me").text) == {"generate"}
    say(desk, Answer.REFUSE)
    assert 'id="acts"' not in browser.get("/me").text  # nothing at all is done with their photo


def test_what_a_country_rules_out_is_not_offered(tmp_path: Path) -> None:
    """And where the company does it without asking, the page says so and takes the no."""
    desk = _desk(tmp_path, ("biometric_check", "generate"), Employee(ME.id, country="US-IL"))
    (desk.home / "trust.toml").write_text('[jurisdictions."US-IL"]\nbiometric_check = "never"\n')
    browser = signed_in(desk, ME.id, ME.id)
    assert "act-biometric_check" not in browser.get("/me").text
    (desk.home / "trust.toml").write_text('[jurisdictions."US-IL"]\nbiometric_check = "nothing"\n')
    page = browser.get("/me").text
    assert _ticked(page) == {"biometric_check"}
    assert "Done unless you untick it." in plain(page)
    browser.post("/me/acts", data=_form(page))
    assert [(one.purpose, one.word) for one in desk.register.rows(Consent)] == [
        ("biometric_check", "refused")
    ]


def test_the_page_asks_in_german_and_a_company_may_use_its_own_text(tmp_path: Path) -> None:
    """In the reader's language, with the company's name; the company's own release is kept as it was shown."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/en.txt").write_text("What happens.")
    (tmp_path / "texts/biometric_check.de.txt").write_text("Unser eigener Text von {company}.")
    rules = policy(notice=str(tmp_path / "texts"))
    desk = _desk(tmp_path, ("biometric_check", "generate"), rules=rules)
    page = plain(signed_in(desk, ME.id, ME.id).get("/me", headers={"accept-language": "de"}).text)
    assert "Ein Programm darf mein Gesicht auf zwei Bildern von mir vergleichen" in page
    assert "Unser eigener Text von Example." in page
    assert "Example kann auf eigenen Rechnern von einem Modell malen lassen" in page


def test_a_run_writes_down_what_it_would_ask_for(tmp_path: Path) -> None:
    """From the presets of all groups and from the job file: recogniser, painter, clothes."""
    (tmp_path / "plain.toml").write_text('title = "Plain"\n')
    (tmp_path / "faces.toml").write_text('title = "Faces"\n[engines]\nlikeness = "dlib_resnet"\n')
    (tmp_path / "paint.toml").write_text(
        'title = "Paint"\nrung = "generate"\n[engines]\npaint = "diffusion"\n[generate]\nclothing = "business"\n'
    )
    job = Job(source=tmp_path, home=tmp_path / "home", preset=str(tmp_path / "plain.toml"))
    assert acts_of(job) == []
    assert acts_of(job, [str(tmp_path / "faces.toml")]) == ["biometric_check"]
    assert acts_of(job, [str(tmp_path / "paint.toml")]) == ["generate", "generate_clothes"]
    (tmp_path / "job.toml").write_text('faces = "dlib_resnet"\n')
    assert acts_of(job.model_copy(update={"source": tmp_path / "job.toml"})) == ["biometric_check"]
