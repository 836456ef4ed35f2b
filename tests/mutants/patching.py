"""Mutants of functions: tests are collected once, and each mutant gives one function other code."""

from __future__ import annotations

import functools
import gc
import types
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.choosing import Order, Reach
from tests.mutants.collection import run_items
from tests.mutants.processes import KILLED, NOT_PATCHED, SURVIVED, attempt
from tests.mutants.settings import ROOT


class Patcher:
    """Gives functions of a module other code, in the process that calls it."""

    def __init__(self, file: Path, original: str) -> None:
        self._file = file
        self._codes = _codes(file, original)
        self._functions: list[types.FunctionType] = []
        self._caches: list[Any] = []
        for thing in gc.get_objects():
            if isinstance(thing, types.FunctionType) and thing.__code__.co_filename == str(file):
                self._functions.append(thing)
            elif isinstance(thing, functools._lru_cache_wrapper) and thing.__module__.startswith("noisac"):
                self._caches.append(thing)

    def __call__(self, qualified: str, mutated: str) -> bool:
        """Exchange every function made from this definition; False if that cannot be done."""
        old, new = self._codes[qualified], _codes(self._file, mutated)[qualified]
        if len(old) != 1 or len(new) != 1 or old[0].co_freevars != new[0].co_freevars:
            return False
        made = [function for function in self._functions if function.__code__ == old[0]]
        for function in made:
            function.__code__ = new[0]
        for cache in self._caches:
            cache.cache_clear()
        return bool(made)


def _codes(file: Path, source: str) -> dict[str, list[types.CodeType]]:
    found: dict[str, list[types.CodeType]] = defaultdict(list)
    waiting = [compile(source, str(file), "exec", dont_inherit=True)]
    while waiting:
        code = waiting.pop()
        found[code.co_qualname].append(code)
        waiting.extend(constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    return found


class Session:
    """Tests collected once; each mutant is a fork of this process in which one function has other code."""

    def __init__(self, jobs: Sequence[Any], file: Path, original: str, report: Callable[..., None]) -> None:
        self.jobs, self.file, self.original, self.report = jobs, file, original, report

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        gc.collect()
        patch = Patcher(self.file, self.original)
        gc.freeze()
        reach = Reach(str(self.file.relative_to(ROOT)))
        order = Order(reach.seconds)
        passes: dict[str, bool] = {}
        for mutant in self.jobs:
            outcome, killer = "not reached", None
            while chosen := [t for t in order(reach.tests(*mutant.lines)) if t in items and passes.get(t, True)]:

                def work(mutant: Any = mutant, chosen: list[str] = chosen) -> tuple[int, str | None]:
                    if not patch(mutant.function, mutant.source):
                        return NOT_PATCHED, None
                    killer = run_items([items[test] for test in chosen])
                    return (KILLED, killer) if killer else (SURVIVED, None)

                outcome, killer = attempt(work, sum(reach.seconds[test] for test in chosen))
                # What hypothesis draws depends on the files that are collected: a test that passed when it was
                # measured may fail here without any mutant, and then kills none.
                if killer and killer not in passes:
                    passes[killer] = _passes(items[killer], reach.seconds[killer])
                if not killer or passes[killer]:
                    break
                outcome, killer = "not reached", None
            if killer:
                order.killed_by(killer)
            self.report(mutant, outcome, killer)
        return True


def _passes(item: pytest.Item, seconds: float) -> bool:
    """Whether a test passes without a mutant."""
    outcome, _ = attempt(lambda: (KILLED if run_items([item]) else SURVIVED, None), seconds)
    if outcome != "survived":
        print(f"fails without a mutant, and is left out: {item.nodeid}", flush=True)
    return outcome == "survived"
