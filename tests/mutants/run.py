"""Mutation testing: change one thing in a module, run the tests that reach it, see whether one fails.

    python -m tests.mutants.run                  every module of MODULES
    python -m tests.mutants.run bounds arrays    these
    python -m tests.mutants.run --survivors bounds
    python -m tests.mutants.run --table

The first run measures which test reaches which line of the package and how long each takes (`--measure` does it
anew); what it finds is kept in `_build/mutants/`. tests/README.md says how a score is to be read.
"""

from __future__ import annotations

import argparse
import functools
import gc
import importlib.abc
import importlib.machinery
import json
import multiprocessing
import os
import resource
import signal
import sys
import time
import tomllib
import types
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "_build" / "mutants"
EQUIVALENT = Path(__file__).with_name("equivalent.toml")

MODULES = (
    "arrays",
    "channel",
    "scenario",
    "symbols",
    "fisher",
    "_angles",
    "bounds",
    "systems",
    "beamforming.codebook",
    "beamforming.max_gain",
    "beamforming.complete_search",
    "beamforming.cross_entropy",
    "beamforming.coordinate_descent",
    "beamforming.quadratic_bound",
    "beamforming.certified",
    "positioning",
    "estimation.modulation",
    "estimation.likelihood",
    "estimation.search",
    "estimation.receivers",
    "estimation.trials",
    "claims",
    "_margins",
    "_claim_tests",
)

#: Tests of what is not the package's arithmetic, or that start processes of their own.
LEFT_OUT = (
    "test_assets",
    "test_benchmarks",
    "test_cluster",
    "test_command_line",
    "test_equation_index",
    "test_execute_notebooks",
    "test_exercises",
    "test_explorer_pictures",
    "test_launch",
    "test_mutation_testing",
    "test_notation",
    "test_notebooks",
    "test_optimise_command",
    "test_print",
    "test_repository",
    "test_storage",
    "test_style",
)
#: Tests that take longer than this, in seconds of processor time, are not run against mutants.
SLOW = 1.5
#: No more tests are started against one mutant after so many seconds of processor time.
BUDGET = 15.0
#: Seconds of processor time after which a mutant is stopped: `TIMEOUT` and `TIMEOUT_FACTOR` times what is normal.
TIMEOUT, TIMEOUT_FACTOR = 10.0, 4.0
#: Bytes of address space that a mutant may have beyond what it begins with.
MEMORY = 2 * 2**30
#: Examples per property, unless a test says how many.
EXAMPLES = 40

#: Tests whose files are collected first for a mutant of what runs at import.
FIRST = 3

#: Results by exit status of the process that ran a mutant.
SURVIVED, KILLED, NOT_PATCHED = 0, 1, 3


# --- pytest ---------------------------------------------------------------------------------------------------


def run_pytest(arguments: Sequence[str], *plugins: object) -> int:
    """Collect the tests and leave the rest to the plugins."""
    ignored = ["--ignore=tests/browser", *(f"--ignore=tests/{name}.py" for name in LEFT_OUT)]
    options = ["-q", "--capture=no", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:nbval"]
    return pytest.main([*options, *ignored, *arguments], plugins=[Profile(), *plugins])


class Profile:
    """Fewer examples of properties and none shrunk, for one is enough; and no processes beside this one."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        import joblib
        from hypothesis import HealthCheck, Phase, settings

        joblib.parallel_config("sequential")

        settings.register_profile(
            "mutants",
            deadline=None,
            derandomize=True,
            max_examples=EXAMPLES,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutants")


EVERYTHING = ("--doctest-modules", "--ignore=noisac/symbolic", "noisac", "tests")


class Measure:
    """Which lines of the package each test reaches, and its processor time with that of the fixtures it needs."""

    def __init__(self) -> None:
        import coverage

        self.coverage = coverage.Coverage(data_file=None, source=["noisac"], config_file=False)
        self.coverage.start()
        self.seconds: dict[str, float] = {}
        self._fixtures: dict[Any, float] = {}
        self._failed: set[str] = set()

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

    _in_child(work, timeout=3600.0)
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


# --- which tests ----------------------------------------------------------------------------------------------


class Reach:
    """The tests that reach a line, from the measurement."""

    def __init__(self, file: str) -> None:
        content = json.loads((WORK / "coverage.json").read_text())
        self.seconds: dict[str, float] = content["seconds"]
        self._lines = {int(line): set(tests) for line, tests in content["lines"].get(file, {}).items()}
        self._by_file: dict[str, list[str]] = defaultdict(list)
        for test in self.seconds:
            self._by_file[test.split("::")[0]].append(test)

    def tests(self, first: int, last: int) -> list[str]:
        """Tests that reach one of the lines, quickest first, the slow ones left out."""
        contexts = set().union(*(self._lines.get(line, set()) for line in range(first, last + 1)))
        return self._sorted(contexts)

    def all_tests(self) -> list[str]:
        return self._sorted(set().union(*self._lines.values()))

    def _sorted(self, contexts: set[str]) -> list[str]:
        found = {name for name in contexts if name in self.seconds}
        for file in contexts - found:
            found.update(self._by_file.get(file, ()))
        return sorted((t for t in found if self.seconds[t] <= SLOW), key=lambda t: (self.seconds[t], t))


class Order:
    """Puts first the tests that have killed most per second among the mutants so far."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._kills: Counter[str] = Counter()

    def __call__(self, tests: Iterable[str]) -> list[str]:
        # Which tests are run does not depend on what happened before: the cheapest, while the budget lasts.
        spent, chosen = 0.0, []
        for test in sorted(tests, key=lambda test: (self._seconds[test], test)):
            spent += self._seconds[test]
            if spent > BUDGET:
                break
            chosen.append(test)
        return sorted(chosen, key=lambda test: -self._kills[test] / (self._seconds[test] + 0.003))

    def killed_by(self, test: str) -> None:
        self._kills[test] += 1


# --- one mutant -----------------------------------------------------------------------------------------------


def run_items(items: Sequence[pytest.Item]) -> str | None:
    """Name of the first test that fails."""
    from _pytest.runner import runtestprotocol

    for item, following in zip(items, [*items[1:], None], strict=True):
        reports = runtestprotocol(item, nextitem=following, log=False)
        if any(report.failed for report in reports):
            return item.nodeid
    return None


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


def _in_child(
    work: Callable[[], object], timeout: float, cpu: float | None = None, pipe: int | None = None
) -> int:
    """Exit status of a forked process that does the work, negative if a signal ended it."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        status = 4
        try:
            os.setpgid(0, 0)
            if cpu is not None:
                used = time.process_time()
                resource.setrlimit(resource.RLIMIT_CPU, (int(used + cpu) + 1, int(used + cpu) + 2))
                size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
                resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
                null = os.open(os.devnull, os.O_RDWR)
                for stream in (0, 1, 2):
                    os.dup2(null, stream)
            result = work()
            status = result if isinstance(result, int) else 0
        except MemoryError:
            status = KILLED
        finally:
            os._exit(status)
    deadline = time.monotonic() + timeout
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > deadline:
            os.killpg(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            break
        time.sleep(0.005)
    return os.waitstatus_to_exitcode(status)


def _attempt(work: Callable[[], tuple[int, str | None]], seconds: float) -> tuple[str, str | None]:
    """Outcome of one mutant in a process of its own, and the test that killed it."""
    allowed = TIMEOUT + TIMEOUT_FACTOR * seconds
    reader, writer = os.pipe()

    def child() -> int:
        status, test = work()
        os.write(writer, (test or "").encode())
        return status

    status = _in_child(child, timeout=10 * allowed, cpu=allowed)
    os.close(writer)
    test = os.read(reader, 65536).decode() or None
    os.close(reader)
    names = {SURVIVED: "survived", KILLED: "killed", NOT_PATCHED: "not patched"}
    if status < 0:
        return "timeout", None
    return names.get(status, "killed"), test  # an error on the way, in import or collection, is noticed as well


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

                outcome, killer = _attempt(work, sum(reach.seconds[test] for test in chosen))
                # What hypothesis draws depends on the files that are collected: a test that passed when it was
                # measured may fail here without any mutant, and then kills none.
                if killer and killer not in passes:
                    passes[killer] = _passes_alone(items[killer], reach.seconds[killer])
                if not killer or passes[killer]:
                    break
                outcome, killer = "not reached", None
            if killer:
                order.killed_by(killer)
            self.report(mutant, outcome, killer)
        return True


def _passes_alone(item: pytest.Item, seconds: float) -> bool:
    outcome, _ = _attempt(lambda: (KILLED if run_items([item]) else SURVIVED, None), seconds)
    if outcome != "survived":
        print(f"fails without a mutant, and is left out: {item.nodeid}", flush=True)
    return outcome == "survived"


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
    seconds = 10.0 + sum(reach.seconds[test] for test in chosen)
    while True:
        outcome, killer = _run_source(mutant.module, file, mutant.source, chosen, files, seconds)
        if not killer or _passes_afresh(mutant.module, file, killer, files, 10.0 + reach.seconds[killer]):
            return outcome, killer
        chosen = [test for test in chosen if test != killer]


def _run_source(
    module: str, file: Path, source: str, chosen: Sequence[str], files: Sequence[str], seconds: float
) -> tuple[str, str | None]:
    def work() -> tuple[int, str | None]:
        for name in [name for name in sys.modules if name.split(".")[0] == "noisac"]:
            del sys.modules[name]
        plugin = Afresh(chosen, Replace(module, file, source))
        run_pytest(["--doctest-modules", *files], plugin)
        survived = plugin.finished and plugin.killer is None
        return (SURVIVED, None) if survived else (KILLED, plugin.killer)

    return _attempt(work, seconds)


@functools.cache
def _passes_afresh(module: str, file: Path, test: str, files: tuple[str, ...], seconds: float) -> bool:
    return _run_source(module, file, file.read_text(), [test], files, seconds)[0] == "survived"


# --- one module -----------------------------------------------------------------------------------------------


def run_module(name: str, only_open: bool = False) -> None:
    """Run the mutants of a module (those not yet killed, if so asked) and write what became of each."""
    from tests.mutants.mutations import mutants_of

    _keep_bytecode()
    file = ROOT / "noisac" / (name.replace(".", "/") + ".py")
    original = file.read_text()
    mutants = list(mutants_of(f"noisac.{name}", original))
    results: dict[str, dict[str, Any]] = {}
    done = {tuple(entry["key"]): entry for entry in load(name)} if only_open else {}
    path = WORK / f"{name}.json"
    start = time.time()

    progress = path.with_suffix(".log")
    WORK.mkdir(parents=True, exist_ok=True)
    progress.write_text("")

    def report(mutant: Any, outcome: str, killer: str | None) -> None:
        results[mutant.name] = {"key": mutant.key, "lines": mutant.lines, "outcome": outcome, "killer": killer}
        with progress.open("a") as file:
            print(f"{time.time() - start:.0f}", outcome, killer, *mutant.key, sep=" | ", file=file)

    again = []
    for mutant in mutants:
        old = done.get(mutant.key)
        if old and old["outcome"] in ("killed", "timeout"):
            report(mutant, old["outcome"], old["killer"])
        else:
            again.append(mutant)

    reach = Reach(str(file.relative_to(ROOT)))
    files = sorted({test.split("::")[0] for test in reach.all_tests()})

    def warm() -> None:
        plugin = Session([m for m in again if m.function], file, original, report)
        run_pytest(["--doctest-modules", *files], plugin)
        path.write_text(json.dumps(list(results.values())))

    _in_child(warm, timeout=24 * 3600.0)
    results = {f"noisac.{name}:{i}": entry for i, entry in enumerate(json.loads(path.read_text()))}
    known = {tuple(entry["key"]): entry for entry in results.values()}
    results = {}
    # The libraries that are imported here need not be imported for each mutant.
    importlib.import_module("noisac.__main__")
    importlib.import_module("noisac.symbolic.brute_force")
    order = Order(reach.seconds)
    for entry in known.values():
        if entry["killer"]:
            order.killed_by(entry["killer"])
    for mutant in mutants:
        entry = known.get(mutant.key)
        if entry is None or entry["outcome"] == "not patched":
            outcome, killer = run_afresh(mutant, file, order, reach)
        else:
            outcome, killer = entry["outcome"], entry["killer"]
        report(mutant, outcome, killer)
    path.write_text(json.dumps(list(results.values()), indent=0))
    counts = Counter(entry["outcome"] for entry in results.values())
    print(f"{name}: {dict(counts)} in {time.time() - start:.0f} s", flush=True)


def _keep_bytecode() -> None:
    """Compile what is not mutated once, whatever the environment says, and beside nothing else."""
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(WORK / "bytecode")


def load(name: str) -> list[dict[str, Any]]:
    """What became of the mutants of a module."""
    path = WORK / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else []


def equivalents() -> dict[tuple[str, str, str, str], str]:
    """Reasons by mutant."""
    if not EQUIVALENT.exists():
        return {}
    listed = tomllib.loads(EQUIVALENT.read_text()).get("mutant", [])
    return {(f"noisac.{e['module']}", e["function"], e["before"], e["after"]): e["reason"] for e in listed}


def survivors(name: str) -> list[dict[str, Any]]:
    """Mutants that no test notices and that are not listed as equivalent."""
    listed = equivalents()
    return [
        entry
        for entry in load(name)
        if entry["outcome"] not in ("killed", "timeout") and tuple(entry["key"]) not in listed
    ]


def table() -> str:
    """The score of each module that has been run, in Markdown."""
    lines = [
        "| module | mutants | killed | of these by timeout | equivalent (listed) | survived | score |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    total: Counter[str] = Counter()
    for name in MODULES:
        entries = load(name)
        if not entries:
            lines.append(f"| `{name}` | not yet run | | | | | |")
            continue
        dead = sum(entry["outcome"] in ("killed", "timeout") for entry in entries)
        counts = Counter(
            all=len(entries),
            dead=dead,
            timeout=sum(entry["outcome"] == "timeout" for entry in entries),
            equivalent=len(entries) - dead - len(survivors(name)),
            survived=len(survivors(name)),
        )
        total.update(counts)
        lines.append(_row(f"`{name}`", counts))
    lines.append(_row("all", total))
    return "\n".join(lines)


def _row(name: str, counts: Counter[str]) -> str:
    score = 100 * counts["dead"] / max(1, counts["dead"] + counts["survived"])
    columns = ("all", "dead", "timeout", "equivalent", "survived")
    return f"| {name} | " + " | ".join(str(counts[c]) for c in columns) + f" | {score:.1f} % |"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="mutation testing")
    parser.add_argument("modules", nargs="*", help="such as bounds or beamforming.codebook; all if none is named")
    parser.add_argument(
        "--measure", nargs="*", metavar="FILE", help="measure anew which test (of FILE) reaches what"
    )
    parser.add_argument("--open", action="store_true", help="run again only the mutants that were not killed")
    parser.add_argument("--survivors", action="store_true", help="list the survivors of the last run")
    parser.add_argument("--table", action="store_true", help="print the scores of the last runs")
    options = parser.parse_args(arguments)
    modules = options.modules or MODULES
    unknown = set(modules) - set(MODULES)
    if unknown:
        parser.error(f"no such module: {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}")
    os.chdir(ROOT)
    _keep_bytecode()
    if options.survivors:
        for name in modules:
            for entry in survivors(name):
                _, function, before, after = entry["key"]
                print(f"{name}:{entry['lines'][0]} {function} [{entry['outcome']}]\n  - {before}\n  + {after}")
        return
    if not options.table:
        if options.measure is not None or not (WORK / "coverage.json").exists():
            measure(options.measure or ())
        for name in modules:
            # A process per module, for what it imports stays.
            process = multiprocessing.get_context("spawn").Process(target=run_module, args=(name, options.open))
            process.start()
            process.join()
    print(table())


if __name__ == "__main__":
    main()
