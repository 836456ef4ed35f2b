"""From a clean clone to an installed wheel that runs every example: what ``make release-check`` does.

Clones the last commit into an empty folder, runs the README's two commands there, builds wheel and source
distribution, installs the wheel in an empty environment with the newest dependencies, and runs the README's
program and command lines and the examples of all docstrings there, out of the reach of the clone.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent

#: Runs in the empty environment: examples of all modules, those that need an extra only where it is installed.
DOCTESTS = """
import doctest, importlib, pathlib, pkgutil, sys
import noisac, noisac_book

for package in (noisac, noisac_book):
    assert pathlib.Path(package.__file__).is_relative_to(sys.prefix), package.__file__
tried = failed = 0
modules = [
    found
    for package in (noisac, noisac_book)
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.", onerror=lambda name: None)
]
for found in modules:
    if found.name.endswith("__main__"):
        continue
    try:
        module = importlib.import_module(found.name)
    except ImportError as error:
        if "noisac[" not in str(error):
            raise
        print(f"{found.name} needs an extra: {error}")
        continue
    result = doctest.testmod(module)
    tried, failed = tried + result.attempted, failed + result.failed
print(f"{tried} lines of examples, {failed} failed")
sys.exit(failed > 0 or tried < 300)
"""


def run(*command: str | Path, cwd: Path, **options: object) -> None:
    """Run a command, show it, and stop if it fails."""
    print("+", *(str(part) if "\n" not in str(part) else "(a program)" for part in command), flush=True)
    start = time.perf_counter()
    subprocess.run([str(part) for part in command], cwd=cwd, check=True, **options)
    print(f"  {time.perf_counter() - start:.0f} s", flush=True)


def contents(wheel: Path) -> dict[str, str]:
    """Hash every file of a wheel, by name."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def build(clone: Path, out: Path) -> Path:
    """Build both distributions; the wheel from the source distribution has to be the wheel from the clone."""
    hatchling = clone / ".venv" / "bin" / "hatchling"
    run(hatchling, "build", "-d", out, cwd=clone)
    (wheel,), (source,) = out.glob("*.whl"), out.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        archive.extractall(out / "source", filter="data")
    (unpacked,) = (out / "source").iterdir()
    run(hatchling, "build", "-t", "wheel", "-d", out / "again", cwd=unpacked)
    (again,) = (out / "again").glob("*.whl")
    if contents(wheel) != contents(again):
        sys.exit("release-check: the source distribution builds another wheel than the repository does")
    return wheel


def run_examples(clone: Path, wheel: Path, folder: Path) -> None:
    """Run all examples against the installed wheel, where the repository is out of reach."""
    environment, work = folder / "environment", folder / "elsewhere"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*install, wheel, cwd=folder)

    readme = (clone / "README.md").read_text(encoding="utf-8")
    programs = re.findall(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    lines = re.findall(r"^    python -m (noisac [^#\n]+)", readme, re.MULTILINE)
    if not programs or len(lines) < 3:
        sys.exit("release-check: the README's examples were not found")
    work.mkdir(parents=True)
    for program in programs:
        run(python, "-c", program, cwd=work)
    for line in lines:
        run(python, "-m", *line.split(), cwd=work)
    run(python, "-c", DOCTESTS, cwd=work)
    run(*install, f"{wheel}[book]", cwd=folder)
    run(python, "-c", DOCTESTS, cwd=work)


def main() -> None:
    """Check the last commit."""
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    if status:
        sys.exit(f"release-check: what is not committed would not be checked:\n{status}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        clone = folder / "clone"
        run("git", "clone", "--quiet", "--no-hardlinks", ROOT, clone, cwd=folder)
        if "--quick" not in sys.argv:  # for work on this script
            run("make", "book", cwd=clone)
            run("make", "test", cwd=clone)
        else:
            run("make", ".venv/.installed", cwd=clone)
        run_examples(clone, build(clone, folder / "dist"), folder)
    print("release-check: passed")


if __name__ == "__main__":
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    main()
