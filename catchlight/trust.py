"""How the C2PA library is set up here: whom it trusts, that it fetches nothing, that it puts no thumbnail in."""

from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from catchlight import __version__
from catchlight.formats import Format

MEDIA = {Format.JPEG: "image/jpeg", Format.PNG: "image/png", Format.WEBP: "image/webp"}
"""What can be signed, by its media type."""

_USAGES = ("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.62558.2.1")
"""What a certificate that signs may be for: e-mail, documents, C2PA's own."""


def c2pa() -> ModuleType:
    """Return the library; it is loaded when it is first needed, for its 23 MB."""
    import c2pa as library  # noqa: PLC0415

    return library


def context(roots: str, time_stamps: str = "") -> Any:
    """Return the library's context: trust in the roots (PEM), and one address for time stamps ("" for none)."""
    host = urlsplit(time_stamps).hostname
    return c2pa().Context.from_dict({
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": False},
        "core": {"allowed_network_hosts": [host] if host else []},
        "trust": {"user_anchors": roots, "trust_config": "\n".join(_USAGES) + "\n"},
        "builder": {
            "thumbnail": {"enabled": False},
            "claim_generator_info": {"name": "Catchlight", "version": __version__},
        },
    })  # fmt: skip
