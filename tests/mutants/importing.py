"""Mutants of what runs at import: everything of ours is imported anew for each."""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.choosing import Order, Reach
from tests.mutants.collection import run_items, run_pytest
from tests.mutants.processes import KILLED, SURVIVED, attempt
from tests.mutants.settings import FIRST


class Replace(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Imports one module from a mutated source."""

    def __init__(self, module: str, file: Path, source: str) -> None:
        self._module, self._file, self._source = module, file, source

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self._module:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin=str(self._file))

    def get_filename(self, fullname: str) -> str:
        return str(self._file)

    def get_data(self, path: Any) -> bytes:
        return self._source.encode()

    def path_stats(self, path: Any) -> Any:
        raise OSError


class Afresh:
    """Runs the chosen tests of a session, in their order, and stops at the first failure."""

    def __init__(self, chosen: Sequence[str], finder: Replace) -> None:
        self.chosen, self.finder = chosen, finder
        self.killer: str | None = None
        self.finished = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        sys.meta_path.insert(0, self.finder)  # before pytest's own, which reads the files that it is given

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        self.killer = run_items([items[test] for test in self.chosen if test in items])
        self.finished = True
        return True


def run_afresh(mutant: Any, file: Path, order: Order, reach: Reach) -> tuple[str, str | None]:
    """A mutant of code that runs at import: everything of ours is imported anew."""
    chosen = order(reach.tests(*mutant.lines) if mutant.function else reach.all_tests())
    if not chosen:
        return "not reached", None
    # Most are dead by the first few tests, whose files are collected sooner than all.
    first_files = {test.split("::")[0] for test in chosen[:FIRST]}
    first = [test for test in chosen if test.split("::")[0] in first_files]
    rest = [test for test in chosen if test.split("::")[0] not in first_files]
    outcome, killer = _import_and_run(mutant, file, first, reach)
    if outcome == "survived" and rest:
        outcome, killer = _import_and_run(mutant, file, rest, reach)
    return outcome, killer


def _import_and_run(mutant: Any, file: Path, chosen: Sequence[str], reach: Reach) -> tuple[str, str | None]:
    files = tuple(sorted({test.split("::")[0] for test in chosen}))
    while True:
        seconds = 10.0 + sum(reach.seconds[test] for test in chosen)
        outcome, killer = _run_source(mutant.module, file, mutant.source, tuple(chosen), files, seconds)
        if not killer or _passes(mutant.module, file, killer, files, 10.0 + reach.seconds[killer]):
            return outcome, killer
        chosen = [test for test in chosen if test != killer]


def _run_source(
    module: str, file: Path, source: str, chosen: tuple[str, ...], files: tuple[str, ...], seconds: float
) -> tuple[str, str | None]:
    def work() -> tuple[int, str | None]:
        for name in [name for name in sys.modules if name.split(".")[0] == "noisac"]:
            del sys.modules[name]
        plugin = Afresh(chosen, Replace(module, file, source))
        run_pytest(["--doctest-modules", *files], plugin)
        survived = plugin.finished and plugin.killer is None
        return (SURVIVED, None) if survived else (KILLED, plugin.killer)

    return attempt(work, seconds)


@functools.cache
def _passes(module: str, file: Path, test: str, files: tuple[str, ...], seconds: float) -> bool:
    """Whether a test passes without a mutant."""
    return _run_source(module, file, file.read_text(), (test,), files, seconds)[0] == "survived"
