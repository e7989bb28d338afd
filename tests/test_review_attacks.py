"""Whoever attacks the review server changes nothing: every row of the register is as before."""

import csv
import http.client
import io
import re
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from catchlight.audit import AuditLine, AuditName
from catchlight.policy import Policy
from catchlight.records import Answer, Decision, Employee
from catchlight.register import now
from catchlight.register_tables import TABLES
from catchlight.review_records import Invitation, Session, Upload
from catchlight.upload import UploadDesk
from flows import review_protocol
from flows.letters import Round, open_bureau
from flows.links import revoke
from flows.printed_links import print_links
from reports import letters
from reports.review.app import make_app
from reports.review.desk import ReviewDesk
from reports.review.shield import Pace
from tests.review_browser import free_port
from tests.review_company import (
    ORIGIN,
    ReviewCompany,
    client,
    form_of,
    make_review_company,
    served,
    signed_in,
    token_of,
)
from tests.review_stands import Gate
from tests.sheet_browser import QUIET
from tests.sheet_company import HOSTILE
from tests.staffed_company import BASIS, GATED, staff, staffed_company
from tests.whole_company import Whole

pytest_plugins = ["tests.whole_fixtures"]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return one Chromium for this file's tests."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def company(tmp_path: Path) -> ReviewCompany:
    """Return a company of three with a finished run."""
    return make_review_company(tmp_path)


@pytest.fixture
def desk(company: ReviewCompany) -> ReviewDesk:
    """Return the desk of its review server; photos are taken by a gate that lets all pass."""
    gate = Gate()
    gate.desk = company.desk(uploads=gate)
    return gate.desk


def rows(desk: ReviewDesk, *but: type) -> dict[str, list[Any]]:
    """Return all that the register holds; that somebody looked is written down, and decides nothing."""
    left = (*but, AuditLine, AuditName)
    return {record.__name__: desk.register.rows(record) for record in TABLES if record not in left}


@contextmanager
def unchanged(desk: ReviewDesk, *but: type) -> Iterator[None]:
    """Fail when anything in the register is another afterwards, except in some tables."""
    before = rows(desk, *but)
    yield
    assert rows(desk, *but) == before


def invitation(desk: ReviewDesk, employee: str = "p1", picture: str = "") -> Invitation:
    """Ask somebody."""
    about = picture or desk.company.book().people[employee].pictures[0]
    return desk.invitations.invite(employee, about, "hr", 14)


def link(desk: ReviewDesk, asked: Invitation) -> str:
    """Return the path of an invitation's link."""
    return "/l/" + desk.invitations.token(asked)


def answering(browser: TestClient, answer: str = "approve") -> dict[str, str]:
    """Return a form that would give an answer."""
    return form_of(browser.get("/me").text) | {"answer": answer, "tag": "tighter", "sure": "yes"}


# Links


def _expired(desk: ReviewDesk) -> str:
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    old = replace(invitation(desk), id="old", expires=past)
    desk.register.add([old])
    return link(desk, old)


def _revoked(desk: ReviewDesk) -> str:
    asked = invitation(desk)
    desk.invitations.revoke(asked.id, "hr")
    return link(desk, asked)


def _replayed(desk: ReviewDesk) -> str:
    asked = invitation(desk)
    desk.register.decide([Decision("p1", asked.picture, Answer.APPROVE, "p1", now())])
    return link(desk, asked)


def _of_another_key(desk: ReviewDesk) -> str:
    asked, key = invitation(desk), desk.home / "secrets/links.key"
    good = key.read_text()
    key.write_text("another key of somebody else\n")
    foreign = ReviewCompany(desk.home).desk()
    key.write_text(good)
    return link(foreign, asked)


def _cut(part: int) -> Callable[[ReviewDesk], str]:
    def cut(desk: ReviewDesk) -> str:
        parts = link(desk, invitation(desk)).removeprefix("/l/").split(".")
        return "/l/" + ".".join(parts[:part] + parts[part + 1 :])

    return cut


WORTHLESS: dict[str, tuple[int, Callable[[ReviewDesk], str]]] = {
    "forged": (403, lambda _: "/l/InAxIg.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbb"),
    "another key": (403, _of_another_key),
    "of nobody": (410, lambda desk: link(desk, replace(invitation(desk), id="unknown"))),
    "cut short": (403, lambda desk: link(desk, invitation(desk))[:-1]),
    "without its id": (403, _cut(0)),
    "without its time": (403, _cut(1)),
    "without its signature": (403, _cut(2)),
    "expired": (410, _expired),
    "withdrawn": (410, _revoked),
    "answered": (410, _replayed),
    "older portrait": (410, lambda desk: link(desk, invitation(desk, picture="0" * 64))),
}


@pytest.mark.parametrize("name", WORTHLESS)
def test_a_worthless_link_opens_and_changes_nothing(desk: ReviewDesk, name: str) -> None:
    """Nor does it end the session of somebody who is signed in and clicks on it."""
    status, make = WORTHLESS[name]
    path, visitor = make(desk), signed_in(desk, "p2", "p2")
    with unchanged(desk):
        for one in (client(desk), visitor):
            for method in ("GET", "HEAD"):
                answer = one.request(method, path)
                assert (answer.status_code, "set-cookie" in answer.headers) == (status, False)
        assert ">For \u2068Ada2 Byron" in visitor.get("/me").text


def test_somebody_else_s_link_gives_no_right_to_two_people(desk: ReviewDesk) -> None:
    """Who opens it is its owner from then on; the forms and pictures of before are refused."""
    browser = signed_in(desk, "p2", "p2")
    form, before = answering(browser), browser.cookies["__Host-sid"]
    path = link(desk, invitation(desk, "p1"))
    with unchanged(desk, Session):
        assert browser.get(path).headers["location"] == "/me"
        assert ">For \u2068Ada1 Byron" in browser.get("/me").text
        assert browser.post("/me/answer", data=form).status_code == 403
        browser.cookies.clear()
        browser.cookies.set("__Host-sid", before)
        assert browser.post("/me/answer", data=form).status_code == 401


# Sessions


def test_a_planted_cookie_is_never_signed_in(desk: ReviewDesk) -> None:
    """The victim gets a new one; the one that the attacker knows stays worthless."""
    victim, attacker = client(desk), client(desk)
    for one in (victim, attacker):
        one.cookies.set("__Host-sid", "planted-by-an-attacker")
    answer = victim.get(link(desk, invitation(desk)))
    assert "planted" not in answer.headers["set-cookie"]
    assert attacker.get("/me").status_code == 401


@pytest.mark.parametrize("how", ["signed out", "withdrawn", "new link"])
def test_a_session_that_ended_decides_nothing(desk: ReviewDesk, how: str) -> None:
    """Neither with its cookie nor with a form from before."""
    asked = invitation(desk)
    browser = client(desk)
    browser.get(link(desk, asked))
    form, cookie = answering(browser), browser.cookies["__Host-sid"]
    if how == "signed out":
        assert browser.post("/sign-out", data=form).status_code == 303
    elif how == "withdrawn":
        revoke(open_bureau(desk.home), "hr", ["p1"])
    else:
        browser.get(link(desk, asked))
    thief = client(desk)
    thief.cookies.set("__Host-sid", cookie)
    with unchanged(desk):
        assert thief.get("/me").status_code == 401
        assert thief.post("/me/answer", data=form).status_code == 401
        photo = {"photo": ("me.jpg", b"x", "image/jpeg")}
        assert thief.post("/me/photo", data=form, files=photo).status_code == 401


# Forms of other sites


def routes(desk: ReviewDesk) -> list[tuple[str, str]]:
    """Return every address of the server with each method it takes."""
    found: list[tuple[str, str]] = []
    for route in make_app(desk).routes:
        if isinstance(route, Route):
            person = next(iter(desk.company.book().people.values()))
            path = route.path.replace("{height:int}", "80").replace("{token}", "x.y.z")
            path = path.replace("{digest}", person.pictures[0]).replace("{address}", person.pictures[0])
            found += [(method, path) for method in sorted(route.methods or {"POST"})]
        else:
            assert isinstance(route, Mount)
    return found


CROSS = {
    "origin": {"origin": "https://evil.example"},
    "no origin": {"origin": "null"},
    "same host, other port": {"origin": f"{ORIGIN}:8443"},
    "cross-site": {"sec-fetch-site": "cross-site"},
    "same-site": {"sec-fetch-site": "same-site"},
}


@pytest.mark.parametrize("headers", CROSS.values(), ids=CROSS)
def test_no_form_of_another_site_is_taken(desk: ReviewDesk, headers: dict[str, str]) -> None:
    """Wherever forms can be sent, even with a right token."""
    browser = signed_in(desk, "p1", "p1", ("employee", "reviewer", "brand", "hr", "auditor"))
    form = answering(browser)
    targets = {path for method, path in routes(desk) if method == "POST"}
    assert len(targets) >= 12
    with unchanged(desk):
        for path in targets:
            assert browser.post(path, data=form, headers=headers).status_code == 403, path


@pytest.mark.parametrize("kind", ["", "0" * 64, "another"])
def test_no_form_without_the_session_s_own_token_is_taken(desk: ReviewDesk, kind: str) -> None:
    """Nor with the token of another session, of the same person."""
    browser = signed_in(desk, "p1", "p1", ("employee", "reviewer", "brand", "hr", "auditor"))
    form, other = answering(browser), signed_in(desk, "p1", "p1")
    form["token"] = token_of(other.get("/me").text) if kind == "another" else kind
    open_to_all = {"/link", "/language", "/sign-in"}
    with unchanged(desk):
        for path in {path for method, path in routes(desk) if method == "POST"} - open_to_all:
            assert browser.post(path, data=form).status_code == 403, path


@pytest.fixture
def evil() -> Iterator[tuple[str, dict[str, str]]]:
    """Serve pages of an attacker on loopback; return their address without a host, and the pages by path."""
    pages: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(pages.get(self.path, "").encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f":{server.server_port}", pages
    server.shutdown()
    thread.join(10)


@contextmanager
def someone(browser: Browser, desk: ReviewDesk, at: str, employee: str = "p1") -> Iterator[BrowserContext]:
    """Return a Chromium in which somebody is signed in."""
    context = browser.new_context()
    cookie = desk.sessions.begin(employee, employee, ("employee", "hr", "brand", "auditor"))
    secure = at.replace("http:", "https:")
    context.add_cookies([{"name": "__Host-sid", "value": cookie, "url": secure, "secure": True}])
    yield context
    context.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["same site", "cross site"])
def test_a_browser_on_an_evil_page_changes_and_reads_nothing(
    browser: Browser, company: ReviewCompany, evil: tuple[str, dict[str, str]], host: str
) -> None:
    """A form that sends itself, a script's request, a frame, a picture; also from another port of the same host."""
    port, (there, pages) = free_port(), evil
    desk = company.desk(Policy(url=f"http://127.0.0.1:{port}"))
    at, picture = desk.policy.url, desk.company.book().people["p1"].pictures[0]
    form = signed_in(desk, "p1", "p1").get("/me").text
    hidden = "".join(
        f'<input name="{n}" value="{v}">' for n, v in (form_of(form) | {"answer": "approve"}).items()
    )
    pages["/form"] = (
        f'<form method="post" action="{at}/me/answer">{hidden}</form><script>document.forms[0].submit()</script>'
    )
    pages["/frame"] = f'<iframe src="{at}/me"></iframe><img src="{at}/picture/{picture}/320">'
    send = '{method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams({answer: "approve"})}'
    read = f'fetch("{at}/me", {{credentials: "include"}}).then((a) => a.text()).catch(() => "nothing")'
    with served(desk, port), someone(browser, desk, at) as context, unchanged(desk):
        page = context.new_page()
        page.goto(f"http://{host}{there}/form")
        page.wait_for_url(f"{at}/me/answer")
        assert "sent by another site" in page.inner_text("body")
        page.goto(f"http://{host}{there}/frame")
        assert page.evaluate("document.images[0].naturalWidth") == 0
        assert "Ada1" not in "".join(frame.content() for frame in page.frames[1:])
        page.evaluate(f'fetch("{at}/me/answer", {send}).catch(() => 0)')
        assert page.evaluate(read) == "nothing"


# Scanners


@pytest.mark.parametrize("role", ["", "employee", "reviewer", "brand", "hr", "auditor"])
def test_looking_decides_nothing(desk: ReviewDesk, role: str) -> None:
    """Whatever is asked for without a form, with an answer in the address or not."""
    browser = signed_in(desk, role or "x", "p1" if role == "employee" else "", (role,) if role else ())
    said = "?answer=approve&employee=p1&sure=yes&delegate=p2&until=2099-01-01"
    with unchanged(desk, Session):
        for path in {path for _, path in routes(desk)}:
            for method in ("GET", "HEAD", "OPTIONS", "PUT"):
                assert browser.request(method, path + said).status_code < 500


def test_a_scanner_with_a_browser_decides_nothing(browser: Browser, company: ReviewCompany) -> None:
    """It opens the link, runs the page's scripts, and follows every link it finds, in both languages."""
    port = free_port()
    desk = company.desk(Policy(url=f"http://127.0.0.1:{port}"))
    at, path = desk.policy.url, link(desk, invitation(desk))
    with served(desk, port), unchanged(desk, Session):
        context = browser.new_context()
        page, seen, todo = context.new_page(), set[str](), [at + path]
        while todo:
            page.goto(todo.pop())
            found = page.eval_on_selector_all(
                "[href], [src], [action]", "(all) => all.map((e) => e.href || e.src || e.action)"
            )
            new = {one.partition("#")[0] for one in found if one.startswith(at)} - seen
            seen |= new
            todo += sorted(new)
        context.close()
        assert f"{at}/me/stop" in seen
        assert httpx.get(at + path).status_code == 303  # the person still can


# Names that try to be more


def test_hostile_words_are_text_on_every_page(browser: Browser, tmp_path: Path) -> None:
    """Names, reasons, comments, the company's name: nothing runs, nothing is loaded, no template is filled."""
    port = free_port()
    company = staffed_company(tmp_path)
    policy = GATED.model_copy(
        update={"url": f"http://127.0.0.1:{port}", "company": HOSTILE[0], "contact": HOSTILE[1]}
    )
    desk = company.desk(policy)
    people = desk.company.book().people
    for id_ in ("h0", "h1", "h2"):
        words = HOSTILE[int(id_[1])]
        said = Decision(id_, people[id_].pictures[0], Answer.RETRY, words, now(), words, words, tags=words)
        desk.register.decide([said])
        desk.register.add([Upload(id_, "f" * 64, words, words, now())])
    heard: list[str] = []
    with served(desk, port) as at, someone(browser, desk, at, "h0") as context:
        page = context.new_page()
        page.on("console", lambda told: heard.append(told.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("dialog", lambda dialog: heard.append(dialog.message))
        for path in (
            "/me", "/me/stop", "/people", "/people/queue", "/people/bulk", "/people/delegations", "/people/log",
            "/delegated", *(f"/people/portrait/{people[f'h{n}'].pictures[0]}" for n in range(len(HOSTILE))),
            "/people/queue?reason=%3Cscript%3Ewindow.hacked=1%3C/script%3E&search=%22%3E%3Cimg%20src=x%3E",
        ):  # fmt: skip
            assert page.goto(at + path).status == 200, path  # type: ignore[union-attr]
            assert page.evaluate("window.hacked") is None, path
            assert page.locator("main img[src=x], main svg[onload]").count() == 0, path
            assert ">49" not in page.content(), path
    assert heard == []


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", [*HOSTILE, "A\r\nBcc: all@example.com", "see http://evil.example now"])
def test_hostile_names_write_no_letters_of_their_own(language: str, name: str) -> None:
    """A letter has one line of subject, one link, and no bracket of ours is filled in."""
    said = letters.Occasion("invite", name, name, "https://photos.example.com/l/t", datetime.now(UTC))
    words = letters.write(language, said, 76)
    assert words.subject.isprintable()
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069]", words.subject + words.text)
    assert words.text.count("Bcc") <= words.text.count("A Bcc")


def test_tables_hold_no_formulas_and_file_names_are_ours(tmp_path: Path) -> None:
    """Of the auditor's log, and of the links that are printed."""
    company = ReviewCompany(tmp_path / "home")
    names = ['=HYPERLINK("http://evil","x")', "+1", "-1", "@SUM(1)", "\t=1", *HOSTILE]
    for number, name in enumerate(names):
        company.add(Employee(f"h{number}", display_name=name))
    desk = company.finish().desk()
    for number, name in enumerate(names):
        desk.register.decide([Decision(f"h{number}", "0" * 64, Answer.APPROVE, name, now(), source=name)])
    log = staff(desk, "auditor").get("/people/log.csv?x=%0d%0aSet-Cookie:a")
    assert log.headers["content-disposition"] == 'attachment; filename="decisions.csv"'
    assert log.headers["x-content-type-options"] == "nosniff"
    print_links(open_bureau(company.home), "hr", tmp_path / "links.csv", Round())
    for text in (log.content.decode("utf-8-sig"), (tmp_path / "links.csv").read_text(encoding="utf-8-sig")):
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert len(cells) > len(names)
        assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []


# What is sent


UNUSABLE = [
    "autocrop_noise.png",
    "back_of_heads_no_frontal_face.png",
    "contrast_crushed_dark.jpg",
    "crop_forehead_cut.png",
    "derived_blur.jpg",
    "derived_bomb_40000x40000.png",
    "derived_empty.jpg",
    "derived_lowres.jpg",
    "derived_overexposed.jpg",
    "derived_sideways_no_exif.jpg",
    "derived_svg.svg",
    "derived_text_named.jpg",
    "derived_truncated60.jpg",
    "derived_very_dark.jpg",
    "drawing_engraving_profile.jpg",
    "expression_hand.png",
    "gps_exif.jpg",
    "landscape.avif",
    "no_face_cat.png",
    "no_face_placeholder.png",
    "phone.heic",
    "pillow_avif_rot1mir0.avif",
    "pillow_broken.png",
    "pillow_broken_data_stream.png",
    "pillow_broken_exif_dpi.jpg",
    "pillow_decompression_bomb.gif",
    "pillow_decompression_bomb_extents.gif",
    "pillow_hopper_bad_exif.jpg",
    "pillow_icc_profile_big.jpg",
    "pillow_invalid-exif.jpg",
    "pillow_pil_sample_cmyk.jpg",
    "pillow_png_decompression_dos.png",
    "pillow_sugarshack_bad_mpo_header.jpg",
    "pillow_tiff_16bit_RGB.tiff",
    "pillow_truncated_app14.jpg",
    "pillow_truncated_image.png",
    "pillow_truncated_jpeg.jpg",
    "profile_full_1940s.jpg",
    "profile_hat_outdoor.jpg",
    "skimage_truncated.jpg",
]  # of shared/data/hard; the others become a portrait that somebody looks at


@pytest.mark.slow
def test_what_cannot_be_used_is_told_and_gone(whole: Whole, shared: Path) -> None:
    """Whatever is sent in place of a photo: one sentence, and nothing of it stays, no file and no row."""
    home, person = whole.home, whole.people[0]
    uploads = UploadDesk(home)
    desk = ReviewCompany(home).desk(uploads=uploads)
    browser = signed_in(desk, person, person)
    token = {"token": token_of(browser.get("/me").text)}
    before, there = rows(desk, Session), _files(home)
    for name in UNUSABLE:
        browser.app.state.pace = Pace()  # type: ignore[attr-defined]  # six a minute is another test's matter
        data = (shared / "hard" / name).read_bytes()
        answer = browser.post("/me/photo", data=token, files={"photo": (f"../../{name}", data, "image/jpeg")})
        assert answer.status_code == 422, name
        (told,) = re.findall(r'id="photo-error"[^>]*>([^<]+)<', answer.text)
        assert told.endswith("."), name
        assert ". " not in told, name
        assert _files(home) == there, name
    assert rows(desk, Session) == before
    uploads.close()


def _files(home: Path) -> set[Path]:
    return {
        one
        for one in home.rglob("*")
        if one.is_file() and not re.search(r"\.(db(-\w+)?|lock|log)$", one.name)
    }


TRICKS = (
    "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/..%5c..%5capp.py",
    "/static/%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd", "/static//etc/passwd",
    "/static/%00", "/static/review.css%00.png", "/static/", "/static/~root", "/static/" + "a/" * 4000,
    "/picture/../../secrets/links.key/80", "/picture/..%2f..%2fsecrets%2flinks.key/80",
    "/picture/%2e%2e/80", "/picture/{own}/81", "/picture/{own}/-80", "/picture/{own}/99999999999999999999",
    "/picture/{own}%00/80", "/picture/{upper}/80", "/picture/{own}/80/../80x", "/picture//80",
    "/l/../secrets/links.key", "/l/..%2f..%2fsecrets%2flinks.key", "/l/%00", "/l/" + "a" * 9000, "/l/",
    "/people/portrait/..%2f..%2fme", "/people/portrait/%00", "/people/log.csv/..%2f..%2fregister.db",
    "/people/../register.db", "//evil.example/me", "/\\evil.example", "/me/%2e%2e%2fregister.db", "/me;x=1",
)  # fmt: skip


def test_no_path_leads_to_other_files(desk: ReviewDesk) -> None:
    """Nor to an error of ours; every answer is a refusal, for somebody with every role."""
    own = desk.company.book().people["p1"].pictures[0]
    every = ("employee", "reviewer", "brand", "hr", "auditor")
    headers = {"cookie": f"__Host-sid={desk.sessions.begin('p1', 'p1', every)}"}
    invitation(desk)
    secret = (desk.home / "secrets/links.key").read_text().strip()
    with served(desk) as at, unchanged(desk):
        for trick in TRICKS:
            path = trick.format(own=own, upper=own.upper())
            connection = http.client.HTTPConnection(at.removeprefix("http://"), timeout=20)
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            body = answer.read().decode("utf-8", "replace")
            assert 400 <= answer.status < 500, path
            assert [word for word in ("root:", secret, "make_app") if word in body] == [], path
            connection.close()


BODIES: dict[str, tuple[str, Any]] = {
    "huge": ("application/x-www-form-urlencoded", b"answer=approve&comment=" + b"x" * 10_000_000),
    "many fields": ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(20_000))),
    "many parts": (
        "multipart/form-data; boundary=b",
        b"".join(b'--b\r\ncontent-disposition: form-data; name="f"\r\n\r\n1\r\n' for _ in range(2500)) + b"--b--\r\n",
    ),
    "many files": (
        "multipart/form-data; boundary=b",
        b"".join(b'--b\r\ncontent-disposition: form-data; name="f"; filename="x"\r\n\r\n1\r\n' for _ in range(5))
        + b"--b--\r\n",
    ),
    "no boundary": ("multipart/form-data", b"answer=approve"),
    "no end": ("multipart/form-data; boundary=b", b'--b\r\ncontent-disposition: form-data; name="answer"\r\n\r\nappr'),
    "no name": ("multipart/form-data; boundary=b", b"--b\r\ncontent-disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
    "strange charset": ("multipart/form-data; boundary=b; charset=utf-99", b'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n'),
    "json": ("application/json", b'{"answer": "approve"}'),
    "text": ("text/plain", b"answer=approve"),
    "no type": ("", b"answer=approve"),
    "not utf-8": ("application/x-www-form-urlencoded", b"answer=%ff%fe&token=%ed%a0%80&%00=%00"),
    "lone surrogate": ("application/x-www-form-urlencoded", "answer=approve&token=é\ud800".encode("utf-8", "surrogatepass")),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_no_body_breaks_or_changes_anything(desk: ReviewDesk, name: str) -> None:
    """It is refused, with and without its length said beforehand, wherever forms are taken."""
    kind, body = BODIES[name]
    browser = signed_in(desk, "p1", "p1", ("employee", "hr", "brand"))
    targets = ("/me/answer", "/people/bulk", "/people/delegations", "/delegated", "/sign-out")
    with unchanged(desk):
        for path in targets:
            for content in (body, iter([body])):
                answer = browser.post(path, content=content, headers={"content-type": kind})
                assert 400 <= answer.status_code < 500, (path, answer.status_code)


def doubled(browser: TestClient, path: str, form: dict[str, str], *more: tuple[str, str]) -> httpx.Response:
    """Send a form with further fields of names that it has already."""
    body = "&".join(f"{name}={value}" for name, value in [*form.items(), *more])
    return browser.post(path, content=body, headers={"content-type": "application/x-www-form-urlencoded"})


@pytest.mark.parametrize("more", [("answer", "keep"), ("picture", "0" * 64), ("ticket", "another")], ids=str)
def test_a_form_that_says_two_things_is_refused(desk: ReviewDesk, more: tuple[str, str]) -> None:
    """Nothing is recorded, and the page says why and what to do."""
    browser = signed_in(desk, "p1", "p1")
    with unchanged(desk):
        answer = doubled(browser, "/me/answer", answering(browser), more)
    assert answer.status_code == 422
    assert "two different answers" in answer.text


def test_a_form_of_the_brand_that_says_two_things_is_refused(desk: ReviewDesk) -> None:
    """Holding back and a yes at once are neither, on the company's pages too."""
    browser = signed_in(desk, "brand", "", ("brand",))
    path = f"/people/portrait/{desk.company.book().people['p1'].pictures[0]}"
    form = {"token": token_of(browser.get(path).text), "answer": "hold", "comment": "why"}
    with unchanged(desk):
        assert doubled(browser, path, form, ("answer", "approve")).status_code == 422


def test_a_field_that_says_the_same_twice_is_one_answer(desk: ReviewDesk) -> None:
    """A browser's doubled field contradicts nothing; several reasons for another try are several."""
    browser = signed_in(desk, "p1", "p1")
    form = answering(browser, "retry")
    sent = doubled(browser, "/me/answer", form, ("answer", "retry"), ("tag", "softer_light"))
    assert sent.status_code == 303
    assert [(d.answer, len(d.tags.split())) for d in desk.register.decisions()] == [("retry", 2)]


@pytest.mark.parametrize("body", [b"", b"answer=app"], ids=["head", "body"])
def test_who_sends_a_letter_at_a_time_is_hung_up_on(
    desk: ReviewDesk, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    """Whether in the head of a request or in its body; meanwhile others are served."""
    monkeypatch.setattr(review_protocol, "SECONDS", 0.5)
    head = b"POST /me/answer HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n"
    head += b"content-length: 100\r\n\r\n" if body else b"x-slow: "
    with served(desk, http=review_protocol.Protocol) as at, unchanged(desk):
        slow = socket.create_connection(("127.0.0.1", int(at.rpartition(":")[2])), 2)
        slow.sendall(head + body)
        assert httpx.get(f"{at}/health").status_code == 200
        while slow.recv(4096):
            pass
        slow.close()


# Races


def taken(answer: httpx.Response) -> bool:
    """Whether an answer was recorded."""
    return answer.headers.get("location", "").endswith("code=taken")


@pytest.fixture
def racing(desk: ReviewDesk) -> Iterator[tuple[httpx.Client, dict[str, str]]]:
    """Serve the pages; return a client of p1 that threads may share, and its form."""
    cookie = desk.sessions.begin("p1", "p1", ("employee",))
    with served(desk) as at, httpx.Client(base_url=at, headers={"cookie": f"__Host-sid={cookie}"}) as http_:
        yield http_, form_of(http_.get("/me").text)


def test_fifty_sends_of_one_form_are_one_row(
    desk: ReviewDesk, racing: tuple[httpx.Client, dict[str, str]]
) -> None:
    """All are told that it is recorded; one of them did it."""
    browser, form = racing
    with ThreadPoolExecutor(50) as people:
        sent = list(
            people.map(lambda _: browser.post("/me/answer", data=form | {"answer": "approve"}), range(50))
        )
    assert {answer.status_code for answer in sent} == {303}
    assert sum(taken(answer) for answer in sent) == 1
    assert [one.answer for one in desk.register.decisions()] == ["approve"]


def test_fifty_different_answers_leave_one_that_stands(
    desk: ReviewDesk, racing: tuple[httpx.Client, dict[str, str]]
) -> None:
    """Who was told that theirs is recorded has a row of exactly theirs; the page shows the last one."""
    browser, form = racing
    forms = [
        form | {"answer": Answer(("approve", "keep", "retry", "refuse")[n % 4]), "ticket": f"ticket-{n}", "sure": "yes"}
        | ({"tag": "tighter", "comment": f"try {n}"} if n % 4 == 2 else {})
        for n in range(50)
    ]  # fmt: skip
    with ThreadPoolExecutor(50) as people:
        sent = list(people.map(lambda one: browser.post("/me/answer", data=one), forms))
    assert {answer.status_code for answer in sent} == {303}
    written = {row.ticket.partition(".")[0]: row for row in desk.register.decisions()}
    assert len(written) == len(desk.register.decisions())
    assert written.keys() == {one["ticket"] for one, answer in zip(forms, sent, strict=True) if taken(answer)}
    for one in forms:
        row = written.get(one["ticket"])
        if row:
            said = (one["answer"], one.get("tag", ""), one.get("comment", ""))
            assert (row.answer, row.tags, row.comment) == said
    shows = {"approve": "You chose the new", "keep": "Your current photo stays", "retry": "Another try is on",
             "refuse": "Your photo is not processed"}  # fmt: skip
    assert shows[desk.register.decisions()[-1].answer] in browser.get("/me").text


# Rights


def test_pictures_of_others_are_not_there(desk: ReviewDesk) -> None:
    """In no size and no form; nor anything to somebody who is not signed in."""
    person, stranger = signed_in(desk, "p1", "p1"), client(desk)
    auditor = staff(desk, "auditor")
    for id_, other in desk.company.book().people.items():
        render = other.portrait.render
        assert render
        for digest in (render.picture, render.before, render.after, render.aligned):
            for height in (36, 640):
                path = f"/picture/{digest}/{height}"
                assert person.get(path).status_code == (200 if id_ == "p1" else 404)
                assert person.get(f"/delegated{path}").status_code == 404
                assert (stranger.get(path).status_code, auditor.get(path).status_code) == (401, 404)


MAY = {
    "employee": set(),
    "reviewer": {"hold"},
    "brand": {"hold", "approve"},
    "hr": {"bulk", "delegate", "end"},
    "auditor": set(),
}


@pytest.mark.parametrize("role", MAY)
def test_no_role_does_more_than_it_may_by_sending_forms(tmp_path: Path, role: str) -> None:
    """Each form of the company's pages, sent straight to its address."""
    desk = staffed_company(tmp_path).desk(GATED)
    people = desk.company.book().people
    at = f"/people/portrait/{people['p1'].pictures[0]}"
    mine = signed_in(desk, role, "p2" if role == "employee" else "", (role,))
    about = {
        "picture": people["p1"].pictures[0],
        "comment": "x",
        "run": desk.company.book().run,
        "batch": BASIS,
    }
    forms = {
        "hold": (at, about | {"answer": "hold"}),
        "approve": (at, about | {"answer": "approve"}),
        "bulk": ("/people/bulk", about | {"sure": "yes"}),
        "delegate": ("/people/delegations", {"employee": "p1", "delegate": "p2", "until": "2099-01-01", "why": "x"}),
        "end": ("/people/delegations/end", {"employee": "p1", "delegate": "p2"}),
        "refuse": (at, about | {"answer": "refuse"}),
        "answer for somebody": (f"/delegated/portrait/{people['p1'].pictures[0]}", about | {"answer": "approve"}),
    }  # fmt: skip
    token = {"token": token_of(mine.get("/nowhere").text)}
    with unchanged(desk):
        for what, (path, form) in forms.items():
            if what not in MAY[role]:
                code = mine.post(path, data=form | token).status_code
                assert code in (400, 403, 404), (what, code)
    for what in MAY[role]:
        path, form = forms[what]
        assert mine.post(path, data=form | token).status_code in (200, 303, 422), what
