"""Finished tasks of sweeps on disk: a later run, or another process, reads them instead of running them.

A folder is named after all that determines the results of a sweep, a file in it after the task. It starts with a
checksum of its content and of its own name, so that what is damaged or misplaced is computed again, and it appears
under its name only when it is whole. Nothing is unpickled.
"""

from __future__ import annotations

import errno
import functools
import hashlib
import io
import json
import os
import secrets
import tempfile
from pathlib import Path

import numpy as np

from noisac._validate import FloatArray
from noisac.experiments.sweeps import Sweep, Task, provenance, to_json

#: Variable of the environment that names a folder for processes that show the same experiments, as chapters do.
SHARED = "NOISAC_STORE"
_PACKAGE = Path(__file__).parent.parent
_CHECKSUM_BYTES = 32


@functools.cache
def code_hash() -> str:
    """Hash the package, because between releases the code changes and the version does not."""
    digest = hashlib.sha256()
    for path in sorted([*_PACKAGE.rglob("*.py"), *_PACKAGE.glob("*.mplstyle")]):
        digest.update(f"{path.relative_to(_PACKAGE).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def folder_of(root: Path, sweep: Sweep, seed: int) -> Path:
    """Name the folder of a sweep's tasks after all that determines their results, but for their place in it."""
    grid = {dim: list(values) for dim, values in sweep.grid.items()}
    # Another version of NumPy may round, or draw, differently.
    facts = [provenance(sweep, 0, seed), grid, sweep.key, sweep.evaluate, code_hash(), np.__version__]
    return root / hashlib.sha256(json.dumps(facts, sort_keys=True, default=to_json).encode()).hexdigest()[:24]


def read_or_run(folder: Path, task: Task) -> dict[str, FloatArray]:
    """Read the result of a task if it is on disk and whole; otherwise run the task and write it."""
    index = "-".join(map(str, task.index))
    path = folder / f"{index}_draws_{task.draws[0]}_to_{task.draws[-1]}.npz"
    content = content_of(path)
    if content and content == _with_checksum(path, content[_CHECKSUM_BYTES:]):
        with np.load(io.BytesIO(content[_CHECKSUM_BYTES:]), allow_pickle=False) as arrays:
            return dict(arrays)
    result = task.run()
    buffer = io.BytesIO()
    # Without allow_pickle=False, which NumPy stores as an array up to 2.0: arrays of numbers need no pickle.
    np.savez(buffer, **result)  # type: ignore[arg-type]
    write_whole(path, _with_checksum(path, buffer.getvalue()))
    return result


def write_whole(path: Path, content: bytes, attempts: int = 5) -> None:
    """Write under a temporary name, then rename, so that a file of the final name is always complete.

    If it cannot be written, an OSError names the path, and nothing has changed.
    """
    for attempt in range(1, attempts + 1):
        temporary = path.parent / f".{path.name}.{secrets.token_hex(8)}.tmp"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
            return
        except (FileNotFoundError, FileExistsError) as error:
            # Another process tidied up meanwhile, as storage does.
            if attempt == attempts:
                raise _named(error, path) from None
        except BaseException as error:
            temporary.unlink(missing_ok=True)
            raise _named(error, path) if isinstance(error, OSError) else error from None


def check_writable(path: Path) -> None:
    """Raise OSError if `write_whole` could not write a file, or would replace a directory."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "a directory of that name is in the way", str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _named(error, path) from None


def content_of(path: Path) -> bytes:
    """Return what a file holds: nothing if there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _with_checksum(path: Path, payload: bytes) -> bytes:
    """Put a checksum of the payload, and of the task that it belongs to, in front of it."""
    task = f"{path.parent.name}/{path.name}\0"
    return hashlib.sha256(task.encode() + payload).digest() + payload


def _named(error: OSError, path: Path) -> OSError:
    """Name the file that was wanted instead of the temporary one."""
    return OSError(error.errno, error.strerror, str(path))
