"""Elementwise functions on device arrays: NumPy's behaviour, the CPU's bits."""

import itertools

import numpy as np
import pytest

import lanewise
from clib import ELEMENTWISE, KERNELS, results, same_bits
from lanewise import ufuncs
from lanewise._selftest import inputs


def device(x, number=0):
    return lanewise.to_device(x, number)


def host(x):
    assert isinstance(x, lanewise.DeviceArray)
    return x.to_host()


def operands(types, size=203):
    return [a if c != "?" else a > 0 for c, a in
            ((c, inputs("d" if c == "?" else c, len(types), size)[i])
             for i, c in enumerate(types))]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_every_loop_has_the_cpus_bits(name):
    for types, out in KERNELS[name]:
        arrays = operands(types)
        with np.errstate(all="ignore"):
            want = results(getattr(lanewise, name)(*arrays))
            assert "".join(a.dtype.char for a in want) == out
            got = results(getattr(lanewise, name)(*map(device, arrays)))
            assert same_bits(tuple(map(host, got)), want), types


def test_two_results():
    x, y = np.linspace(-50, 50, 60).reshape(5, 12), np.arange(1.0, 13)
    want = lanewise.divmod(x, y)
    for got in (lanewise.divmod(device(x), device(y)), lanewise.divmod(device(x[::-1])[::-1], device(y)),
                lanewise.divmod(device(x), device(y), dtype="f8")):
        assert same_bits(tuple(map(host, got)), want)
    a = device(x)
    outs = a, device(np.zeros((5, 12), "f4"))
    assert lanewise.divmod(a, device(y), out=outs)[0] is a
    assert same_bits(host(a), want[0]) and same_bits(host(outs[1]), want[1].astype("f4"))
    quotient, given = lanewise.divmod(device(x), 3.0, out=(None, outs[0]))
    assert given is a
    assert same_bits((host(quotient), host(a)), lanewise.divmod(x, 3.0))
    with pytest.raises(TypeError, match="tuple of 2 arrays"):
        lanewise.divmod(a, 2.0, out=a)
    with pytest.raises(ValueError, match="of shape"):
        lanewise.divmod(a, 2.0, out=(a, device(np.zeros(3))))


LAYOUTS = [
    lambda x: x, lambda x: x[::-1], lambda x: x[::2, 1:], lambda x: x[1:2], lambda x: x[:, ::-3],
    lambda x: x[0], lambda x: x[3, 2], lambda x: x[:0], lambda x: x[..., None, 2:3],
    lambda x: x[None, ..., -1:],
]


@pytest.mark.parametrize("char", "fdl")
def test_layouts_and_broadcasting(char):
    x = np.arange(30).reshape(5, 6).astype(char) / 3
    y = (x * 2 - 11).astype(char)
    x = x.astype(char)
    on_device, other = device(x), device(y)
    for a, b in itertools.product(LAYOUTS, repeat=2):
        try:
            want = np.asarray(lanewise.add(a(x), b(y)))
        except ValueError:
            with pytest.raises(ValueError, match="broadcast"):
                lanewise.add(a(on_device), b(other))
            continue
        assert same_bits(host(lanewise.add(a(on_device), b(other))), want)
        assert same_bits(host(a(on_device)), np.asarray(a(x)))


NUMBERS = "ilefd"


@pytest.mark.parametrize("name", ["add", "divide", "less", "exp", "where"])
def test_dtypes_are_numpys_or_an_error_that_names_them(name):
    function, ufunc = getattr(lanewise, name), ufuncs.BY_NAME[name]
    loops = {types + "->" + out for types, out in KERNELS[name]}
    for chars in itertools.product(NUMBERS, repeat=min(ufunc.nin, 2)):
        chars = ("?" if name == "where" else "",) * (ufunc.nin == 3) + chars
        arrays = [np.ones(3, c) for c in chars]
        want = ufunc(*arrays)
        loop = [d.char for d in ufunc.resolve_dtypes((*(a.dtype for a in arrays), None))]
        if "".join(loop[:-1]) + "->" + loop[-1] not in loops:
            with pytest.raises(TypeError, match="no GPU kernel for .*float16"):
                function(*map(device, arrays))
            continue
        assert same_bits(host(function(*map(device, arrays))), want)


@pytest.mark.parametrize("char", NUMBERS)
@pytest.mark.parametrize("value", [2, 0.5, True, np.float32(0.5), np.float64(0.1), np.int64(3)])
def test_numbers_are_operands_by_value(char, value):
    if np.__version__.startswith("1."):
        pytest.skip("NumPy 1 promotes by value; device arrays follow NumPy 2")
    x = np.arange(4).astype(char)
    for a, b in ((x, value), (value, x)):
        want = lanewise.multiply(a, b)
        a, b = (device(v) if v is x else v for v in (a, b))
        try:
            got = lanewise.multiply(a, b)
        except TypeError as error:
            assert "bool" in str(error) or want.dtype == np.float16
            continue
        assert same_bits(host(got), want)
    assert same_bits(host(lanewise.where(True, device(np.ones(2)), 3)), np.ones(2))


def test_integers_beyond_the_dtype():
    x = np.array([1, 2], "i4")
    with pytest.raises(OverflowError, match="int32"):
        lanewise.add(device(x), 2**40)
    assert host(lanewise.less(device(x), 2**40)).tolist() == [True, True]


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_out(dtype, fake):
    x = np.linspace(-3, 3, 12).reshape(3, 4)
    for make in (lambda x: np.empty((3, 4), dtype), lambda x: np.empty((4, 3), dtype).T,
                 lambda x: np.empty((2, 3, 4), dtype)):
        want = make(x)
        lanewise.exp(x, out=want)
        base = device(np.ascontiguousarray(make(x)))
        out = base if base.shape == want.shape else None
        assert lanewise.exp(device(x), out=out) is out
        assert same_bits(host(out), want)
    out = device(np.zeros((3, 8), dtype))
    assert lanewise.exp(device(x), out=(out[:, ::2],)).shape == (3, 4)
    expected = np.zeros((3, 8), dtype)
    lanewise.exp(x, out=expected[:, ::2])
    assert same_bits(host(out), expected)
    launches = fake.counters.launches
    d = device(x)
    assert lanewise.exp(d, d) is d and fake.counters.launches == launches + 1
    assert same_bits(host(d), lanewise.exp(x))


def test_out_that_overlaps():
    x = np.arange(10.0)
    d, want = device(x), x.copy()
    lanewise.add(d[:-1], 1, out=d[1:])
    lanewise.add(want[:-1], 1, out=want[1:])
    assert same_bits(host(d), want)


def test_out_errors():
    x = device(np.ones((2, 3)))
    with pytest.raises(ValueError, match="output has shape"):
        lanewise.exp(x, out=device(np.ones(3)))
    with pytest.raises(TypeError, match="cannot cast the result from float64 to int32"):
        lanewise.exp(x, out=device(np.ones((2, 3), "i4")))
    with pytest.raises(TypeError, match="to_device"):
        lanewise.exp(x, out=np.ones((2, 3)))
    with pytest.raises(TypeError, match="out must be an array, not float"):
        lanewise.exp(x, out=1.0)
    with pytest.raises(TypeError, match="to_device"):
        lanewise.exp(np.ones((2, 3)), out=x)


def test_keywords():
    x = np.arange(4, dtype="f4")
    assert same_bits(host(lanewise.exp(device(x), dtype="f8")), lanewise.exp(x, dtype="f8"))
    assert same_bits(host(lanewise.clip(device(x), 1, 2)), lanewise.clip(x, 1, 2))
    assert same_bits(host(lanewise.clip(device(x), min=1)), lanewise.clip(x, min=1))
    assert same_bits(host(lanewise.clip(device(x), max=2)), lanewise.clip(x, max=2))
    assert same_bits(host(lanewise.where(device(x), device(x), 7)), lanewise.where(x, x, 7))
    for keyword in ({"where": device(x > 1)}, {"signature": "f->f"}):
        with pytest.raises(TypeError, match="neither where= nor signature="):
            lanewise.exp(device(x), **keyword)
    with pytest.raises(TypeError, match="nonsense"):
        lanewise.exp(device(x), nonsense=1)
    with pytest.raises(TypeError, match="takes 2 arrays, not 1"):
        lanewise.add(device(x))


@pytest.mark.parametrize("types", [f"{a}{b}" for (a,), b in KERNELS["convert"]])
def test_astype(types):
    x = np.array([0, 1, -3.5, 100.25, 3e9, -7]).astype(types[0])
    got = lanewise.astype(device(x), types[1])
    assert same_bits(host(got), lanewise.astype(x, types[1]))
    assert same_bits(host(lanewise.astype(device(x)[::2], types[1])), lanewise.astype(x[::2],
                                                                                      types[1]))


def test_astype_limits():
    d = device(np.ones(3, "f4"))
    assert lanewise.astype(d, "f4", copy=False) is d
    copied = lanewise.astype(d, "f4")
    assert copied is not d and host(copied).tolist() == [1, 1, 1]
    assert host(lanewise.astype(d, "i1")).tolist() == [1, 1, 1]


@pytest.mark.parametrize("dtype", ["c8", "g"])
def test_unsupported_dtypes_are_named(dtype):
    x = np.zeros(3, dtype)
    if dtype == "g":
        with pytest.raises(TypeError, match=str(x.dtype)):
            device(x)
        return
    for call in (lanewise.exp, lambda d: lanewise.add(d, d), lambda d: lanewise.less(d, 1)):
        with pytest.raises(TypeError, match=str(x.dtype)):
            call(device(x))


def test_operators():
    x = np.linspace(0.5, 3, 7)
    d = device(x)
    for f in (lambda a: a + 1, lambda a: 2 - a, lambda a: a * a, lambda a: 1 / a, lambda a: a**2,
              lambda a: -a, abs, lambda a: a < 2, lambda a: a == a, lambda a: a >= a[3]):
        assert same_bits(host(f(d)), np.asarray(f(x)))
    assert (d == None) is False  # noqa: E711
    with pytest.raises(TypeError):
        d + "text"
    with pytest.raises(TypeError, match="to_device"):
        d + x
    with pytest.raises(TypeError, match="to_device"):
        x + d
    with pytest.raises(TypeError):
        np.exp(d)


def test_functions_that_stay_on_the_host_say_so():
    d = device(np.ones(3))
    with pytest.raises(TypeError, match="to_host"):
        lanewise.compress(d > 0, d)
    with pytest.raises(TypeError, match="searchsorted does not take arrays on a device.*to_host"):
        lanewise.searchsorted(d, d)
    with pytest.raises(TypeError, match="condition alone"):
        lanewise.where(d)
    with pytest.raises(TypeError, match="ndarray"):
        lanewise.where(d > 0, np.ones(3), d)


def test_nothing_waits(fake):
    x = device(np.ones((50, 60), "f4"))
    before = fake.counters
    result = lanewise.sum(lanewise.exp(x + 1), axis=0) < 3
    after = fake.counters
    assert after.synchronises == before.synchronises and after.copies == before.copies
    assert after.lookups == before.lookups
    assert host(result).shape == (60,)


def test_errors_of_the_device(fake):
    x = device(np.ones(5))
    fake.control.fail(b"launch", 1, -12)
    with pytest.raises(RuntimeError, match="fake failure of launch"):
        lanewise.exp(x)
    fake.control.fail(b"alloc", 1, -9)
    with pytest.raises(MemoryError):
        lanewise.exp(x)
    assert host(lanewise.exp(x)).tolist() == lanewise.exp(np.ones(5)).tolist()
    fake.control.remove_kernel(21)
    try:
        with pytest.raises(TypeError, match="lanewise.exp: the GPU plugin has no kernel exp for f64"):
            lanewise.exp(x)
    finally:
        fake.control.remove_kernel(-1)
