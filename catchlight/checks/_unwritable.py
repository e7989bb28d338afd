"""What a check of somebody else's is given: the same pictures and records, which it cannot change for those after it."""

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np

Thing = TypeVar("Thing")


def unwritable(thing: Thing) -> Thing:
    """Return a record with all its arrays as views that nobody can write to."""
    return _unwritable(thing)


def _unwritable(thing: Any) -> Any:
    if isinstance(thing, np.ndarray):
        view = thing.view()
        view.flags.writeable = False
        return view
    if isinstance(thing, list | tuple) and type(thing) in {list, tuple}:
        return type(thing)(map(_unwritable, thing))
    if is_dataclass(thing) and not isinstance(thing, type):
        inner = {one.name: _unwritable(getattr(thing, one.name)) for one in fields(thing) if one.init}
        return replace(thing, **inner)
    return thing
