"""Results are equal when they hold the same, and a test can say so in one line."""

import dataclasses
import importlib
import pickle
import typing

import numpy as np
import pytest

from noisac import Aim, Bounds, CrossEntropyResult, Response, Scenario, crlb, cross_entropy, symbol_moments
from noisac._tolerance import equal_by_value
from tests.properties.public_calls import CALLS, ROOMS, public_functions

FUNCTIONS = public_functions()


def parts(result):
    return tuple(result) if isinstance(result, tuple) else dataclasses.astuple(result)


def results_with_arrays():
    """Every class that a public function of the package returns and that holds arrays, by name."""
    doors = [importlib.import_module(name) for name in ("noisac", *(f"noisac.{room}" for room in ROOMS))]
    classes = {
        getattr(door, name) for door in doors for name in door.__all__ if isinstance(getattr(door, name), type)
    }
    for function in FUNCTIONS.values():
        if isinstance(function, type):
            continue
        module = importlib.import_module(function.__module__)
        returned = getattr(module, str(function.__annotations__["return"]), None)
        if isinstance(returned, type):
            classes.add(returned)
    return {
        kind.__name__: kind
        for kind in classes - {Aim}  # holds functions, which have no value to compare
        if any("Array" in str(annotation) for annotation in getattr(kind, "__annotations__", {}).values())
    }


@pytest.mark.parametrize("name", sorted(results_with_arrays()))
def test_every_result_that_holds_arrays_is_compared_by_value(name):
    kind = results_with_arrays()[name]
    assert kind.__eq__ is equal_by_value(type("Any", (), {})).__eq__
    with pytest.raises(TypeError, match="unhashable"):
        hash(object.__new__(kind) if dataclasses.is_dataclass(kind) else kind._make(kind._fields))


@pytest.mark.parametrize(
    "name",
    [
        "crlb",
        "symbol_moments",
        "cross_entropy",
        "plane_wave_response",
        "most_likely_position",
        "certified_optimum",
        "certify",
    ],
)
def test_the_same_call_gives_an_equal_result_and_another_one_does_not(name):
    first, second = (FUNCTIONS[name](**CALLS[name](np.random.default_rng(0))) for _ in range(2))
    assert first == second
    assert (first != second) is False
    assert first == pickle.loads(pickle.dumps(first))
    other = np.array(np.asarray(parts(first)[0]), copy=True)
    other.flat[0] += 1
    field = first._fields[0] if isinstance(first, tuple) else dataclasses.fields(first)[0].name
    changed = (
        first._replace(**{field: other})
        if isinstance(first, tuple)
        else dataclasses.replace(first, **{field: other})
    )
    assert first != changed
    assert (first == changed) is False


def test_bounds_that_do_not_exist_are_the_same_and_shapes_count():
    pilots = crlb(Scenario(), np.ones(16), [1.0], "known")
    assert np.isnan(pilots.symbol)
    assert pilots == crlb(Scenario(), np.ones(16), [1.0], "known")
    assert Bounds(*np.ones((3, 2))) != Bounds(*np.ones((3, 1)))
    assert Bounds(*np.ones((3, 2))) != Response(*np.ones((3, 2)))
    assert Bounds(*np.ones((3, 2))) != "bounds"
    assert symbol_moments([1.0, 1j]) != symbol_moments([1.0, 1.0])


def test_a_history_is_compared_too():
    def search(keep):
        return cross_entropy(
            Scenario(), [1.0], 0.5, rng=np.random.default_rng(0), max_iterations=2, keep_history=keep
        )

    assert search(True) == search(True)
    assert search(True) != search(False)
    assert typing.get_type_hints(CrossEntropyResult)["history"] is not None
