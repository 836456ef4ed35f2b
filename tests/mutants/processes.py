"""Work in a process of its own, which may be stopped."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.mutants.settings import MEMORY, TIMEOUT, TIMEOUT_FACTOR

#: Results by exit status of the process that ran a mutant.
SURVIVED, KILLED, NOT_PATCHED = 0, 1, 3


def in_child(work: Callable[[], object], timeout: float, cpu: float | None = None) -> int:
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


def attempt(work: Callable[[], tuple[int, str | None]], seconds: float) -> tuple[str, str | None]:
    """Outcome of one mutant in a process of its own, and the test that killed it."""
    allowed = TIMEOUT + TIMEOUT_FACTOR * seconds
    reader, writer = os.pipe()

    def child() -> int:
        status, test = work()
        os.write(writer, (test or "").encode())
        return status

    status = in_child(child, timeout=10 * allowed, cpu=allowed)
    os.close(writer)
    test = os.read(reader, 65536).decode() or None
    os.close(reader)
    names = {SURVIVED: "survived", KILLED: "killed", NOT_PATCHED: "not patched"}
    if status < 0:
        return "timeout", None
    return names.get(status, "killed"), test  # an error on the way, in import or collection, is noticed as well
