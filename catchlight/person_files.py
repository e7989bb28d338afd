"""The files that are one person's alone, named by what they are: pictures, and signatures as they were published."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from catchlight.errors import OutsideError
from catchlight.home import Home

_KINDS = {b"\xff\xd8": "jpg", b"\x89P": "png", b"RI": "webp"}
_WRITTEN = (".htm", ".html", ".rtf", ".txt")


def files_of(
    home: Path,
    digests: frozenset[str],
    runs: Sequence[Mapping[str, Any]],
    receipts: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[str, bytes]]:
    """Yield each with its name in the export."""
    roles = {row["digest"]: "photo" for run in runs for row in run["photos"] if row["digest"]}
    roles |= {row["picture"]: "portrait" for run in runs for row in run["portraits"] if row["picture"]}
    sent = {row["sent"]: row["target"] for row in receipts}
    vault = Home(home).vault
    for digest in sorted(digest for digest in digests if vault.has(digest)):
        with suppress(OutsideError):
            data = vault.get(digest)
            kind = _KINDS.get(data[:2])
            role = roles.get(digest, "copy")
            name = (
                f"pictures/{role}-{digest[:12]}.{kind}"
                if kind
                else _signature(digest, data, sent.get(digest, ""))
            )
            yield name, data


def _signature(digest: str, data: bytes, target: str) -> str:
    """Return the name of what is no picture: a signature, as a file or as an account's, or what one took the place of."""
    ending = PurePosixPath(target).suffix
    if ending not in _WRITTEN:  # an account has none
        ending = ".html" if data.lstrip()[:1] == b"<" else ".txt"
    return f"signatures/signature-{digest[:12]}{ending}"
