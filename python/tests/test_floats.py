"""A caller who flushes subnormals to zero, or rounds otherwise, gets the bits of everybody else."""

import contextlib
import ctypes
import platform

import numpy as np
import pytest

import lanewise
import lanewise.dask
from clib import same_bits

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="sets MXCSR")

_libm = ctypes.CDLL("libm.so.6")
_FLUSH = 0x8040  # FTZ and DAZ
_UPWARD = 0x4000  # the rounding mode


@contextlib.contextmanager
def control(bits):
    """MXCSR with these bits; glibc's fenv_t ends with it."""
    before, changed = (ctypes.c_uint32 * 8)(), (ctypes.c_uint32 * 8)()
    _libm.fegetenv(before)
    changed[:] = before[:]
    changed[7] |= bits
    _libm.fesetenv(changed)
    try:
        yield
    finally:
        _libm.fesetenv(before)


def mxcsr():
    now = (ctypes.c_uint32 * 8)()
    _libm.fegetenv(now)
    return now[7]


TINY = np.float32(1e-40)
F4 = np.array([1e-40, -3e-42, 2.5, 0.0, 1e-39], "f4")
F8 = np.array([1e-310, -3e-318, 2.5, 0.0, 0.1])
F2 = np.array([6e-8, -6e-8, 2.5, 0.0, 0.1], "f2")
SMALL = np.array([1e-20, -3e-20, 2.5, 0.0, 1e-19], "f4")
MASK = np.array([True, True, False, True, True])
CALLS = {
    "scalar": lambda: lanewise.add(np.zeros(9, "f4"), 1e-40),
    "rounded scalar": lambda: lanewise.add(np.zeros(9, "f4"), 0.1),
    "scalar of strided": lambda: lanewise.add(np.zeros((9, 2), "f4")[:, 0], 1e-40),
    "scalar of f16": lambda: lanewise.add(np.zeros(9, "f2"), 6e-8),
    "where": lambda: lanewise.where(MASK, F4, 1e-40),
    "clip": lambda: lanewise.clip(F4, 1e-41, 1e-40),
    "where=": lambda: lanewise.add(F4, 1e-40, where=MASK, out=np.zeros(5, "f4")),
    "f8 to f4": lambda: lanewise.add(F4, F8, dtype="f4", casting="unsafe"),
    "sum": lambda: lanewise.sum(F4, initial=1e-40),
    "sum where": lambda: lanewise.sum(F4, where=MASK),
    "sum dtype": lambda: lanewise.sum(F4, dtype="f8"),
    "sum f16": lambda: lanewise.sum(F2, initial=6e-8, where=MASK),
    "sum into f8": lambda: lanewise.sum(F4[:, None], axis=1, out=np.empty(5)),
    "min": lambda: lanewise.min(F4, initial=1e-40, where=F4 > 0),
    "max": lambda: lanewise.max(F4[:2], initial=-1),
    "mean": lambda: lanewise.mean(F4, where=MASK),
    "mean f8": lambda: lanewise.mean(F8, where=MASK),
    "mean of f2": lambda: lanewise.mean(F2),
    "var": lambda: lanewise.var(SMALL, where=MASK),
    "var f8": lambda: lanewise.var(F8, where=MASK, ddof=1),
    "cumsum": lambda: lanewise.cumsum(F4, dtype="f8"),
    "cumsum f16": lambda: lanewise.cumsum(F2),
    "astype": lambda: lanewise.astype(F4, "f8"),
    "astype bool": lambda: lanewise.astype(F4, "?"),
    "astype f2": lambda: lanewise.astype(F8, "f2"),
    "astype u1": lambda: lanewise.astype(F4, "u1"),
    "reduce": lambda: lanewise.add.reduce(F4, dtype="f8"),
    "reduce min": lambda: lanewise.minimum.reduce(F4, dtype="f8"),
    "combine": lambda: lanewise.combine([F8[0]], [3], function="mean"),
    "dask": lambda: lanewise.dask.mean(dask_array(F8[:1])).compute(scheduler="sync"),
    "dask f2": lambda: lanewise.dask.sum(dask_array(F2[:1])).compute(scheduler="sync"),
    "masked": lambda: lanewise.mean(np.ma.array(F4, mask=~MASK)),
}


def dask_array(values):
    return pytest.importorskip("dask.array").from_array(values.repeat(3), chunks=2)


@pytest.mark.parametrize("bits", [_FLUSH, _UPWARD], ids=["flush", "upward"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_control_bits_of_the_caller_change_nothing(call, bits):
    want = call()
    with control(bits):
        before = mxcsr()
        got = call()
        assert mxcsr() & 0xFFC0 == before & 0xFFC0
    assert same_bits(np.ma.getdata(got), np.ma.getdata(want))


def test_subnormal_scalars():
    with control(_FLUSH):
        got = lanewise.add(np.zeros(9, "f4"), 1e-40).view("u4")
    assert (got == TINY.view("u4")).all()


def test_patched_numpy():
    with lanewise.patched_numpy(), control(_FLUSH):
        got = np.add(np.zeros(9, "f4"), 1e-40).view("u4")
        strided = np.add(np.zeros((9, 2), "f4")[:, 0], 1e-40).view("u4")
    assert (got == TINY.view("u4")).all() and (strided == TINY.view("u4")).all()


def test_compiled_code():
    numba = pytest.importorskip("numba")
    add = numba.njit(lambda x, y: lanewise.add(x, y))
    want = add(F4, F8)
    with control(_FLUSH):
        got = add(F4, F8)
    assert same_bits(got, want)


def test_compiled_numbers():
    """Numbers, made in the compiled code: Numba hands over those of its caller in its own way."""
    numba = pytest.importorskip("numba")

    @numba.njit
    def add(x, y):
        out = np.empty(x.size)
        for i in range(x.size):
            out[i] = lanewise.add(x[i], y[i])
        return out

    for x, y in ((F4, F8), (F8, F4)):
        want = add(x, y)
        assert same_bits(want, np.add(x, y))
        with control(_FLUSH):
            got = add(x, y)
        assert same_bits(got, want)
