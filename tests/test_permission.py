"""May we do this for this person: by what they said, where they are, and what the company promised."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import agreement
from catchlight.allowances import agreed, uncompared
from catchlight.config import Engines, Preset
from catchlight.consents import Consent, Word
from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.job import Job
from catchlight.permission import Permissions, read_permissions
from catchlight.promises import Needs, Promises, Rule, load_promises
from catchlight.publish_planning import draw
from catchlight.records import Answer, Decision, Employee
from catchlight.register import Register, now
from catchlight.review_records import Notice
from flows.commands.people import app
from tests.postgresql_server import database
from tests.published_company import SIZES, make_company


def _said(purpose: str, word: str = Word.GRANTED, **more: str) -> Permissions:
    return Permissions(said={"1": [Consent("1", purpose, word, "1", now(), **more)]})


@pytest.mark.parametrize(
    ("country", "needed"),
    [
        ("DE", Needs.YES), ("US-IL", Needs.WRITTEN), ("us-tx", Needs.WRITTEN), ("United  States", Needs.WRITTEN),
        ("", Needs.WRITTEN),
    ],
)  # fmt: skip
def test_faces_are_compared_by_a_recorded_yes_and_in_the_united_states_by_a_written_one(
    country: str, needed: Needs
) -> None:
    """Somebody whose country the list leaves out may be in Illinois."""
    assert Promises().needs("biometric_check", country) == needed


def test_where_the_list_has_no_country_a_company_can_say_where_its_people_are() -> None:
    """One country is enough for most companies."""
    assert Promises(without_country="DE").needs("biometric_check", "") == Needs.YES


def test_a_companys_word_for_everybody_does_not_loosen_what_holds_in_the_united_states(
    tmp_path: Path,
) -> None:
    """The narrower rule wins, whoever wrote it; a part of a country is narrower still."""
    (tmp_path / "trust.toml").write_text(
        '[jurisdictions."*"]\nbiometric_check = "nothing"\n[jurisdictions.US-OH]\nbiometric_check = "never"\n'
    )
    trust = load_promises(tmp_path)
    assert [trust.needs("biometric_check", place) for place in ("DE", "US-IL", "US-OH")] == [
        Needs.NOTHING, Needs.WRITTEN, Needs.NEVER,
    ]  # fmt: skip


def test_a_company_that_settled_it_everywhere_has_settled_it_for_people_without_a_country() -> None:
    """The strictest of the rules that hold, not of those that the company replaced."""
    nothing = Rule(biometric_check=Needs.NOTHING)
    assert Promises(jurisdictions={"*": nothing}).needs("biometric_check", "") == Needs.WRITTEN
    assert Promises(jurisdictions={"*": nothing, "US": nothing}).needs("biometric_check", "") == Needs.NOTHING


def test_a_wrong_key_is_named(tmp_path: Path) -> None:
    """A promise with a slip of the pen must not be taken for none."""
    (tmp_path / "trust.toml").write_text('[jurisdictions.DE]\nbiometrics = "off"\n')
    with pytest.raises(ConfigError, match=r"trust\.toml: jurisdictions\.DE\.biometrics"):
        load_promises(tmp_path)


def test_a_written_yes_has_its_text_and_its_evidence() -> None:
    """A tick without the text, or a text without proof, is no release."""
    illinois = Employee("1", country="US-IL")
    text, paper = {"notice": "d1"}, {"evidence": "file 7"}
    assert not _said("biometric_check", **text).may(illinois, "biometric_check")
    assert not _said("biometric_check", **paper).may(illinois, "biometric_check")
    assert _said("biometric_check", **text, **paper).may(illinois, "biometric_check")
    assert _said("biometric_check", **text, source="page").may(illinois, "biometric_check")


def test_a_no_stops_what_needs_no_yes() -> None:
    """Whoever objects to a change of their photo needs no reason, and the answer says why nothing is done."""
    found = _said("edit", Word.WITHDRAWN).may(Employee("1", country="FR"), "edit")
    assert (bool(found), found.why) == (False, "they said no to this")


def test_do_not_process_my_photo_stops_everything(tmp_path: Path) -> None:
    """The answer of a personal page counts for every purpose."""
    register = Register(tmp_path / "register.db")
    register.decide([Decision("1", "", Answer.REFUSE, "1", now())])
    register.close()
    permissions = read_permissions(tmp_path)
    assert not any(permissions.may(Employee("1", country="FR"), one) for one in ("edit", "generate", "chat"))


def test_generated_pixels_and_compared_faces_are_held_back_by_jurisdiction(tmp_path: Path) -> None:
    """A preset that does neither asks for nothing, so that no recipe changes."""
    (tmp_path / "trust.toml").write_text('[jurisdictions.FR]\ngenerate = "never"\n')
    register, staff = (
        Register(tmp_path / "register.db"),
        [Employee("1", country="DE"), Employee("2", country="FR")],
    )
    register.add([Consent(one.id, "generate", Word.GRANTED, one.id, now()) for one in staff])
    register.add([Consent("2", "biometric_check", Word.GRANTED, "2", now())])
    register.close()
    careful, bold = (
        Preset(name="p", title="P"),
        Preset(
            name="p", title="P", rung="generate", engines=Engines(likeness="dlib_resnet", paint="diffusion")
        ),
    )
    job = Job(source=tmp_path, home=tmp_path)
    job._brands[""] = careful
    assert uncompared(job, staff) == frozenset()
    assert agreed(job, staff) == {}
    job._brands[""] = bold
    assert uncompared(job, staff) == frozenset("1")
    assert agreed(job, staff) == {"1": ("generate",)}


def test_no_face_is_described_where_it_may_not_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The right is asked for right before the act; without it nothing disagrees, and nothing is remembered."""
    described: list[str] = []
    monkeypatch.setattr(agreement, "alike_pictures", lambda *_: False)
    monkeypatch.setattr(agreement.Faces, "_compare", lambda *_: described.append("x"))
    faces = agreement.Faces("dlib_resnet", None, None, tmp_path / "faces.db")  # type: ignore[arg-type]
    assert faces.same("a", "b", lambda: False)
    assert described == []
    assert not faces.same("a", "b", lambda: True)
    assert faces.same("a", "b", lambda: False)  # what is known of before does not count any more, either
    faces.close()


def test_where_publication_needs_a_written_yes_an_approval_alone_publishes_nobody(tmp_path: Path) -> None:
    """The plan says why; with the text and the evidence it goes out."""
    company = make_company(tmp_path)
    pictures = company.run("r1", {"1": "one"})
    company.answer(pictures)
    (company.home / "trust.toml").write_text(
        'without_country = "DE"\n[jurisdictions.DE]\npublication = "written"\n'
    )
    (skip,) = draw(company.desk(), "latest", SIZES).skipped
    assert (skip.reason, "written yes" in skip.sentence) == ("not_written", True)
    (tmp_path / "release.txt").write_text("I agree.")
    words = ["consent", "1", "--purpose", "intranet", "--said", "granted", "--home", str(company.home)]
    said = CliRunner().invoke(
        app, [*words, "--notice", str(tmp_path / "release.txt"), "--evidence", "file 7"]
    )
    assert (said.exit_code, "in writing" in said.stdout) == (0, True)
    assert [one.employee for one in draw(company.desk(), "latest", SIZES).people] == ["1"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_consent_keeps_its_basis_evidence_and_text_in_every_store(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """What was agreed to can be shown years later, in its language."""
    home = tmp_path / "home"
    (home / "secrets").mkdir(parents=True)
    (tmp_path / "release.txt").write_text("Ich willige ein.")
    words = ["consent", "1", "--purpose", "biometric_check", "--said", "granted", "--home", str(home)]
    words += ["--notice", str(tmp_path / "release.txt"), "--language", "de", "--evidence", "file 7"]
    if kind == "postgresql":
        with database(request.getfixturevalue("postgresql_server"), "consents") as address:
            (home / "secrets/register.url").write_text(address)
            (home / "secrets/register.url").chmod(0o600)
            _says_all(home, words)
    else:
        _says_all(home, words)


def _says_all(home: Path, words: list[str]) -> None:
    assert CliRunner().invoke(app, [*words, "--basis", "explicit_consent"]).exit_code == 0
    register = open_register(home)
    (said,) = register.rows(Consent)
    (notice,) = register.rows(Notice, digest=said.notice)
    register.close()
    assert (said.basis, said.evidence, notice.language, notice.text) == (
        "explicit_consent", "file 7", "de", "Ich willige ein.",
    )  # fmt: skip


def test_an_unknown_purpose_is_refused_with_those_there_are(tmp_path: Path) -> None:
    """A slip of the pen would otherwise be a consent to nothing."""
    words = ["consent", "1", "--purpose", "biometric", "--said", "granted", "--home", str(tmp_path)]
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, "biometric_check" in done.output) == (2, True)
