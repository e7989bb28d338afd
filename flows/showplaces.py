"""Where people can be shown, read from the files of the home folder, and again when one of them changes."""

import logging
import threading
from pathlib import Path

from catchlight.errors import ConfigError
from catchlight.publish_policy import FILE as POLICY
from catchlight.publish_policy import load_publishing
from catchlight.showplaces import Showplace, Showplaces
from flows.destinations import FILE, destinations

SIGNATURES = "signature"
_SIGNATURE = "email_signature"
_log = logging.getLogger("catchlight.review")


def read_showplaces(home: Path) -> Showplaces:
    """Return where people of a company can be shown; ConfigError names the key that is wrong."""
    known = destinations(home).values()
    places = [Showplace(one.name, one.place, one.purpose) for one in known]
    if signature_folder(home) and not any(one.purpose == _SIGNATURE for one in places):
        places.append(Showplace("", "", _SIGNATURE))  # people copy it themselves
    own = tuple(one.place for one in known if one.by_themselves)
    return Showplaces(tuple(places), load_publishing(home).opt_in, own)


def signature_folder(home: Path) -> Path | None:
    """Return the folder that says how a company signs: one that a destination names, else ``signature`` in the home."""
    named = [one.signatures.folder for one in destinations(home).values() if one.signatures]
    own = home / SIGNATURES
    return named[0] if named else own if own.is_dir() else None


class Signpost:
    """Says where people can be shown now; threads may share it. A file that became wrong changes nothing."""

    def __init__(self, home: Path) -> None:
        """Read the files; ConfigError when one is wrong from the start."""
        self._home, self._lock = home, threading.Lock()
        self._seen = self._stamp()
        self._places = read_showplaces(home)

    def __call__(self) -> Showplaces:
        """Return where people can be shown."""
        with self._lock:
            stamp = self._stamp()
            if stamp != self._seen:
                self._seen = stamp
                try:
                    self._places = read_showplaces(self._home)
                except ConfigError as error:
                    _log.warning("people are shown the places of before: %s", error)
            return self._places

    def _stamp(self) -> tuple[tuple[int, int] | None, ...]:
        return tuple(_stamp_of(self._home / name) for name in (FILE, POLICY, SIGNATURES))


def _stamp_of(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
