"""Reductions: the bits of the library for every axis, memory order and dtype; NumPy's manners."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lanewise
from arrays import LAYOUTS, layout, layouts, seeds, values
from clib import KERNELS, call, same_bits
from lanewise import _core, _reductions

FLOATS = "fd"
shapes = st.lists(st.integers(1, 6), min_size=1, max_size=4).map(tuple) | st.sampled_from(
    [(5000,), (70, 90), (3, 2100), (2, 40, 50)])


def library(name, a, axes):
    """The kernel on each slice, made contiguous in logical order."""
    kept = [i for i in range(a.ndim) if i not in axes]
    shape = [a.shape[i] for i in kept]
    slices = a.transpose(*kept, *axes).astype(a.dtype.newbyteorder("="))
    slices = slices.reshape(int(np.prod(shape, dtype=int)), -1)
    output = dict((i[0], o) for i, o in KERNELS[name])[slices.dtype.char]
    return np.array([call(name, row, out_char=output, size=1)[0] for row in slices],
                    output).reshape(shape)


def some_axes(data, ndim):
    return tuple(sorted(data.draw(st.sets(st.integers(0, ndim - 1), min_size=1))))


@pytest.mark.parametrize("name", ["sum", "mean", "var", "min", "max"])
@given(data=st.data())
def test_any_axes_and_layout_have_the_bits_of_the_library(name, data):
    rng = np.random.default_rng(data.draw(seeds))
    shape, char = data.draw(shapes), data.draw(st.sampled_from(FLOATS))
    plain = values(rng, shape, char, ordinary=data.draw(st.booleans()))
    axes = some_axes(data, len(shape))
    want = library(name, plain, axes)
    a = layout(rng, plain, data.draw(layouts))
    got = getattr(lanewise, name)(a, axis=axes)
    assert same_bits(np.asarray(got), want)
    kept = getattr(lanewise, name)(a, axis=tuple(-1 - i for i in range(a.ndim)), keepdims=True)
    assert kept.shape == (1,) * a.ndim
    assert same_bits(kept.reshape(()), np.asarray(getattr(lanewise, name)(a)))
    assert same_bits(np.asarray(getattr(lanewise, name)(a)), library(name, plain, range(a.ndim)))


@pytest.mark.parametrize("name", ["sum", "mean", "var", "min", "max", "argmax"])
@pytest.mark.parametrize("char", "fdilB")
def test_one_axis_of_a_plain_array(name, char):
    a = values(np.random.default_rng(8), (5, 7, 3), char, ordinary=True)
    function = getattr(lanewise, name)
    for axis in range(-3, 3):
        want = function(np.asfortranarray(a), axis=axis)
        assert same_bits(function(a, axis), want) and same_bits(function(a, axis=axis), want)
        assert function(a, axis).dtype == getattr(np, name)(a, axis).dtype
    assert same_bits(function(a[0, 0], 0), function(a[0, 0]))
    assert same_bits(function(a[0, 0], axis=-1), function(a[0, 0]))
    with pytest.raises(TypeError):
        function(a, nonsense=0)
    with pytest.raises(TypeError):
        function(a, axis=0.5)


@given(data=st.data())
def test_argmax(data):
    rng = np.random.default_rng(data.draw(seeds))
    shape, char = data.draw(shapes), data.draw(st.sampled_from("fdeilB"))
    plain = values(rng, shape, char)
    a = layout(rng, plain, data.draw(layouts))
    axis = data.draw(st.none() | st.integers(-len(shape), len(shape) - 1))
    assert same_bits(lanewise.argmax(a, axis=axis), np.argmax(plain, axis=axis))
    assert (lanewise.argmax(a, axis=axis, keepdims=True).shape
            == np.argmax(plain, axis=axis, keepdims=True).shape)


@pytest.mark.parametrize("char", "?bBhHiIlLqQ")
@pytest.mark.parametrize("axis", [None, 0, 1, (0, 2)])
def test_integers_are_numpys(char, axis):
    rng = np.random.default_rng(4)
    a = values(rng, (7, 5, 9), char)
    if char in "LQlq":
        a = a * a.dtype.type(2**57 + 12345)
    for name in ("sum", "min", "max"):
        got, want = getattr(lanewise, name)(a, axis=axis), getattr(np, name)(a, axis=axis)
        assert same_bits(got, want), name
        assert same_bits(lanewise.min(a[:, ::-1].T), a.min())
    for name in ("mean", "var"):
        got, want = getattr(lanewise, name)(a, axis=axis), getattr(np, name)(a, axis=axis)
        assert np.asarray(got).dtype == np.asarray(want).dtype == np.float64
        np.testing.assert_allclose(got, want, rtol=1e-12)


@given(data=st.data())
def test_where_and_initial(data):
    rng = np.random.default_rng(data.draw(seeds))
    shape, char = data.draw(shapes), data.draw(st.sampled_from("fdeil"))
    a = values(rng, shape, char, ordinary=True)
    mask = rng.random(shape) < data.draw(st.sampled_from([0.0, 0.3, 1.0]))
    axes = some_axes(data, len(shape))
    tolerance = {"e": 1e-2, "f": 1e-4}.get(char, 1e-10)
    for name, initial in (("sum", 3), ("min", 2), ("max", -2)):
        got = getattr(lanewise, name)(a, axis=axes, where=mask, initial=initial)
        want = getattr(np, name)(a, axis=axes, where=mask, initial=initial)
        assert np.asarray(got).dtype == np.asarray(want).dtype
        np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance * np.abs(a).sum())
    with np.errstate(all="ignore"):
        for name in ("mean", "var"):
            got = getattr(lanewise, name)(a, axis=axes, where=mask)
            want = getattr(np, name)(a, axis=axes, where=mask)
            assert np.array_equal(np.isnan(got), np.isnan(want))
            if char != "e":
                np.testing.assert_allclose(got, want, rtol=tolerance * 10, atol=1e-4)


def test_where_leaves_no_trace():
    x = np.random.default_rng(0).normal(size=5000)
    mask = np.ones(5000, bool)
    for name in ("sum", "mean", "var"):
        function = getattr(lanewise, name)
        assert same_bits(function(x, where=mask), function(x))
    assert np.copysign(1, lanewise.sum(x, where=~mask)) == 1


@pytest.mark.parametrize("kind", [k for k in LAYOUTS if k != "readonly"])
def test_out(kind):
    rng = np.random.default_rng(9)
    a = rng.normal(size=(40, 30, 5))
    for name in ("sum", "mean", "var", "min", "max"):
        function = getattr(lanewise, name)
        out = layout(rng, np.zeros((40, 5)), kind)
        assert function(a, axis=1, out=out) is out
        assert same_bits(out.astype("d"), function(a, axis=1))
    with pytest.raises(ValueError, match="shape"):
        lanewise.sum(a, axis=1, out=np.empty(3))
    with pytest.raises(TypeError):
        lanewise.sum(a, axis=1, out=np.empty((40, 5), "i8"))
    with pytest.raises(ValueError):
        lanewise.sum(a, axis=1, out=layout(rng, np.zeros((40, 5)), "readonly"))


def test_out_takes_part_in_promotion():
    x = np.random.default_rng(3).normal(size=(100, 7)).astype("f4")
    out = np.empty(7, "f8")
    lanewise.sum(x, axis=0, out=out)
    assert same_bits(out, lanewise.sum(x.astype("f8"), axis=0))
    small = np.empty(7, "f4")
    lanewise.sum(x.astype("f8"), axis=0, out=small)
    assert same_bits(small, out.astype("f4"))
    running = np.empty((100, 7), "f8")
    lanewise.cumsum(x, 0, out=running)
    assert same_bits(running, lanewise.cumsum(x.astype("f8"), 0))


def test_dtype_is_the_accumulators():
    x = np.full(100_000, 0.1, "f4")
    assert same_bits(lanewise.sum(x, dtype="f8"), lanewise.sum(x.astype("f8")))
    assert same_bits(lanewise.mean(x, dtype="f8"), lanewise.mean(x.astype("f8")))
    assert lanewise.sum(np.arange(10), dtype="f4").dtype == np.float32
    assert lanewise.sum(np.full(300, 3, "u1"), dtype="u1") == np.full(300, 3, "u1").sum(dtype="u1")
    half = np.full(100_000, 0.1, "f2")
    assert same_bits(lanewise.sum(half), lanewise.sum(half.astype("f4")).astype("f2"))
    with pytest.raises(TypeError, match="complex128"):
        lanewise.sum(x, dtype=complex)


def test_empty():
    empty = np.empty((0, 3))
    assert same_bits(lanewise.sum(empty), np.float64(0.0))
    assert lanewise.sum(empty, axis=0).tolist() == [0, 0, 0]
    for name in ("mean", "var"):
        with pytest.warns(RuntimeWarning):
            assert np.isnan(getattr(lanewise, name)(empty))
    for name in ("min", "max"):
        with pytest.raises(ValueError, match="no identity"):
            getattr(lanewise, name)(empty)
        with pytest.raises(ValueError, match="no identity"):  # NumPy, too, though there is no result
            getattr(lanewise, name)(np.empty((0, 0)), axis=0)
        assert getattr(lanewise, name)(empty, axis=1).shape == (0,)
        assert getattr(lanewise, name)(empty, initial=4) == 4
        with pytest.raises(ValueError, match="initial"):
            getattr(lanewise, name)(np.ones(3), where=[True, False, True])
    with pytest.raises(ValueError, match="empty"):
        lanewise.argmax([])
    assert lanewise.cumsum([]).shape == (0,)


@pytest.mark.parametrize("axis", [3, -4, (0, 0), (0, 3), 1.5, "x"])
def test_bad_axes_raise_what_numpy_raises(axis):
    a = np.ones((2, 3, 4))
    for name in ("sum", "min", "mean", "var", "argmax", "cumsum"):
        if name in ("argmax", "cumsum") and isinstance(axis, tuple):
            continue
        with pytest.raises((TypeError, ValueError, IndexError)) as numpys:
            getattr(np, name)(a, axis=axis)
        with pytest.raises(numpys.type):
            getattr(lanewise, name)(a, axis=axis)


def test_var_divisors():
    x = np.random.default_rng(1).normal(size=1000)
    np.testing.assert_allclose(lanewise.var(x, ddof=1), np.var(x, ddof=1))
    assert same_bits(lanewise.var(x, correction=1), lanewise.var(x, ddof=1))
    with pytest.warns(RuntimeWarning):
        assert np.isnan(lanewise.var(x[:1], ddof=1))


def test_dot():
    rng = np.random.default_rng(2)
    for char in "fd":
        x, y = values(rng, 3001, char, True), values(rng, 3001, char, True)
        want = call("dot", x, y, out_char=char, size=1)[0]
        assert same_bits(lanewise.dot(x, y), want)
        assert same_bits(lanewise.dot(np.repeat(x, 2)[::2], y[::-1].copy()[::-1]), want)
        out = np.empty((), char)
        assert lanewise.dot(x, y, out) is out and same_bits(out[()], want)
    for char in "?bBhHiIlLqQ":
        x, y = values(rng, 3001, char), values(rng, 3001, char)
        for left, right in ((x, y), (x[::-2], y[::-2]), (x[:0], y[:0])):
            got, want = lanewise.dot(left, right), np.dot(left, right)
            assert got.dtype == want.dtype and got == want, char
    assert lanewise.dot(np.ones(300, "i1"), np.ones(300, "i2")).dtype == np.int16
    assert lanewise.dot([1, 2], [3, 4]) == 11
    assert lanewise.dot(np.ones(3, "e"), np.ones(3, "e")).dtype == np.float16
    with pytest.raises(ValueError, match="one-dimensional"):
        lanewise.dot(np.ones((2, 2)), np.ones(2))
    with pytest.raises(ValueError, match="aligned"):
        lanewise.dot(np.ones(2), np.ones(3))


@given(data=st.data())
def test_cumulative_sum(data):
    rng = np.random.default_rng(data.draw(seeds))
    shape, char = data.draw(shapes), data.draw(st.sampled_from(FLOATS))
    plain = values(rng, shape, char)
    a = layout(rng, plain, data.draw(layouts))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    moved = np.moveaxis(plain, axis, -1)
    rows = moved.reshape(-1, moved.shape[-1])
    want = np.array([call("cumulative_sum", row, out_char=char) for row in rows], char)
    want = np.moveaxis(want.reshape(moved.shape), -1, axis)
    assert same_bits(lanewise.cumulative_sum(a, axis=axis), want)
    assert same_bits(lanewise.cumsum(a, axis), want)
    assert same_bits(lanewise.cumsum(a), call("cumulative_sum", plain.ravel(), out_char=char))
    out = layout(rng, np.empty(shape, char), "strided")
    assert lanewise.cumsum(a, axis, out=out) is out and same_bits(out.copy(), want)
    first = lanewise.cumulative_sum(a, axis=axis, include_initial=True)
    assert same_bits(np.delete(first, 0, axis), want)


def test_running_sums_of_other_dtypes():
    rng = np.random.default_rng(3)
    for char in "?bBhHiIlLqQ":
        a = values(rng, (70, 90), char)
        for axis in (None, 0, 1):
            for dtype in (None, "i8", "u4", "i2", "?", "f8"):
                assert same_bits(lanewise.cumsum(a, axis, dtype), np.cumsum(a, axis, dtype)), (char, dtype)
        row = a[0]  # the short way of one plain vector
        got, want = lanewise.cumsum(row), np.cumsum(row)
        assert got.dtype == want.dtype and same_bits(got, want)
        for kind in ("i8", "u8", "i1"):
            out = np.empty(row.shape, kind)
            assert lanewise.cumsum(row, out=out) is out
            assert same_bits(out, np.cumsum(row, dtype=kind))
    assert lanewise.cumsum(np.ones(5, "e")).dtype == np.float16
    with pytest.raises(ValueError, match="axis"):
        lanewise.cumulative_sum(np.ones((2, 2)))


@given(data=st.data())
def test_compress(data):
    rng = np.random.default_rng(data.draw(seeds))
    n, char = data.draw(st.integers(0, 3000)), data.draw(st.sampled_from("?bBhHiIlLefd"))
    a = layout(rng, values(rng, n, char), data.draw(layouts))
    mask = rng.random(n) < data.draw(st.sampled_from([0.0, 0.1, 0.5, 1.0]))
    assert same_bits(lanewise.compress(mask, a).astype(char), a[mask].astype(char))
    assert same_bits(lanewise.compress(mask[:n // 2], a), np.compress(mask[:n // 2], a))
    block = np.stack([a, a], 1)
    assert same_bits(lanewise.compress(mask, block, axis=0), block[mask])


ODD_BOOLS = np.array([2, 0, 255, 1, 128], "u1").view(bool)


@pytest.mark.parametrize("name", ["sum", "mean", "var", "min", "max", "argmax", "cumsum"])
def test_every_byte_but_0_is_true(name):
    clean = np.array([True, False, True, True, True])
    for odd, want in ((ODD_BOOLS, clean), (ODD_BOOLS[::-2], clean[::-2]),
                      (ODD_BOOLS[:4].reshape(2, 2), clean[:4].reshape(2, 2))):
        assert same_bits(getattr(lanewise, name)(odd), getattr(lanewise, name)(want))
        assert same_bits(getattr(lanewise, name)(odd, axis=0), getattr(lanewise, name)(want, axis=0))


def outcome(call):
    """What a call gives, or the type of what it raises."""
    try:
        with np.errstate(all="ignore"):
            return call()
    except Exception as error:
        return type(error)


def check_as_numpy(call):
    got, want = outcome(lambda: call(lanewise)), outcome(lambda: call(np))
    assert type(got) is type(want)
    assert got is want if isinstance(want, type) else same_bits(got, want), (got, want)


@pytest.mark.parametrize("name", ["sum", "min", "max", "mean", "var", "argmax", "cumsum"])
@pytest.mark.parametrize("axis", [0, -1, 1, -2, (), (0,), None, np.int64(0), "x", 0.0])
@pytest.mark.parametrize("more", [{}, {"keepdims": True}, {"out": np.empty(())}], ids=str)
def test_scalars_have_the_axes_that_they_have_in_numpy(name, axis, more):
    if name == "cumsum" and more or name == "argmax" and "out" in more:
        return
    for scalar in (5.0, np.array(7.0)):
        check_as_numpy(lambda lib: getattr(lib, name)(scalar, axis=axis, **more))
    check_as_numpy(lambda lib: getattr(lib, name)(3, axis=axis))


def test_scans_and_sieves_of_scalars():
    for axis in (None, 0, -1, 1):
        check_as_numpy(lambda lib: lib.compress([True], 5.0, axis=axis))
        check_as_numpy(lambda lib: lib.cumsum(5, axis=axis))
        if hasattr(np, "cumulative_sum"):
            for first in (False, True):
                check_as_numpy(lambda lib: lib.cumulative_sum(5.0, axis=axis, include_initial=first))


@pytest.mark.parametrize("name", ["sum", "min", "max"])
@pytest.mark.parametrize("initial", [
    np.inf, -np.inf, np.nan, None, 1.5, -1, 300, 2**70, np.int64(300), np.float32(2.5), True, "3",
    [3], np.array([3]), np.array(3), 1j], ids=repr)
@pytest.mark.parametrize("a", [
    np.array([-10, 20, 30, -25]), np.array([1, 2], "u1"), np.array([1.0, 2.0]), np.array([]),
    np.array([1.0, 2.0], "f2"), np.array([True, False]), np.empty((0, 2), "i4"),
    np.array([5], "u8")], ids=lambda a: f"{a.dtype}{a.shape}")
def test_initial_is_numpys(name, initial, a):
    if np.__version__.startswith("1.") and type(initial) is int:
        return  # NumPy 1 warns, and wraps
    if isinstance(initial, np.int64) and a.dtype == "u1" and name != "sum":
        return  # wraps in NumPy 2: below
    check_as_numpy(lambda lib: getattr(lib, name)(a, initial=initial))
    check_as_numpy(lambda lib: getattr(lib, name)(a, axis=0, initial=initial))
    if a.ndim == 1:
        check_as_numpy(lambda lib: getattr(lib, name)(a, initial=initial, where=a > 1))


@pytest.mark.parametrize("name", ["sum", "min", "max"])
@pytest.mark.parametrize("char", "bhilBHIL")
def test_initial_that_no_integer_is(name, char):
    """NumPy makes some integer of these, and goes on with that."""
    a = np.array([10, 20], char)
    for empty in (a, a[:0]):
        for value in (np.float64(np.inf), np.float32(-np.inf), np.array(np.inf), np.float64(1e300),
                      np.float64(np.nan), float("inf"), 2**70):
            with pytest.raises((OverflowError, ValueError), match="infinity|NaN|fit|too large|bounds"):
                getattr(lanewise, name)(empty, initial=value)
    for value in (np.int64(300), np.uint64(2**63), np.int64(-1)):
        fits = np.iinfo(char).min <= int(value) <= np.iinfo(char).max
        if name == "sum":
            continue  # wraps, as integers do
        if fits:
            assert getattr(lanewise, name)(a, initial=value) == getattr(
                np, name)(a, initial=a.dtype.type(value))
        else:
            with pytest.raises(OverflowError, match="does not fit"):
                getattr(lanewise, name)(a, initial=value)


def test_every_reduction_of_the_list_has_a_function():
    kernels = {name for name, _, shape, *_ in _core.kernels() if shape in ("reduce", "arg")}
    assert kernels and kernels <= set(dir(lanewise))
    # What a kernel gets that the package does not know by name.
    function = _reductions.make("extent", "reduce", "largest less smallest")
    assert function.__name__ == "extent" and function.__doc__ == "Largest less smallest."
    assert str(inspect.signature(function)).startswith("(a, axis=None, dtype=None, out=None,")
    for unknown in ({"initial": 0}, {"where": [True]}):
        with pytest.raises(TypeError, match="extent takes neither"):
            function([1.0], **unknown)
