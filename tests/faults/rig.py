"""How tests start commands: in an interpreter of their own, or in a fork that has the imports behind it."""

import multiprocessing
import os
import resource
import subprocess
import sys
import time

from noisac.cli import main
from noisac.verdicts import judge
from noisac.verdicts.records import Record

COMMANDS = {
    "figures": ["figures", "fig09a", "--draws", "1", "--out", "out"],
    "optimise": ["optimise", "--irs", "2x2", "--out", "out/beam.png"],
    "claims": ["claims", "--draws", "1", "--recorded", "verdicts.json", "--record", "out/claims.json"],
}
RESULT = {"figures": "fig09a.nc", "optimise": "beam.png", "claims": "claims.json"}
OPTION = {"figures": "--out", "optimise": "--out", "claims": "--record"}
VERDICTS = '{\n "fig09-rate-better": "reproduced"\n}\n'

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(
    ["tests.faults.rig", "noisac.experiments.storage", "h5netcdf", "matplotlib.backends.backend_agg", "xarray"]
)


def prepared(folder):
    """A folder with what the commands read."""
    (folder / "verdicts.json").write_text(VERDICTS, encoding="utf-8")
    return folder


def begin(folder, words, *, python=(), preexec=None, env=(), without=(), stdout=subprocess.PIPE):
    """Start a command in an interpreter and a folder of its own, where its path to noisac still holds."""
    variables = {key: value for key, value in os.environ.items() if key not in {"PYTHONUNBUFFERED", *without}}
    variables |= dict(env)
    paths = variables.get("PYTHONPATH", "").split(os.pathsep)
    variables["PYTHONPATH"] = os.pathsep.join(os.path.abspath(path) for path in paths if path)
    command = [sys.executable, *python, "-m", "noisac", *words]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": stdout, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=prepared(folder), env=variables, preexec_fn=preexec, **pipes)


def finish(process):
    """Exit code, standard output, and lines of standard error that are no progress bar."""
    out, err = process.communicate(timeout=300)
    return process.returncode, out, _complaints(err)


def fork(folder, words, fault=None, *values):
    """Start a command in a fork; a fault is a function that is called with values before the command."""
    process = SERVER.Process(target=_run, args=(str(prepared(folder)), words, fault, values))
    process.start()
    return process


def run(folder, words, fault=None, *values):
    """Exit code, standard output and complaints of a command in a fork."""
    process = fork(folder, words, fault, *values)
    process.join(300)
    logs = [(folder / f"{name}.log").read_bytes() for name in ("stdout", "stderr")]
    return process.exitcode, logs[0], _complaints(logs[1])


def stray(folder):
    return list(folder.rglob("*.tmp"))


def full_after(size):
    """Let no file grow beyond a size, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def clock_backwards():
    """Let every look at a clock show an earlier time."""
    for name in ("time", "perf_counter", "monotonic", "process_time"):
        now = [getattr(time, name)()]

        def earlier(now=now):
            now[0] -= 1.0
            return now[0]

        setattr(time, name, earlier)


def _complaints(stderr):
    lines = stderr.decode(errors="replace").replace("\r", "\n").splitlines()
    return [line for line in lines if line.strip() and "it/s]" not in line and "%|" not in line]


def _run(folder, words, fault, values):
    os.chdir(folder)
    for name in ("stdout", "stderr"):
        stream = open(f"{name}.log", "w", encoding="utf-8")  # noqa: SIM115
        os.dup2(stream.fileno(), getattr(sys, name).fileno())
    # What the claims say is not asked here: one stands for all, without their draws.
    judge.claims = lambda **_: (Record("fig09-rate-better", "V", "", "", "", "", "", "reproduced", "", 1),)
    if fault is not None:
        fault(*values)
    sys.exit(main(words))
