"""Commands when something goes wrong around them: a code, a line that says what, nothing lost, nothing left alive.

`make test` runs each fault once, `make faults` (the variable NOISAC_FAULTS) at many sizes and moments.
"""

import os
import random
import resource
import signal
import subprocess
import sys
import time

import psutil
import pytest

from noisac.experiments.storage import read_data

LONG = bool(os.environ.get("NOISAC_FAULTS"))
RANDOM = random.Random(20221)
COMMANDS = {
    "figures": ["figures", "fig09a", "--draws", "1", "--out", "out"],
    "optimise": ["optimise", "--irs", "2x2", "--out", "out/beam.png"],
}
RESULT = {"figures": "fig09a.nc", "optimise": "beam.png"}
SIZES = [3000, 20_000, *(RANDOM.sample(range(100, 100_000), 40) if LONG else ())]


def begin(folder, words, *, python=(), preexec=None, env=(), stdout=subprocess.PIPE):
    """Start a command in a folder of its own, where its path to noisac still holds."""
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"} | dict(env)
    paths = variables.get("PYTHONPATH", "").split(os.pathsep)
    variables["PYTHONPATH"] = os.pathsep.join(os.path.abspath(path) for path in paths if path)
    command = [sys.executable, *python, "-m", "noisac", *words]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": stdout, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=folder, env=variables, preexec_fn=preexec, **pipes)


def finish(process):
    """Exit code, standard output, and lines of standard error that are no progress bar."""
    out, err = process.communicate(timeout=300)
    lines = err.decode(errors="replace").replace("\r", "\n").splitlines()
    return (
        process.returncode,
        out,
        [line for line in lines if line.strip() and "it/s]" not in line and "%|" not in line],
    )


def stray(folder):
    return list(folder.rglob("*.tmp"))


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """What both commands write where nothing goes wrong."""
    folder = tmp_path_factory.mktemp("expected")
    for words in COMMANDS.values():
        assert finish(begin(folder, words))[0] == 0
    return {name: (folder / "out" / result).read_bytes() for name, result in RESULT.items()}


def succeeds_afterwards(folder, command, expected):
    code, _, errors = finish(begin(folder, COMMANDS[command]))
    assert (code, errors) == (0, [])
    assert (folder / "out" / RESULT[command]).read_bytes() == expected[command]
    assert stray(folder) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk(tmp_path, expected, command, size):
    (tmp_path / "out").mkdir()
    earlier = tmp_path / "out" / "earlier.nc"
    earlier.write_bytes(b"earlier")
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))  # noqa: E731
    code, _, errors = finish(begin(tmp_path, COMMANDS[command], preexec=limit))
    assert code in (0, 1)
    if code:
        assert len(errors) == 1
        assert "cannot write" in errors[0]
        assert "File too large" in errors[0]
    else:
        assert size > 15_000
    assert stray(tmp_path) == []
    assert earlier.read_bytes() == b"earlier"
    if LONG or size == 3000:
        succeeds_afterwards(tmp_path, command, expected)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_directory_in_the_way(tmp_path, command):
    (tmp_path / "out" / RESULT[command]).mkdir(parents=True)
    code, out, errors = finish(begin(tmp_path, COMMANDS[command]))
    assert (code, out) == (2, b"")
    assert "argument --out: a directory of that name is in the way" in errors[-1]
    assert [path.name for path in (tmp_path / "out").iterdir()] == [RESULT[command]]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_read_only_folder(tmp_path, command):
    (tmp_path / "out").mkdir(mode=0o555)
    code, out, errors = finish(begin(tmp_path, COMMANDS[command]))
    assert (code, out) == (2, b"")
    assert "argument --out: Permission denied" in errors[-1]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a file system in which nobody may write")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_in_which_nobody_may_write(tmp_path, command):
    words = [word.replace("out/", "/proc/") if "/" in word else word for word in COMMANDS[command]]
    code, out, errors = finish(begin(tmp_path, ["/proc" if word == "out" else word for word in words]))
    assert (code, out) == (2, b"")
    assert "argument --out: No such file or directory: /proc/" in errors[-1]


@pytest.mark.parametrize("buffered", ["", "1"])
@pytest.mark.parametrize("words", [["--help"], ["optimise", "--irs", "2x2"]])
def test_a_reader_that_has_ended(tmp_path, words, buffered):
    reading, writing = os.pipe()
    os.close(reading)
    process = begin(tmp_path, words, stdout=writing, env={"PYTHONUNBUFFERED": buffered})
    os.close(writing)
    code, _, errors = finish(process)
    assert errors == []
    assert code == 141 or (code == 0 and words == ["--help"])  # argparse ignores an error of its own writing


@pytest.mark.parametrize("closed", [(1,), (0, 1, 2)])
def test_closed_streams(tmp_path, expected, closed):
    process = begin(tmp_path, COMMANDS["figures"], preexec=lambda: [os.close(stream) for stream in closed])
    assert finish(process)[0] == 0
    assert (tmp_path / "out" / RESULT["figures"]).read_bytes() == expected["figures"]


def test_a_standard_output_that_is_full(tmp_path):
    with open("/dev/full", "wb") as full:
        code, _, errors = finish(begin(tmp_path, ["optimise", "--irs", "2x2"], stdout=full))
    assert (code, errors) == (1, ["noisac: cannot write the output: No space left on device"])


AROUND = {
    "ascii": {"env": {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}},
    "no home": {"env": {"HOME": "/nonexistent", "TZ": "Mars/Olympus"}},
    "warnings": {"python": ["-W", "error::RuntimeWarning", "-W", "error::UserWarning"]},
    "optimised": {"python": ["-O"]},
}


@pytest.mark.parametrize("name", AROUND)
def test_another_environment_gives_the_same_data(tmp_path, expected, name):
    code, _, errors = finish(begin(tmp_path, COMMANDS["figures"], **AROUND[name]))
    assert (code, [line for line in errors if "matplotlib" not in line.lower()]) == (0, [])
    found, wanted = tmp_path / "out" / RESULT["figures"], tmp_path / "expected.nc"
    wanted.write_bytes(expected["figures"])
    assert read_data(found).identical(read_data(wanted))


def test_a_name_that_the_output_cannot_encode(tmp_path):
    words = ["optimise", "--irs", "2x2", "--out", "\N{GREEK SMALL LETTER ZETA}.png"]
    code, out, errors = finish(begin(tmp_path, words, env={"PYTHONIOENCODING": "latin-1"}))
    assert (code, errors) == (0, [])
    assert out.endswith(b"pattern: ?.png\n")
    assert (tmp_path / words[-1]).stat().st_size > 1000


@pytest.mark.parametrize("content", [b"foreign", b"\x89HDF\r\n\x1a\n" + 500 * b"\0"])
def test_a_foreign_file_is_named_and_replaced(tmp_path, expected, content):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "fig09a.nc").write_bytes(content)
    code, _, errors = finish(begin(tmp_path, COMMANDS["figures"]))
    assert (code, errors) == (0, ["noisac: out/fig09a.nc could not be read and was computed again"])
    assert (tmp_path / "out" / RESULT["figures"]).read_bytes() == expected["figures"]


CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("which", CODES, ids=lambda which: which.name)
@pytest.mark.parametrize("moment", [RANDOM.uniform(0, 2) for _ in range(10)] if LONG else [0.0])
def test_a_signal_ends_the_run_and_all_its_workers(tmp_path, which, jobs, moment):
    words = ["figures", "fig09a", "fig09b", "--draws", "60", "--jobs", jobs, "--out", "out"]
    process = begin(tmp_path, words)
    while not any(tmp_path.glob("out/.partial/*/*.npz")):
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(moment)
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 2 * (jobs == "2")
    process.send_signal(which)
    code, out, errors = finish(process)
    if code == 0:
        assert moment > 0  # it had finished
        return
    assert (code, out) == (CODES[which], b"")
    if which != signal.SIGKILL:
        assert errors == ["noisac: interrupted; the same command goes on from here"]
        # A worker that was writing leaves a piece in the folder that the next run clears.
        assert [path for path in stray(tmp_path) if ".partial" not in path.parts] == []
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
    if LONG:
        assert finish(begin(tmp_path, words))[0] == 0
        assert stray(tmp_path) == []
        assert not (tmp_path / "out" / ".partial").exists()
