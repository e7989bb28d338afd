"""``catchlight review serve``: what it says, whom it lets in from where, what it writes down, how it ends."""

import logging
import os
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from catchlight.errors import ConfigError
from catchlight.policy import Policy, Server
from flows import review_protocol
from flows.listening import listen
from flows.review_log import Sparing
from flows.review_place import choose, reached_at
from flows.review_redo import Redoer
from flows.review_server import Options, _helpers
from tests.certificates import Certificates
from tests.nginx_server import nginx
from tests.review_browser import free_port
from tests.review_company import ReviewCompany, make_review_company, served
from tests.served_review import refused, serving

pytest_plugins = ["tests.sign_on_fixtures"]


@pytest.fixture
def company(tmp_path: Path) -> ReviewCompany:
    """Return a company of three with a finished run."""
    return make_review_company(tmp_path)


@pytest.fixture
def trust(certificates: Certificates) -> ssl.SSLContext:
    """Return what a machine of the company trusts."""
    return ssl.create_default_context(cafile=certificates.authority)


def link(company: ReviewCompany, employee: str = "p1") -> str:
    """Return the path of a personal link."""
    desk = company.desk()
    picture = desk.company.book().people[employee].pictures[0]
    return "/l/" + desk.invitations.token(desk.invitations.invite(employee, picture, "hr", 14))


def test_a_link_works_over_tls_and_leaves_no_trace_in_the_log(
    company: ReviewCompany, certificates: Certificates, trust: ssl.SSLContext
) -> None:
    """From the command to a person's page; the token is in no line, a wrong one's sender is. SIGTERM ends it."""
    path = link(company)
    tls = ("--cert", str(certificates.certificate), "--key", str(certificates.key))
    with serving(company.home, "--host", "localhost", "--port", "0", "--no-redo", *tls) as server:
        origin = server.line("People go to")
        with httpx.Client(base_url=origin, verify=trust, follow_redirects=True) as browser:
            page = browser.get(path)
            assert (page.status_code, page.url.path) == (200, "/me")
            assert "server" not in page.headers
            assert browser.get(f"{path}x?y=1").status_code == 403
            assert browser.post("/sign-out", headers={"origin": origin}).status_code == 403
        code, told = refused(company.home)
        assert (code, f"process {server.process.pid}" in told) == (2, True), told
        assert "personal links" in server.line("Sign-on")
        assert server.stop() == 0
    log = "".join(server.log)
    assert path[3:] not in log
    assert "GET /l/… 303\n" in log
    assert "GET /l/… 403 from 127.0.0.1" in log
    assert "y=1" not in log


def test_before_the_first_refresh_it_says_so(tmp_path: Path) -> None:
    """Ctrl-C ends it like any command; a provider that is not there keeps nobody out who has a link."""
    secret = tmp_path / "sso.secret"
    secret.touch(0o600)
    secret.write_text("secret", encoding="utf-8")
    (tmp_path / "review.toml").write_text(
        f'company = "Example"\n[sso]\nissuer = "https://localhost:{free_port()}"\n'
        f'client_id = "a"\nclient_secret_file = "{secret}"\n',
        encoding="utf-8",
    )
    with serving(tmp_path, "--port", "0", "--no-redo") as server:
        assert "nothing was refreshed" in server.line("Run")
        assert "not reachable just now" in server.line("Sign-on")
        assert 'action="/sign-in"' in httpx.get(server.line("Listens at")).text
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(10) == 0
    secret.chmod(0o644)
    code, told = refused(tmp_path)
    assert (code, "chmod 600" in told) == (2, True), told


def test_people_reach_it_under_a_path_behind_nginx(
    company: ReviewCompany,
    certificates: Certificates,
    trust: ssl.SSLContext,
    nginx_program: str,
    tmp_path: Path,
) -> None:
    """Link, page, style, form and picture; the log shows the people's address, not the proxy's."""
    port, behind, path = free_port(), free_port(), link(company)
    origin = f"https://localhost:{port}"
    (company.home / "review.toml").write_text(
        f'url = "{origin}/photos/portraits"\n[server]\nproxies = ["127.0.0.1"]\n', encoding="utf-8"
    )
    place = nginx(tmp_path / "nginx", certificates, port, behind, "/photos/portraits", nginx_program)
    with serving(company.home, "--port", str(behind), "--no-redo") as server, place:
        assert "behind the proxy 127.0.0.1" in server.line("Listens at")
        with httpx.Client(verify=trust, follow_redirects=True) as browser:
            page = browser.get(f"{origin}/photos/portraits{path}")
            assert (page.status_code, page.url.path) == (200, "/photos/portraits/me")
            places = {part.split('"')[0] for part in page.text.replace('src="', 'href="').split('href="')[1:]}
            ours = [place for place in places if place.startswith("/")]
            assert [place for place in ours if not place.startswith("/photos/portraits/")] == []
            assert [place for place in ours if browser.get(origin + place).status_code != 200] == []
            left = browser.post(
                f"{origin}/photos/portraits/sign-out",
                data={"token": page.text.split('name="token" value="')[1].split('"')[0]},
                headers={"origin": origin},
            )
            assert left.status_code == 200
        straight = {"x-forwarded-for": "203.0.113.9"}
        httpx.get(f"http://127.0.0.1:{behind}/photos/portraits/l/forged", headers=straight)
    assert "GET /photos/portraits/l/… 403 from 203.0.113.9" in "".join(server.log)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "photos.example.com", "::"])  # noqa: S104  to be refused
def test_faces_travel_in_the_clear_on_this_machine_alone(tmp_path: Path, host: str) -> None:
    """Any other address needs a certificate, or a reverse proxy that the policy names."""
    code, told = refused(tmp_path, "--host", host)
    assert (code, "https only" in told) == (2, True), told
    assert choose(Policy(server=Server(proxies=("192.0.2.1",))), host, 80, None, None).tls is None
    assert choose(Policy(), "127.0.0.1", 80, None, None).url == "http://127.0.0.1:80"
    assert choose(Policy(), "::1", 80, None, None).url == "http://[::1]:80"


def test_certificates_that_cannot_be_used_are_told(certificates: Certificates, tmp_path: Path) -> None:
    """One file of two, a key that others can read, a key of something else, a policy that says http."""
    cert, key = certificates.certificate, certificates.key
    with pytest.raises(ConfigError, match="both files"):
        choose(Policy(), "", None, cert, None)
    open_key = tmp_path / "open.key"
    open_key.write_bytes(key.read_bytes())
    open_key.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        choose(Policy(), "", None, cert, open_key)
    with pytest.raises(ConfigError, match="cannot be used"):
        choose(Policy(), "", None, certificates.authority, key)
    with pytest.raises(ConfigError, match="write https"):
        choose(Policy(url="http://127.0.0.1:8480"), "", None, cert, key)
    secure = choose(Policy(), "0.0.0.0", 443, cert, key)  # noqa: S104  not listened to
    with pytest.raises(ConfigError, match="url"):
        reached_at(Policy(), secure)


def test_a_port_that_is_taken_is_told() -> None:
    """With its number, instead of a trace."""
    with listen("127.0.0.1", 0, "--port") as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=str(port)):
            listen("127.0.0.1", port, "--port")


@pytest.mark.parametrize(
    ("path", "status", "line"),
    [
        ("/me", 200, "GET /me 200"),
        ("/l/abc.def.ghi", 303, "GET /l/… 303"),
        ("/photos/l/abc/d?e=f", 403, "GET /photos/l/… 403 from 192.0.2.1:5"),
        ("/sign-in/done?code=abc&state=def", 303, "GET /sign-in/done 303"),
    ],
)
def test_the_access_log_holds_no_token_and_no_list_of_who_looked(path: str, status: int, line: str) -> None:
    """Addresses are written down only of those who were refused."""
    args = ("192.0.2.1:5", "GET", path, "1.1", status)
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', args, None)
    assert Sparing().filter(record)
    assert record.getMessage() == line


def test_a_request_a_letter_at_a_time_holds_no_connection(
    company: ReviewCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server hangs up; a whole request before it on the same connection is answered."""
    monkeypatch.setattr(review_protocol, "SECONDS", 2.0)
    with served(company.desk(), http=review_protocol.Protocol) as address:
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), 10) as slow:
            slow.sendall(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
            answer = b""
            while not answer.endswith(b"\r\n\r\nok"):
                answer += slow.recv(4096)
            assert answer.startswith(b"HTTP/1.1 200")
            slow.sendall(b"GET / HTTP/1.1\r\nhost: slow")
            assert slow.recv(4096) == b""


COUNT = "import sys, pathlib; pathlib.Path(sys.argv[1]).open('a').write('x')"


@pytest.fixture
def redoer(tmp_path: Path) -> Iterator[Callable[..., Redoer]]:
    """Return what starts a background worker with a program of the test's."""
    started: list[Redoer] = []

    def start(program: str, again: float = 60.0) -> Redoer:
        command = (sys.executable, "-c", program, str(tmp_path / "runs"))
        started.append(Redoer(tmp_path, command, again))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.stop()


def wait_until(true: Callable[[], bool]) -> None:
    """Wait until something is so, for twenty seconds at most."""
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_whoever_asks_for_another_try_is_seen_to_one_at_a_time(
    redoer: Callable[..., Redoer], tmp_path: Path
) -> None:
    """At the start, and when somebody asked; ten who ask while it works are one more pass."""
    runs, go = tmp_path / "runs", tmp_path / "go"
    worker = redoer(f"{COUNT}\nimport os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.02)")
    wait_until(runs.exists)
    for _ in range(10):
        worker.wake()
    assert runs.read_text() == "x"
    go.touch()
    wait_until(lambda: runs.read_text() == "xx")
    worker.wake()
    wait_until(lambda: runs.read_text() == "xxx")


def test_a_pass_that_cannot_start_is_tried_again(redoer: Callable[..., Redoer], tmp_path: Path) -> None:
    """Such as while a refresh is at work."""
    redoer(f"{COUNT}; sys.exit(2)", again=0.1)
    wait_until(lambda: (tmp_path / "runs").exists() and len((tmp_path / "runs").read_text()) >= 3)


def test_a_pass_ends_with_the_server(redoer: Callable[..., Redoer], tmp_path: Path) -> None:
    """Also one that does not listen."""
    deaf = (
        f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{COUNT}\nimport time; time.sleep(600)"
    )
    worker = redoer(deaf)
    wait_until((tmp_path / "runs").exists)
    child = worker._child
    assert child is not None
    worker.stop()
    assert child.returncode == -signal.SIGKILL
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)


def test_a_server_without_mail_sends_no_link(company: ReviewCompany) -> None:
    """And the pages know it, so that none promises a letter."""
    with _helpers(Options(company.home, redo=False), Policy()) as helpers:
        assert "send_link" not in helpers
        assert "wake" not in helpers
