"""Slack, over its Web API: it takes letters as direct messages of an app.

Slack answers nearly everything with status 200 and ``ok: false``; each code is told in words. The
token goes to the configured host and nowhere else.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import stamina
from pydantic import Field, field_validator

from catchlight.errors import ConfigError, OutsideError
from catchlight.outbox import Delivery, Fate, Message
from catchlight.policy import Slack, read_secret
from connectors._download import open_client
from connectors._slack_errors import IN_WORDS, UNCLEAR, UNWELCOME, UNWELL

_LINK = re.compile(r"https?://\S+")
_PATIENCE = 120.0  # seconds; when Slack wants us to wait longer, the letters wait for the next pass
_LOCAL = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/|$)")


class Settings(Slack):
    """The Slack app, as ``[slack]`` of review.toml has it."""

    timeout: float = Field(30, gt=0, description="seconds to wait for an answer")

    @field_validator("address")
    @classmethod
    def _encrypted(cls, address: str) -> str:
        if not address.startswith("https://") and not _LOCAL.match(address):
            message = f"{address!r}: the token travels over https only"
            raise ValueError(message)
        return address.rstrip("/")


class _SaidNoError(Exception):
    """Slack answered ``ok: false``; the code, and what is missing."""

    def __init__(self, code: str, needed: str = "") -> None:
        super().__init__(code)
        self.code, self.needed = code, needed

    def told(self) -> str:
        """Say what the code means."""
        words = IN_WORDS.get(self.code, "")
        needed = f": {self.needed}" if self.needed else ""
        return f"{words}{needed} ({self.code})" if words else f"Slack says {self.code}{needed}"


class _BusyError(Exception):
    """Slack wants us to wait; it did nothing."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Slack wants us to wait {seconds:.0f} seconds")
        self.seconds = seconds


def send(settings: Settings, letters: Iterable[Message]) -> Iterator[Delivery]:
    """Post letters one by one as direct messages, and say what became of each.

    A letter is taken from ``letters`` only when Slack knows us. Raises ConfigError when Slack does not
    want us, OutsideError when it cannot be reached; what was not taken is not sent.
    """
    token = read_secret(settings.token_file)
    with open_client(timeout=settings.timeout) as client:
        client.follow_redirects = False
        slack = _Slack(client, settings.address, token)
        slack.introduce()
        for letter in letters:
            delivery, stop = slack.deliver(letter)
            yield delivery
            if stop:
                raise stop


class _Slack:
    """The methods of the Web API that a letter needs."""

    def __init__(self, client: httpx.Client, address: str, token: str) -> None:
        self._client, self._address = client, address
        self._headers = {"Authorization": f"Bearer {token}"}

    def introduce(self) -> None:
        """Make sure that the token is good before any letter is taken."""
        try:
            self._call("auth.test")
        except _SaidNoError as error:
            message = f"slack.token_file: {error.told()}"
            raise (OutsideError if error.code in UNWELL else ConfigError)(message) from error
        except (_BusyError, httpx.TransportError) as error:
            message = f"{self._address}: Slack cannot be reached: {error}"
            raise OutsideError(message) from error

    def deliver(self, letter: Message) -> tuple[Delivery, Exception | None]:
        """Post one letter; return what became of it, and why no other is to follow (None to go on)."""
        try:
            user = self._call("users.lookupByEmail", email=letter.to)["user"]["id"]
            channel = self._call("conversations.open", users=user)["channel"]["id"]
        except ConfigError as error:
            return Delivery(letter.letter, Fate.LATER, str(error)), error
        except (_BusyError, httpx.TransportError, KeyError, TypeError) as error:
            return _later(letter, error)
        except _SaidNoError as error:
            return _answered(letter, error)
        return self._post(letter, channel)

    def _post(self, letter: Message, channel: str) -> tuple[Delivery, Exception | None]:
        words = _LINK.sub(r"<\g<0>>", _plain(f"{letter.subject}\n\n{letter.text}"))
        quiet = {"unfurl_links": "false", "unfurl_media": "false"}
        try:
            self._call("chat.postMessage", channel=channel, text=words, **quiet)
        except (_BusyError, httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return _later(letter, error)
        except (httpx.TransportError, ConfigError) as error:
            why = f"no answer of Slack's came back ({str(error) or type(error).__name__})"
            return Delivery(letter.letter, Fate.UNCLEAR, why), None
        except _SaidNoError as error:
            return _answered(letter, error, posting=True)
        return Delivery(letter.letter, Fate.SENT), None

    def _call(self, method: str, **form: str) -> dict[str, Any]:
        """Call a method of the Web API; where Slack is busy, wait as long as it wants."""
        attempts = stamina.retry_context(on=_wait, attempts=5, timeout=_PATIENCE)
        for attempt in attempts:
            with attempt:
                return self._ask(method, form)
        raise AssertionError  # the loop ends with an answer or an error

    def _ask(self, method: str, form: dict[str, str]) -> dict[str, Any]:
        response = self._client.post(f"{self._address}/{method}", data=form, headers=self._headers)
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise _BusyError(_seconds(response.headers.get("Retry-After", "")))
        if response.is_redirect:
            message = f"slack.address: {self._address} leads elsewhere; the token is not sent there"
            raise ConfigError(message)
        if response.is_server_error:
            raise _SaidNoError("internal_error")
        try:
            said = dict(response.json())
        except (ValueError, TypeError) as error:
            message = (
                f"slack.address: {self._address} does not answer like Slack (status {response.status_code})"
            )
            raise ConfigError(message) from error
        if said.get("ok") is not True:
            raise _SaidNoError(str(said.get("error", "")), str(said.get("needed", "")))
        return said


def _wait(error: Exception) -> bool | float:
    """Say whether, and after how many seconds, a call is worth another try."""
    return error.seconds if isinstance(error, _BusyError) and error.seconds <= _PATIENCE else False


def _seconds(header: str) -> float:
    return float(header) if header.isdigit() else 30.0


def _later(letter: Message, error: Exception) -> tuple[Delivery, Exception | None]:
    """Return that Slack cannot be reached now: the letter waits, and so do the others."""
    why = str(error) or type(error).__name__
    return Delivery(letter.letter, Fate.LATER, why), OutsideError(f"Slack cannot be reached: {why}")


def _answered(
    letter: Message, error: _SaidNoError, *, posting: bool = False
) -> tuple[Delivery, Exception | None]:
    """Return what a refusal means for the letter, and for those that follow."""
    if error.code in UNWELCOME:
        stop = ConfigError(f"slack.token_file: {error.told()}")
        return Delivery(letter.letter, Fate.LATER, error.told()), stop
    if posting and error.code in UNCLEAR:
        return Delivery(letter.letter, Fate.UNCLEAR, error.told()), None
    fate = Fate.LATER if error.code in UNWELL else Fate.REFUSED
    return Delivery(letter.letter, fate, error.told()), None


def _plain(text: str) -> str:
    """Return text in which nothing is taken for a mention or a command."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
