"""What the command reads and prints in any locale: names are read as UTF-8, and no character can end a command."""

import os
import sys
from io import TextIOWrapper

_INSTEAD = "backslashreplace"
_ENCODING = "PYTHONIOENCODING"
_REFUSAL = (
    "catchlight: this locale (LC_ALL, LC_CTYPE, LANG, or PYTHONUTF8=0) lets Python read the names of files and people as "
    "{encoding}, so whoever has a letter such as u-umlaut in theirs would not be found. Run it with PYTHONUTF8=1 in the "
    "environment, or in a UTF-8 locale such as LC_ALL=C.UTF-8\n"
)


def must_read_names() -> None:
    """End with exit code 2, and what to do, where names of files are not read as UTF-8."""
    encoding = sys.getfilesystemencoding()
    if encoding.lower().replace("-", "") != "utf8":
        sys.stderr.write(_REFUSAL.format(encoding=encoding))
        raise SystemExit(2)


def print_anything() -> None:
    """Let what a stream has no letter for be told by its number, here and in the processes that are started from here."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=_INSTEAD)
    if asked := os.environ.get(_ENCODING, "").partition(":")[0]:
        os.environ[_ENCODING] = f"{asked}:{_INSTEAD}"
