"""Folders that disks and file servers keep for themselves: what was deleted, earlier states, thumbnails."""

_NAMES = frozenset((
    # deleted: Synology, QNAP, Windows (three generations), Netgear, Buffalo, macOS on AFP
    "#recycle", "@recycle", "$recycle.bin", "recycler", "recycled", "recycle bin", "trashbox", "network trash folder",
    # earlier states: Synology, QNAP, NetApp
    "#snapshot", "@sharesnap", "@recently-snapshot", "~snapshot",
    # thumbnails, staging and repair: Synology, macOS, Windows and its replication, ext
    "@eadir", "@tmp", "temporary items", "system volume information", "dfsrprivate", "lost+found",
))  # fmt: skip
_EARLIER = "@gmt-"  # Windows and Samba name the states of a share by their time


def is_left_out(name: str) -> bool:
    """Whether nothing of this name in a folder is anybody's: hidden, or a disk's own."""
    return name.startswith(".") or is_disks_own(name)


def is_disks_own(name: str) -> bool:
    """Whether a folder of this name is no place that people put files into; hidden ones are told by their dot."""
    folded = name.casefold()
    return folded in _NAMES or folded.startswith(_EARLIER)
