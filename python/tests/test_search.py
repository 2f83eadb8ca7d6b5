"""searchsorted: NumPy's indices for every pair of dtypes, layout and side; what it refuses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lanewise
from arrays import layout, layouts, seeds, shapes, values

CHARS = "?bBhHiIlLqQefd"


def check(a, v, side="left", sorter=None):
    got, want = lanewise.searchsorted(a, v, side, sorter), np.searchsorted(a, v, side, sorter)
    assert type(got) is type(want) and np.asarray(got).dtype == np.asarray(want).dtype
    assert np.array_equal(got, want), (a, v, side)


@given(data=st.data())
def test_as_numpy(data):
    rng = np.random.default_rng(data.draw(seeds))
    chars = data.draw(st.sampled_from(CHARS)), data.draw(st.sampled_from(CHARS))
    a = np.sort(values(rng, data.draw(st.integers(0, 300)), chars[0]))
    v = layout(rng, values(rng, data.draw(shapes), chars[1]), data.draw(layouts))
    side = data.draw(st.sampled_from(["left", "right"]))
    check(layout(rng, a, data.draw(layouts)), v, side)
    order = rng.permutation(a.size)
    mixed = np.empty_like(a)
    mixed[order] = a
    check(mixed, v, side, order.astype(data.draw(st.sampled_from("bhilB" if a.size < 127 else "hil"))))


@pytest.mark.parametrize("char", CHARS)
def test_same_dtype(char):
    rng = np.random.default_rng(7)
    a, v = np.sort(values(rng, 3000, char)), values(rng, (200, 50), char)
    for side in ("left", "right"):
        check(a, v, side)
        check(a[::3], v.T, side)
        check(a, v[:, ::-7], side)
        check(a, np.sort(v, axis=None), side)
        check(np.sort(v[0]), a, side)
        check(a, v[:0], side)
        check(a[:0], v, side)
    check(a, v)  # the short way of plain arrays
    assert np.array_equal(lanewise.searchsorted(a, v=v, side="right"), np.searchsorted(a, v, "right"))


def test_numbers_and_lists():
    for v in (3, 2.5, True, np.float32(2), np.int8(-1), np.array(4.0), [1, 2], [[1.5], [7]], []):
        check([1, 2, 2, 5], v)
        check(np.array([1, 2, 2, 5], "f4"), v, "right")
    for a in (np.arange(5, dtype="u8"), np.arange(5), np.arange(5.0), np.arange(5, dtype="f4")):
        for v in (3, 2.5, True, 2**62, -2**70, 2**64, np.nan, np.float64(3), np.int64(2), np.array(1)):
            for side in ("left", "right"):
                if np.asarray(v).dtype != object:
                    check(a, v, side)
                    assert lanewise.searchsorted(a, v, side=side) == np.searchsorted(a, v, side)
                    assert lanewise.searchsorted(a, [v], side=side) == np.searchsorted(a, [v], side)
    check([1.0, np.nan, np.nan], [np.nan, 1, -np.inf], "right")
    check([-0.0, 0.0, -0.0], [0.0, -0.0])


def test_many_values_over_threads():
    rng = np.random.default_rng(1)
    a, v = np.sort(rng.normal(size=70_000)), rng.normal(size=100_000)
    for limit in (1, 2, 4):
        with lanewise.threads(limit):
            check(a, v)
            check(a, np.sort(v), "right")


def test_errors():
    a = np.arange(4.0)
    for call, error, match in (
            (lambda f: f(a, 1, "middle"), ValueError, "side must be"),
            (lambda f: f(a.reshape(2, 2), 1), ValueError, "one dimension, not 2"),
            (lambda f: f(1.0, 1), ValueError, "one dimension, not 0"),
            (lambda f: f(a, 1, sorter=[0, 1]), ValueError, "sorter has 2 elements, a 4"),
            (lambda f: f(a, 1, sorter=[0, 1, 2, 4]), ValueError, "out of range"),
            (lambda f: f(a, 1, sorter=[0, 1, -1, 2]), ValueError, "out of range"),
            (lambda f: f(a, 1, sorter=[0.0, 1, 2, 3]), TypeError, "integers"),
            (lambda f: f(a, np.ones(2, "c8")), TypeError, "complex64"),
            (lambda f: f(a), TypeError, "v")):
        with pytest.raises(error, match=match):
            call(lanewise.searchsorted)
    for masked in ((np.ma.array(a), 1.0), (a, np.ma.array(a, mask=[0, 1, 0, 0]))):
        with pytest.raises(TypeError, match="masked"):
            lanewise.searchsorted(*masked)


def test_not_sorted_gives_indices():
    rng = np.random.default_rng(5)
    for char in CHARS:
        a, v = values(rng, 500, char), values(rng, 1000, char)
        got = lanewise.searchsorted(a, v)
        assert got.min() >= 0 and got.max() <= 500


def test_bfloat16():
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    a = np.sort(np.random.default_rng(2).normal(size=300).astype("f4").astype(bfloat16).astype("f4"))
    want = np.searchsorted(a, a[::7], "right")
    assert np.array_equal(lanewise.searchsorted(a.astype(bfloat16), a[::7].astype(bfloat16), "right"), want)
    assert np.array_equal(lanewise.searchsorted(a.astype(bfloat16), a[::7], "right"), want)


def test_containers_answer_or_are_refused():
    a, v = np.arange(10.0), np.array([2.5, 7.0])
    dask = pytest.importorskip("dask.array")
    lazy = lanewise.searchsorted(dask.from_array(a, chunks=10), dask.from_array(v, chunks=1))
    assert isinstance(lazy, dask.Array) and lazy.compute().tolist() == [3, 7]
    units = pytest.importorskip("astropy.units")
    assert lanewise.searchsorted(a * units.m, v * 100 * units.cm).tolist() == [3, 7]
    pandas, xarray = pytest.importorskip("pandas"), pytest.importorskip("xarray")
    for labelled in (pandas.Series(a), xarray.DataArray(a), pandas.Series(a, dtype="Float64")):
        assert lanewise.searchsorted(labelled, v).tolist() == [3, 7]
        for values in (labelled, labelled[:2]):
            for array in (a, labelled):
                with pytest.raises(TypeError, match="searchsorted .* would lose its labels"):
                    lanewise.searchsorted(array, values)
