"""Kernels that are exact, on every dtype of NumPy's that they take, beside NumPy: special values,
random bits, and integers of the whole range."""

import numpy as np
import pytest
from clib import same_bits

import lanewise

FLOATS, INTEGERS = "efd", "bBhHiIlLqQ"
DTYPES = {
    **dict.fromkeys(["square", "sign", "negative", "abs"], FLOATS + INTEGERS),
    **dict.fromkeys(["reciprocal", "ceil", "trunc", "fmin", "fmax", "radians", "degrees"], FLOATS),
    **dict.fromkeys(["bitwise_or", "bitwise_xor", "invert"], INTEGERS + "?"),
    # NumPy casts integers, or has constants for them.
    **dict.fromkeys(["isinf", "isfinite", "signbit", "logical_and", "logical_or", "logical_xor",
                     "logical_not"], FLOATS + INTEGERS + "?"),
}
CASES = [(name, char) for name, chars in DTYPES.items() for char in chars]


def samples(char, seed):
    """Special values, and random bits, and numbers of ordinary size."""
    dtype, rng = np.dtype(char), np.random.default_rng(seed)
    if dtype.kind == "b":
        return rng.random(3001) < 0.5
    anything = np.frombuffer(rng.bytes(3001 * dtype.itemsize), dtype)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        ends = [info.min, info.min + 1, 0, 1, 2, info.max // 2, info.max - 1, info.max]
        return np.concatenate([rng.permutation(np.tile(np.array(ends, dtype), 50)), anything])
    info = np.finfo(dtype)
    ends = [0, 0.5, 1, 1.5, 2.5, 180, np.pi, info.tiny, info.smallest_subnormal, info.max, np.inf,
            np.nan, 1 / info.eps, 0.75 / info.eps + 0.5]
    ends = np.array([*ends, *(-e for e in ends)], dtype)
    ordinary = rng.normal(0, 100, 2001).astype(dtype)
    return np.concatenate([rng.permutation(np.tile(ends, 30)), anything, ordinary])


@pytest.mark.parametrize("name,char", CASES)
def test_bits_are_numpys(name, char):
    ours, numpys = getattr(lanewise, name), getattr(np, name)
    args = [samples(char, seed) for seed in range(ours.nin)]
    if name in ("fmin", "fmax"):  # of a signalling NaN NumPy may make one that counts
        args = [np.where(a == a, a, a.dtype.type(np.nan)) for a in args]
    with np.errstate(all="ignore"):
        for views in (args, [a[::-3] for a in args], [a[:7] for a in args], [a[:0] for a in args]):
            got, want = ours(*views), numpys(*views)
            if name in ("fmin", "fmax"):  # NumPy may give either zero
                assert np.array_equal(got, want, equal_nan=True)
            else:
                assert same_bits(got, want)
        if ours.nin == 2:
            assert same_bits(ours(args[0], args[1][5]), numpys(args[0], args[1][5]))
        assert same_bits(ours(args[0][5:6], *args[1:]), numpys(args[0][5:6], *args[1:]))
        out = np.empty(args[0].shape, want.dtype)
        assert ours(*args, out=out) is out and same_bits(out, ours(*args))


@pytest.mark.parametrize("name", ["fmin", "fmax"])
def test_zeros_have_an_order_in_fmin_and_fmax(name):
    for char in FLOATS:
        zeros = np.array([0.0, -0.0], char)
        got = getattr(lanewise, name)(np.repeat(zeros, 2), np.tile(zeros, 2))
        assert np.signbit(got).tolist() == ([0, 1, 1, 1] if name == "fmin" else [0, 0, 0, 1])


@pytest.mark.parametrize("name", ["isinf", "isfinite", "signbit", "logical_not", "logical_and"])
def test_bool_comes_out(name):
    function = getattr(lanewise, name)
    for value in (1, 2.5, True, np.int8(-3), np.float16(0)):
        args = [value] * function.nin
        got, want = function(*args), getattr(np, name)(*args)
        assert type(got) is np.bool_ and got == want


@pytest.mark.parametrize("name", ["negative", "sign", "bitwise_or", "invert", "square", "ceil"])
def test_what_numpy_refuses_is_refused(name):
    function, numpys = getattr(lanewise, name), getattr(np, name)
    for char in "?fd":
        args = [np.ones(3, char)] * function.nin
        try:
            want = numpys(*args)
        except TypeError:
            with pytest.raises(TypeError):
                function(*args)
        else:
            assert same_bits(function(*args), want)
