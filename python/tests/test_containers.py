"""Functions that reduce, scan and move keep units, masks and labels, or refuse."""

import numpy as np
import pytest

import lanewise
from clib import same_bits

X = np.linspace(-3, 5, 12).reshape(3, 4)


# ---- masks

DOMAINS = [n for n in ("log", "sqrt", "divide", "exp", "tanh", "pow", "sin", "minimum", "less", "rint")
           if hasattr(lanewise, n)]


@pytest.mark.parametrize("name", DOMAINS)
def test_masks_of_arguments_outside_the_domain(name):
    x = np.ma.array([4.0, 0.0, -1.0, 2.0, np.nan], mask=[0, 0, 0, 1, 0])
    y = np.ma.array([1.0, 0.0, 0.0, 2.0, 3.0])
    args = (x, y)[:getattr(lanewise, name).nin]
    with np.errstate(all="ignore"):
        got, want = getattr(lanewise, name)(*args), getattr(np, {"pow": "power"}.get(name, name))(*args)
    assert np.array_equal(np.ma.getmaskarray(got), np.ma.getmaskarray(want))
    assert got.dtype == want.dtype
    np.testing.assert_allclose(got.filled(7), want.filled(7), rtol=1e-14)


def test_where_masks_what_is_chosen():
    m = np.ma.array([1.0, 2.0, 3.0], mask=[1, 1, 0])
    for condition in ([True, False, True], np.ma.array([True, False, True], mask=[0, 0, 1])):
        got, want = lanewise.where(condition, m, 0.0), np.ma.where(condition, m, 0.0)
        assert np.array_equal(np.ma.getmaskarray(got), np.ma.getmaskarray(want))
        assert np.array_equal(got.filled(9), want.filled(9))


# ---- units

@pytest.fixture
def units():
    return pytest.importorskip("astropy.units")


def test_quantities(units):
    km, values = units.km, np.array([1.0, 2.0, 3.5])
    q = values * km
    for name, unit in {"sum": km, "mean": km, "min": km, "max": km, "var": km**2, "cumsum": km,
                       "cumulative_sum": km}.items():
        got = getattr(lanewise, name)(q)
        assert got.unit == unit and same_bits(got.value, getattr(lanewise, name)(values)), name
    assert lanewise.argmax(q) == 2 and not hasattr(lanewise.argmax(q), "unit")
    assert lanewise.sum([1, 2, 3] * km) == 6 * km
    assert lanewise.dot(q, q).unit == km**2 and lanewise.dot(q, values).unit == km
    assert (lanewise.compress([True, False, True], q) == [1.0, 3.5] * km).all()
    assert lanewise.astype(q, "f4").unit == km and lanewise.astype(q, "f4").dtype == np.float32
    assert lanewise.sum(q.reshape(3, 1), axis=0, keepdims=True).shape == (1, 1)
    assert lanewise.sum(q, initial=500 * units.m) == 7 * km
    assert lanewise.add.reduce(q) == 6.5 * km
    out = 0.0 * units.m
    assert lanewise.sum(q, out=out) is out and out == 6500 * units.m
    for bad in (lambda: lanewise.sum(q, initial=5), lambda: lanewise.sum(q, out=np.empty(())),
                lambda: lanewise.sum(values, initial=q[0]), lambda: lanewise.sum(values, out=out)):
        with pytest.raises((TypeError, units.UnitConversionError)):
            bad()


def test_quantities_in_elementwise_functions(units):
    q = [1.0, 4.0] * units.km
    assert lanewise.sqrt(q).unit == units.km**0.5
    assert (lanewise.add(q, 500 * units.m) == [1.5, 4.5] * units.km).all()
    assert lanewise.multiply(q, q).unit == units.km**2
    assert lanewise.sin(90 * units.deg) == 1
    assert lanewise.less(q, 2000 * units.m).tolist() == [True, False]
    assert (lanewise.clip(q, 2 * units.km, 3 * units.km) == [2, 3] * units.km).all()
    assert same_bits(lanewise.exp(q / q).value, lanewise.exp(np.ones(2)))
    for bad in (lambda: lanewise.exp(q), lambda: lanewise.add(q, 1.0), lambda: lanewise.fma(q, q, q),
                lambda: lanewise.where([True, False], q, q)):
        with pytest.raises((TypeError, units.UnitConversionError)):
            bad()


class Tagged:
    """Answers NumPy's functions and nothing else."""

    def __array_function__(self, function, types, args, kwargs):
        return (function, types, args, kwargs) if function is not np.var else NotImplemented


def test_array_function_gets_numpys_function():
    tagged = Tagged()
    for name in ("sum", "mean", "min", "max", "argmax", "cumsum"):
        got = getattr(lanewise, name)(tagged, axis=1)
        assert got == (getattr(np, name), (Tagged,), (tagged,), {"axis": 1})
    assert lanewise.dot(X[0], tagged)[0] is np.dot
    assert lanewise.compress([True], tagged)[0] is np.compress
    assert lanewise.sum(X, out=tagged)[0] is np.sum
    with pytest.raises(TypeError, match="lanewise.var does not take Tagged"):
        lanewise.var(tagged)


# ---- labels

def test_series():
    pandas = pytest.importorskip("pandas")
    s = pandas.Series([1.5, -2.0, 300.0], index=list("abc"), name="n")
    values = s.to_numpy()
    for got, want in ((lanewise.cumsum(s), lanewise.cumsum(values)),
                      (lanewise.cumulative_sum(s), lanewise.cumsum(values)),
                      (lanewise.astype(s, "u1"), lanewise.astype(values, "u1"))):
        assert list(got.index) == list("abc") and got.name == "n" and same_bits(got.to_numpy(), want)
    kept = lanewise.compress([True, False, True], s)
    assert list(kept.index) == ["a", "c"] and kept.tolist() == [1.5, 300.0]
    assert lanewise.compress(s > 0, np.arange(3)).tolist() == [0, 2]
    assert same_bits(lanewise.sum(s), lanewise.sum(values))
    assert same_bits(lanewise.dot(s, s), lanewise.dot(values, values))
    assert lanewise.sum(s, where=s > 0) == 301.5
    assert np.isnan(lanewise.sum(pandas.Series([1.0, np.nan])))
    with pytest.raises(TypeError, match="datetime64"):
        lanewise.max(pandas.Series(pandas.to_datetime(["2020-01-01"])))


def test_frame():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("wxyz"), index=[10, 20, 30])
    for name in ("sum", "mean", "var", "min", "max", "argmax"):
        function = getattr(lanewise, name)
        assert same_bits(function(frame), function(X))
        for axis, labels in ((0, frame.columns), (1, frame.index), (-1, frame.index)):
            got = function(frame, axis=axis)
            assert got.index.equals(labels) and same_bits(got.to_numpy(), function(X, axis=axis))
    got = lanewise.cumsum(frame, axis=0)
    assert got.columns.equals(frame.columns) and same_bits(got.to_numpy(), lanewise.cumsum(X, 0))
    mixed = pandas.DataFrame({"a": [2**53 + 1, 1], "b": [0.5, 2.5]})
    assert lanewise.astype(mixed, "i8").to_numpy().tolist() == [[2**53 + 1, 0], [1, 2]]
    assert lanewise.compress([False, True], frame, axis=1).columns.tolist() == ["x"]
    for bad in (lambda: lanewise.cumsum(frame), lambda: lanewise.sum(frame, axis=0, keepdims=True),
                lambda: lanewise.compress([True], frame),
                lambda: lanewise.cumulative_sum(frame, axis=0, include_initial=True)):
        with pytest.raises(TypeError, match="labels"):
            bad()


def test_data_arrays():
    xarray = pytest.importorskip("xarray")
    a = xarray.DataArray(X, dims=("y", "x"), coords={"x": [1, 2, 3, 4]}, name="t")
    for name in ("sum", "mean", "var", "min", "max", "argmax"):
        function = getattr(lanewise, name)
        got = function(a, axis=0)
        assert got.dims == ("x",) and got.x.equals(a.x) and same_bits(got.values, function(X, axis=0))
        assert same_bits(function(a).values, np.asarray(function(X)))
    got = lanewise.cumsum(a, axis=1)
    assert got.dims == a.dims and got.x.equals(a.x) and same_bits(got.values, lanewise.cumsum(X, 1))
    assert same_bits(lanewise.astype(a, "i4").values, lanewise.astype(X, "i4"))
    kept = lanewise.compress([True, False, True], a, axis=1)
    assert kept.x.values.tolist() == [1, 3] and same_bits(kept.values, X[:, [0, 2]])
    assert same_bits(lanewise.sum(a.variable, axis=1).values, lanewise.sum(X, axis=1))
    with pytest.raises(TypeError, match="labels"):
        lanewise.cumsum(a)


# ---- lazy blocks

def test_dask_stays_lazy():
    dask = pytest.importorskip("dask.array")
    computed = []

    def block(values):
        computed.append(values.shape)
        return values

    a = dask.from_array(X, chunks=(2, 2)).map_blocks(block, dtype=X.dtype, meta=X[:0, :0])
    results = {
        "astype": (lanewise.astype(a, "u1"), lanewise.astype(X, "u1")),
        "cumsum": (lanewise.cumsum(a, 0), lanewise.cumsum(X, 0)),
        "wider": (lanewise.cumsum(a, axis=1, dtype="f4"), lanewise.cumsum(X, 1, "f4")),
        "one axis": (lanewise.cumulative_sum(a[0]), lanewise.cumulative_sum(X[0])),
        "sum": (lanewise.sum(a), lanewise.sum(X)), "mean": (lanewise.mean(a, 0), lanewise.mean(X, 0)),
        "argmax": (lanewise.argmax(a, axis=1), lanewise.argmax(X, axis=1)),
        "compress": (lanewise.compress([True, False, True], a, axis=0), X[[0, 2]]),
        "dot": (lanewise.dot(a[0], a[0]), lanewise.dot(X[0], X[0])),
        "reduce": (lanewise.add.reduce(a), lanewise.sum(X, axis=0)),
    }
    assert not computed
    for name, (lazy, want) in results.items():
        assert isinstance(lazy, dask.Array) and lazy.dtype == want.dtype, name
        assert same_bits(lazy.compute(scheduler="sync"), np.asarray(want)), name
    for bad in (lambda: lanewise.var(a, keepdims=True), lambda: lanewise.cumsum(a), lambda: lanewise.astype(a, "c16"),
                lambda: lanewise.sum(a, keepdims=True), lambda: lanewise.min(a, initial=3)):
        with pytest.raises(TypeError, match="lanewise"):
            bad()
