"""Single sign-on in a real browser, against a real OpenID provider: canaille, over TLS, on loopback."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from catchlight.policy import Policy
from catchlight.records import Employee
from catchlight.review_records import Session
from catchlight.sign_on import SignOn
from connectors.oidc import Provider
from reports.review.desk import ReviewDesk
from tests.canaille_provider import CLIENT, PASSWORD, SECRET, Canaille, canaille
from tests.certificates import Certificates
from tests.review_browser import free_port, violations
from tests.review_company import make_review_company, served

pytest_plugins = ["tests.sign_on_fixtures"]
PEOPLE = {"ada": ["portrait-hr", "chess"], "grace": ["portrait-brand"], "mallory": ["chess"]}


@pytest.fixture(scope="module")
def port() -> int:
    """Return a port for our pages; the provider must know their address beforehand."""
    return free_port()


@pytest.fixture(scope="module")
def provider(certificates: Certificates, port: int) -> Iterator[Canaille]:
    """Run the provider with three people."""
    with canaille(certificates, f"https://localhost:{port}/photos/sign-in/done", PEOPLE) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, certificates: Certificates, provider: Canaille, port: int) -> Iterator[ReviewDesk]:
    """Serve the pages of a company whose directory knows ada's subject."""
    company = make_review_company(tmp_path)
    company.add(Employee("0815", "Ada", "Byron", subject="ada"))
    secret = tmp_path / "sso.secret"
    secret.touch(0o600)
    secret.write_text(SECRET, encoding="utf-8")
    sso = SignOn(
        issuer=provider.issuer,
        client_id=CLIENT,
        client_secret_file=secret,
        scopes=("groups",),
        roles_claim="groups",
        roles={"portrait-hr": "hr", "portrait-brand": "brand"},
        ca_file=certificates.authority,
    )
    policy = Policy(url=f"https://localhost:{port}/photos", company="Example", sso=sso)
    desk = replace(company.finish().desk(policy), sso=Provider(sso))
    tls = {"ssl_certfile": certificates.certificate, "ssl_keyfile": certificates.key}
    with served(desk, port, host="localhost", **tls):
        yield desk


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return a headless Chromium."""
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(
    browser: Browser, desk: ReviewDesk, provider: Canaille, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """Return the first page of our server in a fresh browser, with JavaScript unless a test says no."""
    provider.forget_consents()
    context = new_context(browser, scripts=getattr(request, "param", True))
    page = context.new_page()
    page.goto(desk.policy.url + "/")
    yield page
    context.close()


def new_context(browser: Browser, *, scripts: bool = True) -> BrowserContext:
    """Return a fresh browser that knows nobody."""
    context = browser.new_context(ignore_https_errors=True, java_script_enabled=scripts)
    context.set_default_timeout(15_000)
    return context


def sign_in(page: Page, name: str, answer: str = "Accept") -> None:
    """Go through the provider's own pages: name, password, consent.

    By keyboard: a late logo moves their buttons, and a click that lands where one was is lost.
    """
    page.get_by_role("button", name="Sign in with your company account").click()
    page.get_by_label("Login").fill(name)
    page.get_by_role("button", name="Continue").press("Enter")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").press("Enter")
    page.get_by_role("button", name="Accept").wait_for()
    if answer:
        page.get_by_role("button", name=answer).press("Enter")


def session(page: Page) -> str:
    """Return what the browser's session cookie holds, "" when it has none."""
    return next((one["value"] for one in page.context.cookies() if one["name"] == "__Host-sid"), "")


@pytest.mark.parametrize("page", [True, False], indirect=True, ids=["with JavaScript", "without JavaScript"])
def test_an_employee_signs_in_and_sees_their_own_page(page: Page, desk: ReviewDesk) -> None:
    """From the button through the provider's login and consent and back; with a role, the company's pages too."""
    sign_in(page, "ada")
    page.wait_for_url(f"{desk.policy.url}/me")
    cookies = {one["name"]: one for one in page.context.cookies(desk.policy.url)}
    assert "__Host-flow" not in cookies
    assert cookies["__Host-sid"]["httpOnly"]
    assert page.context.request.get(f"{desk.policy.url}/people").status == 200


def test_somebody_with_a_role_alone_gets_where_they_wanted(page: Page, desk: ReviewDesk) -> None:
    """Brand owners need not be in the directory, and land on the page that they asked for."""
    page.goto(f"{desk.policy.url}/sign-in?to=/people")
    sign_in(page, "grace")
    page.wait_for_url(f"{desk.policy.url}/people**")
    [one] = desk.register.rows(Session)
    assert (one.who, one.employee, one.roles) == ("sso:grace", "", "brand")


def test_somebody_whom_nobody_knows_is_told_what_to_say(page: Page) -> None:
    """The page names their subject, and nobody is signed in."""
    sign_in(page, "mallory")
    expect(page.get_by_role("heading")).to_have_text("We do not know this account.")
    expect(page.get_by_role("code")).to_have_text("mallory")
    assert session(page) == ""


def test_somebody_who_says_no_to_the_provider_is_not_signed_in(page: Page) -> None:
    """The provider sends error=access_denied; the page says that nothing happened."""
    sign_in(page, "ada", answer="Deny")
    expect(page.get_by_role("heading")).to_have_text("You were not signed in.")
    assert session(page) == ""


def test_an_answer_is_good_for_one_browser_and_once(page: Page, browser: Browser, desk: ReviewDesk) -> None:
    """A code that somebody else obtained signs nobody in (login CSRF), nor does the same one again."""
    sign_in(page, "ada", answer="")
    mine = [one for one in page.context.cookies(desk.policy.url) if one["name"] == "__Host-flow"]
    page.context.clear_cookies(name="__Host-flow")
    page.get_by_role("button", name="Accept").press("Enter")
    page.wait_for_url(f"{desk.policy.url}/sign-in/done**")
    answer, victim = page.url, new_context(browser).new_page()
    victim.goto(desk.policy.url + "/")
    victim.get_by_role("button", name="Sign in with your company account").click()
    victim.wait_for_url(re.compile(".*/login"))
    victim.goto(answer)
    expect(victim.get_by_role("heading")).to_have_text("This sign-in cannot be used.")
    assert session(victim) == ""
    victim.context.close()
    page.context.add_cookies(mine)
    page.goto(answer)
    page.wait_for_url(f"{desk.policy.url}/me")
    page.goto(answer)
    expect(page.get_by_role("heading")).to_have_text("This sign-in cannot be used.")
    assert len(desk.register.rows(Session)) == 1


def test_signing_out_ends_our_session_and_offers_the_providers(
    page: Page, desk: ReviewDesk, provider: Canaille
) -> None:
    """Ours is gone from the register; the provider's is left to the person."""
    sign_in(page, "ada")
    page.wait_for_url(f"{desk.policy.url}/me")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda address: not address.endswith("/me"))
    assert desk.register.rows(Session) == []
    page.goto(f"{desk.policy.url}/signed-out")
    page.get_by_role("link", name="Sign out there too").click()
    page.wait_for_url(f"{provider.issuer}/**")


def test_the_pages_of_signing_in_are_for_everybody(page: Page, desk: ReviewDesk) -> None:
    """No violation of WCAG A and AA, and nothing runs out of a phone's width."""
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("sign-in", "sign-in/done", "signed-out"):
        page.goto(f"{desk.policy.url}/{path}")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.goto(desk.policy.url + "/")
    sign_in(page, "mallory")
    expect(page.get_by_role("code")).to_have_text("mallory")
    assert violations(page) == []
