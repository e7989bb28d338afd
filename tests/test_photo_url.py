"""Photos by an address that a directory names: hostile ones are not asked, wrong answers are no photos."""

import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx
import pytest
import stamina
from pydantic import ValidationError

from catchlight.errors import CatchlightError, OutsideError, PhotoError
from connectors import _photo_answer
from connectors._photo_url import Download, PhotoHosts, PhotoUrls
from connectors._public_address import is_public, may_be_ours
from tests.certificates import make_certificates
from tests.photo_server import PhotoServer, photo_server
from tests.source_worlds import jpeg

HOSTS = ("photos.example.com", "*.example.org", "hr.internal:8443", "127.0.0.1:8080", "xn--mller-kva.example")
PICTURE = jpeg(7)

NOT_ASKED = [
    "", "photo.jpg", "/photos/a.jpg", "//photos.example.com/a.jpg", "https:photos.example.com/a.jpg",
    "https:///photos.example.com/a.jpg", "http://photos.example.com/a.jpg", "ftp://photos.example.com/a.jpg",
    "file:///etc/passwd", "data:image/png;base64,AAAA", "gopher://photos.example.com/", "javascript:alert(1)",
    "https://0x7f000001/a.jpg", "https://127.1/a.jpg", "https://2130706433/a.jpg", "https://0177.0.0.1/a.jpg",
    "https://127.0.0.1/a.jpg", "https://127.0.0.1:8443/a.jpg", "https://[::1]/a.jpg", "https://localhost/a.jpg",
    "https://[::ffff:127.0.0.1]/a.jpg", "https://[64:ff9b::7f00:1]/a.jpg", "https://[2002:7f00:1::]/a.jpg",
    "https://169.254.169.254/latest/meta-data/", "https://[fe80::1%25eth0]/a.jpg", "https://[v1.fe80::a]/a.jpg",
    "https://user@photos.example.com/a.jpg", "https://user:word@photos.example.com/a.jpg",
    "https://photos.example.com@evil.test/a.jpg", "https://photos.example.com:443@evil.test/a.jpg",
    "https://evil.test#@photos.example.com/a.jpg", "https://evil.test?@photos.example.com/a.jpg",
    "https://evil.test\\@photos.example.com/a.jpg", "https://photos.example.com\\.evil.test/a.jpg",
    "https://photos.example.com.evil.test/a.jpg", "https://evilphotos.example.com/a.jpg",
    "https://photos.example.com./a.jpg", "https://a.b.example.org/a.jpg", "https://example.org/a.jpg",
    "https://.example.org/a.jpg", "https://*.example.org/a.jpg", "https://photos.example.com:8443/a.jpg",
    "https://photos.example.com:0/a.jpg", "https://photos.example.com:99999/a.jpg",
    "https://photos.example.com:x/a.jpg", "https://hr.internal/a.jpg", "https://hr.internal:8444/a.jpg",
    "https://photos.exаmple.com/a.jpg", "https://ｐhotos.example.com/a.jpg", "https://photos。example.com/a.jpg",
    "https://xn--photos-example-.com/a.jpg", "https://müller.example/a.jpg", "https://photos.example.com\t/a.jpg",
    "https://photos.example.com/a.jpg\r\nX: y", "https://photos.exam\nple.com/a.jpg", "https://photos.example.com%00/a",
    "https://photos.example.com%2eevil.test/a.jpg", "https://photos.example.com/" + "a" * 9000,
]  # fmt: skip
NOT_PUBLIC = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0",  # noqa: S104  where tests say it, nobody listens
    "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::7f00:1",
    "2002:7f00:1::", "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "fc00::1", "fd00::1",
    "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1", "5f00::1",
]  # fmt: skip
NEVER = [
    "0.0.0.0",  # noqa: S104
    "169.254.169.254", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "fe80::1", "ff02::1",
    "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "fec0::1",
]  # fmt: skip
PUBLIC = [
    "93.184.216.34",
    "8.8.8.8",
    "2606:2800:220:1:248:1893:25c8:1946",
    "64:ff9b::808:808",
    "::ffff:8.8.8.8",
]


@pytest.fixture(autouse=True)
def _nobody_waits() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


def never(host: str, port: int) -> Sequence[str]:
    """Fail a test in which a host is looked up."""
    raise AssertionError((host, port))


def here(*_: object) -> Sequence[str]:
    """Let every host be this machine."""
    return ["127.0.0.1"]


_LEADS_TO: list[str] = []
ASKED_NOWHERE = PhotoUrls(PhotoHosts(hosts=HOSTS), never)
LED = PhotoUrls(PhotoHosts(hosts=HOSTS), lambda *_: list(_LEADS_TO))


@pytest.fixture
def server() -> Iterator[PhotoServer]:
    """Return a server of photos without TLS."""
    with photo_server() as server:
        server.photos["/a.jpg"] = PICTURE
        yield server


@pytest.fixture
def fetch(server: PhotoServer) -> Iterator[Callable[..., Download]]:
    """Return how the server's photo is fetched."""
    urls = PhotoUrls(PhotoHosts(hosts=(f"127.0.0.1:{server.port}",)))
    yield lambda known="", path="/a.jpg": urls.fetch(f"http://127.0.0.1:{server.port}{path}", known)
    urls.close()


@pytest.mark.parametrize("url", NOT_ASKED)
def test_what_is_no_address_of_an_allowed_host_is_not_even_looked_up(url: str) -> None:
    """Whatever trick its writer used; and no message repeats all of it."""
    with pytest.raises(PhotoError) as caught:
        ASKED_NOWHERE.fetch(url)
    assert caught.value.reason == "photo.elsewhere"
    assert "a.jpg" not in str(caught.value).replace("/anna.jpg", "")


def test_a_host_that_is_not_allowed_is_named_with_the_key() -> None:
    """So that whoever runs Catchlight can decide."""
    with pytest.raises(PhotoError, match=r"evil\.test, which photo_hosts\.hosts does not name"):
        PhotoUrls(PhotoHosts(), never).fetch("https://evil.test/a.jpg?signature=secret")


@pytest.mark.parametrize("address", NOT_PUBLIC)
@pytest.mark.parametrize("before", [[], ["93.184.216.34"]])
def test_a_name_that_leads_inside_is_not_asked(
    address: str, before: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even when it leads outside, too."""
    monkeypatch.setattr(socket, "create_connection", never)
    _LEADS_TO[:] = [*before, address]
    for url in ("https://photos.example.com/a.jpg", "https://a.example.org/a.jpg"):
        with pytest.raises(PhotoError, match="leads into a private network"):
            LED.fetch(url)


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_not_asked_even_by_host_and_port(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cloud keeps the keys of a machine at a link-local one."""
    monkeypatch.setattr(socket, "create_connection", never)
    _LEADS_TO[:] = [address]
    with pytest.raises(PhotoError):
        LED.fetch("https://hr.internal:8443/a.jpg")


def test_addresses_are_told_apart() -> None:
    """What is public, and what a company may have inside."""
    assert all(is_public(one) and may_be_ours(one) for one in PUBLIC)
    assert all(
        may_be_ours(one) for one in ("10.0.0.1", "192.168.1.1", "127.0.0.1", "::1", "fd00::1", "100.64.0.1")
    )


def test_the_address_that_was_checked_is_the_one_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere a moment later gains nothing: it is looked up once."""
    answers, asked = [["93.184.216.34"], ["127.0.0.1"]], list[tuple[str, int]]()

    def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, port, **__: [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in answers.pop(0)
    ])  # fmt: skip
    with stamina.set_testing(True, attempts=1), pytest.raises(OutsideError):
        PhotoUrls(PhotoHosts(hosts=HOSTS)).fetch("https://photos.example.com/a.jpg")
    assert asked == [("93.184.216.34", 443)]
    with pytest.raises(PhotoError):
        PhotoUrls(PhotoHosts(hosts=HOSTS)).fetch("https://photos.example.com/a.jpg")


def test_a_proxy_looks_up_what_is_public_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts of the company's own network are asked without it."""
    asked = list[tuple[str, int]]()

    def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    hosts = PhotoHosts(hosts=HOSTS, proxy="http://proxy.example.com:3128")
    for url, resolve in (("photos.example.com", never), ("hr.internal:8443", lambda *_: ["10.0.0.1"])):
        with stamina.set_testing(True, attempts=1), pytest.raises(OutsideError):
            PhotoUrls(hosts, resolve).fetch(f"https://{url}/a.jpg")
    assert asked == [("proxy.example.com", 3128), ("10.0.0.1", 8443)]
    with pytest.raises(ValidationError, match=r"'proxy\.example\.com'"):
        PhotoHosts(proxy="socks://me:secret@proxy.example.com")


def test_a_host_without_an_address_is_unwell() -> None:
    """That passes, perhaps."""
    with pytest.raises(OutsideError, match="has no address now"):
        PhotoUrls(PhotoHosts(hosts=("nowhere.invalid",))).fetch("https://nowhere.invalid/a.jpg")
    with pytest.raises(OutsideError, match="has no address now"):
        PhotoUrls(PhotoHosts(hosts=HOSTS), lambda *_: []).fetch("https://photos.example.com/a.jpg")


def test_another_address_of_a_host_is_tried(server: PhotoServer) -> None:
    """When nobody is at the first."""
    hosts = PhotoHosts(hosts=(f"hr.internal:{server.port}",))
    urls = PhotoUrls(hosts, lambda *_: ["127.0.0.77", "127.0.0.1"])
    assert urls.fetch(f"http://hr.internal:{server.port}/a.jpg").picture == PICTURE


def test_the_certificate_has_to_be_that_of_the_name(tmp_path: Path) -> None:
    """Though the connection is made to an address, and though another host's is open to the same one."""
    made = make_certificates(tmp_path, ("hr.internal", "127.0.0.1"))
    with photo_server(made) as server:
        server.photos["/a.jpg"] = PICTURE
        names = tuple(f"{name}:{server.port}" for name in ("hr.internal", "other.internal", "127.0.0.1"))
        urls = PhotoUrls(PhotoHosts(hosts=names, ca_file=made.authority), here)
        assert urls.fetch(f"https://hr.internal:{server.port}/a.jpg").picture == PICTURE
        assert server.carried[0]["host"] == f"hr.internal:{server.port}"
        assert urls.fetch(f"https://127.0.0.1:{server.port}/a.jpg").picture == PICTURE
        with pytest.raises(OutsideError, match="Hostname mismatch"):
            urls.fetch(f"https://other.internal:{server.port}/a.jpg")
        with pytest.raises(OutsideError, match="certificate"):
            PhotoUrls(PhotoHosts(hosts=names), here).fetch(f"https://hr.internal:{server.port}/a.jpg")
        assert len(server.calls) == 2
        urls.close()


def test_without_tls_only_this_machine_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when host and port are named."""
    monkeypatch.setattr(socket, "create_connection", never)
    urls = PhotoUrls(PhotoHosts(hosts=("hr.internal:80", "hr.internal:8443")), lambda *_: ["10.0.0.1"])
    for port in ("", ":80", ":8443"):
        with pytest.raises(PhotoError, match="not one of https"):
            urls.fetch(f"http://hr.internal{port}/a.jpg")


def test_a_photo_comes_with_its_version_and_only_once(
    server: PhotoServer, fetch: Callable[..., Download]
) -> None:
    """The version is sent back, and the photo comes again when it changed."""
    first = fetch()
    assert (first.picture, first.same) == (PICTURE, False)
    assert fetch(first.version) == Download(None, first.version, same=True)
    server.photos["/a.jpg"] = jpeg(8)
    assert fetch(first.version).picture == jpeg(8)
    assert server.carried[-1]["if-none-match"] == first.version


def test_a_date_is_a_version_too_and_a_weak_etag_is_none(
    server: PhotoServer, fetch: Callable[..., Download]
) -> None:
    """And what could break a header is not sent back."""
    date = "Fri, 27 Nov 2026 08:00:00 GMT"
    server.answers = [
        (200, {"Last-Modified": date, "ETag": 'W/"1"'}, PICTURE),
        (304, {}, b""),
        (304, {}, b""),
    ]
    assert fetch().version == date
    assert fetch(date).same
    assert server.carried[-1]["if-modified-since"] == date
    with pytest.raises(CatchlightError):
        fetch('x"\r\nAuthorization: y')
    assert not {"if-none-match", "if-modified-since", "authorization"} & set(server.carried[-1])
    server.answers = [(200, {"ETag": 'W/"1"'}, PICTURE)]
    assert fetch().version == ""


def test_nothing_secret_and_nothing_remembered_is_sent(
    server: PhotoServer, fetch: Callable[..., Download], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No cookie comes back, no password of a netrc, no proxy of the environment is used."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password secret")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.answers = [(200, {"Set-Cookie": "who=me; Path=/"}, PICTURE)]
    fetch()
    assert fetch().picture == PICTURE
    for carried in server.carried:
        assert set(carried) <= {"host", "accept", "accept-encoding", "user-agent"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_followed_elsewhere(
    server: PhotoServer, fetch: Callable[..., Download], status: int
) -> None:
    """Not even to the same host."""
    server.answers = [(status, {"Location": "/b.jpg"}, b"")] * 3
    with pytest.raises(PhotoError, match="sends us elsewhere"):
        fetch()
    assert server.calls == ["/a.jpg"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_photo_that_is_not_there_is_no_error(
    server: PhotoServer, fetch: Callable[..., Download], status: int
) -> None:
    """There is none."""
    server.answers = [(status, {}, b"not found")]
    assert fetch('"known"') == Download(None)


@pytest.mark.parametrize("status", [400, 401, 403, 451])
def test_a_photo_that_is_not_given_is_a_matter_of_one_person(
    server: PhotoServer, fetch: Callable[..., Download], status: int
) -> None:
    """A store of files answers so for one that is not there, too."""
    server.answers = [(status, {}, b"no")] * 3
    with pytest.raises(PhotoError, match=f"answers {status}"):
        fetch()
    assert len(server.calls) == 1


@pytest.mark.parametrize("fault", ["429", "500", "503", "truncated", "wrong_type", "408"])
def test_what_passes_is_tried_again(server: PhotoServer, fetch: Callable[..., Download], fault: str) -> None:
    """Once is no fault; for good it is one, and nothing broken comes."""
    server.faults = [fault]
    assert fetch().picture == PICTURE
    server.faults = [fault] * 3
    with pytest.raises(PhotoError if fault == "wrong_type" else OutsideError, match=r"127\.0\.0\.1"):
        fetch()
    assert len(server.calls) == 5


@pytest.mark.parametrize("after", ["3600", "99999999999999999999999"])
def test_who_wants_us_much_later_is_left_alone(
    server: PhotoServer, fetch: Callable[..., Download], after: str
) -> None:
    """The next run asks again."""
    server.answers = [(429, {"Retry-After": after}, b"")]
    with pytest.raises(OutsideError):
        fetch()
    assert len(server.calls) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"GIF",
        b"\xff\xd8",
        b"MZ" + bytes(99),
    ],
)
def test_what_is_no_photo_is_not_taken(
    server: PhotoServer, fetch: Callable[..., Download], body: bytes
) -> None:
    """Whatever it is called."""
    server.answers = [(200, {"Content-Type": "image/jpeg"}, body)] * 3
    with pytest.raises(PhotoError) as caught:
        fetch()
    assert caught.value.reason in {
        "photo.not_a_picture",
        "photo.format",
    }  # the latter where its kind is known


def test_a_photo_without_its_end_is_not_taken(server: PhotoServer, fetch: Callable[..., Download]) -> None:
    """A connection that ends early looks like this where no length was told."""
    server.answers = [(200, {}, PICTURE[:-9])] * 3
    with pytest.raises(OutsideError, match="cut off"):
        fetch()


@pytest.mark.parametrize("told", [True, False])
def test_a_photo_that_is_too_large_is_not_read_to_its_end(
    server: PhotoServer, fetch: Callable[..., Download], monkeypatch: pytest.MonkeyPatch, *, told: bool
) -> None:
    """Whether its length is told or not."""
    monkeypatch.setattr(_photo_answer, "LARGEST", len(PICTURE) - 1)
    server.answers = [(200, {} if told else {"Content-Length": str(2**40)}, PICTURE)]
    with pytest.raises(PhotoError) as caught:
        fetch()
    assert caught.value.reason == "photo.too_large"


def test_a_photo_that_never_ends_is_given_up() -> None:
    """There is one time for all of it, not one for each byte."""
    response = httpx.Response(200, stream=httpx.ByteStream(PICTURE))
    with pytest.raises(OutsideError, match="takes too long"):
        _photo_answer.download("here", response, "", until=0)


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/Zoë Müller.jpg?größe=1 0&t=a%2Fb", "/Zo%C3%AB%20M%C3%BCller.jpg?gr%C3%B6%C3%9Fe=1%200&t=a%2Fb"),
        ("?id=1", "/?id=1"), ("", "/"), ("/a.jpg#part", "/a.jpg"),
    ],
)  # fmt: skip
def test_addresses_are_written_as_servers_read_them(
    server: PhotoServer, fetch: Callable[..., Download], path: str, asked: str
) -> None:
    """People's names stand in them."""
    server.photos[asked] = PICTURE
    assert fetch(path=path).picture == PICTURE
    assert server.calls == [asked]


@pytest.mark.parametrize(
    "host",
    [
        "", "*", "*.com", "com", "localhost", "https://photos.example.com", "photos.example.com/", "127.0.0.1",
        "0x7f.1", "::1", "[::1]", "*.*.example.com", "a.*.example.com", "photos.example.com.", "user@example.com",
        "photos.example.com:0", "photos.example.com:https", "*.example.com:8443", "Müller.example", "a..b",
    ],
)  # fmt: skip
def test_a_host_that_is_none_is_refused_with_an_example(host: str) -> None:
    """Before anything starts."""
    with pytest.raises(ValidationError, match=r"photos\.example\.com"):
        PhotoHosts(hosts=(host,))
