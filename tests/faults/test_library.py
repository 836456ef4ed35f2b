"""Calls of the library when something goes wrong around them: the same numbers, or an error that says what."""

import hashlib
import multiprocessing
import warnings

import numpy as np
import pytest
import xarray as xr

from noisac import Scenario, crlb, cross_entropy, run_figure
from noisac.experiments.storage import read_data, store_figures, write_data
from tests.faults.rig import SERVER, clock_backwards, full_after, stray

METHODS = ("spawn", "forkserver", "fork")


def crlb_of_beams():
    return list(crlb(Scenario(), np.exp(1j * np.arange(48.0)).reshape(3, 16), [1.0, 0.5j]))


def search():
    found = cross_entropy(
        Scenario(irs_shape=(2, 2)), [1.0, 0.5j], 0.5, rng=np.random.default_rng(0), max_iterations=3
    )
    return [found.beam, found.objective]


def figure():
    return [values.to_numpy() for values in run_figure("fig09a", draws=1).data_vars.values()]


CALLS = {"crlb": crlb_of_beams, "cross_entropy": search, "run_figure": figure}


def digest(call, around=None):
    """What a call gives, to the last bit."""
    if around is not None:
        around()
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in CALLS[call]())).hexdigest()


def digests_by_start_method(results):
    """What all calls give in processes that are started in every way, from one that has no threads."""
    for method in METHODS:
        with multiprocessing.get_context(method).Pool(1) as pool:
            results.put(pool.map(digest, CALLS))


def test_the_way_in_which_a_process_is_started_changes_no_bit():
    results = SERVER.SimpleQueue()
    process = SERVER.Process(target=digests_by_start_method, args=(results,))
    process.start()
    found = [results.get() for _ in METHODS]
    process.join(60)
    assert process.exitcode == 0
    assert found == [[digest(call) for call in CALLS]] * len(METHODS)


def warnings_are_errors():
    warnings.simplefilter("error")


@pytest.mark.parametrize("around", [clock_backwards, warnings_are_errors])
@pytest.mark.parametrize("call", CALLS)
def test_neither_the_clock_nor_strict_warnings_change_a_bit(call, around):
    with SERVER.Pool(1) as pool:
        assert pool.apply(digest, (call, around)) == digest(call)


def write_with_a_full_disk(path, size):
    full_after(size)
    write_data(xr.Dataset({"x": ("n", np.arange(1000.0))}), path)


def store_with_a_full_disk(out, size):
    full_after(size)
    list(store_figures(["fig09a"], out=out, draws=1))


@pytest.mark.parametrize("size", [100, 5000])
def test_data_that_do_not_fit_on_the_disk_leave_what_was_there(tmp_path, size):
    path, earlier = tmp_path / "x.nc", xr.Dataset({"x": ("n", np.arange(3.0))})
    write_data(earlier, path)
    with SERVER.Pool(1) as pool, pytest.raises(OSError, match="File too large") as info:
        pool.apply(write_with_a_full_disk, (path, size))
    assert info.value.filename == str(path)
    assert read_data(path).identical(earlier)
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.nc"]


@pytest.mark.parametrize("size", [100, 5000])
def test_figures_that_do_not_fit_on_the_disk_are_made_later(tmp_path, size):
    with SERVER.Pool(1) as pool, pytest.raises(OSError, match="File too large") as info:
        pool.apply(store_with_a_full_disk, (tmp_path, size))
    assert str(info.value.filename).startswith(str(tmp_path))
    (report,) = store_figures(["fig09a"], out=tmp_path, draws=1)
    assert report.unreadable == ()
    assert stray(tmp_path) == []
