"""Vendors' stand-ins side by side: what each shows before, what it shows now, what it counts, and how it fails.

For soaks: every kind of fault that a stand-in knows, each at the same rate, from seeded dice.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel

from catchlight.alike import alike
from catchlight.place import Place
from connectors import bamboohr, google_directory, microsoft365, sharepoint, slack_photos
from connectors._pace import Limits, Pace
from tests.fake_bamboohr import KEY
from tests.fake_bamboohr import bamboohr as running_bamboohr
from tests.fake_google import google as running_google
from tests.fake_graph import graph
from tests.fake_slack_limits import FAULTS as SLACK_FAULTS
from tests.fake_slack_limits import Clock
from tests.fake_slack_photos import TOKEN
from tests.fake_slack_photos import slack as running_slack
from tests.google_fixtures import SCOPES, as_written
from tests.graph_app import make_files, of_app
from tests.published_company import portrait

GRAPH_FAULTS = ("429", "429-date", "429-bare", "500", "502", "503", "504", "507", "401", "html", "cut")
GOOGLE_FAULTS = ("quota", "crowd", "429", "500", "503", "html", "cut")
BAMBOO_FAULTS = ("429", "500", "503", "504", "598", "page", "cut")


@dataclass
class World:
    """One vendor: the place, and what is really there by target.

    ``before`` is what was there at the beginning; ``writes`` counts what took effect, ``exceeded`` is what went beyond the
    vendor's limits, ``fail`` sets the rate of every kind of fault.
    """

    name: str
    place: Place
    shown: Callable[[str], bytes | None]
    writes: Callable[[], Counter[str]]
    exceeded: Callable[[], list[str]]
    fail: Callable[[float], None]
    wait: Callable[[float], object]
    before: dict[str, bytes] = field(default_factory=dict)
    settings: BaseModel | None = None

    def as_destination(self) -> str:
        """Return the table of destinations.toml that leads here."""
        kind, _, name = self.place.name.partition(":")
        assert self.settings
        told = self.settings.model_dump(mode="json", exclude_defaults=True)
        return "\n".join(
            [
                f"[{json.dumps(name)}]",
                f'kind = "{kind}"',
                *(f"{key} = {json.dumps(one)}" for key, one in told.items()),
            ]
        )

    def keeps(self, target: str, picture: bytes) -> bool:
        """Whether a target really shows a picture."""
        there = self.shown(target)
        return there is not None and (there == picture or alike(picture, there))


def old_picture(id_: str) -> bytes:
    """Return what somebody had before."""
    return portrait(f"old {id_}", 300, 300)


@contextmanager
def microsoft_world(root: Path, ids: Sequence[str]) -> Iterator[World]:
    """Return Microsoft 365 and every second person's photo of before."""
    with graph() as tenant:
        files = make_files(root / "microsoft")
        before = {}
        for number, id_ in enumerate(ids):
            account = tenant.people.add(id_)
            if number % 2:
                before[account] = old_picture(id_)
                tenant.people.set(account, before[account])
        made = microsoft365.Settings(**of_app(tenant, files), lag=0.2)
        yield World(
            "microsoft365", microsoft365.open_place(made, "microsoft365:soak"), tenant.people.shown,
            lambda: tenant.people.writes, lambda: ["at once"] * tenant.crowded,
            lambda rate: tenant.faults.update(dict.fromkeys(GRAPH_FAULTS, rate)), lambda _: None, before, made,
        )  # fmt: skip


@contextmanager
def sharepoint_world(root: Path, ids: Sequence[str]) -> Iterator[World]:
    """Return an empty SharePoint library: places of files have what we put there."""
    del ids
    with graph() as tenant:
        files = make_files(root / "sharepoint")
        where = {
            "site": "example.sharepoint.com/sites/intranet",
            "library": "documents",
            "folder": "Portraits",
        }
        made = sharepoint.Settings(**of_app(tenant, files, download_hosts=("127.0.0.1",), **where))
        yield World(
            "sharepoint", sharepoint.open_place(made, "sharepoint:soak"),
            lambda target: {p.casefold(): d for p, d in tenant.files.files().items()}.get(f"portraits/{target}".casefold()),
            lambda: tenant.files.writes, lambda: ["at once"] * tenant.crowded + tenant.files.leaked,
            lambda rate: tenant.faults.update(dict.fromkeys(GRAPH_FAULTS, rate)), lambda _: None, {}, made,
        )  # fmt: skip


@contextmanager
def slack_world(root: Path, ids: Sequence[str]) -> Iterator[World]:
    """Return a Slack workspace that shows new pictures late, on a clock of its own."""
    clock = Clock()
    with running_slack(clock=clock, lag=1.0) as slack:
        token = root / "slack-token"
        token.touch(0o600)
        token.write_text(TOKEN)
        before = {}
        for number, id_ in enumerate(ids):
            old = old_picture(id_) if number % 2 else None
            account = f"U0{id_.upper()}"
            slack.add(account, f"{id_}@example.org", picture=old)
            before |= {account: old} if old else {}
        here = {"url": f"{slack.url}/scim/v2", "web_url": f"{slack.url}/api", "image_hosts": ("127.0.0.1",)}
        made = slack_photos.Settings(
            token_file=token, match="email", employee="email", removal="try", lag=5, **here
        )
        place = slack_photos.open_place(
            made, "slack_photos:soak", lambda limits: Pace(limits, clock, clock.sleep)
        )
        yield World(
            "slack_photos", place, lambda target: slack.members[target].picture, lambda: slack.effective,
            lambda: slack.buckets.exceeded + slack.leaked,
            lambda rate: slack.faults.rates.update(dict.fromkeys(SLACK_FAULTS, rate)), clock.sleep, before, made,
        )  # fmt: skip


@contextmanager
def bamboohr_world(root: Path, ids: Sequence[str]) -> Iterator[World]:
    """Return a company at BambooHR, where everybody has a photo: it cannot remove one."""
    with running_bamboohr() as company:
        key = root / "bamboohr-key"
        key.touch(0o600)
        key.write_text(KEY)
        before = {}
        for number, id_ in enumerate(ids):
            account = str(1000 + number)
            company.add(account, f"{id_}@example.org")
            before[account] = company.photos[account] = old_picture(id_)
        made = bamboohr.Settings(company="example", url=company.url, api_key_file=key)
        yield World(
            "bamboohr", bamboohr.open_place(made, "bamboohr:soak"), company.photos.get, lambda: company.uploads,
            list, lambda rate: company.faults.update(dict.fromkeys(BAMBOO_FAULTS, rate)), lambda _: None, before, made,
        )  # fmt: skip


@contextmanager
def google_world(root: Path, ids: Sequence[str]) -> Iterator[World]:
    """Return Google's directory, some of whose photos have to be deleted before they are replaced."""
    clock = _TIME  # the quota is counted by the clock that our pace keeps to
    with running_google(clock=clock) as company:
        company.issuer.delegated = set(SCOPES)
        before = {}
        for number, id_ in enumerate(ids):
            account = str(5000 + number)
            company.add(account, f"{id_}@example.org")
            if number % 2:
                before[account] = company.photos[account] = old_picture(id_)
            if number % 50 == 1:
                company.in_the_way[account] = 412
        made = google_directory.Settings(**as_written(company, root, employee="email", lag=0.2))
        yield World(
            "google_directory", google_directory.open_place(made, "google_directory:soak"), company.photos.get,
            lambda: company.taken,
            lambda: list(company.wrong),
            lambda rate: company.faults.update(dict.fromkeys(GOOGLE_FAULTS, rate)), clock.sleep, before, made,
        )  # fmt: skip


Factory = Callable[[Path, Sequence[str]], AbstractContextManager[World]]
WORLDS: dict[str, Factory] = {
    "microsoft": microsoft_world,
    "sharepoint": sharepoint_world,
    "slack": slack_world,
    "google": google_world,
    "bamboohr": bamboohr_world,
}


@contextmanager
def worlds(root: Path, ids: Sequence[str]) -> Iterator[list[World]]:
    """Return all vendors, each with accounts for these people."""
    with ExitStack() as stack:
        yield [stack.enter_context(world(root, ids)) for world in WORLDS.values()]


class Hurry:
    """A clock for paces that goes on only while somebody waits for it."""

    def __init__(self) -> None:
        """Begin at nought."""
        self._now, self._turn = 0.0, threading.Lock()

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let time go by."""
        with self._turn:
            self._now += max(0.0, seconds)


_TIME = Hurry()


@contextmanager
def in_no_time() -> Iterator[None]:
    """Let nobody wait for a vendor's pace for real."""
    usual = Pace.__init__.__defaults__
    Pace.__init__.__defaults__ = (Limits(), _TIME, _TIME.sleep)
    try:
        yield
    finally:
        Pace.__init__.__defaults__ = usual
