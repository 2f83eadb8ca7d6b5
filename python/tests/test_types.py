"""Types: what a call gives for every combination of dtypes, and what it refuses."""

import itertools

import numpy as np
import pytest

import lanewise
from clib import ELEMENTWISE
from lanewise._names import numpy_ufunc

NUMBERS = "?bBhHiIlLqQefd"
OTHERS = ["g", "F", "D", "O", "M8[s]", "m8[s]", "U3", "S3"]
WITH_NUMPY = [n for n in ELEMENTWISE if numpy_ufunc(np, n, getattr(lanewise, n).nin) is not None]


def outcome(function, args):
    try:
        return function(*args).dtype
    except TypeError:
        return TypeError
    except OverflowError:
        return OverflowError


@pytest.mark.parametrize("name", WITH_NUMPY)
def test_resolution_is_numpys(name):
    ufunc = getattr(lanewise, name).ufunc
    numpy = numpy_ufunc(np, name, ufunc.nin)
    for chars in itertools.product(NUMBERS, repeat=min(ufunc.nin, 2)):
        chars = chars + chars[-1:] * (ufunc.nin - len(chars))
        args = [np.ones(3, c) for c in chars]
        assert outcome(ufunc, args) == outcome(numpy, args), chars
        scalars = [args[0], *(a[0] for a in args[1:])]
        assert outcome(ufunc, scalars) == outcome(numpy, scalars), chars
    for char in NUMBERS:
        for scalar in (1, 1.0, True):
            args = [np.ones(3, char)] + [scalar] * (ufunc.nin - 1)
            assert outcome(ufunc, args) == outcome(numpy, args), (char, scalar)


@pytest.mark.parametrize("name", WITH_NUMPY)
def test_types_are_numpys_without_what_lanewise_lacks(name):
    ufunc = getattr(lanewise, name).ufunc
    numpy = numpy_ufunc(np, name, ufunc.nin)
    supported = set(NUMBERS) | set("->")
    assert ufunc.types == [t for t in numpy.types if set(t) <= supported]
    assert (ufunc.nin, ufunc.nout, ufunc.identity) == (numpy.nin, numpy.nout, numpy.identity)


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("other", OTHERS)
def test_unsupported_dtypes_are_named(name, other):
    function = getattr(lanewise, name)
    bad = np.zeros(3, other)
    args = [bad] * function.nin
    if name == "where":
        args[0] = np.ones(3, bool)
    with pytest.raises(TypeError, match=str(bad.dtype).replace("[", r"\[").replace("<", "")):
        function(*args)


@pytest.mark.parametrize("name", ["sum", "mean", "var", "min", "max", "argmax", "cumsum"])
@pytest.mark.parametrize("other", OTHERS)
def test_reductions_name_unsupported_dtypes(name, other):
    with pytest.raises(TypeError, match=f"lanewise.{name}"):
        getattr(lanewise, name)(np.zeros(3, other))


def test_python_values():
    with pytest.raises(TypeError, match="complex128"):
        lanewise.exp(1j)
    with pytest.raises(TypeError, match="object"):
        lanewise.exp(None)
    assert lanewise.exp([0.0, 0.0]).tolist() == [1.0, 1.0]
    assert lanewise.exp([0, 0]).dtype == np.float64
    assert lanewise.exp(np.zeros(2, "i1")).dtype == np.float16


@pytest.mark.parametrize("value", [300, -1, 2**70])
def test_comparisons_with_integers_beyond_the_dtype(value):
    x = np.array([0, 255], "u1")
    for name in ("equal", "less", "greater_equal"):
        try:
            want = getattr(np, name)(x, value)
        except OverflowError:  # NumPy 1, for the largest
            continue
        assert np.array_equal(getattr(lanewise, name)(x, value), want)
    if not np.__version__.startswith("1."):
        with pytest.raises(OverflowError):
            lanewise.add(x, value)


def test_casting_and_dtype_keywords():
    x = np.arange(4.0)
    assert lanewise.exp(x, dtype="f4").dtype == np.float32
    with pytest.raises(TypeError):
        lanewise.exp(x, out=np.empty(4, "i4"))
    with pytest.raises(TypeError):
        lanewise.exp(x, dtype="f4", casting="no")
    assert lanewise.exp(x, out=np.empty(4, "f4")).dtype == np.float32
    assert lanewise.add(x, 1, signature="dd->d").dtype == np.float64


@pytest.mark.parametrize("char", "?bBhHiIlLqQefd")
def test_astype_takes_every_spelling(char):
    dtype = np.dtype(char)
    x = np.array([0.0, 1.0, 3.5, 100.0])
    spellings = [char, dtype, dtype.type, dtype.name, dtype.str, dtype.str[1:], dtype.name.upper(),
                 dtype.newbyteorder(), dtype.newbyteorder().str]
    for spelling in spellings + [float, int, bool]:
        try:
            want = x.astype(spelling)
        except TypeError:
            with pytest.raises(TypeError):
                lanewise.astype(x, spelling)
            continue
        got = lanewise.astype(x, spelling)
        assert got.dtype == want.dtype and got.dtype.num == want.dtype.num
        assert np.array_equal(got, want)
