"""NumPy patched, and another package that replaces NumPy's loops, too."""

import contextlib
import ctypes
import os
import subprocess
import sys

import numpy as np

import lanewise
from clib import same_bits

# PyUFunc_ReplaceLoopBySignature, as mkl_umath uses it.
_core_umath = (np.core if np.__version__.startswith("1.") else np._core)._multiarray_umath
_REPLACE = 30  # its place in the table of the C API
_LOOP = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(ctypes.c_ssize_t),
                         ctypes.POINTER(ctypes.c_ssize_t), ctypes.c_void_p)


def replace_loop(ufunc, types, loop):
    """Puts a loop into the ufunc's table; gives the address of the one before."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = ctypes.cast(pointer(_core_umath._UFUNC_API, None), ctypes.POINTER(ctypes.c_void_p))
    function = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_void_p,
                                 ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_void_p))
    old = ctypes.c_void_p()
    numbers = (ctypes.c_int * len(types))(*(np.dtype(char).num for char in types))
    assert function(table[_REPLACE])(ufunc, loop, numbers, ctypes.byref(old)) == 0
    return old.value


@_LOOP
def answer_42(args, dims, steps, context):
    out = ctypes.cast(args, ctypes.POINTER(ctypes.c_void_p))[1]
    for i in range(dims[0]):
        ctypes.c_double.from_address(out + i * steps[1]).value = 42.0


def test_a_loop_that_is_put_over_ours_runs():
    x = np.linspace(0, 1, 5)
    ours, numpys = lanewise.exp(x), np.exp(x)
    foreign = ctypes.cast(answer_42, ctypes.c_void_p).value
    with lanewise.patched_numpy():
        old = replace_loop(np.exp, "dd", foreign)
        try:
            assert np.exp(x).tolist() == [42.0] * 5
            assert np.exp(x[::2]).tolist() == [42.0] * 3
            assert same_bits(np.exp(x.astype("f4")), lanewise.exp(x.astype("f4")))
            assert same_bits(lanewise.exp(x), ours)
        finally:
            assert replace_loop(np.exp, "dd", old) == foreign
        assert same_bits(np.exp(x), ours)
    assert same_bits(np.exp(x), numpys)


def test_unpatching_leaves_a_foreign_loop():
    x = np.linspace(0, 1, 5)
    ours, numpys = lanewise.exp(x), np.exp(x)
    foreign = ctypes.cast(answer_42, ctypes.c_void_p).value
    with lanewise.patched_numpy():
        old = replace_loop(np.exp, "dd", foreign)
    assert np.exp(x).tolist() == [42.0] * 5
    replace_loop(np.exp, "dd", old)  # our function, which is asleep
    assert same_bits(np.exp(x), numpys)
    with lanewise.patched_numpy():
        assert same_bits(np.exp(x), ours) and same_bits(np.exp(x[::-1]), ours[::-1])
        assert "float64" in next(row["dtypes"] for row in
                                 lanewise.patch_status().data["functions"]
                                 if row["numpy"] == "exp" and row["patched"])
    assert same_bits(np.exp(x), numpys)


CALLS_BELOW = {}  # what the loop below calls: the one that it has replaced


@_LOOP
def negate(args, dims, steps, context):
    """Calls the loop that was there before, as packages do that take over some calls alone."""
    CALLS_BELOW["loop"](args, dims, steps, context)
    out = ctypes.cast(args, ctypes.POINTER(ctypes.c_void_p))[1]
    for i in range(dims[0]):
        element = ctypes.c_double.from_address(out + i * steps[1])
        element.value = -element.value


@contextlib.contextmanager
def negated_exp():
    """np.exp of float64 with `negate` over what is there."""
    old = replace_loop(np.exp, "dd", ctypes.cast(negate, ctypes.c_void_p).value)
    CALLS_BELOW["loop"] = _LOOP(old)
    try:
        yield
    finally:
        replace_loop(np.exp, "dd", old)


def exp_status():
    rows = lanewise.patch_status().data["functions"]
    return {dtype: row["why"] for row in rows if row["numpy"] == "exp" and not row["patched"]
            for dtype in row["dtypes"].split()}


def loop_in_place():
    numpys = replace_loop(np.exp, "dd", ctypes.cast(answer_42, ctypes.c_void_p).value)
    replace_loop(np.exp, "dd", numpys)
    return numpys


def test_patching_again_leaves_a_foreign_loop_that_calls_ours(without_fma):
    x = np.linspace(0, 1, 5)
    numpys, ours, in_place = np.exp(x), lanewise.exp(x), loop_in_place()
    lanewise.patch_numpy(bits=True)
    lanewise.patch_numpy()
    lanewise.unpatch_numpy()
    with lanewise.patched_numpy(bits=True):
        with negated_exp():
            def is_ours_below():
                return same_bits(np.exp(x), -ours) and same_bits(np.exp(x[::2]), -ours[::2])

            assert is_ours_below() and "another package" in exp_status()["float64"]
            assert "float32" not in exp_status()
            lanewise.unpatch_numpy()
            assert same_bits(np.exp(x), -numpys)
            for _ in range(2):  # over a loop that may call ours
                with lanewise.patched_numpy():
                    assert "left to NumPy" in exp_status()["float32"]
                    with lanewise.patched_numpy(bits=True):
                        assert is_ours_below() and "another package" in exp_status()["float64"]
                        assert "another package" in str(lanewise.patch_status())
                assert same_bits(np.exp(x), -numpys)
            lanewise.patch_numpy(bits=True)
            assert is_ours_below()
        assert same_bits(np.exp(x), ours) and not set(exp_status()) & {"float32", "float64"}
    lanewise.unpatch_numpy()
    assert same_bits(np.exp(x), numpys) and loop_in_place() == in_place


def test_a_foreign_loop_within_a_patch_and_one_more(without_fma):
    x = np.linspace(0, 1, 5)
    numpys, ours, in_place = np.exp(x), lanewise.exp(x), loop_in_place()
    lanewise.patch_numpy(bits=True)
    with negated_exp():
        lanewise.patch_numpy(bits=True)
        lanewise.unpatch_numpy()
        with lanewise.patched_numpy(bits=True):
            assert same_bits(np.exp(x), -ours)
    # Our function is in its place again, asleep; unpatching takes it out.
    assert same_bits(np.exp(x), numpys)
    lanewise.unpatch_numpy()
    assert same_bits(np.exp(x), numpys) and loop_in_place() == in_place


def test_patching_over_a_foreign_loop_that_does_not_know_ours():
    code = """if True:
        import numpy as np, lanewise, test_patch_foreign as foreign
        x = np.linspace(0, 1, 5)
        numpys, ours = np.exp(x), lanewise.exp(x)
        in_place = foreign.loop_in_place()
        if {before}:
            with lanewise.patched_numpy(bits=True):
                pass
        with foreign.negated_exp():
            for _ in range(2):
                with lanewise.patched_numpy(bits=True):
                    assert (np.exp(x) == ours).all() and "float64" not in foreign.exp_status()
                assert (np.exp(x) == -numpys).all()
        assert (np.exp(x) == numpys).all() and foreign.loop_in_place() == in_place
        print("right")"""
    for before in (False, True):
        environment = {**os.environ, "PYTHONPATH": os.path.dirname(__file__)}
        result = subprocess.run([sys.executable, "-c", code.format(before=before)], env=environment,
                                capture_output=True, text=True, check=True)
        assert result.stdout == "right\n"
