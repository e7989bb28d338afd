"""One ONNX file that a company supplies: verified bytes in, a session out."""

from pathlib import Path
from typing import Any

from catchlight.errors import ConfigError
from catchlight.vault import digest_of

_CUDA = "CUDAExecutionProvider"
LARGEST = 2 << 30  # bytes of a model file, which is also all that ONNX allows in one


def verified(key: str, file: Path | None, sha256: str, licence: str) -> bytes:
    """Return the bytes of a file as the settings under ``key`` vouch for them; ConfigError names what is wrong."""
    absent = [name for name, value in (("file", file), ("sha256", sha256), ("licence", licence)) if not value]
    if absent or file is None:
        message = f"{key}.{absent[0]} is not set: name the ONNX file, its sha256 and its licence; Catchlight brings none"
        raise ConfigError(message)
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
    except OSError as error:
        message = f"{key}.file {file}: cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    if len(data) > LARGEST or digest_of(data) != sha256.lower():
        message = f"{key}.sha256: {file} is not the file that was vouched for; it has {digest_of(data)}"
        raise ConfigError(message)
    return data


def session(key: str, file: Path | None, data: bytes, device: str) -> Any:
    """Open verified bytes on ``cpu``, ``cuda``, or ``auto`` for CUDA where onnxruntime has it."""
    import onnxruntime  # noqa: PLC0415  heavy

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # one worker a core
    return opened(key, file, data, device, options)


def opened(key: str, file: Path | None, data: bytes, device: str, options: Any) -> Any:
    """Open verified bytes with onnxruntime's own options."""
    import onnxruntime  # noqa: PLC0415  heavy

    where = providers(key, device)
    try:
        found = onnxruntime.InferenceSession(data, options, providers=where)
    except Exception as error:  # onnxruntime's errors have no parent of their own
        message = f"{key}.file {file}: onnxruntime does not take it: {error!r}"
        raise ConfigError(message) from error
    on_card(key, device, found)
    return found


def providers(key: str, device: str) -> list[str]:
    """Return where onnxruntime may compute; ConfigError when it was built without the card that is asked for."""
    import onnxruntime  # noqa: PLC0415  heavy

    offered = _CUDA in onnxruntime.get_available_providers()
    if device == "cuda" and not offered:
        message = f"{key}.device: this onnxruntime has no CUDA; use cpu, or replace it by onnxruntime-gpu"
        raise ConfigError(message)
    return [*[_CUDA] * (offered and device != "cpu"), "CPUExecutionProvider"]


def on_card(key: str, device: str, session: Any) -> None:
    """Refuse a session that went to the processor without a word, as onnxruntime does where CUDA's libraries do not load."""
    if device == "cuda" and _CUDA not in session.get_providers():
        message = (
            f"{key}.device: 'cuda' was asked for, and onnxruntime could not use the card: "
            "install the CUDA and cuDNN that it was built for, or say cpu"
        )
        raise ConfigError(message)
