"""The studio: pictures, judgement, records. No network, no Prefect, no HTML."""

import os

# Silenced before any native library starts: onnxruntime >= 1.29 resolves its vendor's host
# otherwise, and only this variable stops it.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
# OpenCV 5 warns at every load of a network that is loaded as it should be.
os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")

__version__ = "0.1.0"
