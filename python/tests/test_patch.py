"""NumPy patched: elementwise calls change, reductions and running sums do not."""

import os
import platform
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lanewise
from arrays import values
from clib import BOUNDS, ELEMENTWISE, KERNELS, results, same_bits
from lanewise import _loops
from lanewise._names import numpy_ufunc

WITH_NUMPY = [n for n in ELEMENTWISE if any("d" in types for types, _ in KERNELS[n])
              and numpy_ufunc(np, n, getattr(lanewise, n).nin, getattr(lanewise, n).nout) is not None]


def numpys(name):
    return numpy_ufunc(np, name, getattr(lanewise, name).nin, getattr(lanewise, name).nout)


@pytest.mark.parametrize("name", WITH_NUMPY)
@pytest.mark.parametrize("char", "efd")
@pytest.mark.parametrize("n", [1, 10, 1001])
def test_calls_have_lanewises_bits(name, char, n):
    rng = np.random.default_rng(5)
    function, numpy = getattr(lanewise, name), numpys(name)
    args = [values(rng, n, char) for _ in range(function.nin)]
    want = function(*args)
    original = numpy(*args)
    with lanewise.patched_numpy(bits=True):
        assert same_bits(numpy(*args), want)
        turned = numpy(*(a[::-1] for a in args))
        out = tuple(map(np.empty_like, results(want)))
        numpy(*args, out=out)
        assert same_bits(out, results(want))
        assert same_bits(tuple(a[::-1] for a in results(turned)), results(want))
        block = [np.repeat(a, 2).reshape(n, 2) for a in args]
        assert same_bits(numpy(*(b[:, 0] for b in block)), want)
    assert same_bits(numpy(*args), original)


@pytest.mark.parametrize("char", "efd")
def test_sums_keep_numpys_order_and_bits(char):
    rng = np.random.default_rng(6)
    a = values(rng, (123, 457), char, ordinary=True)
    calls = [
        lambda: np.sum(a), lambda: np.sum(a, axis=0), lambda: np.sum(a, axis=1),
        lambda: a.T.sum(axis=0), lambda: np.cumsum(a), lambda: np.cumsum(a, axis=0),
        lambda: np.mean(a, axis=1), lambda: np.prod(a[:5], axis=0), lambda: np.cumprod(a[0]),
        lambda: np.add.reduceat(a[0], [0, 5, 100]), lambda: np.multiply.accumulate(a[0]),
        lambda: np.max(a, axis=1), lambda: np.minimum.accumulate(a, axis=0),
        lambda: np.subtract.reduce(a[0]), lambda: np.power.reduce(np.abs(a[0][:4])),
    ]
    with np.errstate(all="ignore"):
        before = [call() for call in calls]
        with lanewise.patched_numpy(bits=True):
            after = [call() for call in calls]
    for i, (b, c) in enumerate(zip(before, after)):
        assert same_bits(b, c), i


# NaN of either sign and payload, zeros of either sign: what shows whose loop ran.
SPECIALS = [0.0, -0.0, np.nan, -np.nan, np.inf, -np.inf, 1.0, -1.0, 0.5, 3.0, 1e-3]
BINARY = [n for n in WITH_NUMPY if (getattr(lanewise, n).nin, getattr(lanewise, n).nout) == (2, 1)]


@given(data=st.data(), char=st.sampled_from("efd"), name=st.sampled_from(BINARY))
@settings(max_examples=400, deadline=None)
def test_folds_keep_numpys_bits(data, char, name):
    shape = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))
    n = int(np.prod(shape))
    flat = data.draw(st.lists(st.sampled_from(SPECIALS), min_size=n, max_size=n))
    a = np.array(flat, char).reshape(shape)
    if data.draw(st.booleans()):
        a = np.asfortranarray(a)
    a = a[tuple(slice(None, None, data.draw(st.sampled_from([1, -1, 2]))) for _ in shape)]
    axis = data.draw(st.integers(0, a.ndim - 1))
    cuts = data.draw(st.lists(st.integers(0, a.shape[axis] - 1), min_size=1, max_size=4))
    ufunc = numpys(name)
    calls = [lambda: ufunc.reduce(a, axis=axis), lambda: ufunc.accumulate(a, axis=axis),
             lambda: ufunc.reduceat(a, cuts, axis=axis),
             lambda: ufunc.reduce(a, axis=axis, out=np.empty_like(ufunc.reduce(a, axis=axis))),
             lambda: ufunc.reduce(a, axis=axis, dtype="d")]
    for call in calls:
        with np.errstate(all="ignore"):
            try:
                want = call()
            except (TypeError, ValueError):  # comparisons do not fold floats
                continue
            with lanewise.patched_numpy(bits=True):
                assert call().tobytes() == want.tobytes()  # NaNs too


@pytest.mark.filterwarnings("ignore:Passing more than 2 positional")
@given(data=st.data(), char=st.sampled_from("efd"), name=st.sampled_from(BINARY))
@settings(max_examples=200, deadline=None)
def test_calls_in_place_have_lanewises_bits(data, char, name):
    n = data.draw(st.integers(1, 9))
    flat = data.draw(st.lists(st.sampled_from(SPECIALS), min_size=2 * n, max_size=2 * n))
    a, b = np.array(flat, char).reshape(2, n)
    step = data.draw(st.sampled_from([1, -1, 2, -2]))
    ufunc = numpys(name)
    with np.errstate(all="ignore"):
        want = getattr(lanewise, name)(a, b)
        if want.dtype != a.dtype:
            return
        out = np.zeros(2 * n, char)[::step][:n]
        out[...] = a
        with lanewise.patched_numpy(bits=True):
            if data.draw(st.booleans()):
                ufunc(out, b, out)
            else:
                ufunc(out, b, out=(out,))
    assert same_bits(out, want)


def test_at_and_integers_stay():
    with lanewise.patched_numpy(bits=True):
        a = np.zeros(4)
        np.add.at(a, [0, 1, 1], 1.5)
        assert a.tolist() == [1.5, 3.0, 0, 0]
        assert np.add(np.arange(3), 1).tolist() == [1, 2, 3]
        assert np.exp(np.array([0j]))[0] == 1
        assert np.add(np.array(["a"], object), np.array(["b"], object))[0] == "ab"


def test_nesting_and_status():
    def patched():
        return lanewise.patch_status().data["patched"]

    assert not patched()
    with lanewise.patched_numpy():
        with lanewise.patched_numpy():
            assert patched()
        assert patched()
        lanewise.patch_numpy(bits=True)
        rows = lanewise.patch_status().data["functions"]
        done = {row["numpy"]: row for row in rows if row["patched"]}
        assert {numpys(n).__name__ for n in WITH_NUMPY} | {"float_power"} == set(done)
        assert "float32" in done["exp"]["dtypes"]
        assert "NumPy's order" in done["add"]["why"]
        assert all(row["why"] for row in rows)
        listed = {row["numpy"] for row in rows}
        assert {"sum", "where", "cumulative_sum", "fma"} <= listed
        assert "yes float16 float32 float64" in str(lanewise.patch_status())
    assert not patched()
    lanewise.unpatch_numpy()


def test_errors_name_numpys_function():
    with lanewise.patched_numpy(bits=True), np.errstate(all="raise"):
        for args in ((np.zeros(3),), (np.zeros((3, 2))[:, 0],)):
            with pytest.raises(FloatingPointError, match="divide by zero encountered in log"):
                np.log(*args)
        with pytest.raises(FloatingPointError, match="invalid value encountered in power"):
            np.power(np.full(3, -1.5), np.full(3, 0.5))


def test_operators_and_scalars():
    with lanewise.patched_numpy(bits=True):
        x = np.linspace(0.5, 2, 11)
        assert same_bits(x ** 1.7, lanewise.pow(x, 1.7))
        assert same_bits(x + x, lanewise.add(x, x))
        x += 1
        assert type(np.exp(1.0)) is np.float64 and np.exp(1.0) == lanewise.exp(1.0)


def left_loops():
    rows = lanewise.patch_status().data["functions"]
    return {(row["numpy"], dtype): row["why"] for row in rows if "left to NumPy" in row["why"]
            for dtype in row["dtypes"].split()}


def patched_loops():
    rows = lanewise.patch_status().data["functions"]
    return {(row["numpy"], dtype) for row in rows if row["patched"]
            for dtype in row["dtypes"].split()}


MATH = [name for name in WITH_NUMPY if BOUNDS[name] >= 1]


def test_nothing_gets_slower_without_fma(without_fma):
    rng = np.random.default_rng(7)
    cases = []
    for name in WITH_NUMPY:
        ufunc = numpys(name)
        for char in "efd":
            args = [values(rng, 1000, char) for _ in range(ufunc.nin)]
            cases.append((name, ufunc, np.dtype(char), args, ufunc(*args)))
    with lanewise.patched_numpy():
        left, done = left_loops(), patched_loops()
        for name, ufunc, dtype, args, before in cases:
            key = ufunc.__name__, dtype.name
            assert (key in left) != (key in done)
            assert key in left or name not in MATH
            want = before if key in left else getattr(lanewise, name)(*args)
            out = tuple(map(np.empty_like, results(want)))
            ufunc(*args, out=out)
            assert same_bits(ufunc(*args), want) and same_bits(out, results(want)), key
        assert ("add", "float64") in done and ("sqrt", "float32") in done
        assert "no FMA" in left["exp", "float64"] and "23 times" in left["exp", "float64"]
        assert "the same bits" in left["less", "float64"]
        status = lanewise.patch_status()
        assert status.data["left"] == len(left) and f"{len(left)} loops" in str(status)
        assert status.data["target"] == "SSE4" and not status.data["bits"]
        assert f"{len(left)} loops left" in str(lanewise.show())
    assert not lanewise.patch_status().data["left"]


def test_bits_insists(without_fma):
    x = np.linspace(-5, 5, 1001)
    numpys_own, lanewises = np.exp(x), lanewise.exp(x)
    assert not same_bits(numpys_own, lanewises)
    with lanewise.patched_numpy(bits=True):
        assert same_bits(np.exp(x), lanewises) and not left_loops()
        lanewise.patch_numpy()  # takes nothing away
        assert same_bits(np.exp(x), lanewises)
    with lanewise.patched_numpy():
        before = patched_loops()
        assert same_bits(np.exp(x), numpys_own)
        with lanewise.patched_numpy(bits=True):
            assert same_bits(np.exp(x), lanewises) and patched_loops() > before
            assert lanewise.patch_status().data["bits"]
        assert same_bits(np.exp(x), numpys_own) and patched_loops() == before and left_loops()
        assert same_bits(np.exp(x, out=np.empty_like(x)), numpys_own)
    lanewise.patch_numpy()
    lanewise.patch_numpy(bits=True)
    assert same_bits(np.exp(x), lanewises)
    lanewise.unpatch_numpy()
    assert same_bits(np.exp(x), numpys_own) and not lanewise.patch_status().data["patched"]


def test_math_functions_that_nobody_measured_stay_too():
    assert "no FMA" in _loops.why_left("no_such_kernel", "d", 1.0, "SSE2")
    assert not _loops.why_left("no_such_kernel", "d", 0.0, "SSE2")
    best = lanewise.machine()["targets"][-1]["name"]
    assert _loops.why_left("exp", "d", 1.0, best) == ("" if _loops.has_fma(best) else
                                                      _loops.why_left("exp", "d", 1.0, "SSE2"))
    assert set(_loops._WITHOUT_FMA) <= set(WITH_NUMPY)


def run_python(code, **environment):
    return subprocess.run([sys.executable, "-c", code], env={**os.environ, **environment},
                          capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.skipif(platform.machine() != "x86_64", reason="SSE4 is a target of x86-64")
def test_the_cap_of_the_process_decides_and_that_of_a_thread_does_not():
    code = ("import lanewise, numpy as np; lanewise.patch_numpy(); "
            "status = lanewise.patch_status().data; print(status['target'], status['left'])")
    target, left = run_python(code, LANEWISE_MAX_TARGET="SSE4")
    assert target in ("SSE2", "SSE4") and int(left) > 20
    process = _loops.process_target()
    with lanewise.target("sse2"):
        assert _loops.process_target() == process
        with lanewise.patched_numpy():
            assert lanewise.patch_status().data["target"] == process


def test_run_command(tmp_path):
    (tmp_path / "beside.py").write_text("")
    script = tmp_path / "script.py"
    script.write_text("import sys, numpy, lanewise, beside\n"
                      "print(lanewise.patch_status().data['patched'], sys.argv[1:])\n")
    result = subprocess.run([sys.executable, "-m", "lanewise", "run", str(script), "a", "--b"],
                            capture_output=True, text=True, check=True)
    assert result.stdout.split("\n")[0] == "True ['a', '--b']"
    result = subprocess.run([sys.executable, "-m", "lanewise", "run", "--bits", str(script)],
                            capture_output=True, text=True, check=True)
    assert result.stdout.startswith("True []")


class Folds:
    """Answers a call with a fold into the same output."""

    def __init__(self, array, axis=0):
        self.array, self.axis = array, axis

    def __array_ufunc__(self, ufunc, method, *inputs, out, **kwargs):
        return ufunc.reduce(self.array, axis=self.axis, out=out[0])


@pytest.mark.parametrize("shape, axis", [((1000,), 0), ((7, 300), 0), ((300, 7), 1)])
def test_a_fold_inside_a_call_is_a_fold(shape, axis):
    a = np.random.default_rng(1).normal(size=shape).astype("f4")
    want = np.add.reduce(a, axis=axis)
    with lanewise.patched_numpy():
        out = np.zeros_like(want)
        np.add(Folds(a, axis), 1, out=out)
        assert same_bits(out, want)
        np.add(np.zeros_like(out), Folds(a, axis), out)
        assert same_bits(out, want)


def test_float_power_is_pow():
    x, y = np.random.default_rng(8).uniform(0.1, 9, (2, 1001))
    single = x.astype("f4")
    want = lanewise.pow(x, y)
    with lanewise.patched_numpy(bits=True):
        assert same_bits(np.float_power(x, y), want)
        assert same_bits(np.float_power(x[::-2], y[::-2]), want[::-2])
        assert same_bits(np.float_power(x, y, out=x.copy()), want)
        assert same_bits(np.float_power(x, 1.7), lanewise.pow(x, 1.7))
        assert same_bits(np.float_power(single, 3), lanewise.pow(single.astype("d"), 3.0))
        assert np.float_power(x.astype("g"), 2).dtype == np.longdouble
        rows = lanewise.patch_status().data["functions"]
        assert [row["dtypes"] for row in rows if row["numpy"] == "float_power" and row["patched"]
                ] == ["float64"]
