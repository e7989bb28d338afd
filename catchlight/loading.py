"""Loading without the garbage collector: of what modules define nothing is garbage, and it would look at all of it again and again."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Load modules here. The collector rests meanwhile, and never looks at what was loaded."""
    rests, modules = not gc.isenabled(), len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > modules:  # else what is there now may be garbage one day
            gc.freeze()
        if not rests:
            gc.enable()
