"""What holds people's data is for this account and, as far as the umask lets it, its group; for nobody else."""

import os
from pathlib import Path


def private_folder(folder: Path) -> Path:
    """Make a folder, and those above that are not there, so that others cannot look into them; return it."""
    if not folder.is_dir():
        private_folder(folder.parent)
        folder.mkdir(mode=0o770, exist_ok=True)
    return folder


def private_file(file: Path) -> Path:
    """Make an empty file that others cannot read, unless it is there; return it."""
    private_folder(file.parent)
    if not file.exists():
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o660))
    return file
