"""Gmail signatures as a destination, against a stateful stand-in that keeps to Google's own description and cleans HTML."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from catchlight import ledger
from catchlight.consents import Consent, Word
from catchlight.desk import Desk
from catchlight.drift import find_drift
from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from catchlight.home import Home
from catchlight.place import Place
from catchlight.publish_planning import draw
from catchlight.records import Employee
from catchlight.register import now
from catchlight.rollback import rollback
from connectors import gmail_signatures
from flows.destinations import place_named
from tests.fake_google import FakeGoogle
from tests.gmail_cleaning import cleaned
from tests.google_answers import Answer, fault, said, told
from tests.google_company import SHARING
from tests.google_fixtures import as_written, workspace
from tests.place_contract import refuses_strange_targets
from tests.published_company import Company, apply, codes, make_company

ANNA = Employee("1", email="anna@example.org")
ALIASES = "/gmail/v1/users/me/settings/sendAs"
OLD = '<div dir="ltr">Anna, by hand</div>'


@pytest.fixture
def company() -> Iterator[FakeGoogle]:
    """Return a running company."""
    with workspace() as company:
        yield company


def settings(company: FakeGoogle, folder: Path, /, **changed: Any) -> gmail_signatures.Settings:
    """Return settings as IT would write them."""
    return gmail_signatures.Settings(**as_written(company, folder, **changed))


def place(company: FakeGoogle, folder: Path, /, **changed: Any) -> Place:
    """Return all mailboxes as a destination."""
    return gmail_signatures.open_place(settings(company, folder, **changed), "gmail_signatures:staff")


def signature(name: str) -> bytes:
    """Return a signature as such pages are written: comments for Outlook, styles, a table without all its ends."""
    return f"""<!doctype html><html><head><title>x</title><style>.a {{color: red}}</style></head><body>
<!--[if mso]><p>for Outlook</p><![endif]--><table class="a" role="presentation"><tr>
<td><img src="https://example.org/{name}.jpg" width="96" height=96 alt="{name}"></td>
<td style="color:#123456"><b>{name}</b> &amp; friends<br><a href='https://example.org'>example.org</a></table></body></html>
""".encode()


def test_verbs_do_what_they_say(company: FakeGoogle, tmp_path: Path) -> None:
    """Nothing is None; what is put shows; the second takes the first's place; removing twice is as once."""
    there = place(company, tmp_path)
    assert there.accounts([ANNA]).targets == {"1": "101"}
    assert there.look("101") is None
    for name in ("Anna", "Anna", "Anna B."):
        there.put("101", signature(name))
        assert there.same(signature(name), there.look("101"))
    assert not there.same(signature("Anna"), there.look("101"))
    there.tidy("101")
    for _ in range(2):
        there.remove("101")
        assert there.look("101") is None
    assert company.writes == {"101": 4}


def test_strange_targets_make_no_call(company: FakeGoogle, tmp_path: Path) -> None:
    """A target is an account's id, and no address."""
    there = place(company, tmp_path)
    refuses_strange_targets(there)
    refuses_strange_targets(there, ["anna@example.org", "me", "１０１", "101 ", "101/../1"])
    assert company.calls == []


def test_only_allowed_calls_are_made(company: FakeGoogle, tmp_path: Path) -> None:
    """Accounts are read, addresses are listed, and the signature of one is patched, with nothing else in it."""
    there = place(company, tmp_path)
    there.accounts([ANNA])
    there.put("101", signature("Anna"))
    there.remove("101")
    assert set(company.calls) == {
        ("POST", "/token"), ("GET", "/admin/directory/v1/users"), ("GET", "/admin/directory/v1/users/101"),
        ("GET", ALIASES), ("PATCH", f"{ALIASES}/anna@example.org"),
    }  # fmt: skip
    own = there.look.args[0]
    for calls, verb, path in [
        (own.gmail, "GET", "/gmail/v1/users/me/messages"), (own.gmail, "PUT", f"{ALIASES}/anna@example.org"),
        (own.gmail, "PATCH", "/gmail/v1/users/anna@example.org/settings/sendAs/anna@example.org"),
        (own.gmail, "DELETE", f"{ALIASES}/anna@example.org"), (own.directory, "PUT", "/admin/directory/v1/users/101"),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match="not a call that this connector makes"):
            calls.call(verb, path)


def test_each_mailbox_is_opened_in_its_owners_name(company: FakeGoogle, tmp_path: Path) -> None:
    """Accounts are read in the administrator's name with a scope that only reads; settings in each user's own."""
    company.add("102", "ben@example.org")
    there = place(company, tmp_path)
    there.put("101", signature("Anna"))
    there.put("102", signature("Ben"))
    given = {(user, *sorted(scopes)) for user, scopes, _ in company.issuer.given.values()}
    assert given == {
        ("admin@example.org", *gmail_signatures.READS), ("anna@example.org", *gmail_signatures.BASIC),
        ("ben@example.org", *gmail_signatures.BASIC),
    }  # fmt: skip
    assert company.signatures["102"]["ben@example.org"] == cleaned(signature("Ben").decode())


def test_an_address_that_became_another_persons_is_not_written_to(
    company: FakeGoogle, tmp_path: Path
) -> None:
    """The account is what counts, and its address is asked for each time."""
    there = place(company, tmp_path)
    there.put("101", signature("Anna"))
    company.users["101"]["primaryEmail"] = "anna.b@example.org"
    company.signatures["101"] = {"anna.b@example.org": ""}
    company.add("102", "anna@example.org")
    there.put("101", signature("Anna B."))
    assert "Anna B." in company.signatures["101"]["anna.b@example.org"]
    assert company.signatures["102"] == {"anna@example.org": ""}
    company.next = [told({"id": "102", "primaryEmail": "anna@example.org"})]
    with pytest.raises(OutsideError, match="answers with another user"):
        there.put("101", signature("Anna"))


def test_who_has_no_mailbox_is_left_out_with_a_sentence(company: FakeGoogle, tmp_path: Path) -> None:
    """As the directory says, and where it does not know, as Gmail says."""
    company.add("102", "ben@example.org", isMailboxSetup=False)
    company.add("103", "cleo@example.org", suspended=True)
    there = place(company, tmp_path)
    people = [Employee("b", email="ben@example.org"), Employee("c", email="cleo@example.org")]
    assert there.accounts(people).absent == {
        "b": "the Google account has no Gmail mailbox", "c": "the Google account is suspended",
    }  # fmt: skip
    for target, reason in (("102", "account.no_mailbox"), ("103", "account.asleep"), ("777", "account.gone")):
        for ask in (there.look, there.remove, lambda one: there.put(one, b"x")):
            with pytest.raises(PhotoError) as caught:
                ask(target)
            assert caught.value.reason == reason
    company.users["101"]["isMailboxSetup"] = None
    company.next = [told({"id": "101", "primaryEmail": "anna@example.org"})]
    with pytest.raises(
        PhotoError, match=r"no Gmail mailbox.*400 failedPrecondition Mail service not enabled"
    ):
        there.look("101")


def test_an_alias_of_another_domain_has_a_place_of_its_own(company: FakeGoogle, tmp_path: Path) -> None:
    """Only one that the directory lists; the primary address keeps its signature, and Google wants one more scope."""
    company.users["101"]["aliases"] = ["anna@brand.example"]
    company.signatures["101"] |= {"anna@brand.example": "", "anna@private.example": OLD}
    company.add("102", "ben@example.org")
    brand = place(company, tmp_path, domain="brand.example")
    found = brand.accounts([ANNA, Employee("b", email="ben@example.org")])
    assert found.targets == {"1": "101"}
    assert found.absent == {"b": "the Google account has no alias at brand.example"}
    with pytest.raises(ConfigError, match=r"gmail\.settings\.sharing"):
        brand.look("101")
    company.issuer.delegated.add(SHARING)
    brand.put("101", signature("Anna"))
    assert brand.same(signature("Anna"), brand.look("101"))
    assert company.signatures["101"]["anna@example.org"] == ""
    assert company.signatures["101"]["anna@private.example"] == OLD
    private = place(company, tmp_path, domain="private.example")
    assert private.accounts([ANNA]).targets == {}
    company.signatures["101"].pop("anna@brand.example")
    with pytest.raises(PhotoError, match=r"Gmail knows no address anna@brand\.example"):
        brand.look("101")


@pytest.mark.parametrize(
    ("html", "reason", "says"),
    [
        (("ä" * 10_001).encode(), "signature.too_long", "10001 characters, and Gmail takes 10000 at most"),
        (b"\xff\xfe", "signature.unreadable", "not HTML in UTF-8"),
    ],
)
def test_what_gmail_would_not_take_is_not_sent(
    company: FakeGoogle, tmp_path: Path, html: bytes, reason: str, says: str
) -> None:
    """Before any call; characters count, not bytes."""
    there = place(company, tmp_path)
    with pytest.raises(PhotoError, match=says) as caught:
        there.put("101", html)
    assert caught.value.reason == reason
    assert company.calls == []
    there.put("101", ("ä" * 10_000).encode())


def test_what_gmail_took_out_is_told(company: FakeGoogle, tmp_path: Path) -> None:
    """A picture inside the page, a link that runs something: not what was meant to be shown."""
    html = b'Anna<img src="data:image/png;base64,AAAA" alt="face"><a href="javascript:x()">here</a>'
    with pytest.raises(
        PhotoError, match=r"Gmail changed the signature.*without .*data:image.*javascript"
    ) as caught:
        place(company, tmp_path).put("101", html)
    assert caught.value.reason == "signature.changed"


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (
            said(400, "invalidArgument", "Signature exceeds maximum"),
            PhotoError,
            "400 invalidArgument Signature exceeds",
        ),
        (said(400, "failedPrecondition", "Mail service not enabled"), PhotoError, "no Gmail mailbox"),
        (
            said(403, "domainPolicy", "The domain administrators have disabled Gmail apps"),
            PhotoError,
            "does not let us",
        ),
        (said(403, "insufficientPermissions", "Insufficient Permission"), ConfigError, "a scope is missing"),
        (said(404, "notFound", "Not Found"), PhotoError, "no user 101"),
        (fault("500"), OutsideError, "answers 500"),
        (Answer(200, b"<html>"), OutsideError, "without a JSON object"),
        (told({"sendAsEmail": "ben@example.org", "signature": ""}), OutsideError, "another address"),
    ],
)
def test_each_refused_write_is_told_and_not_repeated(
    company: FakeGoogle, tmp_path: Path, answer: Answer, error: type[CatchlightError], says: str
) -> None:
    """By what should happen next."""
    there = place(company, tmp_path)
    listed = told({"sendAs": [{"sendAsEmail": "anna@example.org", "isPrimary": True}]})
    company.next = [told({"id": "101", "primaryEmail": "anna@example.org"}), listed, answer]
    with pytest.raises(error, match=says):
        there.put("101", signature("Anna"))
    assert [verb for verb, _ in company.changes()] == ["PATCH"]


def test_a_write_without_an_answer_is_found_by_reading_back(company: FakeGoogle, tmp_path: Path) -> None:
    """Gmail kept it, and the line broke before it said so."""
    there = place(company, tmp_path)
    company.lose_answers = 1
    with pytest.raises(OutsideError):
        there.put("101", signature("Anna"))
    assert company.writes["101"] == 1
    assert there.same(signature("Anna"), there.look("101"))


def test_the_probe_changes_nothing_and_names_the_missing_scope(company: FakeGoogle, tmp_path: Path) -> None:
    """In the vendor's words, with the client ID that goes into the Admin console."""
    assert gmail_signatures.probe(settings(company, tmp_path)) == []
    company.issuer.delegated -= {*gmail_signatures.BASIC}
    (said_,) = gmail_signatures.probe(settings(company, tmp_path))
    assert "Domain-wide delegation: the client ID 112233445566778899001 needs the scopes" in said_
    assert "missing: https://www.googleapis.com/auth/gmail.settings.basic" in said_
    company.issuer.delegated |= {*gmail_signatures.BASIC}
    (said_,) = gmail_signatures.probe(settings(company, tmp_path, domain="brand.example"))
    assert "missing: https://www.googleapis.com/auth/gmail.settings.sharing" in said_
    for user in company.users.values():
        user["isMailboxSetup"] = False
    assert "no users with a mailbox" in gmail_signatures.probe(settings(company, tmp_path))[0]
    assert company.changes() == []


@pytest.mark.parametrize("domain", ["Brand.example", "a@b", "a/b", ".."])
def test_a_domain_is_a_domain(company: FakeGoogle, tmp_path: Path, domain: str) -> None:
    """The message names the key."""
    with pytest.raises(ValidationError, match="domain"):
        settings(company, tmp_path, domain=domain)


@pytest.fixture
def staff(company: FakeGoogle, tmp_path: Path) -> Desk:
    """Return the desk of three who approved, of whom b has a signature and c no mailbox."""
    company.users["101"]["externalIds"] = [{"type": "organization", "value": "a"}]
    for id_, name, more in (("102", "b", {}), ("103", "c", {"isMailboxSetup": False})):
        company.add(id_, f"{name}@example.org", externalIds=[{"type": "organization", "value": name}], **more)
    company.signatures["102"]["b@example.org"] = OLD
    people: Company = make_company(tmp_path)
    people.answer(people.run("r1", {"a": "1", "b": "2", "c": "3"}))
    words = [Consent(id_, "email_signature", Word.GRANTED, id_, now()) for id_ in "abc"]
    people.desk().register.add(words)
    there = place(company, tmp_path, match="externalId", employee="id")
    made = replace(there, makes=lambda person, picture: {"*": signature(f"{person.id} {picture[:8]}")})
    return replace(people.desk(), place=made, wait=lambda _: None)


def test_a_company_is_published_verified_and_put_back(company: FakeGoogle, staff: Desk) -> None:
    """Each signature is written once though Gmail rewrites it; afterwards everybody signs as before."""
    plan = draw(staff, "r1", ())
    assert [(p.employee, p.files[0].target, p.files[0].change) for p in plan.people] == [
        ("a", "101", "new"), ("b", "102", "change"),
    ]  # fmt: skip
    assert plan.skipped[0].sentence == "the Google account has no Gmail mailbox"
    assert company.changes() == []
    assert codes(apply(staff, plan)) == {"sent": 2}
    assert codes(apply(staff, draw(staff, "r1", ()))) == {"unchanged": 2}
    assert company.writes == {"101": 1, "102": 1}
    assert find_drift(staff) == []
    company.signatures["101"]["anna@example.org"] = "<b>mine</b>"
    assert [(drift.employee, drift.kind) for drift in find_drift(staff)] == [("a", "changed")]
    company.signatures["101"]["anna@example.org"] = cleaned(signature("x").decode())
    assert codes(rollback(staff, "r1")) == {"conflict": 1, "restored": 1}
    assert codes(rollback(staff, "r1", force=True)) == {"removed": 1}
    assert (company.signatures["101"]["anna@example.org"], staff.place.look("101")) == ("", None)
    assert staff.place.same(OLD.encode(), company.signatures["102"]["b@example.org"].encode())


def test_faults_of_every_kind_are_got_over(company: FakeGoogle, staff: Desk) -> None:
    """With every tenth call failing, few passes end as one without faults."""
    company.faults = dict.fromkeys(("quota", "429", "500", "503", "cut"), 0.02)
    for _ in range(6):
        try:
            found = codes(apply(staff, draw(staff, "r1", ())))
        except OutsideError:
            continue
        if set(found) <= {"sent", "unchanged"}:
            break
    company.faults = {}
    assert codes(apply(staff, draw(staff, "r1", ()))) == {"unchanged": 2}


@pytest.mark.parametrize("template", ["card", "compact", "plain"])
def test_the_companys_own_signatures_survive_gmail(
    company: FakeGoogle, tmp_path: Path, template: str
) -> None:
    """From destinations.toml and the company's folder to what Gmail shows, for each of our templates."""
    people = make_company(tmp_path)
    (people.home / "signature").mkdir()
    (people.home / "signature" / "signature.toml").write_text(
        f'company = "Example AG"\naddress = ["1 Example Street"]\ntemplate = "{template}"\n'
        'website = "https://www.example.org/"\n[pictures]\nmode = "hosted"\n'
        'address = "https://faces.example.org/s/{file}"\n'
    )
    own = {name: str(value) for name, value in as_written(company, tmp_path).items()} | {
        "signatures": "signature"
    }
    table = "".join(f'{name} = "{value}"\n' for name, value in own.items())
    (people.home / "destinations.toml").write_text(f'[mail]\nkind = "gmail_signatures"\n{table}')
    people.answer(people.run("r1", {"a": "1"}))
    named = Employee("a", display_name="Anna & Søren", title="<CTO>", email="anna@example.org")
    ledger.write(Home(people.home).run("r1") / ledger.file_name(Employee), ledger.table(Employee, [named]))
    people.desk().register.add([Consent("a", "email_signature", Word.GRANTED, "a", now())])
    desk = replace(people.desk(), place=place_named("mail", people.home), wait=lambda _: None)
    assert codes(apply(desk, draw(desk, "r1", ()))) == {"sent": 1}
    assert "Anna &amp; Søren" in company.signatures["101"]["anna@example.org"]
    assert codes(apply(desk, draw(desk, "r1", ()))) == {"unchanged": 1}
    assert codes(rollback(desk, "r1")) == {"removed": 1}
