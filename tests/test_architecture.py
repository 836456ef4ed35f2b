"""The list of modules in CONTRIBUTING.md: all are in it, and each imports only what stands above it."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "noisac"
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LIST = TEXT[TEXT.index("## Architecture on one screen") : TEXT.index("`fisher.py` and `bounds.py` exist")]
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def room(path):
    """What the list calls a module: its file, or the folder that it is in."""
    return f"{path.parts[0]}/" if len(path.parts) > 1 else path.name


ROOMS = sorted({room(path) for path in MODULES} - {"__init__.py"})


def line(name):
    """Number of the line of the list in which a room stands first, None if in none."""
    found = re.search(rf"(?<![\w./]){re.escape(name)}", LIST)
    return None if found is None else LIST.count("\n", 0, found.start())


def imported(path):
    """Rooms from which a module imports, its own left out."""
    found = set()
    for node in ast.walk(ast.parse((PACKAGE / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "noisac":
            parts = node.module.split(".")[1:]
            found |= {(parts or [alias.name])[0] for alias in node.names}
    rooms = {f"{name}/" if (PACKAGE / name).is_dir() else f"{name}.py" for name in found}
    return rooms & set(ROOMS) - {room(path)}


def test_every_module_is_in_the_list():
    assert [name for name in ROOMS if line(name) is None] == []


def test_every_module_has_one_line():
    first = [match[0] for match in re.finditer(r"^    ([\w/]+\.py )+|^    [\w/]+/ ", LIST, re.MULTILINE)]
    names = [name for names in first for name in names.split()]
    assert len(names) > 40
    assert sorted(names) == sorted(set(names))


def test_a_module_imports_only_what_stands_above_it():
    upwards = [
        f"{path} imports from {name}"
        for path in MODULES
        if path.name != "__init__.py"
        for name in sorted(imported(path))
        if (line(name) or 0) > (line(room(path)) or 0)
    ]
    assert upwards == []


def test_imports_from_modules_and_from_folders_are_seen():
    assert {"_validate.py", "scenario.py", "beamforming/"} <= imported(Path("tradeoff_ranges.py"))
    assert "audit/" not in imported(Path("audit/search.py"))
