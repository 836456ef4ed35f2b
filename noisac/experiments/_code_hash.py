"""A hash of the modules behind the data or the pictures, which tells results of one code from another's."""

from __future__ import annotations

import ast
import functools
import hashlib
from pathlib import Path

PACKAGE = Path(__file__).parent.parent


@functools.cache
def code_hash(*, drawing: bool) -> str:
    """Hash the modules that draw panels, or those that compute data.

    The version alone does not tell: between releases the code changes and the version does not.
    """
    drawn_by = {PACKAGE / name for name in ("experiments/figures.py", "_style.py", "house.mplstyle")}
    paths = drawn_by if drawing else modules_behind("experiments/paper.py")
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(PACKAGE).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def modules_behind(name: str) -> set[Path]:
    """Find a module of the package and all that it imports from the package, directly or not."""
    found: set[Path] = set()
    queue = [PACKAGE / name]
    while queue:
        path = queue.pop()
        if path in found or not path.is_file():
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "noisac":
                parent = PACKAGE.joinpath(*(node.module or "").split(".")[1:])
                queue += [parent / f"{alias.name}.py" for alias in node.names]
                queue.append(parent.with_suffix(".py"))  # a room's __init__ only hands on, computing or not
    return found
