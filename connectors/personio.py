"""Personio: a source of people and photos. Its API has no call that changes a photo, and none is made here.

Which attributes the API shows is chosen for each API credential (Settings → Integrations → API credentials). A photo
comes as PNG, scaled to a width; 404 means no such employee, no picture, or that nobody's picture may be read.
"""

from collections.abc import Iterator, Sequence

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.source import Source
from connectors._personio_calls import Personio, Row, SourceSettings, is_listed, is_shown, value
from connectors._personio_source import NO_PICTURES, Company

__all__ = ["SourceSettings", "open_source", "probe_source"]

_TRIED = 20  # people whose photo is asked for before it is said that nobody's can be read


def open_source(settings: SourceSettings, name: str) -> Source:
    """Return Personio as one source of a job; ConfigError when the secret or the authority cannot be read."""
    own = Company(settings)
    return Source(name, own.pages, own.photos, settings.recheck_days)


def probe_source(settings: SourceSettings) -> list[str]:
    """Return what stands in the way of reading, in sentences; nothing is changed."""
    try:
        own = Company(settings)
        rows, _ = own.personio.page(0)
        if not rows:
            return ["Personio lists nobody: this API credential may see no employee"]
        told = list(_lacking(settings, rows))
        if settings.photos and not _has_pictures(own.personio, rows):
            told.append(NO_PICTURES)
    except (ConfigError, OutsideError) as error:
        return [str(error)]
    return told


def _lacking(settings: SourceSettings, rows: Sequence[Row]) -> Iterator[str]:
    """Tell of attributes that nobody has: not allowed for the credential, or called otherwise."""
    if not is_shown(rows, "status"):
        yield 'status: the API credential may not read "Status", and who left cannot be told without; allow it'
    for name, path in settings.properties().items():
        attribute = path.partition(".")[0]
        if not is_shown(rows, attribute):
            yield f'fields.{name}: the API credential shows no attribute "{attribute}"; allow it, or name another'
        elif name in settings.fields and not any(value(row, path) for row in rows):
            yield f"fields.{name}: none of the first {len(rows)} employees has {path}"


def _has_pictures(personio: Personio, rows: Sequence[Row]) -> bool:
    """Whether anybody's picture can be read, or could be if there were one."""
    there = [str(value(row, "id")) for row in rows if is_listed(row)][:_TRIED]
    return is_shown(rows, "profile_picture") or any(_picture(personio, key) for key in there)


def _picture(personio: Personio, key: str) -> bytes | None:
    try:
        return personio.picture(key)
    except PhotoError:
        return None
