"""What Microsoft 365 says about one person's photo, and what should happen next.

No photo, a photo that cannot be read, and no such person are three different things there, and Graph says 404
for all of them: only what surely means «none» is taken for none, or a photo would be replaced without a backup.
"""

from catchlight.errors import OutsideError, PhotoError
from connectors._allowed_calls import Reply
from connectors._graph_calls import code_of, said

SMALL = 100_000
"""Bytes that are taken for people without a mailbox in Exchange Online; more is refused with 404."""

LARGEST = 4_000_000
"""Bytes of a call to Graph with a photo."""

_NONE = ("imagenotfound", "photo wasn't found")
_SHAPE = {400: "photo.refused", 413: "photo.too_large", 415: "photo.shape"}


def means_none(reply: Reply) -> bool:
    """Whether an answer surely says that this person has no photo."""
    if reply.status == 404:
        told = " ".join(code_of(reply)).casefold()
        return any(words in told for words in _NONE)
    return reply.body.startswith((b"GIF89a\1\0\1\0", b"GIF87a\1\0\1\0"))


def gone(target: str) -> PhotoError:
    """Return the error for an account that is not there any more."""
    return PhotoError("account.gone", f"there is no user {target} any more; nothing was done")


def not_read(target: str, reply: Reply) -> PhotoError:
    """Return what it means that a photo could not be read: this person is left out, since nothing can be kept."""
    if reply.status == 403:
        return _no_right(target, "reading", reply)
    message = (
        f"user {target}: the photo that is there cannot be read, so it is not replaced ({said(reply)}); "
        "is the mailbox on premises, or not set up?"
    )
    return PhotoError("photo.unreadable", message)


def not_written(target: str, size: int, reply: Reply) -> OutsideError | PhotoError:
    """Return what it means that a photo of ``size`` bytes was not taken, or not removed (0)."""
    if reply.status in {404, 413} and size > SMALL:
        message = (
            f"user {target}: a photo of {size} bytes was not taken ({said(reply)}). Without a mailbox in Exchange "
            f"Online, {SMALL} bytes are the most; set mailboxes = false and plan again"
        )
        return PhotoError("photo.too_large", message)
    if reply.status == 403:
        return _no_right(target, "writing", reply)
    if reply.status in {409, 412, 423, 507}:
        return OutsideError(f"user {target}: the photo was not changed ({said(reply)})")
    reason = _SHAPE.get(reply.status, "microsoft365.refused")
    return PhotoError(reason, f"user {target}: the photo was not taken ({said(reply)})")


def _no_right(target: str, doing: str, reply: Reply) -> PhotoError:
    message = (
        f"user {target}: {doing} the photo is not allowed ({said(reply)}); the app needs ProfilePhoto.ReadWrite.All, "
        "and the tenant's photo policy has to let it: catchlight publish probe tells which it is"
    )
    return PhotoError("microsoft365.rights", message)
