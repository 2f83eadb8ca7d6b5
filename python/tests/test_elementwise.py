"""Elementwise functions: every layout, out, where, against the C library and against NumPy."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lanewise
from arrays import LAYOUTS, broadcastable, layout, layouts, seeds, shapes, values
from clib import BOUNDS, ELEMENTWISE, KERNELS, call, results, same_bits

NUMPY = {"abs": np.absolute, "pow": np.power, "clip": np.clip,
         "where": np.where, "fma": lambda x, y, z: x * y + z}


def expected(name, args, out_char):
    """Bits from the C library, with the operands broadcast."""
    shape = np.broadcast_shapes(*(a.shape for a in args))
    flat = [np.broadcast_to(a, shape).astype(a.dtype.newbyteorder("="), order="C").ravel()
            for a in args]
    made = tuple(a.reshape(shape) for a in results(call(name, *flat, out_char=out_char)))
    return made if len(made) > 1 else made[0]


@pytest.mark.parametrize("name", ELEMENTWISE)
@given(data=st.data())
def test_any_layout_has_the_bits_of_the_library(name, data):
    inputs, output = data.draw(st.sampled_from(KERNELS[name]))
    rng = np.random.default_rng(data.draw(seeds))
    shape = data.draw(shapes)
    args = [layout(rng, values(rng, shape if i == 0 else broadcastable(rng, shape), char),
                   data.draw(layouts)) for i, char in enumerate(inputs)]
    want = expected(name, args, output)
    got = getattr(lanewise, name)(*args)
    assert "".join(a.dtype.char for a in results(got)) == output
    assert same_bits(got, want)


@pytest.mark.parametrize("name", ELEMENTWISE)
@given(data=st.data())
def test_out_and_where(name, data):
    inputs, output = data.draw(st.sampled_from(KERNELS[name]))
    rng = np.random.default_rng(data.draw(seeds))
    shape = data.draw(shapes)
    args = [values(rng, shape, char) for char in inputs]
    want = results(expected(name, args, output))
    before = [values(rng, shape, char) for char in output]
    outs = tuple(layout(rng, a.copy(), data.draw(st.sampled_from(
        [kind for kind in LAYOUTS if kind != "readonly"]))) for a in before)
    mask = rng.random(shape) < 0.5
    result = getattr(lanewise, name)(*args, out=outs, where=mask)
    for i, char in enumerate(output):
        assert results(result)[i] is outs[i]
        assert same_bits(outs[i].astype(char), np.where(mask, want[i], before[i]))


# The factor of radians and degrees is rounded once more: test_numpys_meaning.py has NumPy's bits.
@pytest.mark.parametrize("name", [n for n in ELEMENTWISE if BOUNDS[n] > 0
                                  and n not in ("radians", "degrees")])
@pytest.mark.parametrize("char", "fd")
def test_within_the_bound_of_numpy_in_more_precision(name, char):
    inputs = next(i for i, _ in KERNELS[name] if char in i)
    rng = np.random.default_rng(7)
    args = [values(rng, 20000, c) for c in inputs]
    if name == "pow":
        args[0] = np.abs(args[0])
    got = getattr(lanewise, name)(*args)
    function = NUMPY.get(name) or getattr(np, name)
    with np.errstate(all="ignore"):
        exact = function(*(a.astype("g") for a in args))
    for one, its in zip(results(got), results(exact), strict=True):
        check_bound(name, char, one, its)


def check_bound(name, char, got, exact):
    with np.errstate(all="ignore"):
        finite = np.isfinite(exact) & np.isfinite(got) & (np.abs(exact) > np.finfo(char).tiny)
        spacing = np.spacing(np.abs(exact[finite]).astype(char)).astype("g")
        error = np.abs(got[finite].astype("g") - exact[finite]) / spacing
        assert np.array_equal(np.isnan(got), np.isnan(exact))
    assert finite.any()
    # Half an ULP for the rounding of the reference's argument spacing at powers of two.
    assert error.max() <= BOUNDS[name] * 2 if name == "pow" else error.max() <= BOUNDS[name] + 0.05


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_numpy_agrees_in_half_precision(name):
    if not any("f" in i for i, _ in KERNELS[name]) or len(KERNELS[name][0][1]) > 1:
        pytest.skip("no float loop, or two results, which are NumPy's")
    inputs = next(i for i, _ in KERNELS[name] if "f" in i).replace("f", "e")
    rng = np.random.default_rng(3)
    args = [values(rng, 3001, c, ordinary=True) for c in inputs]
    if name in ("log", "sqrt", "pow"):
        args[0] = np.abs(args[0])
    got = getattr(lanewise, name)(*args)
    function = NUMPY.get(name) or getattr(np, name)
    want = function(*(a.astype("d") if a.dtype == "e" else a for a in args))
    if want.dtype.kind == "f":
        want = want.astype("e")
        assert got.dtype == "e"
        ulps = np.abs(got.view("i2").astype(int) - want.view("i2").astype(int))
        same_sign = np.signbit(got) == np.signbit(want)
        assert (ulps[same_sign & ~np.isnan(want)] <= 1).all()
        if name in ("add", "subtract", "multiply", "divide", "sqrt", "negative", "abs", "fma"):
            assert same_bits(got, want)
    else:
        assert same_bits(got, want)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_numpys_integer_loops_are_used_where_lanewise_has_none(name):
    function, numpy = getattr(lanewise, name), NUMPY.get(name) or getattr(np, name)
    rng = np.random.default_rng(5)
    for types in function.types:
        given_types, _, output = types.partition("->")
        if not set(given_types) <= set("?bBhHiIlLqQ"):
            continue
        args = [values(rng, 257, c) for c in given_types]
        if name == "pow":
            args[1] = np.abs(args[1]) % 4
        got = function(*args)
        want = numpy(*args)
        want = tuple(a.astype(char) for a, char in zip(results(want), output, strict=True))
        assert same_bits(results(got), want), types


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divmod", "minimum", "maximum",
                                  "bitwise_and", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal"])
@pytest.mark.parametrize("char", "bBhHiIlLqQ")
def test_integers_of_the_whole_range_are_numpys(name, char):
    rng, info = np.random.default_rng(8), np.iinfo(char)
    ends = np.array([info.min, info.min + 1, 0, 1, info.max - 1, info.max], char)
    x, y = (np.concatenate([pairs, np.frombuffer(rng.bytes(1001 * ends.itemsize), char)])
            for pairs in (np.repeat(ends, 6), np.tile(ends, 6)))
    ours, numpys = getattr(lanewise, name), np.errstate(all="ignore")(getattr(np, name))
    assert any(np.dtype(inputs[0]) == ends.dtype for inputs, _ in KERNELS[name])  # a loop of its own
    assert same_bits(ours(x, y), numpys(x, y))
    assert same_bits(ours(x[::-3], y[::3]), numpys(x[::-3], y[::3]))
    assert same_bits(ours(x, y[5]), numpys(x, y[5]))


@pytest.mark.parametrize("char", "?bBhHiIlLqQefd")
def test_where_and_compress_move_every_dtype(char):
    rng = np.random.default_rng(9)
    x, y = (values(rng, 1027, char) for _ in range(2))
    mask = rng.random(1027) < 0.4
    assert same_bits(lanewise.where(mask, x, y), np.where(mask, x, y))
    assert same_bits(lanewise.compress(mask, x), x[mask])
    assert same_bits(lanewise.compress(mask[::2], x[::2]), x[::2][mask[::2]])


def test_every_byte_but_zero_is_true():
    x, y = (a.astype("u1") for a in np.divmod(np.arange(65536), 256))
    want = (x != 0) == (y != 0)
    assert same_bits(lanewise.equal(x.view(bool), y.view(bool)), want)
    assert same_bits(lanewise.not_equal(x.view(bool), y.view(bool)), ~want)
    p, q = x != 0, y != 0
    for operation in ("and", "or", "xor"):
        want = getattr(np, f"bitwise_{operation}")(p, q)
        for kind in ("bitwise", "logical"):
            function = getattr(lanewise, f"{kind}_{operation}")
            assert same_bits(function(x.view(bool), y.view(bool)), want)
    assert same_bits(lanewise.invert(x.view(bool)), ~p)
    assert same_bits(lanewise.logical_not(x.view(bool)), ~p)


@pytest.mark.parametrize("char", "fd")
def test_slices_give_what_numpy_gives(char):
    base = np.arange(2 * 40 * 50, dtype=char).reshape(2, 40, 50) / 7
    views = [base[:, ::2], base[:, :, ::3], base[:, 5:, 7:], base[1:, :, 3:4], base[:, ::-1],
             base.T, base.swapaxes(0, 1), base[::-1, ::2, ::-2], base[:, :, :3], base[0, :, 0],
             np.broadcast_to(base[0, 0], (3, 50))]
    for view in views:
        for ours, numpys in ((lanewise.add(view, view), np.add(view, view)),
                             (lanewise.multiply(view, 2.5), np.multiply(view, 2.5)),
                             (lanewise.less(view, view[..., :1]), np.less(view, view[..., :1])),
                             (lanewise.sqrt(view), np.sqrt(view))):
            assert same_bits(ours, numpys)
            assert ours.strides == numpys.strides


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_large_arrays_with_threads(name):
    inputs, output = KERNELS[name][0]
    rng = np.random.default_rng(1)
    args = [np.resize(values(rng, 10007, c), 1_500_000) for c in inputs]
    function = getattr(lanewise, name)
    got = function(*args)
    with lanewise.threads(1), lanewise.target("sse2"):
        assert same_bits(function(*args), got)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("scalar", [2.5, 3, np.float32(0.5), np.float64(0.1), True, np.nan, np.inf])
def test_scalars_promote_as_in_numpy(dtype, scalar):
    x = np.linspace(-2, 2, 17, dtype=dtype)
    for ours, numpys in ((lanewise.add, np.add), (lanewise.multiply, np.multiply),
                         (lanewise.less, np.less)):
        assert same_bits(ours(x, scalar), numpys(x, scalar))
        assert same_bits(ours(scalar, x), numpys(scalar, x))


def test_results_of_no_dimension_are_scalars():
    assert type(lanewise.exp(1.0)) is np.float64
    assert type(lanewise.exp(np.float32(1))) is np.float32
    assert type(lanewise.add(np.array(1.0), 2)) is np.float64
    assert lanewise.exp(np.array(1.0), out=np.empty(())).shape == ()


def test_where_and_clip_take_what_numpys_do():
    x = np.arange(-3.0, 4)
    for condition in (x > 0, [0, 1, 0, 2, 0, 1, 1], x):
        assert same_bits(lanewise.where(condition, x, 0), np.where(condition, x, 0))
    assert same_bits(lanewise.where(x)[0], np.where(x)[0])
    with pytest.raises(ValueError, match="both x and y"):
        lanewise.where(x, x)
    for bounds in ((-1, 1), (None, 1), (-1, None)):
        assert same_bits(lanewise.clip(x, *bounds), np.clip(x, *bounds))
    assert same_bits(lanewise.clip(x, a_min=-1, a_max=[2] * 7), np.clip(x, -1, [2] * 7))
    out = np.empty_like(x)
    assert lanewise.clip(x, -1, 1, out) is out


@pytest.mark.parametrize("chars", ["?H", "?h", "?e", "?L", "?I", "?b", "??"])
def test_where_moves_any_dtype(chars):
    rng = np.random.default_rng(2)
    condition, x, y = (values(rng, 999, c) for c in (chars[0], chars[1], chars[1]))
    assert same_bits(lanewise.where(condition, x, y), np.where(condition, x, y))


def test_astype_saturates():
    x = np.array([1e30, -1e30, np.nan, -3.7, 65520.0])
    assert lanewise.astype(x, "i4").tolist() == [2**31 - 1, -(2**31), 0, -3, 65520]
    assert lanewise.astype(x, "i8").tolist() == [2**63 - 1, -(2**63), 0, -3, 65520]
    assert same_bits(lanewise.astype(x, "f4"), x.astype("f4"))
    assert same_bits(lanewise.astype(x[::-2], "e"), x[::-2].astype("e"))
    assert lanewise.astype([1, 2], "u2").dtype == np.uint16
    assert lanewise.astype(x, "f8", copy=False) is x
    assert lanewise.astype(x, ">i4").dtype == np.dtype(">i4")
    with pytest.raises(TypeError, match="complex128"):
        lanewise.astype(x, complex)


@pytest.mark.parametrize("to", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
@pytest.mark.parametrize("char", "efd")
def test_floats_saturate_in_every_integer(char, to):
    info = np.iinfo(to)
    with np.errstate(all="ignore"):
        x = np.array([np.nan, np.inf, -np.inf, -0.0, -0.99, 0.5, -1, -2.7, 3.9, 127.5, 128, 255.9, 256,
                      -128.9, -129, 300, 32767.9, 65535.5, 65536, 2.0**31, 2.0**32, 2.0**63 * 0.999,
                      2.0**63, 2.0**64 * 0.999, 2.0**64, -(2.0**63), 1e300]).astype(char)
    exact = [0 if v != v else info.max if v > info.max else info.min if v < info.min else int(v)
             for v in x.tolist()]
    with np.errstate(invalid="ignore"):
        for view in (x, np.repeat(x, 3)[::3], x[::-1].copy()[::-1], np.resize(x, (999,))[:x.size]):
            got = lanewise.astype(view, to)
            assert got.dtype == to and got.tolist() == exact
        many = lanewise.astype(np.resize(x, 2000), to)  # more than one block
        assert many.tolist() == (exact * 100)[:2000]
        block = lanewise.astype(np.asfortranarray(x.reshape(3, 9)), to)
        assert [n for row in block.tolist() for n in row] == exact
        assert lanewise.astype(x[1], to) == info.max
        assert lanewise.astype(x.astype(x.dtype.newbyteorder(">")), to).tolist() == exact
    with np.errstate(invalid="raise"):
        assert lanewise.astype(np.array([0.5, 7, 100], char), to).tolist() == [0, 7, 100]
        for bad in (np.nan, np.inf, -np.inf):
            with pytest.raises(FloatingPointError):
                lanewise.astype(np.array([bad] * 3, char), to)


def test_bfloat16_saturates():
    x = np.array([300.0, -2.0, np.nan, np.inf]).astype(pytest.importorskip("ml_dtypes").bfloat16)
    with np.errstate(invalid="ignore"):
        assert lanewise.astype(x, "u1").tolist() == [255, 0, 0, 255]
        assert lanewise.astype(x, "i4").tolist() == [300, -2, 0, 2**31 - 1]


@pytest.mark.skipif(np.__version__.startswith("1."), reason="NumPy 2's rule")
@pytest.mark.parametrize("char", "bBhHiIlLd")
def test_bounds_of_clip_beyond_the_dtype(char):
    x = np.arange(5).astype(char)
    for low, high in ((0, 4550), (-500, 3), (-10**30, 10**30), (None, 10**30), (-10**30, None), (1, 3),
                      (None, None), (300, 400), (-5, -3), (1.5, 2.5), (np.int64(-4), 10**30)):
        def call(clip):
            try:
                return clip(x, low, high)
            except OverflowError:
                return "OverflowError"
        got, want = call(lanewise.clip), call(np.clip)
        assert same_bits(got, want) if not isinstance(want, str) else got == want, (low, high)
    assert lanewise.clip(np.uint8(5), 0, 300) == 5 and lanewise.clip([0, 255], 0, 10**30)[1] == 255
    with pytest.raises(ValueError, match="not both"):
        lanewise.clip(x, 0, a_max=3, min=1)


STRANGE = {
    "object": np.array([object(), None, object()], object), "date": np.array([1, 2, 3], "M8[D]"),
    "duration": np.array([1, 2, 3], "m8[s]"), "text": np.array(["a", "b", "c"]),
    "bytes": np.array([b"a", b"b", b"c"]), "record": np.zeros(3, "i4,f4"),
    "eight": np.zeros(3, "i4,i4"), "complex": np.ones(3, "c8"), "long": np.ones(3, "g"),
}
if hasattr(np.dtypes, "StringDType"):
    STRANGE["strings"] = np.array(["a", "b", "c"], np.dtypes.StringDType())
KEEP = np.array([True, False, True])
TAKE = {
    "compress": lambda f, x: f(KEEP, x), "where": lambda f, x: f(KEEP, x, x),
    "clip": lambda f, x: f(x, x, x), "fma": lambda f, x: f(x, x, x),
    "astype": lambda f, x: f(x, "i8"), "dot": lambda f, x: f(x, x),
    "searchsorted": lambda f, x: f(x, x),
    **{name: lambda f, x: f(x) for name in ("sum", "min", "max", "mean", "var", "argmax", "cumsum",
                                            "cumulative_sum")},
}


@pytest.mark.parametrize("x", STRANGE.values(), ids=STRANGE)
def test_what_is_no_number_is_refused_everywhere(x):
    for name in set(ELEMENTWISE) | set(TAKE):
        function = getattr(lanewise, name)
        take = TAKE.get(name, lambda f, x: f(*[x] * f.nin))
        with pytest.raises(TypeError):
            take(function, x)
        with pytest.raises(TypeError):
            take(function, x[::-1])


def test_objects_keep_their_references():
    x = STRANGE["object"]
    before = sys.getrefcount(x[0])
    for _ in range(100):
        with pytest.raises(TypeError):
            lanewise.compress(KEEP, x)
    assert before <= sys.getrefcount(x[0]) < before + 10  # a traceback may hold one
