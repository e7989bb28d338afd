"""What the contact sheet needs so that answers can be marked on it and saved: which sheet it is, and the words."""

from collections.abc import Mapping
from typing import Any

from catchlight import wishes

_WORDS = {
    "tighter": "Closer crop",
    "looser": "Wider crop",
    "softer_light": "Softer light",
    "as_photographed": "Light as photographed",
    "old_background": "The old background",
    "other_photo": "Start from another photo",
    "not_me": "Not a good likeness",
}
TAGS: dict[str, str] = {
    tag: _WORDS.get(tag, words) for tag, words in wishes.TAGS.items()
}  # said of somebody else


def sheet(run: Mapping[str, Any]) -> dict[str, str]:
    """Return what says which sheet answers are about; nothing can be answered on one without a run."""
    preset = run.get("preset") or {}
    return {"run": str(run.get("run") or ""), "preset": str(preset.get("digest") or "")}
