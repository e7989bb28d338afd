"""Tell files that run code when they are loaded: pickles, and what is made of pickles."""

import pickletools
import zipfile
from io import BytesIO
from pathlib import PurePath

from catchlight.errors import ConfigError

REFUSED = frozenset({".bin", ".ckpt", ".joblib", ".pickle", ".pkl", ".pt", ".pth", ".py", ".pyc", ".so"})


def refuse_code(file: str, data: bytes) -> None:
    """Raise ConfigError when loading ``data`` could run code, whatever the file is called."""
    suffix = PurePath(file).suffix.lower()
    if suffix in REFUSED:
        message = (
            f"{file}: {suffix} files can run code when they are loaded; use .onnx, .tflite or .safetensors"
        )
        raise ConfigError(message)
    if is_pickle(data) or _holds_pickle(data):
        message = f"{file}: this is a pickle, which can run code when it is loaded; use .onnx or .safetensors"
        raise ConfigError(message)


def is_pickle(data: bytes) -> bool:
    """Whether ``data`` starts as a pickle of any protocol."""
    if data[:1] == b"\x80" and data[1:2] in {b"\x02", b"\x03", b"\x04", b"\x05"}:
        return not _is_safetensors(data)
    try:  # protocols 0 and 1 have no signature: read their opcodes, which never runs them
        return any(code.name == "STOP" for code, _, _ in pickletools.genops(data))
    except ValueError:
        return False


def _is_safetensors(data: bytes) -> bool:
    """Safetensors start with the length of a JSON header, which may look like a pickle's signature."""
    return data[3:9] == b"\0\0\0\0\0{"


def _holds_pickle(data: bytes) -> bool:
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return any(name.endswith((".pkl", ".pickle")) for name in archive.namelist())
    except zipfile.BadZipFile:
        return False
