"""Mutation testing: change one thing in a module, run the tests that reach it, see whether one fails.

    python -m tests.mutants.run                  every module of MODULES
    python -m tests.mutants.run bounds arrays    these
    python -m tests.mutants.run --open bounds    those of its mutants that were neither killed nor listed
    python -m tests.mutants.run --survivors bounds
    python -m tests.mutants.run --table

The first run measures which test reaches which line of the package and how long each takes (`--measure` does it
anew); what it finds is kept in `_build/mutants/`. tests/README.md says how a score is to be read.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.mutants.choosing import Order, Reach
from tests.mutants.collection import run_pytest
from tests.mutants.importing import run_afresh
from tests.mutants.measuring import measure
from tests.mutants.patching import Session
from tests.mutants.processes import in_child
from tests.mutants.results import equivalents, load, survivors, table
from tests.mutants.settings import MODULES, ROOT, WORK


def run_module(name: str, only_open: bool = False) -> None:
    """Run the mutants of a module (if so asked those neither killed nor listed) and write what became of each."""
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
    listed = equivalents() if only_open else {}
    for mutant in mutants:
        old = done.get(mutant.key)
        if old and old["outcome"] in ("killed", "timeout"):
            report(mutant, old["outcome"], old["killer"])
        elif mutant.key in listed:
            report(mutant, "listed", None)
        else:
            again.append(mutant)

    reach = Reach(str(file.relative_to(ROOT)))
    files = sorted({test.split("::")[0] for test in reach.all_tests()})

    def warm() -> None:
        plugin = Session([m for m in again if m.function], file, original, report)
        run_pytest(["--doctest-modules", *files], plugin)
        path.write_text(json.dumps(list(results.values())))

    in_child(warm, timeout=24 * 3600.0)
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


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="mutation testing")
    parser.add_argument("modules", nargs="*", help="such as bounds or beamforming.codebook; all if none is named")
    parser.add_argument(
        "--measure", nargs="*", metavar="FILE", help="measure anew which test (of FILE) reaches what"
    )
    parser.add_argument(
        "--open", action="store_true", help="run only the mutants that were neither killed before nor are listed"
    )
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
