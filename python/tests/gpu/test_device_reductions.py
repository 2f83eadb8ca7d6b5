"""Reductions on device arrays: results on the device, 0-d ones too, with the CPU's bits."""

import numpy as np
import pytest

import lanewise
from clib import KERNELS, SHAPES, same_bits

REDUCTIONS = sorted(n for n in KERNELS if SHAPES[n] in ("reduce", "arg"))


def device(x):
    return lanewise.to_device(x)


def host(x):
    assert isinstance(x, lanewise.DeviceArray)
    return x.to_host()


def sample(dtype, shape=(3, 20, 70)):
    state = np.arange(np.prod(shape, dtype=int), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return ((state >> np.uint64(40)).astype("f8") / 2**20 - 8).astype(dtype).reshape(shape)


LAYOUTS = [lambda x: x, lambda x: x[:, ::-1], lambda x: x[..., ::3], lambda x: x[1], lambda x: x[:0],
           lambda x: x[1, 2, 3]]
AXES = [None, 0, -1, 1, (0, 1), (0, 2), (2, 1, 0), ()]


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("layout", range(len(LAYOUTS)))
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_axes_and_layouts(name, layout, keepdims):
    function, layout = getattr(lanewise, name), LAYOUTS[layout]
    for types, _ in KERNELS[name]:
        x = sample(types)
        d = layout(device(x))
        for axis in AXES:
            try:
                want = np.asarray(function(layout(x), axis=axis, keepdims=keepdims))
            except (ValueError, TypeError) as error:
                with pytest.raises(type(error)):
                    function(d, axis=axis, keepdims=keepdims)
                continue
            assert same_bits(host(function(d, axis=axis, keepdims=keepdims)), want)


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("char", "?bBhHiIlLefd")
def test_dtypes_are_numpys_or_an_error_that_names_them(name, char):
    function, x = getattr(lanewise, name), sample(char, (7, 9))
    want = np.asarray(function(x, axis=0))
    try:
        got = function(device(x), axis=0)
    except TypeError as error:
        assert char not in {types[0] for types, _ in KERNELS[name]} and str(x.dtype) in str(error)
    else:
        assert same_bits(host(got), want)


def test_every_byte_but_0_is_true():
    x = np.array([2, 0, 255, 1, 0, 128] * 20, "u1").reshape(6, 20).view(bool)
    for axis in (None, 0, 1):
        assert same_bits(host(lanewise.sum(device(x), axis=axis)), np.sum(x.view("u1") != 0, axis))


@pytest.mark.parametrize("name", REDUCTIONS)
def test_out(name):
    function, x = getattr(lanewise, name), sample("f8", (6, 7))
    want = function(x, axis=1)
    out = device(np.zeros((6, 2), want.dtype))[:, 1]
    assert function(device(x), axis=1, out=out) is out
    assert same_bits(host(out), want)
    out = device(np.zeros(6, "f4" if name != "argmax" else "i8"))
    function(device(x), 1, out=out)
    assert same_bits(host(out), want.astype(out.dtype))
    with pytest.raises(ValueError, match="output has shape"):
        function(device(x), axis=1, out=device(np.zeros(5)))
    with pytest.raises(TypeError, match="to_device"):
        function(device(x), axis=1, out=np.zeros(6))
    if name != "argmax":
        with pytest.raises(TypeError, match="cannot cast"):
            function(device(x), axis=1, out=device(np.zeros(6, "i4")))


def test_out_that_overlaps():
    x = np.arange(12.0).reshape(3, 4)
    d = device(x)
    lanewise.sum(d, axis=0, out=d[1])
    x[1] = lanewise.sum(x, axis=0)
    assert same_bits(host(d), x)


def test_keywords():
    x = sample("f4", (8, 9))
    d = device(x)
    assert same_bits(host(lanewise.sum(d, axis=0, dtype="f8")), lanewise.sum(x, axis=0, dtype="f8"))
    assert same_bits(host(lanewise.sum(d, axis=0, initial=5)), lanewise.sum(x, axis=0, initial=5))
    assert same_bits(host(lanewise.min(d, 0, initial=-9)), lanewise.min(x, 0, initial=-9))
    assert same_bits(host(lanewise.var(d, ddof=1)), np.asarray(lanewise.var(x, ddof=1)))
    assert same_bits(host(lanewise.var(d, axis=1, correction=1)), lanewise.var(x, axis=1, ddof=1))
    assert same_bits(host(lanewise.mean(d, dtype="f8")), np.asarray(lanewise.mean(x, dtype="f8")))
    assert same_bits(host(lanewise.add.reduce(d)), lanewise.add.reduce(x))
    assert same_bits(host(lanewise.maximum.reduce(d, axis=1)), lanewise.max(x, axis=1))
    for call in (lanewise.sum, lanewise.max, lanewise.mean):
        with pytest.raises(TypeError, match="where="):
            call(d, where=d > 0)
    with pytest.raises(TypeError, match="float"):
        lanewise.mean(d, dtype="i4")
    with pytest.raises(np.exceptions.AxisError if hasattr(np, "exceptions") else ValueError):
        lanewise.sum(d, axis=2)


@pytest.mark.parametrize("name", ["sum", "min", "max"])
@pytest.mark.parametrize("shape, axis", [((0,), None), ((0, 3), 0), ((3, 0), 0), ((0, 0), 0),
                                         ((2, 0, 3), (0, 1)), ((2, 0, 3), None)])
@pytest.mark.parametrize("types", ["f4", "f8", "i4", "i8", "u1", "?"])
def test_initial_of_nothing(name, shape, axis, types):
    function, x = getattr(lanewise, name), np.zeros(shape, types)
    for keywords in ({}, {"initial": 5}, {"initial": None}, {"initial": 1, "keepdims": True}):
        try:
            want = np.asarray(function(x, axis=axis, **keywords))
        except ValueError as error:
            with pytest.raises(ValueError, match=str(error)):
                function(device(x), axis=axis, **keywords)
            continue
        try:
            got = function(device(x), axis=axis, **keywords)
        except TypeError as error:
            assert "no GPU kernel" in str(error) and types not in ("f4", "f8")
        else:
            assert same_bits(host(got), want)
            out = device(np.full(want.shape, 7, want.dtype))
            assert function(device(x), axis=axis, out=out, **keywords) is out
            assert same_bits(host(out), want)


def test_initial_of_nothing_is_of_the_results_dtype():
    d = device(np.zeros((0, 4)))
    assert same_bits(host(lanewise.min(d, 0, initial=np.nan)), np.full(4, np.nan))
    assert same_bits(host(lanewise.min(d, initial=5.0)), np.asarray(5.0))
    out = device(np.zeros((4, 2), "f4"))[:, 1]
    lanewise.max(d, axis=0, initial=0.1, out=out)
    assert same_bits(host(out), np.full(4, 0.1, "f4"))
    with pytest.raises(OverflowError):
        lanewise.min(device(np.zeros(0, "i4")), initial=2**40)


def test_results_stay_on_the_device_until_asked_for(fake):
    d = device(sample("f4"))
    before = fake.counters.synchronises
    total = lanewise.sum(d)
    assert total.shape == () and fake.counters.synchronises == before
    assert same_bits(host(total), np.asarray(lanewise.sum(sample("f4"))))
    scaled = d / total  # a 0-d array on the device is an operand like any other
    assert same_bits(host(scaled), sample("f4") / host(total))


def test_dot():
    for types, _ in KERNELS["dot"]:
        x, y = sample(types[0], (1000,)), sample(types[1], (1000,))[::-1]
        want = np.asarray(lanewise.dot(x, y))
        got = lanewise.dot(device(x), device(np.ascontiguousarray(y[::-1]))[::-1])
        assert same_bits(host(got), want)
        out = device(np.zeros((), types[0]))
        assert lanewise.dot(device(x), device(y), out=out) is out
        assert same_bits(host(out), want)
        assert host(lanewise.dot(device(x[:0]), device(x[:0]))) == 0
    d = device(np.ones(3))
    with pytest.raises(ValueError, match="not aligned"):
        lanewise.dot(d, d[:2])
    with pytest.raises(ValueError, match="one-dimensional"):
        lanewise.dot(d[None], d[None])
    with pytest.raises(TypeError, match="to_device"):
        lanewise.dot(d, np.ones(3))


def test_cumsum():
    x = sample("f8", (5000,))
    assert same_bits(host(lanewise.cumsum(device(x)[::-2])), lanewise.cumsum(x[::-2]))
    with pytest.raises(ValueError, match="one-dimensional"):
        lanewise.cumsum(device(x)[None])
