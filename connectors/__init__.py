"""One file, one outside system: it may be read, written, or both."""

from types import ModuleType

from pydantic import BaseModel

from catchlight import plugins
from catchlight.place import FILES, Takes
from connectors._retries import speak

speak()


def lacks(connector: ModuleType) -> str:
    """Return what a module lacks to be a source or a destination, "" for nothing."""
    reads, writes = hasattr(connector, "open_source"), hasattr(connector, "open_place")
    if not reads and not writes:
        return "is neither a source (open_source) nor a destination (open_place)"
    wanted = [("SourceSettings", "probe_source")] * reads + [("Settings", "probe")] * writes
    for settings, probe in wanted:
        if not plugins.settled(getattr(connector, settings, None), BaseModel):
            return f"has no {settings}: {plugins.SETTLED.format('pydantic.BaseModel')}"
        if not callable(getattr(connector, probe, None)):
            return f"has no {probe}(settings), which returns what stands against using it, in sentences"
    if writes and not isinstance(getattr(connector, "TAKES", FILES), Takes):
        return "says not what its place takes: TAKES is a catchlight.place.Takes"
    return ""
