"""Every array argument of every public function, given in other ways: the same result, or refused by name.

The functions and their arguments are those of the doors' signatures, so that a new one needs a call in
`tests.properties.public_calls` before these tests pass.
"""

import contextlib
import dataclasses
import re
import warnings

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from noisac import Aim
from tests.properties.public_calls import CALLS, WITHIN, array_arguments, public_functions

FUNCTIONS = public_functions()
ARRAYS = [
    (name, argument)
    for name, function in sorted(FUNCTIONS.items())
    for argument in array_arguments(function)
    if (name, argument) not in WITHIN
]
#: What else a message may call an argument.
CALLED = {
    "weight": "weight|starts",
    "beam": "beams?",
    "beams": "beams?",
    "path": "path|position",
    "batch": "batch",
    "size": "size",
}
#: On the small surface one beam is best for all symbols, so that nothing is lost with their imaginary part.
THE_SAME_FOR_ALL_SYMBOLS = {("design_beams", "symbols"), ("tradeoff_range", "symbols")}


def masked_rows(plain):
    return [np.ma.array(row, mask=True) for row in np.atleast_1d(plain)]


#: What is no array of numbers, whatever the argument.
REFUSED = {
    "masked": lambda plain: np.ma.array(plain, mask=np.arange(plain.size).reshape(plain.shape) == 0),
    "masked nowhere": np.ma.array,
    "rows that are masked": masked_rows,
    "structured": lambda plain: plain.astype([("re", float), ("im", float)]),
    "datetime": lambda plain: plain.astype("datetime64[s]"),
    "timedelta": lambda plain: plain.astype("timedelta64[s]"),
    "strings": lambda plain: plain.astype(str),
    "bytes": lambda plain: plain.astype(str).astype("S"),
    "truth values": lambda plain: plain.astype(bool),
    "a generator": lambda plain: (row for row in plain.tolist()),
    "a set": lambda plain: set(plain.ravel().tolist()),
    "a mapping": lambda plain: dict(enumerate(plain.tolist())),
    "text": lambda plain: str(plain.tolist()),
    "nothing with a length": lambda plain: object(),
}


def strided(plain):
    return np.repeat(plain, 2, axis=-1)[..., ::2]


def read_only(plain):
    copy = plain.copy()
    copy.setflags(write=False)
    return copy


def as_given_by_pandas(plain):
    return {1: pd.Series, 2: pd.DataFrame}.get(plain.ndim, np.array)(plain)


#: The same numbers in other forms, which count as the plain ones do.
SAME = {
    "objects": lambda plain: plain.astype(object),
    "single precision": lambda plain: plain.astype(np.complex64 if plain.dtype.kind == "c" else np.float32),
    "half precision": lambda plain: plain.astype(np.complex64 if plain.dtype.kind == "c" else np.float16),
    "long double": lambda plain: plain.astype(np.clongdouble if plain.dtype.kind == "c" else np.longdouble),
    "other byte order": lambda plain: plain.astype(plain.dtype.newbyteorder(">")),
    "complex": lambda plain: plain.astype(complex),
    "read only": read_only,
    "strided": strided,
    "backwards": lambda plain: plain[..., ::-1].copy()[..., ::-1],
    "by columns": np.asfortranarray,
    "matrix": lambda plain: plain.view(np.matrix) if plain.ndim == 2 else plain,
    "labelled": xr.DataArray,
    "pandas": as_given_by_pandas,
    "lists": lambda plain: plain.tolist(),
    "tuples": lambda plain: tuple(map(tuple, plain.tolist())) if plain.ndim == 2 else tuple(plain.tolist()),
    "rows": list,
}
#: Shapes that may mean nothing.
SHAPES = {
    "without axes": lambda plain: np.array(plain.ravel()[0]),
    "empty": lambda plain: plain[..., :0],
    "no rows": lambda plain: plain[:0],
    "nothing at all": lambda plain: np.empty(0),
    "one axis more": lambda plain: plain[None],
    "one axis too many at the end": lambda plain: plain[..., None],
}


def arrays_in(result):
    """All arrays of numbers within a result; of an aim, what it makes of a beam."""
    if isinstance(result, Aim):
        return [result(np.ones(result.irs_elements, complex))]
    if dataclasses.is_dataclass(result):
        result = tuple(getattr(result, field.name) for field in dataclasses.fields(result))
    if isinstance(result, xr.Dataset):
        result = tuple(result.data_vars.values())
    if isinstance(result, tuple):
        return [array for part in result for array in arrays_in(part)]
    return [] if result is None or isinstance(result, str) else [np.asarray(result)]


def same(result, wanted):
    pairs = zip(arrays_in(result), arrays_in(wanted), strict=True)
    with contextlib.suppress(ValueError):
        return all(np.allclose(one, other, rtol=1e-9, atol=0, equal_nan=True) for one, other in pairs)
    return False


def attempt(name, argument, value):
    """What a function answers, or the message of a refusal that names the argument."""
    arguments = CALLS[name](np.random.default_rng(0))
    assert argument in arguments
    if value is not None:
        arguments[argument] = value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return FUNCTIONS[name](**arguments)
        except (TypeError, ValueError) as error:
            if not re.search(CALLED.get(argument, argument), str(error)):
                raise
            return f"refused: {error}"


def refused(answer):
    return isinstance(answer, str) and answer.startswith("refused: ")


def faults(name, argument, plain, build=lambda value: value):
    """Ways of giving an argument that are neither refused by name nor count as the plain array does."""
    wanted = attempt(name, argument, build(plain))
    assert not refused(wanted), wanted
    before = plain.copy()
    for label, change in (REFUSED | SAME | SHAPES).items():
        try:
            answer = attempt(name, argument, build(change(plain)))
        except Exception as error:
            yield f"{label}: {type(error).__name__}: {error}"
            continue
        if label in REFUSED and not refused(answer):
            yield f"{label}: accepted"
        if label in SAME and not refused(answer) and not same(answer, wanted):
            yield f"{label}: another result"
    if plain.dtype.kind != "c" and (name, argument) not in THE_SAME_FOR_ALL_SYMBOLS:
        turned = attempt(name, argument, build(plain - 0.25j * (1 + np.arange(plain.size)).reshape(plain.shape)))
        if not refused(turned) and same(turned, wanted):
            yield "complex: the imaginary part is dropped in silence"
    if not np.array_equal(plain, before):
        yield "the array that was given has changed"


def test_every_public_function_that_takes_an_array_has_a_call():
    wanted = {name for name, function in FUNCTIONS.items() if array_arguments(function)}
    assert sorted(wanted - CALLS.keys()) == []
    assert sorted(CALLS.keys() - wanted) == []
    for name, argument in ARRAYS:
        assert argument in CALLS[name](np.random.default_rng(0)), f"{name} is called without {argument}"


@pytest.mark.parametrize(("name", "argument"), ARRAYS, ids=["-".join(pair) for pair in ARRAYS])
def test_an_array_given_in_another_way_counts_as_the_plain_one_or_is_refused_by_name(name, argument):
    plain = np.array(CALLS[name](np.random.default_rng(0))[argument])
    if plain.dtype.kind == "i":  # a shape: what is no whole number is refused, and must be a tuple at times
        assert [fault for fault in faults(name, argument, plain, tuple_of) if "accepted" in fault] == []
        return
    assert list(faults(name, argument, plain)) == []


def tuple_of(value):
    return tuple(value) if isinstance(value, np.ndarray) and type(value) is np.ndarray and value.ndim else value


@pytest.mark.parametrize(("name", "argument"), WITHIN, ids=["-".join(pair) for pair in WITHIN])
def test_an_array_within_an_argument_does_so_too(name, argument):
    plain, build = WITHIN[name, argument]
    assert list(faults(name, argument, plain, build)) == []
