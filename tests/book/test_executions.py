"""Notebooks executed side by side, and nbval on their copies: what fails, what is refused, what is left behind."""

import os
import re
import signal
import subprocess
import sys
import time

import nbformat
import psutil
import pytest

from tests.book_build import CONFIG, EXTENSIONS, ROOT, build, chapter, load_extension, write_book

executions, execute_notebooks = load_extension("executions"), load_extension("execute_notebooks")
CELLS = {
    "good": ["import os\nx = 2", "print(x + 2)", "os.environ.get('NOISAC_STORE') is not None"],
    "failing": ["print('before')", "1 / 0", "print('after')"],
    "complaining": ["import sys\nprint('careful', file=sys.stderr)"],
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Three small notebooks, executed into a folder: the run, the notebooks by name, and the folder."""
    book = tmp_path_factory.mktemp("book")
    for name, sources in CELLS.items():
        cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
        nbformat.write(chapter(f"# {name}", *cells), book / f"{name}.ipynb")
    notebooks = {path.stem: path for path in sorted(book.glob("*.ipynb"))}
    made = execute_notebooks.Run(list(notebooks.values()), book / "executed", jobs=2)
    assert not made.execute()
    return made, notebooks, book / "executed"


@pytest.fixture
def replay(capsys):
    """Run strict nbval on a notebook and the copy beside it; returns what it says."""

    def run_nbval(path):
        capsys.readouterr()
        options = ["-q", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "tests.nbval_replay"]
        options += ["--nbval-replay", str(path.parent / "executed"), "--rootdir", str(path.parent)]
        pytest.main([*options, str(path)])
        return capsys.readouterr().out

    return run_nbval


@pytest.fixture
def stored(run, tmp_path):
    """The good notebook as it would be committed, in a folder of its own, beside its copy."""
    notebook = nbformat.read(run[2] / "good.ipynb", as_version=4)
    del notebook.metadata[executions.KEY]
    (tmp_path / "executed").mkdir()
    (tmp_path / "executed" / "good.ipynb").write_text((run[2] / "good.ipynb").read_text())
    nbformat.write(notebook, tmp_path / "good.ipynb")
    return tmp_path / "good.ipynb"


def change(path, edit):
    notebook = nbformat.read(path, as_version=4)
    edit(notebook.cells)
    nbformat.write(notebook, path)


def test_a_failing_notebook_and_one_that_writes_to_stderr_leave_no_copy_and_the_others_are_executed(run):
    made, _, folder = run
    assert sorted(path.name for path in folder.iterdir()) == ["good.ipynb"]
    assert sorted(made.failures) == ["complaining", "failing"]
    assert "ZeroDivisionError" in made.failures["failing"]
    assert "1 / 0" in made.failures["failing"]
    assert "careful" in made.failures["complaining"]


def test_a_copy_has_the_outputs_of_a_fresh_kernel_in_which_experiments_are_shared(run):
    cells = executions.read(run[1]["good"], run[2]).cells
    assert [cell.execution_count for cell in cells[1:]] == [1, 2, 3]
    assert cells[2].outputs[0].text == "4\n"
    assert cells[3].outputs[0].data["text/plain"] == "True"


def test_what_is_shared_is_gone_after_the_run(run):
    assert not list((ROOT / "_build").glob("store-*/*.npz"))


def test_no_cell_has_a_time_limit():
    source = (EXTENSIONS / "execute_notebooks.py").read_text()
    assert re.findall(r"(?<!_)timeout=(\w+)", source) == ["None"]
    assert set(re.findall(r"_timeout=(\w+)", source)) == {"PATIENCE"}
    assert execute_notebooks.PATIENCE >= 24 * 3600


def test_progress_and_times_are_told(run, capsys):
    _, notebooks, folder = run
    execute_notebooks.Run([notebooks["good"]], folder, jobs=1).execute()
    said = capsys.readouterr().out
    assert re.search(r"^1/1 done in \d+ s: good; 0 left$", said, re.MULTILINE)
    assert re.search(r"^ +[\d.]+  good$", said, re.MULTILINE)


def test_nbval_passes_where_a_new_execution_says_what_is_stored(replay, stored):
    done = replay(stored)
    assert "3 passed" in done, done


def test_nbval_fails_where_a_stored_number_was_edited(replay, stored):
    change(stored, lambda cells: cells[2].outputs[0].update(text="5\n"))
    done = replay(stored)
    assert "1 failed, 2 passed" in done, done
    assert "mismatch" in done


def test_nbval_fails_where_an_output_is_missing(replay, stored):
    change(stored, lambda cells: cells[3].update(outputs=[]))
    assert "1 failed, 2 passed" in replay(stored)


def test_nbval_fails_where_the_execution_has_an_error(replay, stored):
    output = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=["a traceback"])
    change(stored.parent / "executed" / "good.ipynb", lambda cells: cells[2].update(outputs=[output]))
    done = replay(stored)
    assert "1 failed, 2 passed" in done, done
    assert "a traceback" in done


def test_nbval_fails_where_a_cell_was_not_executed(replay, stored):
    change(stored.parent / "executed" / "good.ipynb", lambda cells: cells[3].update(execution_count=None))
    assert "was not executed" in replay(stored)


@pytest.mark.parametrize("what", ["code", "text", "copy", "nothing there"])
def test_nbval_refuses_an_execution_of_something_else(replay, stored, what):
    copy = stored.parent / "executed" / "good.ipynb"
    if what == "code":
        change(stored, lambda cells: cells[1].update(source="import os\nx = 3"))
    elif what == "text":
        change(stored, lambda cells: cells[0].update(source="# another"))
    elif what == "copy":
        change(copy, lambda cells: cells[1].update(source="import os\nx = 3"))
    else:
        copy.unlink()
    done = replay(stored)
    if what == "copy":
        assert "1 failed, 2 passed" in done, done
        assert "was another when it was executed" in done
    else:
        assert "3 errors" in done, done
        assert "was not executed as it is now" in done


@pytest.fixture(scope="module")
def small_book(tmp_path_factory):
    """A book of one page, which stores another number than it prints, with the copy that `make book` renders."""
    root = tmp_path_factory.mktemp("small")
    cell = nbformat.v4.new_code_cell("print(40 + 2)", id="cell", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="41")]
    config = CONFIG.read_text().replace('executed: ""', "executed: _build/executed")
    write_book(root, "format: jb-book\nroot: book/page\n", config, page=chapter("# Page", cell))
    script = root / "book" / "_ext" / "execute_notebooks.py"
    subprocess.run([sys.executable, script, "--copies", root / "book" / "page.ipynb"], check=True)
    return root


def test_the_book_shows_what_was_executed_and_not_what_is_stored(small_book):
    assert build(small_book, "--all").returncode == 0
    page = (small_book / "_build" / "html" / "book" / "page.html").read_text()
    assert ">42" in page
    assert ">41" not in page
    assert "noisac_execution" not in page
    source = small_book / "_build" / "html" / "_sources" / "book" / "page.ipynb"
    assert source.read_text() == (small_book / "book" / "page.ipynb").read_text()


def test_a_book_of_a_stale_execution_is_not_built(small_book):
    change(small_book / "book" / "page.ipynb", lambda cells: cells[1].update(source="print(40 + 3)"))
    failed = build(small_book, "--all")
    assert failed.returncode != 0
    assert "page.ipynb was not executed as it is now" in failed.stdout + failed.stderr


def test_a_stamp_depends_on_sources_and_not_on_outputs(stored):
    before = executions.stamp(stored)
    change(stored, lambda cells: cells[2].update(outputs=[], execution_count=None))
    assert executions.stamp(stored) == before
    change(stored, lambda cells: cells[2].metadata.update(tags=["hide-input"]))
    assert executions.stamp(stored) != before


@pytest.mark.parametrize(
    "name",
    [
        "noisac/a.py",
        "noisac/b/c.mplstyle",
        "book/noisac_book/d.py",
        "book/_ext/execute_notebooks.py",
        "requirements.lock",
    ],
)
def test_a_stamp_depends_on_the_code(tmp_path, name):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    before = executions.surroundings.__wrapped__(tmp_path)
    (tmp_path / name).write_text("1")
    first = executions.surroundings.__wrapped__(tmp_path)
    (tmp_path / name).write_text("2")
    assert len({before, first, executions.surroundings.__wrapped__(tmp_path)}) == 3
    last = executions.surroundings.__wrapped__(tmp_path)
    for cache in (".ruff_cache", "__pycache__"):
        (tmp_path / "noisac" / cache).mkdir(parents=True)
        (tmp_path / "noisac" / cache / "left").write_text("behind")
    assert executions.surroundings.__wrapped__(tmp_path) == last


@pytest.mark.parametrize("name", ["OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES", "PYTHONHASHSEED"])
def test_a_stamp_depends_on_what_steers_the_arithmetic(tmp_path, monkeypatch, name):
    monkeypatch.setenv(name, "one")
    before = executions.surroundings.__wrapped__(tmp_path)
    monkeypatch.setenv(name, "another")
    assert executions.surroundings.__wrapped__(tmp_path) != before


def test_the_notebooks_that_begin_first_exist():
    assert all((ROOT / "book" / f"{name}.ipynb").exists() for name in execute_notebooks.LONG)


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_ctrl_c_stops_all_kernels(tmp_path):
    paths = []
    for number in range(2):
        path = tmp_path / f"endless_{number}.ipynb"
        started = tmp_path / f"started_{number}"
        source = f"import os, time, pathlib\npathlib.Path({str(started)!r}).write_text(str(os.getpid()))"
        source += "\ntime.sleep(1e6)"
        nbformat.write(chapter("# Endless", nbformat.v4.new_code_cell(source)), path)
        paths.append(str(path))
    command = [sys.executable, str(EXTENSIONS / "execute_notebooks.py"), "--jobs", "2", *paths]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        started = [tmp_path / f"started_{number}" for number in range(2)]
        while not all(path.exists() and path.read_text() for path in started):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130
    assert "all kernels are stopped" in said
    assert "Traceback" not in said
    for number in range(2):
        pid = int((tmp_path / f"started_{number}").read_text())
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
