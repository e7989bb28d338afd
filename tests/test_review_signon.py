"""Single sign-on at the review server: who gets a session, who does not, and what they read."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.responses import JSONResponse
from starlette.testclient import TestClient

from catchlight.policy import Policy
from catchlight.records import Employee
from catchlight.review_records import Session
from catchlight.sign_on import SignOn
from connectors.oidc import Provider
from reports.review.desk import ReviewDesk
from reports.review.sign_in_flows import SECONDS, Flows
from reports.review.signon import own_path, safe
from reports.review.words import texts
from tests import oidc_provider as fake
from tests.certificates import Certificates
from tests.review_company import ORIGIN, client, make_review_company

pytest_plugins = ["tests.sign_on_fixtures"]


@pytest.fixture
def desk(tmp_path: Path, settings: SignOn) -> ReviewDesk:
    """Return the desk of a company whose directory knows one person's object id."""
    company = make_review_company(tmp_path)
    company.add(Employee("0815", "Ada", "Byron", subject=fake.OBJECT))
    desk = company.finish().desk(Policy(url=ORIGIN, company="Example", sso=settings))
    return replace(desk, sso=Provider(settings))


@pytest.fixture
def browser(desk: ReviewDesk) -> TestClient:
    """Return a browser without a screen."""
    return client(desk)


def away(browser: TestClient, to: str = "") -> str:
    """Press the button; return the address that the browser is sent to."""
    page = browser.post("/sign-in", data={"to": to}, headers={"origin": ORIGIN})
    assert page.status_code == 200, page.text
    return page.headers["refresh"].partition("url=")[2]


def done(browser: TestClient, entra: fake.Provider, certificates: Certificates, to: str = "") -> Any:
    """Go through the whole sign-in; return our last answer."""
    return browser.get(f"/sign-in/done?{entra.visit(away(browser, to), certificates)}")


def heading(page: Any) -> str:
    """Return the first heading of a page."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)
    return found[1].strip().replace("&#39;", "'") if found else ""


def said(reason: str) -> str:
    """Return the heading that a reason has."""
    return texts("en")[f"sign_on.{reason}.title"]


def test_a_session_begins_with_a_new_cookie(
    browser: TestClient, desk: ReviewDesk, entra: fake.Provider, certificates: Certificates
) -> None:
    """What the browser had before is ended: somebody else may know it. The flow's cookie is gone."""
    before = desk.sessions.begin("p1", "p1", ("employee",))
    browser.cookies.set("__Host-sid", before, domain="photos.example.com", path="/")
    entra.claims = lambda claims: claims | {"roles": ["Portraits.HR"]}
    answer = done(browser, entra, certificates)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].casefold()
    assert all(part in cookie for part in ("__host-sid=", "secure", "httponly", "samesite=lax", "path=/"))
    [session] = desk.register.rows(Session)
    assert (session.who, session.employee, session.roles) == ("0815", "0815", "employee hr")
    assert desk.sessions.find(before) is None
    assert "__Host-flow" not in browser.cookies


def test_what_is_kept_of_a_sign_in_stays_with_us(browser: TestClient) -> None:
    """The browser's cookie says nothing: state, nonce and verifier are on the server, for this browser alone."""
    page = browser.post("/sign-in", headers={"origin": ORIGIN})
    cookie = page.headers["set-cookie"].casefold()
    asked = parse_qs(urlsplit(page.headers["refresh"].partition("url=")[2]).query)
    assert all(
        part in cookie for part in ("__host-flow=", "secure", "httponly", "samesite=lax", "max-age=600")
    )
    assert not any(
        asked[name][0] in page.headers["set-cookie"] for name in ("state", "nonce", "code_challenge")
    )
    assert asked["redirect_uri"] == [f"{ORIGIN}/sign-in/done"]


@pytest.mark.parametrize("end", ["", "&state=another", "&code=another"])
def test_an_answer_without_a_sign_in_signs_nobody_in(
    browser: TestClient, desk: ReviewDesk, entra: fake.Provider, certificates: Certificates, end: str
) -> None:
    """Somebody else's answer, in a browser that began no sign-in or another one (login CSRF)."""
    somebody = TestClient(browser.app, base_url=ORIGIN)
    foreign = entra.visit(away(somebody), certificates)
    if end:
        away(browser)
    page = browser.get(f"/sign-in/done?{foreign}{end}")
    assert (page.status_code, heading(page)) == (400, said("stale"))
    assert desk.register.rows(Session) == []


def test_a_foreign_answer_does_not_end_the_sign_in_that_is_under_way(
    browser: TestClient, entra: fake.Provider, certificates: Certificates
) -> None:
    """Otherwise any page could keep people out."""
    address = away(browser)
    assert browser.get("/sign-in/done?state=made-up&code=x").status_code == 400
    assert browser.get(f"/sign-in/done?{entra.visit(address, certificates)}").status_code == 303


def test_an_answer_is_used_once(
    browser: TestClient, entra: fake.Provider, certificates: Certificates
) -> None:
    """A second time, with the same cookie, it is worth nothing; a scanner's HEAD uses nothing up."""
    answer = entra.visit(away(browser), certificates)
    flow = browser.cookies["__Host-flow"]
    assert browser.head(f"/sign-in/done?{answer}").status_code == 200
    assert browser.get(f"/sign-in/done?{answer}").status_code == 303
    browser.cookies.set("__Host-flow", flow)
    assert browser.get(f"/sign-in/done?{answer}").status_code == 400
    assert entra.asked.count("token") == 1


@pytest.mark.parametrize(
    ("claims", "status", "reason"),
    [
        ({"tid": fake.OTHER_TENANT}, 403, "tenant"),
        ({"nonce": "wrong"}, 403, "untrusted"),
        ({"aud": "other"}, 403, "untrusted"),
        ({"oid": ""}, 503, "setup"),
        ({"oid": "unknown-object"}, 403, "nobody"),
    ],
)
def test_who_may_not_enter_reads_why(
    browser: TestClient,
    desk: ReviewDesk,
    entra: fake.Provider,
    certificates: Certificates,
    claims: fake.Claims,
    status: int,
    reason: str,
) -> None:
    """In words of their own language, with what to do; and there is no session."""
    entra.claims = lambda sent: sent | claims
    browser.headers["accept-language"] = "de"
    page = done(browser, entra, certificates)
    assert (page.status_code, heading(page)) == (status, texts("de")[f"sign_on.{reason}.title"])
    assert ("unknown-object" in page.text) == (reason == "nobody")
    assert desk.register.rows(Session) == []
    assert "__Host-sid" not in browser.cookies


def test_a_no_of_the_provider_is_read_as_one(browser: TestClient) -> None:
    """And nothing of its text, which anybody could have put there, is shown."""
    state = parse_qs(urlsplit(away(browser)).query)["state"][0]
    page = browser.get(f"/sign-in/done?state={state}&error=access_denied&error_description=<script>alert(1)")
    assert (page.status_code, heading(page)) == (403, said("declined"))
    assert "alert(1)" not in page.text.partition("<main")[2]
    assert "<script>alert" not in page.text


@pytest.mark.parametrize("when", ["before", "after"])
def test_while_the_provider_is_down_links_work(
    browser: TestClient, desk: ReviewDesk, entra: fake.Provider, certificates: Certificates, when: str
) -> None:
    """Whoever signs in reads that it cannot be reached, and may try again."""
    if when == "before":
        entra.discovery = lambda _: JSONResponse({}, 503)
        page = browser.post("/sign-in", headers={"origin": ORIGIN})
    else:
        entra.token = lambda _: JSONResponse({}, 502)
        page = done(browser, entra, certificates)
    assert (page.status_code, heading(page)) == (503, said("unreachable"))
    asked = desk.invitations.invite("p1", desk.company.book().people["p1"].pictures[0], "hr", 14)
    assert browser.get(f"/l/{desk.invitations.token(asked)}").headers["location"] == "/me"


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ("/people", "/people"),
        ("/people?outcome=review&n=2", "/people?outcome=review&n=2"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/%0d%0aset-cookie:x=1", "/"),
        ("/x\r\nlocation: https://evil.example", "/"),
        ("/sign-in", "/"),
        ("/sign-out", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_people_land_where_they_wanted_on_our_pages_alone(wanted: str, where: str) -> None:
    """A link that leads through our sign-in to another site is none of ours."""
    assert own_path(wanted) == where


def test_where_somebody_wanted_to_go_is_kept(
    browser: TestClient, entra: fake.Provider, certificates: Certificates
) -> None:
    """Through the page with the button, and through the provider."""
    assert 'name="to" value="/people"' in browser.get("/sign-in?to=/people").text
    assert done(browser, entra, certificates, "/people").headers["location"] == "/people"
    assert browser.get("/sign-in?to=/me").headers["location"] == "/me"


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        (fake.OBJECT, fake.OBJECT),
        ("00u1:a|b", "00u1:a|b"),
        ("ada@example.com", ""),
        ("<b>", ""),
        ("a" * 200, ""),
    ],
)
def test_a_subject_is_shown_where_it_is_one(subject: str, shown: str) -> None:
    """An address, mark-up or a text without end is not."""
    assert safe(subject) == shown


def test_a_server_without_sign_on_has_no_such_pages(tmp_path: Path) -> None:
    """People enter by their links there."""
    browser = client(make_review_company(tmp_path).desk())
    assert browser.get("/sign-in").status_code == 404
    assert browser.post("/sign-in", headers={"origin": ORIGIN}).status_code == 404
    assert browser.get("/sign-in/done?code=x&state=y").status_code == 404


def test_signing_out_offers_the_providers_own(browser: TestClient, entra: fake.Provider) -> None:
    """Ending our session leaves the one at the provider, which is the person's to end."""
    page = browser.get("/signed-out").text
    assert f'href="{entra.origin}/{fake.TENANT}/oauth2/v2.0/logout?client_id={fake.CLIENT}&amp;' in page


def test_sign_ins_under_way_are_bounded_and_end() -> None:
    """Ten minutes, and no more of them than memory allows: the oldest go."""
    now = [0.0]
    flows = Flows(most=3, clock=lambda: now[0])
    first, *others = [flows.keep({"state": str(number)}, "/") for number in range(4)]
    assert flows.take(first, "0") is None
    assert flows.take(others[0], "1") is not None
    now[0] = SECONDS + 1.0
    assert flows.take(others[1], "2") is None
