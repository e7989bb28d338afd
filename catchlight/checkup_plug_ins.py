"""Plug-ins of installed packages: each is loaded and held to what its folder asks for."""

from collections.abc import Iterator

from catchlight import plugins
from catchlight.checkup import Finding, State
from catchlight.errors import ConfigError

_WHAT = "Plug-ins"
_REMEDY = "mend the package and install it again, or take it away with pip uninstall"


def look_at_plug_ins() -> Iterator[Finding]:
    """Yield what each package adds, and each plug-in that cannot be used; nothing where nobody adds any."""
    try:
        there = plugins.installed()
    except ConfigError as error:
        yield Finding(State.FAIL, _WHAT, str(error), _REMEDY)
        return
    for package, names in there.items():
        wrong = [said for name in names if (said := _wrong(name))]
        for said in wrong:
            yield Finding(State.FAIL, _WHAT, said, _REMEDY)
        if not wrong:
            yield Finding(State.OK, _WHAT, f"{package}: {', '.join(names)}")


def _wrong(name: str) -> str:
    """Return what is wrong with a plug-in such as ``checks.badge``, "" for nothing."""
    kind, _, name = name.partition(".")
    try:
        plugins.load({kind: folder for folder, kind in plugins.KINDS.items()}[kind], name)
    except ConfigError as error:
        return str(error)
    return ""
