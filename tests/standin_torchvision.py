"""Lets Spandrel be imported where torchvision is not: two of its networks want it, which Catchlight refuses anyway.

A torchvision for graphics cards beside a torch for processors cannot be imported, and breaks transformers, too.
"""

import importlib.util
import sys
from types import ModuleType


def architecture(name: str, module: str) -> ModuleType:
    """Return the module of one of Spandrel's networks."""
    import_spandrel()
    return importlib.import_module(f"spandrel.architectures.{name}.__arch.{module}")


def import_spandrel() -> ModuleType:
    """Return Spandrel."""
    import pytest  # noqa: PLC0415

    if not importlib.util.find_spec("spandrel"):
        pytest.skip("the extra `upscale` is not installed")
    absent = importlib.util.find_spec("torchvision") is None
    names = ("torchvision", "torchvision.transforms", "torchvision.transforms.functional")
    if absent:
        sys.modules.update({name: ModuleType(name) for name in names})
        for wanted in ("InterpolationMode", "rotate", "normalize"):
            setattr(sys.modules[names[-1]], wanted, None)
    try:
        return importlib.import_module("spandrel")
    finally:
        for name in names if absent else ():
            del sys.modules[name]
