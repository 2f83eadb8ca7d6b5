"""Kernels inside Numba's @njit, on every kernel of the list."""

import inspect
import os
import subprocess
import sys
import threading
import time

import numba
import numpy as np
import pytest

import lanewise
from clib import ELEMENTWISE, KERNELS, SHAPES, same_bits

print(f"Numba {numba.__version__} with NumPy {np.__version__}")  # both are in the report with -s

RNG = np.random.default_rng(5)


def compiled(name, inputs):
    """lanewise.<name> of so many arguments, called from compiled code."""
    function = getattr(lanewise, name)
    bodies = {1: lambda x: function(x), 2: lambda x, y: function(x, y),
              3: lambda x, y, z: function(x, y, z)}
    return numba.njit(nogil=True)(bodies[inputs])


def same_number(got, want):
    """A scalar result: Numba hands float32 to Python as a float of the same value."""
    return same_bits(want.dtype.type(got), want)


def operands(name, char, shape):
    inputs = next(chars for chars, _ in KERNELS[name] if chars[-1] == char)
    made = [np.asarray(RNG.uniform(0.1, 40, shape)).astype(c) for c in inputs]
    if inputs[0] == "?":
        made[0] = RNG.random(shape) < 0.5
    return made


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_elementwise(name):
    inputs = len(KERNELS[name][0][0])
    call, function = compiled(name, inputs), getattr(lanewise, name)
    arrays = operands(name, "d", (1037,))
    assert same_bits(call(*arrays), function(*arrays))
    strided = [a[::3] for a in operands(name, "f", (999,))]
    assert same_bits(call(*strided), function(*strided))


@pytest.mark.parametrize("name", ["exp", "pow", "where", "less"])
def test_numbers(name):
    call, function = compiled(name, len(KERNELS[name][0][0])), getattr(lanewise, name)
    numbers = [a[0] for a in operands(name, "d", (3,))]
    assert same_number(call(*numbers), function(*numbers))


def test_shapes_orders_and_types():
    exp, add = compiled("exp", 1), compiled("add", 2)
    x = RNG.normal(size=(3, 4, 50))
    for view in (x, np.asfortranarray(x), x[:, ::-1, ::2], x.transpose(1, 2, 0), x[:0], x[0, 0]):
        assert same_bits(exp(view), lanewise.exp(view))
    assert exp(np.asfortranarray(x)).flags.f_contiguous
    for y in (x[0], x[:, :1], x[..., :1], x[1, 2], x[::-1]):
        assert same_bits(add(x, y), lanewise.add(x, y))
    assert same_bits(add(x[0], x), lanewise.add(x[0], x))
    assert same_bits(add(x, 2.0), lanewise.add(x, 2.0))
    assert same_bits(add(x, np.arange(50)), lanewise.add(x, np.arange(50)))
    small = x.astype("f4")
    assert same_bits(add(small, np.float32(2)), lanewise.add(small, np.float32(2)))
    assert same_bits(exp(np.arange(5)), lanewise.exp(np.arange(5)))
    assert same_bits(exp(np.array(0.5)), np.asarray(lanewise.exp(0.5)))
    assert same_bits(add(np.arange(5), np.arange(5)), lanewise.add(np.arange(5), np.arange(5)))
    assert same_bits(compiled("where", 3)(True, x, 0.0), lanewise.where(True, x, 0.0))
    read_only = x.copy()
    read_only.flags.writeable = False
    assert same_bits(exp(read_only), lanewise.exp(x))


def test_out():
    @numba.njit(nogil=True)
    def into(x, out):
        return lanewise.exp(x, out=out), lanewise.add(x, x, out)

    x = RNG.normal(size=(20, 30))
    out = np.empty((30, 40))[:, ::2].T
    into(x, out)
    assert same_bits(out, lanewise.add(x, x))
    with pytest.raises(ValueError, match="out has another shape"):
        into(x, np.empty((20, 31)))
    with pytest.raises(numba.TypingError, match="out array"):
        into(x, np.empty((20, 30), "f4"))


@pytest.mark.parametrize("name", [n for n in KERNELS if SHAPES[n] in ("reduce", "arg")])
def test_reductions(name):
    call, function = compiled(name, 1), getattr(lanewise, name)
    for char in "fd":
        x = RNG.normal(size=(70, 90)).astype(char)
        for view in (x, x[::2, ::-1], x[:, ::-1][::7], x[:1]):
            assert same_number(call(view), function(view))
    if "ddof" in inspect.signature(function).parameters:
        assert same_number(compiled(name, 2)(x, 1), function(x, ddof=1))
    empty = np.empty((0, 3))
    if name in ("min", "max", "argmax"):
        with pytest.raises(ValueError, match="zero-size"):
            call(empty)
    elif name == "sum":
        assert call(empty) == 0


def test_vectors():
    x, y = RNG.normal(size=(2, 5001))
    dot, scan, compress = compiled("dot", 2), compiled("cumulative_sum", 1), compiled("compress", 2)
    for a, b in ((x, y), (x[::2], y[::-2]), (x.astype("f4"), y.astype("f4"))):
        assert same_number(dot(a, b), lanewise.dot(a, b))
        assert same_bits(scan(a), lanewise.cumulative_sum(a))
        assert same_bits(compress(b > 0, a), lanewise.compress(b > 0, a))
    with pytest.raises(ValueError, match="different lengths"):
        dot(x, y[:3])


def test_errors():
    add = compiled("add", 2)
    with pytest.raises(ValueError, match="could not be broadcast"):
        add(np.ones(3), np.ones(4))
    for bad in (np.ones(3, "c16"), np.zeros(3, "M8[s]")):
        with pytest.raises(numba.TypingError, match="lanewise.add in compiled code takes"):
            add(bad, bad)
    with pytest.raises(numba.TypingError, match="lanewise.sum in compiled code takes"):
        compiled("sum", 1)(np.ones(3, "c16"))


def test_threads_without_the_lock():
    sin, x = compiled("sin", 1), np.linspace(-100, 100, 200_000)
    want, wrong, counted, stop = lanewise.sin(x), [], [0], threading.Event()
    sin(x)

    def work(target):
        with lanewise.target(target):
            for _ in range(10):
                if not same_bits(sin(x), want):
                    wrong.append(target)

    def count():
        while not stop.is_set():
            counted[0] += 1
            time.sleep(0.0005)

    workers = [threading.Thread(target=work, args=(t,)) for t in ("sse4", "avx2", "v4", "sse2")]
    counter = threading.Thread(target=count)
    lanewise.set_threads(1)
    try:
        for thread in (counter, *workers):
            thread.start()
        for thread in workers:
            thread.join()
        stop.set()
        counter.join()
    finally:
        lanewise.set_threads(0)
    assert not wrong
    assert counted[0] > 20


CACHED = """
import lanewise, numba, numpy as np

@numba.njit(nogil=True, cache=True)
def f(x):
    return lanewise.exp(x).sum() + lanewise.sum(lanewise.add(x, x)) + lanewise.dot(x, x)

x = np.linspace(0, 1, 1000)
want = lanewise.exp(x).sum() + lanewise.sum(lanewise.add(x, x)) + lanewise.dot(x, x)
assert abs(f(x) - want) < 1e-9
print(len(f.stats.cache_hits), len(f.stats.cache_misses))
"""


def test_compiled_code_is_cached(tmp_path):
    """The second process finds the code of the first, and the library where it lies now."""
    program = tmp_path / "program.py"
    program.write_text(CACHED)
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    printed = [subprocess.run([sys.executable, str(program)], env=environment, check=True,
                              capture_output=True, text=True).stdout.split() for _ in range(2)]
    assert printed == [["0", "1"], ["1", "0"]]
