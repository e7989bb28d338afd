"""What every worker of a darkroom needs, read before any is there: one process loads it, the workers are its copies.

Nothing here may start a thread or open a model.
"""

import cv2
import numpy as np

from catchlight import closed_form, develop, foreground, grain, plugins, recipes

__all__ = ["closed_form", "develop", "foreground", "recipes"]

cv2.setNumThreads(1)
grain.lay(np.zeros((1, 1, 3), np.float32), grain.Grain())  # makes the tile of noise that all lay
for _name in plugins.names("catchlight.checks"):
    plugins.load("catchlight.checks", _name)
