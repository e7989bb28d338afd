"""What the provenance commands print: findings and certificates in plain sentences."""

from collections.abc import Iterator
from pathlib import Path

from catchlight.inspection import Finding
from catchlight.print_book import print_book
from catchlight.signing_state import CertificateState
from catchlight.source_type import SourceType
from catchlight.vault import digest_of

_TYPES = {
    SourceType.ENHANCED: "a photo, corrected by software (algorithmicallyEnhanced)",
    SourceType.COMPOSITE: "a photo with parts made by software (compositeWithTrainedAlgorithmicMedia)",
    SourceType.GENERATED: "made by a model (trainedAlgorithmicMedia)",
}
_STATES = {
    "changed": "Changed after it was signed: do not believe what it says of itself.",
    "expired": "The certificate has ended and no time stamp proves that it was signed before.",
    "unknown": "Signed by somebody who is not trusted here; not a byte was changed since.",
    "none": "Not signed, or the signature was lost when somebody saved the picture anew.",
}


def words_of(found: Finding, data: bytes, home: Path) -> Iterator[str]:
    """Yield what was found, in sentences."""
    if found.state in _STATES:
        yield _STATES[found.state]
    if found.company and found.state != "changed":
        yield f"Signed by {found.company} ({found.signer}), {_when(found)}."
        yield from found.done
    if found.type:
        yield f"It says it is {_TYPES[found.type]}."
    if found.state == "trusted":
        yield _bytes(data, home)


def _when(found: Finding) -> str:
    if found.at is None:
        return "at a time that nobody vouches for"
    return f"on {found.at:%d %B %Y, %H:%M} UTC by the time stamp"


def _bytes(data: bytes, home: Path) -> str:
    if print_book(home).made(digest_of(data)):
        return "Byte for byte a file that was made here."
    return "Neither the picture nor what it says was changed since."


def certificate_words(state: CertificateState) -> str:
    """Return the line of a certificate."""
    return f"  {state.name:<7} until {state.until:%d %B %Y}" + (f": {state.trouble}" if state.trouble else "")
