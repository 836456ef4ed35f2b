"""Files that are whole or not there, whoever else writes, reads or tidies up beside."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def write(path: Path, save: Callable[[Path], object], attempts: int = 5) -> None:
    """Save under a temporary name, then rename: a file of the final name is always whole."""
    for attempt in range(1, attempts + 1):
        temporary = path.parent / f".{path.name}.{secrets.token_hex(8)}.tmp"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            save(temporary)
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            os.replace(temporary, path)
            return
        except (FileNotFoundError, FileExistsError):
            # Another process tidied up meanwhile, as storage and resumable_runs do.
            if attempt == attempts:
                raise
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def content_of(path: Path) -> bytes:
    """Return what a file holds: nothing if there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
