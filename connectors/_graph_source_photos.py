"""Photos of many people of Microsoft 365: what is said of a photo first, and its bytes only where they changed."""

import threading
from collections.abc import Iterator, Mapping, Sequence

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.source import Fetched
from connectors._allowed_calls import Reply
from connectors._graph_calls import Graph, code_of, has, said
from connectors._graph_photo import means_none
from connectors._graph_source_batch import MOST, Answer, Check, ask

AT_ONCE = MOST
"""People that are asked for together: one batch of those who are known, two of those who are not."""

NONE = "none"
"""The version of no photo, so that the next time one short question is enough."""

RIGHTS = "ProfilePhoto.Read.All"
_ANY = {RIGHTS, "ProfilePhoto.ReadWrite.All"}
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")


class Photos:
    """The photos of one tenant; threads may share it."""

    def __init__(self, graph: Graph) -> None:
        """Prepare; nothing is asked yet."""
        self._graph, self._lock = graph, threading.Lock()
        self._allowed: bool | None = None

    def photos(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        """Answer for each person; OutsideError at the end, when there were some whom Graph did not answer for.

        ConfigError when the app may read nobody's photo.
        """
        known = {key.casefold(): version for key, version in wanted}
        asked: dict[str, Check] = {}
        for key, version in known.items():
            asked[_about(key)] = has("@odata.mediaContentType", "id")
            if not version:
                asked[_value(key)] = _is_whole
        found = ask(self._graph, asked)
        changed = [key for key, version in known.items() if version and _differs(found[_about(key)], version)]
        found |= ask(self._graph, {_value(key): _is_whole for key in changed})
        late: OutsideError | None = None
        for key, version in known.items():
            try:
                yield self._fetched(key, version, found[_about(key)], found.get(_value(key)))
            except OutsideError as error:
                late = error
        if late:
            raise late

    def _fetched(self, key: str, version: str, about: Answer, value: Answer | None) -> Fetched:
        """Return what two answers say of a photo; OutsideError when they say it of different moments."""
        if isinstance(about, OutsideError):
            raise about
        if isinstance(value, OutsideError):
            raise value
        tag = _tag(about)
        if value is not None and value.status == 200 and not means_none(value):
            return Fetched(key, value.body, "" if tag == NONE else tag)
        if tag == NONE:
            return Fetched(key, version=NONE)
        if tag and tag == version:
            return Fetched(key, version=tag, same=True)
        if value is not None and about.status != 200 and means_none(value):
            return Fetched(key, version=NONE)
        if value is None or means_none(value):
            raise OutsideError(f"{about.url}: Graph says that there is a photo, and gives none")
        return Fetched(key, problem=self._why_not(key, value))

    def _why_not(self, key: str, reply: Reply) -> PhotoError:
        """Return why one person's photo cannot be had; ConfigError when it is everybody's."""
        if reply.status == 403:
            if not self._is_allowed():
                message = (
                    f"API permissions: the app needs {RIGHTS} (Application), to read photos: {said(reply)}"
                )
                raise ConfigError(message)
            message = f"user {key}: the app may not read this photo ({said(reply)})"
            return PhotoError("microsoft365.rights", message)
        if code_of(reply)[0] == "Request_ResourceNotFound":
            return PhotoError("account.gone", f"there is no user {key} any more")
        message = f"user {key}: the photo cannot be read ({said(reply)}); is the mailbox on premises, or not set up?"
        hidden = reply.status == 404  # whether there is a photo is not known
        return PhotoError("account.no_mailbox" if hidden else "photo.unreadable", message)

    def _is_allowed(self) -> bool:
        """Whether the token has the right to read photos at all; looked up once."""
        with self._lock:
            if self._allowed is None:
                self._allowed = bool(self._graph.sign_in.roles() & _ANY)
            return self._allowed


def _about(key: str) -> str:
    return f"/users/{key}/photo"


def _value(key: str) -> str:
    return f"/users/{key}/photo/$value"


def _tag(reply: Reply) -> str:
    """Return the version of a photo, NONE when there is none, "" when it is not told."""
    if means_none(reply):
        return NONE
    if reply.status != 200:
        return ""
    told: Mapping[str, object] = reply.json()
    return NONE if str(told.get("id")).casefold() == "1x1" else str(told.get("@odata.mediaEtag") or "")


def _differs(answer: Answer, version: str) -> bool:
    """Whether somebody's photo has to be sent, by what is said of it now."""
    if isinstance(answer, OutsideError):
        return False
    tag = _tag(answer)
    return tag not in {NONE, version}


def _is_whole(reply: Reply) -> None:
    """Refuse what is no picture, or a JPEG or PNG that was cut on the way, unless it is as long as was promised."""
    body = reply.body
    if reply.status != 200:
        if reply.status == 507:
            raise OutsideError(f"{reply.url}: answers 507")
        return
    if not body.startswith(_MAGIC):
        raise OutsideError(f"{reply.url}: answers with something else than a picture")
    if reply.headers.get("content-length") == str(len(body)):
        return
    cut = body.startswith(_MAGIC[0]) and body.rfind(b"\xff\xd9") < body.rfind(b"\xff\xda")
    if cut or (body.startswith(_MAGIC[1]) and b"IEND" not in body):
        raise OutsideError(f"{reply.url}: the picture ends too soon")
