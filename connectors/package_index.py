"""The package index that pip is set up to use, as a place that holds pinned packages.

pip itself runs the build script of an sdist to learn its metadata; here a package is only ever
downloaded. Where to look, and whom to trust, is asked of pip, so its files and variables hold.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import url2pathname

import httpx
import stamina
from pydantic import BaseModel, ConfigDict, Field

from catchlight.errors import ConfigError, OutsideError
from catchlight.model_manifest import Container
from connectors._download import Told, download, login, masked, open_client, refuse

_ASK_PIP = """
import json
from pip._internal.commands import create_command
options, _ = create_command("download").parse_args([])
print(json.dumps({
    "index_urls": [] if options.no_index else [options.index_url, *options.extra_index_urls],
    "find_links": options.find_links, "cert": options.cert or "", "proxy": options.proxy or "",
    "client_cert": options.client_cert or "", "timeout": options.timeout,
}))
"""
_ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"


class Settings(BaseModel):
    """Where packages are: URLs or folders, in the order in which they are asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    index_urls: tuple[str, ...] = Field(default=(), repr=False, description="each with a page per project")
    find_links: tuple[str, ...] = Field(
        default=(), repr=False, description="pages or folders of package files"
    )
    cert: str = Field(default="", description="PEM file of authorities to trust instead of the usual")
    client_cert: str = ""
    proxy: str = Field(default="", repr=False)
    timeout: float = Field(default=60, gt=0)


def settings() -> Settings:
    """Return the settings of this Python's pip: its files, and its PIP_… variables."""
    asked = subprocess.run(  # noqa: S603
        [sys.executable, "-P", "-c", _ASK_PIP], capture_output=True, text=True, check=False
    )
    if asked.returncode:
        why = (asked.stderr.strip().splitlines() or ["no answer"])[-1]
        message = f"pip does not say which package index to use ({why}); use --from FOLDER or --mirror URL"
        raise ConfigError(message)
    return Settings.model_validate_json(asked.stdout.splitlines()[-1])


def fetch(settings: Settings, wanted: Container, folder: Path, told: Told = lambda _: None) -> Path:
    """Download ``wanted`` into ``folder``, continued and verified; return its path.

    Raises ConfigError when no place offers the pinned file, OutsideError when one that may
    offer it cannot be reached.
    """
    with open_client(**settings.model_dump(exclude={"index_urls", "find_links"})) as client:
        url = _find(client, settings, wanted)
        if urlsplit(url).scheme == "file":
            return _copy(_path(url), folder / wanted.file)
        return download(client, url, wanted, folder, told)


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        return Path(shutil.copyfile(source, target))
    except OSError as error:
        message = f"{source}: cannot be copied to {target}: {error.strerror}"
        raise ConfigError(message) from error


def _find(client: httpx.Client, settings: Settings, wanted: Container) -> str:
    """Return the first link to the pinned file."""
    seen, outside = [], False
    for place in _places(settings, wanted.project):
        try:
            url = _links(client, place).get(wanted.file, "")
        except (ConfigError, OutsideError) as error:
            seen.append(str(error))
            outside |= isinstance(error, OutsideError)
            continue
        if url and _may_be(url, wanted):
            return url.partition("#")[0]
        seen.append(f"{masked(place)}: {'has another' if url else 'has no'} {wanted.file}")
    message = f"{wanted.file}: not found; " + ("; ".join(seen) or "pip is set up with no place to look")
    raise OutsideError(message) if outside else ConfigError(message)


def _places(settings: Settings, project: str) -> Iterator[str]:
    """Yield the pages and folders to look at; those inside the house are asked first."""
    yield from (_as_url(place) for place in settings.find_links)
    indexes = [f"{_as_url(place).rstrip('/')}/{project}/" for place in settings.index_urls]
    yield from sorted(indexes, key=lambda place: urlsplit(place).scheme != "file")


def _as_url(place: str) -> str:
    return place if re.match(r"^(https?|file)://", place) else Path(place).expanduser().absolute().as_uri()


def _may_be(url: str, wanted: Container) -> bool:
    """Whether the digest that a link carries, if any, is the pinned one."""
    said = re.search(r"sha256=([0-9a-f]{64})", urlsplit(url).fragment)
    return said is None or said[1] == wanted.sha256


def _links(client: httpx.Client, place: str) -> dict[str, str]:
    """Return the files that a page or folder offers: name → URL with ``#sha256=…`` if known."""
    if urlsplit(place).scheme == "file":
        return _local_links(_path(place))
    response = _get(client, place)
    page = _with_login(str(response.url), place)
    found = (
        _json_links(response)
        if "json" in response.headers.get("Content-Type", "")
        else _html_links(response.text)
    )
    return {name: _with_login(urljoin(page, link), page) for name, link in found.items()}


@stamina.retry(on=OutsideError, attempts=4)
def _get(client: httpx.Client, url: str) -> httpx.Response:
    try:
        response = client.get(url, headers={"Accept": _ACCEPT}, auth=login(url))
    except httpx.TransportError as error:
        message = f"{masked(url)}: {error or type(error).__name__}"
        raise OutsideError(message) from error
    refuse(response, url)
    return response


def _json_links(response: httpx.Response) -> dict[str, str]:
    try:
        files = response.json()["files"]
        return {f["filename"]: f"{f['url']}#sha256={f['hashes'].get('sha256', '')}" for f in files}
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        message = f"{masked(str(response.url))}: not the page of a package index"
        raise ConfigError(message) from error


def _html_links(text: str) -> dict[str, str]:
    page = _Page()
    page.feed(text)
    return {unquote(urlsplit(link).path.rpartition("/")[2]): link for link in page.links}


class _Page(HTMLParser):
    """Collects the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for key, value in attrs if (tag, key) == ("a", "href") and value]


def _local_links(path: Path) -> dict[str, str]:
    page = path / "index.html" if path.is_dir() else path
    found = {file.name: file.as_uri() for file in path.iterdir()} if path.is_dir() else {}
    if page.is_file():
        links = _html_links(page.read_text(encoding="utf-8", errors="replace"))
        found |= {name: urljoin(page.as_uri(), link) for name, link in links.items()}
    return found


def _path(url: str) -> Path:
    return Path(url2pathname(urlsplit(url).path))


def _with_login(url: str, page: str) -> str:
    """Carry name and password of ``page`` over to ``url`` on the same host, as pip does."""
    there, here = urlsplit(url), urlsplit(page)
    if there.hostname != here.hostname or "@" in there.netloc:
        return url
    name, at, _ = here.netloc.rpartition("@")
    return there._replace(netloc=f"{name}{at}{there.netloc}").geturl()
