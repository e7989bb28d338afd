"""Three errors, chosen by what should happen next.

CatchlightError
├── ConfigError   we cannot start: names the key and what would be accepted
├── PhotoError    this one picture cannot be used: becomes a row with a reason
└── OutsideError  the world is unwell: raised, so that the call or the shard is retried
"""


class CatchlightError(Exception):
    """Everything that Catchlight raises on purpose."""


class ConfigError(CatchlightError, ValueError):
    """We cannot start; the message names the key or file and what would be accepted."""


class PhotoError(CatchlightError):
    """One picture cannot be used.

    ``reason`` is a stable dotted code such as ``photo.truncated``; ``str(error)`` says in
    one sentence what is wrong and what to send instead.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[type["PhotoError"], tuple[str, str]]:
        """Keep both arguments when the error crosses a process."""
        return type(self), (self.reason, str(self))


class OutsideError(CatchlightError):
    """The world outside is unwell (disk, network, a server): worth another try."""
