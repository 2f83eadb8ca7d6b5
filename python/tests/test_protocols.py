"""Other libraries through NumPy's protocols, with the real libraries."""

import pickle

import dask.array
import ml_dtypes
import numpy as np
import pandas
import pytest
import xarray

import lanewise
from clib import same_bits

X = np.linspace(0.1, 3, 24).reshape(4, 6)


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("char", "fdi")
def test_masked_running_sums_and_sieves_follow_numpy(axis, char):
    rng = np.random.default_rng(3)
    m = np.ma.array(rng.integers(1, 9, (4, 5)).astype(char), mask=rng.random((4, 5)) < 0.4)
    keep = rng.random(m.size if axis is None else m.shape[axis]) < 0.6

    def check(got, want):
        assert isinstance(got, np.ma.MaskedArray) and got.dtype == want.dtype
        assert np.array_equal(np.ma.getmaskarray(got), np.ma.getmaskarray(want))
        assert np.array_equal(got.filled(0), want.filled(0))

    check(lanewise.cumsum(m, axis), m.cumsum(axis))
    check(lanewise.compress(keep, m, axis), np.ma.compress(keep, m, axis))
    out = np.ma.zeros(m.size if axis is None else m.shape, m.cumsum().dtype)
    assert lanewise.cumsum(m, axis, out=out) is out
    check(out, m.cumsum(axis))
    if axis is not None:
        check(lanewise.cumulative_sum(m, axis=axis), m.cumsum(axis))
        got = lanewise.cumulative_sum(m, axis=axis, include_initial=True)
        check(got[1:] if axis == 0 else got[:, 1:], m.cumsum(axis))
        assert not np.ma.getmaskarray(got.take([0], axis)).any()
    plain = np.ma.array(m.data)
    check(lanewise.cumsum(plain, axis), plain.cumsum(axis))
    check(lanewise.compress(keep, plain, axis), np.ma.compress(keep, plain, axis))


def test_masked_dot():
    a = np.ma.array([1.0, 2.0, np.nan], mask=[0, 0, 1])
    assert lanewise.dot(a, np.array([3.0, 4.0, 5.0])) == 11
    assert lanewise.dot(np.ma.masked_all(3), np.ones(3)) is np.ma.masked


def test_masked_arrays():
    m = np.ma.array(X, mask=X > 2)
    got = lanewise.exp(m)
    assert isinstance(got, np.ma.MaskedArray)
    assert np.array_equal(got.mask, m.mask)
    assert same_bits(got.data[~got.mask], lanewise.exp(X)[~got.mask])
    np.testing.assert_allclose(lanewise.sum(m), m.sum())
    np.testing.assert_allclose(lanewise.mean(m, axis=0), m.mean(axis=0))
    np.testing.assert_allclose(lanewise.var(m, axis=1), m.var(axis=1))
    assert lanewise.max(m) == m.max() and lanewise.min(m) == m.min()
    hidden = np.ma.masked_all(3)
    assert lanewise.sum(hidden) is np.ma.masked and lanewise.max(hidden) is np.ma.masked
    assert lanewise.argmax(m) == m.argmax()


def test_pandas():
    series = pandas.Series([0.5, 1.0, 1.5], index=list("abc"), name="s")
    got = lanewise.exp(series)
    assert isinstance(got, pandas.Series) and list(got.index) == list("abc") and got.name == "s"
    assert same_bits(got.to_numpy(), lanewise.exp(series.to_numpy()))
    frame = pandas.DataFrame({"x": [1.0, 2.0], "y": [3.0, 4.0]})
    assert isinstance(lanewise.add(frame, frame), pandas.DataFrame)
    assert lanewise.maximum(series, 1.0).tolist() == [1.0, 1.0, 1.5]
    assert isinstance(lanewise.where(series > 1, series, 0.0), (pandas.Series, np.ndarray))


def test_xarray():
    array = xarray.DataArray(X, dims=("y", "x"), coords={"x": np.arange(6)})
    got = lanewise.log(array)
    assert isinstance(got, xarray.DataArray) and got.dims == ("y", "x")
    assert same_bits(got.values, lanewise.log(X))
    assert same_bits(lanewise.add(array, array).values, X + X)
    assert same_bits(xarray.apply_ufunc(lanewise.exp, array).values, lanewise.exp(X))


def test_dask():
    array = dask.array.from_array(X, chunks=(2, 3))
    got = lanewise.exp(array)
    assert isinstance(got, dask.array.Array)
    assert same_bits(got.compute(scheduler="threads"), lanewise.exp(X))
    assert same_bits(lanewise.add(got, 1.0).compute(scheduler="processes", num_workers=2),
                     lanewise.exp(X) + 1)
    assert same_bits(array.map_blocks(lanewise.sin).compute(), lanewise.sin(X))
    assert pickle.loads(pickle.dumps(got)).name == got.name


class Recorder:
    """Says what __array_ufunc__ gets."""

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return ufunc, method, kwargs


def test_array_ufunc_gets_the_ufunc():
    assert lanewise.exp(Recorder()) == (lanewise.exp.ufunc, "__call__", {})
    assert lanewise.add(X, Recorder(), where=True)[0] is lanewise.add.ufunc
    assert lanewise.add.outer(Recorder(), X)[:2] == (lanewise.add.ufunc, "outer")


class Tagged(np.ndarray):
    pass


def test_subclasses_stay():
    tagged = X.view(Tagged)
    assert type(lanewise.exp(tagged)) is Tagged
    assert type(lanewise.exp(tagged, subok=False)) is np.ndarray
    assert type(lanewise.add(X, tagged)) is Tagged
    assert lanewise.sum(tagged) == lanewise.sum(X)


BF16 = np.dtype(ml_dtypes.bfloat16)


@pytest.mark.parametrize("name", ["exp", "log", "add", "multiply", "fma", "less", "isnan", "where"])
def test_bfloat16(name):
    function = getattr(lanewise, name)
    wide = [np.linspace(0.25, 3, 777).astype(BF16).astype("f4"),
            np.linspace(-2, 5, 777).astype(BF16).astype("f4"),
            np.linspace(1, 2, 777).astype(BF16).astype("f4")][:function.nin]
    args = [w.astype(BF16) for w in wide]
    if name == "where":
        wide[0] = args[0] = wide[1] > 0
    got, want = function(*args), function(*wide)
    assert got.dtype == (BF16 if want.dtype == "f4" else bool)
    assert np.array_equal(got.astype("f4"), want.astype(BF16).astype("f4") if got.dtype == BF16
                          else want)
    assert function(*(a[::3] for a in args)).shape == (259,)


REDUCTIONS = ("sum", "prod", "mean", "var", "min", "max")


@pytest.mark.parametrize("dtype", [BF16, np.dtype("f2")], ids=str)
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_narrow_reductions_are_those_of_f4_rounded(dtype, axis):
    x = np.linspace(-2, 5, 41 * 190).astype(dtype).reshape(41, 190)
    for a in (x, x[:, ::3], x[::-1].T, np.asfortranarray(x)):
        wide, present = a.astype("f4"), a.astype("f4") > 0.5
        for name in REDUCTIONS:
            function = getattr(lanewise, name)
            got = function(a, axis=axis)
            assert got.dtype == dtype, name
            assert same_bits(got, function(wide, axis=axis).astype(dtype)), name
            start = {"initial": 0} if name in ("min", "max") else {}
            got = function(a, axis=axis, where=present, **start)
            want = function(wide, axis=axis, where=present, **start)
            assert got.dtype == dtype and same_bits(got, want.astype(dtype)), name
        assert np.array_equal(lanewise.argmax(a, axis=axis), np.argmax(wide, axis=axis))
        got = lanewise.cumsum(a, axis=axis)
        assert got.dtype == dtype
        assert same_bits(got, lanewise.cumsum(wide, axis=axis).astype(dtype))
    # Elements are not rounded before they are reduced.
    assert lanewise.mean(np.array([2049, 2050, 2053]), dtype=dtype) == np.array(2050.6).astype(dtype)
    assert same_bits(lanewise.mean(x, dtype="f8"), lanewise.mean(x.astype("f8")))
    with pytest.raises(TypeError, match="cannot reduce"):
        lanewise.sum(x, dtype="i4")


@pytest.mark.parametrize("dtype", [BF16, np.dtype("f2")], ids=str)
def test_narrow_dot_and_ends(dtype):
    x, y = np.linspace(-2, 5, 777).astype(dtype), np.linspace(1, 2, 777).astype(dtype)
    wide = lanewise.dot(x.astype("f4"), y.astype("f4"))
    assert lanewise.dot(x, y).dtype == dtype and lanewise.dot(x, y) == wide.astype(dtype)
    assert lanewise.dot(x[::2], y[::2]) == lanewise.dot(
        x[::2].astype("f4"), y[::2].astype("f4")).astype(dtype)
    nothing = x[:0]
    assert lanewise.sum(nothing) == 0 and lanewise.prod(nothing) == 1
    zeros = np.array([-0.0, -0.0], dtype)
    assert np.signbit(lanewise.sum(zeros).astype("f4"))
    assert not np.signbit(lanewise.sum(zeros, where=[False, False]).astype("f4"))
    assert lanewise.var(np.full(5000, 0.1).astype(dtype)) == 0
    with_nan = np.append(x, x.dtype.type(np.nan))
    assert np.isnan(lanewise.max(with_nan).astype("f4")) and lanewise.argmax(with_nan) == 777
    with pytest.warns(RuntimeWarning, match="empty"):
        assert np.isnan(lanewise.mean(nothing).astype("f4"))
