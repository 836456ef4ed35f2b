"""The tests under every kernel of the linear algebra library that this processor can run: ``make kernels``.

OpenBLAS chooses its kernel by the processor, and NumPy its loops: last bits of products, eigenvalues and
sums differ between machines. Here one machine stands for several.

    python .ci/kernels.py                            # each kernel with one and two threads; NumPy without SIMD
    python .ci/kernels.py --numeric                  # of the tests only those that rounding can reach
    python .ci/kernels.py --only Haswell native      # some kernels, in OpenBLAS's names; native is its own choice
    python .ci/kernels.py --list                     # what there is to run

What the script does not know (-k, -m, -x, --hypothesis-profile=quick) goes to pytest.

Which kernels there are, the library is asked: its table of names is read, a process is started under each, and
what that process says it took counts. Names that come to the same are one kernel. A kernel that the processor
cannot run is left out and named.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
PATHS = [path for path in ("noisac", "book/noisac_book", "tests") if (ROOT / path).exists()]
NATIVE = "native"

#: What a process makes of its environment, after it has worked with what it took.
PROBE = """
import json
import numpy as np, scipy.linalg, threadpoolctl
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
matrix = np.random.default_rng(0).normal(size=(200, 200))
for dtype in (float, complex):
    scipy.linalg.eigh(matrix.astype(dtype) @ matrix.T), np.linalg.inv(matrix.astype(dtype))
libraries = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
print(json.dumps({
    "kernels": sorted({pool.get("architecture") or pool["internal_api"] for pool in libraries}),
    "openblas": [pool["filepath"] for pool in libraries if pool["internal_api"] == "openblas"],
    "simd": [name for name in __cpu_dispatch__ if __cpu_features__[name]],
}))
"""


@dataclass(frozen=True)
class Setting:
    """What one run of the tests is told."""

    kernel: str = NATIVE
    disabled: tuple[str, ...] = ()  # features of NumPy
    threads: int = 1

    def environment(self) -> dict[str, str]:
        """Environment of the run."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in {"OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES"}
        }
        chosen = {"PYTHONHASHSEED": "0"}
        chosen |= {f"{library}_NUM_THREADS": str(self.threads) for library in ("OPENBLAS", "OMP", "MKL")}
        if self.kernel != NATIVE:
            chosen["OPENBLAS_CORETYPE"] = self.kernel
        if self.disabled:
            chosen["NPY_DISABLE_CPU_FEATURES"] = " ".join(self.disabled)
        return inherited | chosen

    def probe(self) -> dict[str, list[str]] | None:
        """What a process under this setting says that it took; nothing if the processor cannot run it."""
        command = [sys.executable, "-c", PROBE]
        run = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False)
        if run.returncode < 0:  # ended by a signal, such as that of an illegal instruction
            return None
        if run.returncode:
            sys.exit(f"kernels: the libraries do not work under {self}:\n{run.stderr}")
        return json.loads(run.stdout)


@dataclass
class Outcome:
    """What came of one run."""

    setting: Setting
    used: str
    passed: int = 0
    skipped: int = 0
    failed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def row(self) -> str:
        """Line of the table."""
        simd = "off" if self.setting.disabled else "on"
        return (
            f"{self.setting.kernel:<14}{self.used:<16}{simd:<6}{self.setting.threads:>7}"
            f"{self.passed:>8}{len(self.failed):>8}{self.skipped:>9}{self.seconds:>9.0f}"
        )


HEADER = "asked         used            SIMD  threads  passed  failed  skipped  seconds"


def names_in(library: str) -> list[str]:
    """Names of the kernels that an OpenBLAS knows: the table in its memory that has the name of the one in use.

    The function that names the kernel in use returns a pointer into the table's strings. Found on Linux only, and
    in libraries whose table holds pointers; empty otherwise.
    """
    maps = Path("/proc/self/maps")
    loaded = ctypes.CDLL(library)
    spellings = (f"{a}openblas_get_corename{b}" for a in ("", "scipy_") for b in ("", "64_", "_64"))
    function = next((getattr(loaded, name) for name in spellings if hasattr(loaded, name)), None)
    if function is None or not maps.exists():
        return []
    function.restype = ctypes.c_void_p
    used = function()
    parts = [line.split() for line in maps.read_text().splitlines()]
    segments = [
        tuple(int(end, 16) for end in part[0].split("-"))
        for part in parts
        if part[-1] == os.path.realpath(library) and part[1].startswith("r")
    ]

    def name_at(memory: bytes, place: int) -> str | None:
        """Name that the pointer at a place leads to, if it is a pointer to a name."""
        address = int.from_bytes(memory[place : place + 8], sys.byteorder)
        if place < 0 or not any(start <= address < end for start, end in segments):
            return None
        text = ctypes.string_at(address)[:24].decode("latin-1")
        return text if re.fullmatch(r"[A-Za-z]\w{1,22}", text) else None

    names: list[str] = []
    for start, end in segments:
        memory = ctypes.string_at(start, end - start)
        place = memory.find(used.to_bytes(8, sys.byteorder))
        if place < 0:
            continue
        first = place
        while name_at(memory, first - 8):
            first -= 8
        table = []
        while name := name_at(memory, first + 8 * len(table)):
            table.append(name)
        names = max(names, table, key=len)
    return names


def kernels(only: Iterable[str] = (), other: bool = False) -> tuple[dict[str, str], list[str], list[str]]:
    """Kernels to run under (name asked: name used), those that cannot run here, and NumPy's features."""
    native = Setting().probe()
    if native is None:
        sys.exit("kernels: the libraries do not run on this processor")
    asked = list(only) or [NATIVE, *dict.fromkeys(name for path in native["openblas"] for name in names_in(path))]
    taken: dict[str, str] = {}
    impossible = []
    for name in asked:
        took = native if name == NATIVE else Setting(name).probe()
        if took is None:
            impossible.append(name)
            continue
        used = "/".join(took["kernels"])
        if name == used or used not in taken.values():
            taken = {other: kernel for other, kernel in taken.items() if kernel != used or other == NATIVE}
            if used not in taken.values():
                taken[name] = used
    if other:
        taken = {name: used for name, used in taken.items() if used != "/".join(native["kernels"])}
    return taken, impossible, native["simd"]


def settings(taken: dict[str, str], features: list[str], threads: list[int], simd: list[str]) -> Iterator[Setting]:
    """Runs to make: every kernel with every number of threads, and the first without NumPy's SIMD features."""
    for count in threads:
        if "on" in simd:
            yield from (Setting(kernel, (), count) for kernel in taken)
        if "off" in simd and features and taken:
            yield Setting(next(iter(taken)), tuple(features), count)


def run(setting: Setting, used: str, arguments: list[str]) -> Outcome:
    """Run the tests under a setting, saying how far they are."""
    outcome = Outcome(setting, used)
    label = f"{setting.kernel}, {setting.threads} thread(s){', no SIMD' if setting.disabled else ''}"
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-p", "no:nbval", "-p", "no:cacheprovider", "--tb=short"]
        command += ["--doctest-modules", "--ignore", "tests/browser", f"--junit-xml={report}", *arguments, *PATHS]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        process = subprocess.Popen(command, cwd=ROOT, env=setting.environment(), **streams)
        lines, said = [], 0
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            share = re.search(r"\[ *(\d+)%\]", line)
            if share and int(share[1]) >= said + 20:
                said = int(share[1]) // 20 * 20
                print(f"  {label}: {said} %", flush=True)
        process.wait()
        outcome.seconds = time.perf_counter() - start
        if process.returncode not in {0, 1} or not report.exists():
            outcome.failed.append(f"pytest ended with status {process.returncode}")
        else:
            for case in ElementTree.parse(report).iter("testcase"):
                kinds = {child.tag for child in case}
                if kinds & {"failure", "error"}:
                    outcome.failed.append(f"{case.get('classname')}::{case.get('name')}")
                elif "skipped" in kinds:
                    outcome.skipped += 1
                else:
                    outcome.passed += 1
        if outcome.failed:
            print("".join(lines), flush=True)
    print(f"  {label}: {outcome.passed} passed, {len(outcome.failed)} failed, {outcome.seconds:.0f} s", flush=True)
    return outcome


def main(arguments: list[str] | None = None) -> int:
    """Run the tests under all settings and show the table; 1 if a test failed under any."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", nargs="+", default=[], metavar="KERNEL", help="these kernels, in this order")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2], help="numbers of threads (1 2)")
    parser.add_argument("--simd", nargs="+", choices=["on", "off"], default=["on", "off"], help="NumPy's SIMD")
    parser.add_argument("--numeric", action="store_true", help="only tests that rounding can reach")
    parser.add_argument("--brief", action="store_true", help="of these only those that take little time")
    parser.add_argument("--other", action="store_true", help="not the kernel that is taken when none is asked for")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="runs side by side (all cores)")
    parser.add_argument("--list", action="store_true", help="say what would be run")
    options, rest = parser.parse_known_args(arguments)
    taken, impossible, features = kernels(options.only, options.other)
    for name in impossible:
        print(f"{name}: this processor cannot run it")
    for name in set(options.only) - set(taken) - set(impossible):
        print(f"{name}: the same kernel as another of these")
    chosen = list(settings(taken, features, options.threads, options.simd))
    if options.list:
        for setting in chosen:
            print(Outcome(setting, taken[setting.kernel]).row()[:43])
        return 0
    if options.numeric or options.brief:
        rest = ["-m", "numeric and not long" if options.brief else "numeric", *rest]
    jobs = max(1, min(options.jobs, len(chosen)))
    if (workers := options.jobs // jobs) > 1:
        rest = ["-n", str(workers), "--dist", "loadfile", *rest]
    print(
        f"{len(chosen)} runs, {jobs} side by side; NumPy chooses by {' '.join(features) or 'nothing'}", flush=True
    )
    with ThreadPoolExecutor(jobs) as pool:
        outcomes = list(pool.map(lambda setting: run(setting, taken[setting.kernel], rest), chosen))
    print(f"\n{HEADER}")
    for outcome in outcomes:
        print(outcome.row())
    failures: dict[str, list[str]] = {}
    for outcome in outcomes:
        for test in outcome.failed:
            failures.setdefault(test, []).append(outcome.row()[:43].strip())
    for test, rows in failures.items():
        print(f"FAILED {test} under:", *(re.sub(r" +", " ", row) for row in rows), sep="\n    ")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
