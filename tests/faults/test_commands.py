"""Commands when something goes wrong around them: a code, a line that says what, nothing lost, nothing left alive.

`make test` runs each fault once, `make faults` (the variable NOISAC_FAULTS) at many sizes and moments. Where a
fault does not need an interpreter of its own, the command runs in a fork that has the imports behind it.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from noisac.experiments.storage import read_data
from tests.faults.rig import (
    COMMANDS,
    OPTION,
    RESULT,
    begin,
    clock_backwards,
    finish,
    fork,
    full_after,
    run,
    stray,
)

LONG = bool(os.environ.get("NOISAC_FAULTS"))
RANDOM = random.Random(20221)
SIZES = [20, 3000, 20_000, *(RANDOM.sample(range(100, 100_000), 40) if LONG else ())]


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """What the commands write where nothing goes wrong."""
    folder = tmp_path_factory.mktemp("expected")
    assert [run(folder, words)[0] for words in COMMANDS.values()] == [0, 0, 0]
    return {name: (folder / "out" / result).read_bytes() for name, result in RESULT.items()}


def succeeds_afterwards(folder, command, expected):
    code, _, errors = run(folder, COMMANDS[command])
    assert (code, errors) == (0, [])
    assert (folder / "out" / RESULT[command]).read_bytes() == expected[command]
    assert stray(folder) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk(tmp_path, expected, command, size):
    (tmp_path / "out").mkdir()
    earlier = tmp_path / "out" / "earlier.nc"
    earlier.write_bytes(b"earlier")
    code, _, errors = run(tmp_path, COMMANDS[command], full_after, size)
    assert code == (1 if size < len(expected[command]) else code)
    assert code in (0, 1)
    if code and size > 1000:  # what says so is not cut off itself
        assert len(errors) == 1
        assert "cannot write" in errors[0]
        assert "File too large" in errors[0]
    assert stray(tmp_path) == []
    assert earlier.read_bytes() == b"earlier"
    if LONG or size == 3000:
        succeeds_afterwards(tmp_path, command, expected)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_directory_in_the_way(tmp_path, command):
    (tmp_path / "out" / RESULT[command]).mkdir(parents=True)
    code, out, errors = run(tmp_path, COMMANDS[command])
    assert (code, out) == (2, b"")
    assert f"argument {OPTION[command]}: a directory of that name is in the way" in errors[-1]
    assert [path.name for path in (tmp_path / "out").iterdir()] == [RESULT[command]]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_read_only_folder(tmp_path, command):
    (tmp_path / "out").mkdir(mode=0o555)
    code, out, errors = run(tmp_path, COMMANDS[command])
    assert (code, out) == (2, b"")
    assert f"argument {OPTION[command]}: Permission denied" in errors[-1]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a file system in which nobody may write")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_in_which_nobody_may_write(tmp_path, command):
    words = [word.replace("out/", "/proc/") if "/" in word else word for word in COMMANDS[command]]
    code, out, errors = run(tmp_path, ["/proc" if word == "out" else word for word in words])
    assert (code, out) == (2, b"")
    assert f"argument {OPTION[command]}: No such file or directory: /proc/" in errors[-1]


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
    words = COMMANDS["figures" if 0 in closed else "optimise"]
    process = begin(tmp_path, words, preexec=lambda: [os.close(stream) for stream in closed])
    assert finish(process)[0] == 0
    assert (tmp_path / "out" / RESULT[words[0]]).read_bytes() == expected[words[0]]


def test_a_standard_output_that_is_full(tmp_path):
    with open("/dev/full", "wb") as full:
        code, _, errors = finish(begin(tmp_path, ["optimise", "--irs", "2x2"], stdout=full))
    assert (code, errors) == (1, ["noisac: cannot write the output: No space left on device"])


AROUND = {
    "no home, ascii, optimised": {
        "without": ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "LANG"],
        "env": {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
        "python": ["-O"],
    },
    "another home and zone, every warning an error": {
        "env": {"HOME": "/nonexistent", "TZ": "Mars/Olympus"},
        "python": ["-W", "error", "-W", "default::UserWarning:matplotlib"],  # Matplotlib's cache has no place
    },
}


@pytest.mark.parametrize("name", AROUND)
def test_another_environment_gives_the_same_data(tmp_path, expected, name):
    code, _, errors = finish(begin(tmp_path, COMMANDS["figures"], **AROUND[name]))
    assert (code, [line for line in errors if "matplotlib" not in line.lower()]) == (0, [])
    same_data(tmp_path, expected)


def same_data(folder, expected):
    wanted = folder / "expected.nc"
    wanted.write_bytes(expected["figures"])
    assert read_data(folder / "out" / RESULT["figures"]).identical(read_data(wanted))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_clock_that_runs_backwards(tmp_path, expected, command):
    code, _, errors = run(tmp_path, COMMANDS[command], clock_backwards)
    assert (code, errors) == (0, [])
    assert (tmp_path / "out" / RESULT[command]).read_bytes() == expected[command]


def test_results_from_the_future_are_those_that_were_asked_for(tmp_path, expected):
    assert run(tmp_path, COMMANDS["figures"])[0] == 0
    for path in (tmp_path / "out").iterdir():
        os.utime(path, (2**33, 2**33))
    code, out, errors = run(tmp_path, COMMANDS["figures"])
    assert (code, errors) == (0, [])
    assert out.startswith(b"fig09a  was there")
    assert (tmp_path / "out" / RESULT["figures"]).read_bytes() == expected["figures"]


@pytest.mark.parametrize("command", COMMANDS)
def test_two_processes_that_write_the_same(tmp_path, expected, command):
    processes = [fork(tmp_path, COMMANDS[command]) for _ in range(2)]
    for process in processes:
        process.join(300)
    assert [process.exitcode for process in processes] == [0, 0]
    assert (tmp_path / "out" / RESULT[command]).read_bytes() == expected[command]
    assert stray(tmp_path) == []


def test_a_name_that_the_output_cannot_encode(tmp_path):
    words = ["optimise", "--irs", "2x2", "--out", "\N{GREEK SMALL LETTER ZETA}.png"]
    code, out, errors = finish(begin(tmp_path, words, env={"PYTHONIOENCODING": "latin-1"}))
    assert (code, errors) == (0, [])
    assert out.endswith(b"pattern: ?.png\n")
    assert (tmp_path / words[-1]).stat().st_size > 1000


FOREIGN = {"foreign": b"foreign", "empty": b"", "an HDF5 file that is cut off": b"\x89HDF\r\n\x1a\n" + 500 * b"\0"}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_a_foreign_file_is_named_and_replaced(tmp_path, expected, content):
    (tmp_path / "out").mkdir()
    for suffix in ("nc", "csv", "png"):
        (tmp_path / "out" / f"fig09a.{suffix}").write_bytes(content)
    code, _, errors = run(tmp_path, COMMANDS["figures"])
    assert (code, errors) == (0, ["noisac: out/fig09a.nc could not be read and was computed again"])
    assert (tmp_path / "out" / RESULT["figures"]).read_bytes() == expected["figures"]
    assert min(path.stat().st_size for path in (tmp_path / "out").iterdir()) > 1000


@pytest.mark.parametrize("content", [b"foreign", b"{}", b"[1]", b"\xff", b'{"a": "perhaps"}'])
def test_verdicts_that_are_none_are_named_before_anything_is_computed(tmp_path, content):
    (tmp_path / "none.json").write_bytes(content)
    code, out, errors = run(tmp_path, ["claims", "--recorded", "none.json", "--record", "claims.json"])
    assert (code, out, len(errors)) == (2, b"", 1)
    assert errors[0].startswith("noisac: cannot read verdicts from none.json: ")
    assert not (tmp_path / "claims.json").exists()


CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("which", CODES, ids=lambda which: which.name)
@pytest.mark.parametrize("moment", [RANDOM.uniform(0, 2) for _ in range(10)] if LONG else [0.0])
def test_a_signal_ends_the_run_and_all_its_workers(tmp_path, which, jobs, moment):
    draws = "60" if LONG else "2000"  # the rest of a long run is done; a short one must not end before the signal
    words = ["figures", "fig09a", "fig09b", "--draws", draws, "--jobs", jobs, "--out", "out"]
    process = begin(tmp_path, words)
    while not any(tmp_path.glob("out/.partial/*/*.npz")):
        assert process.poll() is None
        time.sleep(0.01)
    family = psutil.Process(process.pid).children(recursive=True)
    time.sleep(moment)
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


@pytest.mark.parametrize("which", CODES if LONG else [signal.SIGTERM], ids=lambda which: which.name)
def test_a_signal_ends_the_claims_and_their_workers(tmp_path, which):
    process = begin(tmp_path, ["claims", "--draws", "400", "--jobs", "2", "--record", "claims.json"])
    this = psutil.Process(process.pid)
    while len(family := this.children(recursive=True)) < 2:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(which)
    code, out, errors = finish(process)
    assert code == CODES[which]
    assert out == b"" or b"LokyProcess" in out  # a worker that has only just begun says that nobody calls it
    # Of a process that was killed, joblib's tracker says what it removes in its place.
    assert which == signal.SIGKILL or errors == ["noisac: interrupted"]
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
    assert not (tmp_path / "claims.json").exists()


@pytest.mark.skipif(LONG, reason="the page quotes the counts of the short run")
def test_the_page_about_the_tests_quotes_the_counts(counted):
    assert f"| {counted} |" in (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
