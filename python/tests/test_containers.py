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


    assert lanewise.where(np.ma.array([True, False]), np.ma.masked, np.float32([1, 2])).dtype == "f4"


def test_where_of_masked_arrays_with_keywords():
    m = np.ma.array([1, 2, 3], mask=[1, 0, 0], dtype="f4")
    for condition in ([False, True, True], [True, True, False]):
        want = np.ma.where(condition, m, np.float32(0))
        # A Python number has no dtype of its own, as beside other arrays.
        for got in (lanewise.where(condition, m, 0.0), lanewise.where(condition, m, 0.0, dtype="f4"),
                    lanewise.where(condition, m, 0.0, out=np.ma.ones(3, "f4")),
                    lanewise.where(condition, m, 0.0, out=(np.ma.array([5, 6, 7], "f4", mask=True),))):
            assert got.dtype == "f4" and got.filled(9).tolist() == want.filled(9).tolist()
    assert lanewise.where([True, False, True], m, m, dtype="f8").dtype == "f8"
    out = np.ma.zeros(3, "f4")
    assert lanewise.where([True, True, False], m, 0.0, out=out) is out
    for more in ({"out": np.empty(3, "f4")}, {"where": np.array([True, False, True])}):
        with pytest.raises(TypeError, match=f"{next(iter(more))}"):
            lanewise.where([False, True, True], m, 0.0, **more)


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


def test_quantities_with_a_mask(units):
    masked = pytest.importorskip("astropy.utils.masked")
    m = masked.Masked([1.0, 2.0, 3.0] * units.km, mask=[True, False, False])
    for name in ("sum", "mean", "min", "max", "cumsum"):
        got, want = getattr(lanewise, name)(m), getattr(np, name)(m)
        assert type(got) is type(want) is type(m) and got.unit == want.unit
        assert np.array_equal(got.mask, want.mask) and np.array_equal(got.unmasked, want.unmasked)
    assert lanewise.sum(m).mask and lanewise.max(m) == 3 * units.km
    assert lanewise.argmax(m) == 2
    assert lanewise.compress([True, True, False], m).mask.tolist() == [True, False]
    if hasattr(np, "astype"):  # NumPy 2.1
        assert lanewise.astype(m, "f4").mask.tolist() == [True, False, False]
    for bad in (lambda: lanewise.dot(m, m), lambda: lanewise.dot(m.unmasked, m),
                lambda: lanewise.dot(m, m.unmasked)):
        with pytest.raises(TypeError, match="dot"):
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


def test_derived_classes_are_asked_before_their_bases():
    class Derived(Tagged):
        def __array_function__(self, function, types, args, kwargs):
            return "derived" if function is np.dot else NotImplemented

    assert lanewise.dot(Tagged(), Derived()) == lanewise.dot(Derived(), Tagged()) == "derived"
    with pytest.raises(TypeError, match="sum does not take"):  # its base would lose what it has
        lanewise.sum(Derived(), initial=Tagged())


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


def test_out_has_no_labels():
    pandas, xarray = pytest.importorskip("pandas"), pytest.importorskip("xarray")
    ones, series = np.ones((3, 2)), pandas.Series(np.zeros(3))
    array = xarray.DataArray(np.zeros(3))
    for out in (series, array, array.variable):
        for bad in (lambda: lanewise.sum(ones, axis=1, out=out),
                    lambda: lanewise.cumsum(series, out=out), lambda: lanewise.cumsum(array, out=out),
                    lambda: lanewise.compress([True] * 3, series, out=out),
                    lambda: lanewise.mean(pandas.DataFrame(ones), axis=1, out=out)):
            with pytest.raises(TypeError, match=f"out must be an array, not {type(out).__name__}"):
                bad()
    plain = np.empty(3)
    assert lanewise.cumsum(series + 1, out=plain) is plain and plain.tolist() == [1, 2, 3]


def test_attrs_stay():
    pandas = pytest.importorskip("pandas")
    s = pandas.Series([1.0, 2.0])
    frame = pandas.DataFrame({"a": [1, 2], "b": [0.5, 1.5]})
    s.attrs = frame.attrs = {"unit": "km"}
    for got in (lanewise.cumsum(s), lanewise.cumulative_sum(s), lanewise.astype(s, "f4"),
                lanewise.compress([True, False], s), lanewise.exp(s), lanewise.pow(s, 2.5),
                lanewise.cumsum(frame, axis=0), lanewise.astype(frame, "f4"),
                lanewise.sum(frame, axis=0), lanewise.astype(frame[[]], "f4"),
                lanewise.compress([True, False], frame, axis=1), lanewise.pow(frame, 2)):
        assert got.attrs == {"unit": "km"}, got


def test_one_axis_of_labelled_operands():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X)
    for bad in (lambda: lanewise.cumsum(frame, axis=(0, 1)),
                lambda: lanewise.cumsum(frame[0], axis=(0,)),
                lambda: lanewise.compress([True], frame, axis=(0, 1)),
                lambda: lanewise.cumulative_sum(frame[0], 0), lambda: lanewise.astype(frame),
                lambda: lanewise.dot(frame[0]), lambda: lanewise.compress(frame[0])):
        with pytest.raises(TypeError):
            bad()


def test_elements_of_pandas_objects_are_lanewises():
    """pandas has operators of its own for ufuncs of some names."""
    pandas = pytest.importorskip("pandas")
    x = np.random.default_rng(5).uniform(0.1, 9, (400, 2))
    for char, nullable in (("f8", "Float64"), ("f4", "Float32")):
        values = x.astype(char)
        s, frame = pandas.Series(values[:, 0]), pandas.DataFrame(values)
        for name in ("add", "subtract", "multiply", "divide", "pow", "power", "minimum", "maximum"):
            function = getattr(lanewise, name)
            for labelled in (s, s.astype(nullable), pandas.Index(s), frame, frame[0].array):
                plain = np.asarray(labelled, char)
                for got, want in ((function(labelled, 2.37), function(plain, 2.37)),
                                  (function(2.37, labelled), function(2.37, plain)),
                                  (function(labelled, labelled), function(plain, plain)),
                                  (function(plain, labelled), function(plain, plain))):
                    assert same_bits(np.asarray(got, char), want), (name, type(labelled))
            assert same_bits(function(s, s.iloc[::-1]).to_numpy(), function(*[values[:, 0]] * 2))


def test_pow_of_frames():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.5, 2.5], "b": [2, 3], "c": np.float32([0.5, 7])}, index=[5, 6])
    other = pandas.DataFrame({"c": [2.0, 3.0], "a": [0.5, np.nan], "b": [1, 2]}, index=[6, 5])
    for args in ((frame, 2), (frame, 2.5), (2, frame), (frame, frame), (frame, other),
                 (frame, [1, 2, 3]), (frame, frame.to_numpy()), (frame, other.iloc[0]),
                 (other.iloc[0], frame), (frame[["a"]], frame[["b"]]), (frame[[]], 2)):
        got, want = lanewise.pow(*args), args[0] ** args[1]
        pandas.testing.assert_frame_equal(got, want, check_dtype=True)
    assert lanewise.pow(frame, frame, out=None, dtype="f8").dtypes.tolist() == [np.float64] * 3


@pytest.mark.parametrize("dtype", ["Int64", "UInt8", "Float32", "boolean", "category"])
def test_extension_dtypes(dtype):
    pandas = pytest.importorskip("pandas")
    s = pandas.Series([1, 0, 1], index=list("abc")).astype(dtype)
    plain = s.to_numpy()
    for name in ("sum", "mean", "var", "min", "max", "argmax"):
        assert same_bits(getattr(lanewise, name)(s), getattr(lanewise, name)(plain))
    assert lanewise.dot(s, s) == lanewise.dot(plain, plain)
    assert same_bits(lanewise.cumsum(s).to_numpy(), lanewise.cumsum(plain))
    assert same_bits(lanewise.astype(s, "i2").to_numpy(), np.int16([1, 0, 1]))
    kept = lanewise.compress([True, False, True], s)
    assert kept.dtype == s.dtype and kept.index.tolist() == ["a", "c"]
    if dtype == "category":  # no numbers, says pandas
        with pytest.raises(TypeError, match="category|categorical"):
            lanewise.clip(s, 0, 1)
        return
    assert lanewise.where([True, False, False], s, 7).tolist() == [1, 7, 7]
    assert lanewise.clip(s, None, 0).tolist() == [0, 0, 0]
    assert same_bits(lanewise.exp(s).to_numpy("f8"), lanewise.exp(plain).astype("f8"))


def test_clip_of_nullable_integers():
    pandas = pytest.importorskip("pandas")
    s = pandas.Series([1, 2, 300, None], dtype="Int64")
    for bounds in ((0, 100), (None, 100), (0, None), (2, 10**30)):
        got, want = lanewise.clip(s, *bounds), np.clip(s, *bounds)
        assert got.dtype == want.dtype and got.equals(want)
    got = lanewise.clip(pandas.Series([5, 200], dtype="UInt8"), -3, 4550)
    assert got.dtype == "UInt8" and got.tolist() == [5, 200]


def test_missing_values():
    pandas = pytest.importorskip("pandas")
    s = pandas.Series([2**53 + 1, None, 3], dtype="Int64")
    for function in (lanewise.sum, lanewise.mean, lanewise.min):
        assert np.isnan(function(s))
    # Rounded once: by way of float64 the first would be 2**24.
    one = pandas.Series([2**24 + 1 + 2**-10, None], dtype="Float64")
    got = lanewise.astype(one, "f4")
    assert got.dtype == "f4" and got[0] == 2**24 + 2 and np.isnan(got[1])
    got = lanewise.astype(pandas.Series([2**60 + 2**36 + 1, None], dtype="Int64"), "f4")
    assert got[0] == 2**60 + 2**37 and np.isnan(got[1])
    assert lanewise.astype(pandas.Series([True, None], dtype="boolean"), "f4")[0] == 1
    for bad in (lambda: lanewise.astype(s, "i8"), lambda: lanewise.astype(s, bool)):
        with pytest.raises(ValueError, match="missing values have no"):
            bad()
    assert lanewise.astype(s.dropna(), "i8").tolist() == [2**53 + 1, 3]
    for bad in (lambda: lanewise.where([True, False, True], s, 0),
                lambda: lanewise.where([True, False, True], 0, s.to_frame()),
                lambda: lanewise.where([True, False, True], s.array, 0)):
        with pytest.raises(TypeError, match="missing"):
            bad()
    condition = pandas.Series([True, None, False], dtype="boolean")
    assert lanewise.where(condition, 1.5, 2.5).isna().tolist() == [False, True, False]


def test_sieves_of_labelled_operands_take_any_dtype():
    pandas, xarray = pytest.importorskip("pandas"), pytest.importorskip("xarray")
    times = pandas.to_datetime(["2020-01-01", "2021-01-01"])
    frame = pandas.DataFrame({"t": times, "name": ["x", "y"], "v": [1.5, 2.5]})
    got = lanewise.compress([False, True], frame, axis=0)
    assert got.equals(frame.iloc[[1]]) and got.dtypes.equals(frame.dtypes)
    assert lanewise.compress([False, True], frame["t"]).equals(frame["t"].iloc[[1]])
    array = xarray.DataArray(times, dims="t")
    assert lanewise.compress([False, True], array).equals(array[1:])
    for bad in (lambda: lanewise.compress([False, True], times.to_numpy()),
                lambda: lanewise.compress([False, True], frame["t"], out=times.to_numpy())):
        with pytest.raises(TypeError, match="datetime64"):
            bad()


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
