"""The studio: pictures, judgement, records. No network, no Prefect, no HTML."""

import os

from catchlight.silence import silence

silence()
# OpenCV 5 warns at every load of a network that is loaded as it should be.
os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")

__version__ = "0.1.0"
