"""Slack: a place that keeps one picture a person, changed by an administrator's app.

Only SCIM changes somebody else's picture, and only Business+ and Enterprise have SCIM: ``PATCH`` of one user's
``photos``, and nothing else. People and their original pictures are read through the Web API. Where a plan has no SCIM,
people do it themselves: by a page, or by ``slack_own_photo``.

It is a source, too, on every plan: ``_slack_source`` reads who there is and their original pictures.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catchlight.alike import alike
from catchlight.errors import CatchlightError, ConfigError, PhotoError
from catchlight.place import Accounts, Place, Takes
from catchlight.policy import read_secret
from catchlight.records import Employee
from connectors import _accounts, _slack_people, _slack_pictures, _slack_scim, _slack_source
from connectors._allowed_calls import AllowedCalls, Line, address
from connectors._pace import Limits, Pace
from connectors._slack_fit import check, reduced
from connectors._slack_probe import mail_problems, token_problems
from connectors._slack_profiles import Profiles
from connectors._slack_web import ask, listing, looking

TAKES = Takes(
    size="1024",
    most_bytes=300_000,
    keeps_bytes=False,
    removes=False,
    a_minute=50,
    at_once=4,
    calls=5,
    lag=20,
    consent="chat",
)
"""Slack names no limits for SCIM's photos: these are the Web API's largest size, and a size that was never refused."""

SourceSettings = _slack_source.SourceSettings
open_source = _slack_source.open_source
probe_source = _slack_source.probe_source

_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


def _hosts(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not _HOST.fullmatch(name):
            message = (
                f"{name!r}: the name of a host, such as slack-edge.com; the hosts below it are meant too"
            )
            raise ValueError(message)
    return names


Hosts = Annotated[tuple[str, ...], AfterValidator(_hosts)]


class Settings(BaseModel):
    """Whose token, how accounts are found, and how fast.

    The token is an administrator's with the scopes ``admin``, ``users:read`` and ``users:read.email``. Slack's SCIM
    takes 180 writes a minute from all apps of an organisation together, its Web API about 100 looks at a user.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    token_file: Path
    team_ids: tuple[str, ...] = Field((), description="workspaces to list, with an organisation's token")
    match: _slack_people.Match = "email"
    employee: _accounts.Field = Field("email", description="what of our list it is compared with")
    guests: bool = Field(default=False, description="true: guests' pictures are changed, too")
    owners: bool = Field(
        default=True, description="false: owners are left out; Slack may refuse to change them"
    )
    size: Literal["512", "1024"] = "1024"
    most_bytes: int = Field(TAKES.most_bytes, ge=10_000, le=5_000_000)
    a_minute: float = Field(120, gt=0, le=180, description="writes a minute; other apps share Slack's 180")
    reads_a_minute: float = Field(100, gt=0, le=1000, description="looks at a user a minute")
    lag: float = Field(TAKES.lag, ge=0, description="seconds for which Slack may still show the old picture")
    removal: Literal["refuse", "try"] = Field(
        "refuse", description="try: ask SCIM to remove a photo, which Slack does not document"
    )
    url: Annotated[str, AfterValidator(address)] = "https://api.slack.com/scim/v2"
    web_url: Annotated[str, AfterValidator(address)] = "https://slack.com/api"
    image_hosts: Hosts = ("slack-edge.com",)
    ca_file: Path | None = None
    proxy: str = ""
    timeout: float = Field(30, gt=0, description="seconds to wait for an answer")
    page: int = Field(200, ge=1, le=1000)


@dataclass(frozen=True, slots=True)
class _Slack:
    """The lines to Slack: SCIM, the methods of the Web API by their rates, and the servers of pictures."""

    settings: Settings
    scim: AllowedCalls
    web: AllowedCalls
    lists: AllowedCalls
    profiles: Profiles
    pictures: _slack_pictures.Pictures


def open_place(settings: Settings, name: str, pace: Callable[[Limits], Pace] = Pace) -> Place:
    """Return Slack as a destination; ConfigError when the token or the authority cannot be read.

    ``pace`` makes what keeps calls within Slack's limits.
    """
    slack = _open(settings, pace)
    # Each person is looked at twice: before the picture is replaced, and after.
    takes = replace(
        TAKES, size=settings.size, most_bytes=settings.most_bytes, lag=settings.lag,
        a_minute=min(settings.a_minute, settings.reads_a_minute / 2),
    )  # fmt: skip
    return Place(
        name,
        look=partial(_look, slack),
        put=partial(_put, slack),
        remove=partial(_remove, slack),
        takes=takes,
        accounts=partial(_find, slack),
        same=alike,
    )


def probe(settings: Settings) -> list[str]:
    """Return what stands in the way of publishing, in sentences; nothing is changed.

    Whether an identity provider writes pictures, too, cannot be seen from here.
    """
    try:
        slack = _open(settings, Pace)
    except ConfigError as error:
        return [str(error)]
    steps = (
        partial(token_problems, slack.web),
        partial(_slack_scim.greet, slack.scim),
        partial(mail_problems, _rule(settings), slack.web, slack.lists),
    )
    return list(dict.fromkeys(problem for step in steps for problem in _told(step)))


def _told(step: Callable[[], list[str]]) -> list[str]:
    try:
        return step()
    except CatchlightError as error:
        return [str(error)]


def _open(settings: Settings, pace: Callable[[Limits], Pace]) -> _Slack:
    sign = f"Bearer {read_secret(settings.token_file)}"
    headers = {"Authorization": sign}

    def line(url: str, allowed: Sequence[tuple[str, str]], limits: Limits) -> AllowedCalls:
        rest = (settings.ca_file, settings.proxy, settings.timeout)
        return AllowedCalls(Line(url, allowed, headers, *rest, pace=pace(limits)))

    def picture_line(url: str) -> AllowedCalls:
        rest = (settings.ca_file, settings.proxy, settings.timeout)
        return AllowedCalls(Line(url, [("GET", _slack_pictures.PATH)], {}, *rest))

    web = line(
        settings.web_url,
        [("GET", "/auth.test"), ("GET", "/users.info")],
        looking(settings.web_url, sign, settings.reads_a_minute),
    )
    return _Slack(
        settings,
        scim=line(
            settings.url,
            _slack_scim.ALLOWED,
            Limits(
                4, reads=300, writes=settings.a_minute, burst=10, tenant=f"{settings.web_url} {sign} scim"
            ),
        ),
        web=web,
        lists=line(settings.web_url, [("GET", "/users.list")], listing(settings.web_url, sign)),
        profiles=Profiles(web),
        pictures=_slack_pictures.Pictures(settings.image_hosts, picture_line),
    )


def _rule(settings: Settings) -> _slack_people.Rule:
    return _slack_people.Rule(
        settings.match, settings.employee, settings.guests, settings.owners, settings.team_ids, settings.page
    )


def _find(slack: _Slack, people: Sequence[Employee]) -> Accounts:
    rule, home = _rule(slack.settings), _slack_people.Home.of(ask(slack.web, "auth.test"))
    users = _slack_people.listed(rule, slack.lists, home)
    slack.profiles.remember(users)
    return _slack_people.paired(rule, home, users, people)


def _look(slack: _Slack, target: str) -> bytes | None:
    profile = slack.profiles.of(_known(target))
    return slack.pictures.fetch(profile.original) if profile.original else None


def _put(slack: _Slack, target: str, picture: bytes) -> None:
    side, most = int(slack.settings.size), slack.settings.most_bytes
    slack.profiles.still(_known(target))
    check(picture, side)
    try:
        _slack_scim.write(slack.scim, target, picture)
    except PhotoError as error:
        smaller = reduced(picture, side, most) if error.reason == "photo.refused" else b""
        if not smaller:
            raise
        _slack_scim.write(slack.scim, target, smaller)


def _remove(slack: _Slack, target: str) -> None:
    slack.profiles.still(_known(target))
    if not slack.profiles.of(target).original:
        return
    if slack.settings.removal == "refuse":
        message = (
            f"Slack documents no call that removes the photo of another person; account {target} keeps it until they "
            'remove it in their profile (removal = "try" lets Catchlight try)'
        )
        raise PhotoError("photo.no_removal", message)
    _slack_scim.write(slack.scim, target, None)


def _known(target: str) -> str:
    if not re.fullmatch(_slack_scim.USER, target):
        raise PhotoError("account.unknown", f"{target[:100]!r} is not the id of a Slack account; plan again")
    return target
