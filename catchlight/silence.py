"""What keeps libraries from talking to their makers: environment variables, for this process and for unit files."""

import os

SILENT = {
    # onnxruntime >= 1.29 resolves its vendor's host otherwise, and only this variable stops it.
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    # DO_NOT_TRACK alone leaves one of Prefect's two.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "RAY_USAGE_STATS_ENABLED": "0",
}


def silence() -> None:
    """Set what is not set; before any library that would read it is imported."""
    for name, value in SILENT.items():
        os.environ.setdefault(name, value)
