"""How a picture came about, in IPTC's words: the digital source type that every portrait carries as XMP.

The terms are those of http://cv.iptc.org/newscodes/digitalsourcetype. Pixels are not touched.
"""

import re
import zlib
from enum import StrEnum

from catchlight.records import Rung

_TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
_PNG = b"\x89PNG\r\n\x1a\n"
_AFTER_IHDR = 33
_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' Iptc4xmpExt:DigitalSourceType="{term}"/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)
HEAD = 32_768
"""Bytes from the start of a file of ours within which its source type stands."""


class SourceType(StrEnum):
    """The terms that are ever written, from the least to the most that software may have made."""

    ENHANCED = "algorithmicallyEnhanced"
    COMPOSITE = "compositeWithTrainedAlgorithmicMedia"
    GENERATED = "trainedAlgorithmicMedia"

    @property
    def uri(self) -> str:
        """The term as files name it."""
        return _TERMS + self.value


_OF_RUNG = {
    Rung.CROP: SourceType.ENHANCED,
    Rung.BACKGROUND: SourceType.COMPOSITE,
    Rung.RELIGHT: SourceType.COMPOSITE,
    Rung.GENERATE: SourceType.COMPOSITE,  # painted around the face of a photo
}
_WRITTEN = re.compile(rb"digitalsourcetype/(" + b"|".join(one.encode() for one in SourceType) + rb")\b")


def source_type(rung: str, photo: SourceType | None = None) -> SourceType | None:
    """Return the type of a portrait, None for a photo that stayed as it is: nobody told us what it was.

    A type that the ``photo`` itself carries, as XMP or in Content Credentials, is not lost: the stronger counts.
    """
    own = _OF_RUNG.get(Rung(rung)) if rung else None
    return max((one for one in (own, photo) if one), key=list(SourceType).index, default=None)


def written(data: bytes) -> SourceType | None:
    """Return the strongest type of ours that a file names, None for none."""
    found = {SourceType(term.decode()) for term in _WRITTEN.findall(data)}
    return max(found, key=list(SourceType).index, default=None)


def marked(picture: bytes, type_: SourceType | None) -> bytes:
    """Return a JPEG or PNG of ours with its source type; one that has it, or gets none, as it is."""
    if type_ is None or written(picture[:HEAD]) == type_:
        return picture
    packet = _PACKET.format(term=type_.uri).encode()
    if picture.startswith(_PNG):
        return picture[:_AFTER_IHDR] + _itxt(packet) + picture[_AFTER_IHDR:]
    after = 4 + int.from_bytes(picture[4:6], "big") if picture[2:4] == b"\xff\xe0" else 2
    segment = b"\xff\xe1" + (2 + len(_XMP) + len(packet)).to_bytes(2, "big") + _XMP + packet
    return picture[:after] + segment + picture[after:]


MARK = 640
"""Bytes by which a file grows at most."""


def _itxt(packet: bytes) -> bytes:
    body = b"iTXtXML:com.adobe.xmp" + bytes(5) + packet
    return (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
