"""Slack as a source: who is in a workspace, and the pictures that people gave to Slack themselves. Nothing is changed.

The Web API lists people with what tells that a picture changed; pictures come from Slack's own hosts, without the token.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catchlight.errors import CatchlightError, ConfigError, PhotoError
from catchlight.policy import read_secret
from catchlight.source import Entry, Fetched, Page, Source, StaleMarkError
from catchlight.source import Field as PersonField
from connectors import _slack_people
from connectors._allowed_calls import AllowedCalls, Line, Reply, address
from connectors._one_by_one import one_by_one
from connectors._pace import Limits, Pace
from connectors._photo_url import PhotoHosts, PhotoUrls
from connectors._slack_web import answer, ask, code_of, listing, looking

FIELDS: Mapping[PersonField, str] = {
    "given_name": "first_name", "family_name": "last_name", "display_name": "real_name", "email": "email",
    "title": "title", "username": "name",
}  # fmt: skip

_ORIGINALS = ("image_original", "image_1024", "image_512")
_SCOPES = ("users:read", "users:read.email")


class SourceSettings(BaseModel):
    """Whose token, and who is left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token_file: Path = Field(
        description="file with a token that has the scopes users:read and users:read.email"
    )
    team_ids: tuple[str, ...] = Field((), description="workspaces to list, with an organisation's token")
    guests: bool = Field(default=False, description="true: guests are people of yours, too")
    fields: dict[PersonField, str] = Field(
        default_factory=dict, description="our field = key of Slack's profile, or of its user"
    )
    photo_hosts: PhotoHosts = Field(
        PhotoHosts(hosts=("*.slack-edge.com",)), description="where Slack keeps pictures"
    )
    reads_a_minute: float = Field(100, gt=0, le=1000, description="looks at a single user a minute")
    web_url: Annotated[str, AfterValidator(address)] = "https://slack.com/api"
    page: int = Field(200, ge=1, le=1000, description="people a call; Slack recommends 200")
    ca_file: Path | None = Field(None, description="an authority to trust instead of the usual ones")
    proxy: str = Field("", description="a proxy on the way to Slack's Web API")
    timeout: float = Field(30, gt=0, description="seconds to wait for an answer")


def open_source(settings: SourceSettings, name: str, pace: Callable[[Limits], Pace] = Pace) -> Source:
    """Return Slack as a source; ConfigError when the token or an authority cannot be read."""
    slack = _Slack(settings, pace)
    return Source(name, slack.pages, slack.photos, recheck=1, close=slack.close)


def probe_source(settings: SourceSettings) -> list[str]:
    """Return what stands in the way of reading, in sentences; nothing is changed."""
    try:
        return _Slack(settings, Pace).problems()
    except CatchlightError as error:
        return [str(error)]


class _Slack:
    """The calls to one workspace or organisation; threads may share it."""

    def __init__(self, settings: SourceSettings, pace: Callable[[Limits], Pace]) -> None:
        self._rule = _slack_people.Rule(
            "id", "id", settings.guests, owners=True, teams=settings.team_ids, page=settings.page
        )
        sign = f"Bearer {read_secret(settings.token_file)}"

        def line(methods: Sequence[str], limits: Limits) -> AllowedCalls:
            rest = (settings.ca_file, settings.proxy, settings.timeout)
            allowed = [("GET", f"/{method}") for method in methods]
            return AllowedCalls(
                Line(
                    settings.web_url,
                    allowed,
                    {"Authorization": sign},
                    *rest,
                    pace=pace(limits),
                    busy=_is_busy,
                )
            )

        self._lists = line(("users.list",), listing(settings.web_url, sign))
        looks = looking(settings.web_url, sign, settings.reads_a_minute)
        self._web = line(("auth.test", "users.info"), looks)
        self._photos = PhotoUrls(settings.photo_hosts)
        self._fields = {**FIELDS, **settings.fields}
        self._shown: dict[str, tuple[str, str]] = {}
        self.close = self._photos.close

    def pages(self, mark: str) -> Iterator[Page]:
        """List everybody, workspace by workspace, from a mark on."""
        home = _slack_people.Home.of(ask(self._web, "auth.test"))
        if home.is_organisations and not self._rule.teams:
            raise ConfigError(_slack_people.NO_TEAMS)
        at, _, cursor = mark.partition("|")
        teams = list(self._rule.teams or ("",))
        if mark and at not in teams:
            raise StaleMarkError
        for number in range(teams.index(at) if mark else 0, len(teams)):
            following = f"{teams[number + 1]}|" if number + 1 < len(teams) else ""
            for users, go_on in self._of_team(teams[number], cursor):
                ours = [
                    one
                    for one in users
                    if one.get("id") and not _slack_people.left_alone(self._rule, home, one)
                ]
                then = f"{teams[number]}|{go_on}" if go_on else following
                yield Page([self._entry(one) for one in ours], next=then)
            cursor = ""

    def _of_team(self, team: str, cursor: str) -> Iterator[tuple[list[Mapping[str, Any]], str]]:
        try:
            yield from _slack_people.from_cursor(self._rule, self._lists, team, cursor)
        except ConfigError as error:
            if cursor and "invalid_cursor" in str(error):
                raise StaleMarkError from error
            raise

    def photos(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        """Return the original pictures of some people."""
        return one_by_one(self._photo, wanted)

    def problems(self) -> list[str]:
        """Return what keeps people or pictures from us."""
        reply = answer(self._web, "auth.test")
        granted = reply.headers.get("x-oauth-scopes")
        given = {one.strip() for one in (granted or "").split(",")}
        lacking = [] if granted is None else [one for one in _SCOPES if one not in given]
        if lacking:
            return [f"token_file: the token lacks {', '.join(lacking)}; add it under OAuth & Permissions"]
        people = next(self.pages("")).entries
        if not people:
            return ["Slack lists nobody on its first page but bots, guests and accounts that are deactivated"]
        told = (
            []
            if any(one.values["email"] for one in people)
            else [_slack_people.NO_MAIL.removeprefix("match: ")]
        )
        first = [(one.key, "") for one in people if one.photo is not None][:1]
        return told + [str(one.problem) for one in self.photos(first) if one.problem]

    def _photo(self, key: str, known: str) -> Fetched:
        """Return a picture; whoever changed it since the list was read is looked at once more."""
        url, version = self._shown.get(key) or self._asked(key)
        if not url:
            return Fetched(key)
        if version and version == known:
            return Fetched(key, version=version, same=True)
        picture = self._photos.fetch(url).picture
        if picture is None:
            url, version = self._asked(key)
            picture = self._photos.fetch(url).picture if url else None
        if url and picture is None:
            raise PhotoError(
                "photo.missing", f"Slack no longer keeps the picture that the profile of {key} names"
            )
        return Fetched(key, picture, version if url else "")

    def _entry(self, user: Mapping[str, Any]) -> Entry:
        key, profile = str(user["id"]), _profile(user)
        said = {**user, **profile}
        values: dict[str, str] = {ours: _text(said.get(theirs)) for ours, theirs in self._fields.items()}
        url, version = self._shown[key] = _picture(profile)
        return Entry(key, values, version if url else None)

    def _asked(self, key: str) -> tuple[str, str]:
        """Return where somebody's picture is now, and its version."""
        user = ask(self._web, "users.info", key).get("user")
        self._shown[key] = _picture(_profile(user if isinstance(user, dict) else {}))
        return self._shown[key]


def _is_busy(reply: Reply) -> bool:
    return code_of(reply) in {"ratelimited", "rate_limited"}


def _profile(user: Mapping[str, Any]) -> Mapping[str, Any]:
    profile = user.get("profile")
    return profile if isinstance(profile, dict) else {}


def _picture(profile: Mapping[str, Any]) -> tuple[str, str]:
    """Return where a person's own picture is, and its version; Slack's own or a gravatar is none."""
    if profile.get("is_custom_image") is not True:
        return "", ""
    url = next((_text(profile.get(size)) for size in _ORIGINALS if profile.get(size)), "")
    return url, _text(profile.get("avatar_hash"))


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, dict | list | bool) else str(value).strip()
