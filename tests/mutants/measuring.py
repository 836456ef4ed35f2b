"""Which test reaches which line of the package, and how long each takes."""

from __future__ import annotations

import functools
import gc
import json
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.collection import EVERYTHING, run_pytest
from tests.mutants.processes import in_child
from tests.mutants.settings import ROOT, WORK


class Measure:
    """Which lines of the package each test reaches, and its processor time with that of the fixtures it needs."""

    def __init__(self) -> None:
        import coverage

        self.coverage = coverage.Coverage(data_file=None, source=["noisac"], config_file=False)
        self.coverage.start()
        self.seconds: dict[str, float] = {}
        self._fixtures: dict[Any, float] = {}
        self._failed: set[str] = set()
        self._caches: list[Any] = []

    def pytest_collection_finish(self) -> None:
        self._caches = [
            thing
            for thing in gc.get_objects()
            if isinstance(thing, functools._lru_cache_wrapper)
            and thing.__module__.startswith("noisac")
            and not thing.__module__.startswith("noisac.symbolic")  # derivations take minutes and are not mutated
        ]

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Any:
        start = time.process_time()
        try:
            return (yield)
        finally:
            self._fixtures[fixturedef] = time.process_time() - start

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Any:
        # A fixture may serve several tests of a file but runs in the first: the file is said to reach its lines.
        self.coverage.switch_context(item.nodeid.split("::")[0])
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Any:
        for cache in self._caches:  # or only the first test would be seen to reach what is kept
            cache.cache_clear()
        self.coverage.switch_context(item.nodeid)
        start = time.process_time()
        try:
            return (yield)
        finally:
            definitions = getattr(item, "_fixtureinfo", None)
            needed = definitions.name2fixturedefs.values() if definitions else ()
            fixtures = max((self._fixtures.get(d, 0.0) for ds in needed for d in ds), default=0.0)
            self.seconds[item.nodeid] = round(time.process_time() - start + fixtures, 4)
            self.coverage.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)

    def save(self, path: Path) -> None:
        self.coverage.stop()
        data = self.coverage.get_data()
        lines = {
            str(Path(file).relative_to(ROOT)): {
                str(line): sorted(filter(None, contexts))
                for line, contexts in data.contexts_by_lineno(file).items()
            }
            for file in sorted(data.measured_files())
        }
        # What fails without a mutant, such as a test of workers, tells nothing with one.
        seconds = {test: time for test, time in self.seconds.items() if test not in self._failed}
        path.write_text(json.dumps({"seconds": seconds, "lines": lines}))


def measure(files: Sequence[str] = ()) -> None:
    """Run every test once, or those of some files anew, in a process of its own."""
    WORK.mkdir(parents=True, exist_ok=True)
    path, new = WORK / "coverage.json", WORK / "coverage_new.json"

    def work() -> None:
        plugin = Measure()
        run_pytest(["--doctest-modules", *files] if files else EVERYTHING, plugin)
        if plugin.seconds:
            plugin.save(new)

    in_child(work, timeout=3600.0)
    if not new.exists():
        sys.exit("no test was run: see above")
    added = json.loads(new.read_text())
    if files:
        content = json.loads(path.read_text())

        def others(names: Iterable[str]) -> list[str]:
            return [name for name in names if name.split("::")[0] not in files]

        content["seconds"] = {t: content["seconds"][t] for t in others(content["seconds"])} | added["seconds"]
        for file in content["lines"].keys() | added["lines"].keys():
            before, after = content["lines"].setdefault(file, {}), added["lines"].get(file, {})
            for line in before.keys() | after.keys():
                before[line] = sorted({*others(before.get(line, [])), *after.get(line, [])})
        added = content
    path.write_text(json.dumps(added))
    new.unlink()
