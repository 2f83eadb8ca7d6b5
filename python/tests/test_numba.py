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
    inputs = next((chars for chars, _ in KERNELS[name] if chars[-1] == char), KERNELS[name][0][0])
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


def test_two_results():
    divmod_, x, y = compiled("divmod", 2), operands("divmod", "d", (7, 30))[0], np.arange(1.0, 31)
    for a, b in ((x, y), (np.asfortranarray(x), y), (x[:, ::-2], 3.0), (np.arange(9), 4)):
        assert same_bits(divmod_(a, b), lanewise.divmod(a, b))
    assert divmod_(-7.0, 2.0) == (-4.0, 1.0)

    @numba.njit
    def into(x, y, out):
        return lanewise.divmod(x, y, out)

    outs = np.empty((7, 30)), np.empty((30, 7)).T
    into(x, y, outs)
    assert same_bits(outs, lanewise.divmod(x, y))
    into(x, y, (x, outs[1]))
    assert same_bits(x, outs[0])
    with pytest.raises(ValueError, match="out has another shape"):
        into(x, y, (outs[0], outs[1][1:]))
    with pytest.raises(numba.TypingError, match="tuple of out arrays"):
        into(x, y, x)


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


def test_searches():
    @numba.njit
    def search(a, v, side="left"):
        return lanewise.searchsorted(a, v, side)

    a, v = np.sort(RNG.normal(size=500)), RNG.normal(size=(70, 30))
    for char in "fdlBh":
        x, y = (100 * a).astype(char), (100 * v).astype(char)
        x.sort()
        for values in (y, y.T, y[::2, ::-3], y[0], y[:0]):
            for side in ("left", "right"):
                assert same_bits(search(x, values, side), lanewise.searchsorted(x, values, side))
        assert same_bits(search(x[::-2][::-1], y), lanewise.searchsorted(x[::-2][::-1], y))
    assert search(a, 0.25) == lanewise.searchsorted(a, 0.25)
    with pytest.raises(ValueError, match="side must be"):
        search(a, v, "middle")
    for bad in ((a, v.astype("f4")), (v, v), (a, 1j)):
        with pytest.raises(numba.TypingError, match="lanewise.searchsorted in compiled code takes"):
            search(*bad)


def test_errors():
    add = compiled("add", 2)
    with pytest.raises(ValueError, match="could not be broadcast"):
        add(np.ones(3), np.ones(4))
    for bad in (np.ones(3, "c16"), np.zeros(3, "M8[s]")):
        with pytest.raises(numba.TypingError, match="lanewise.add in compiled code takes"):
            add(bad, bad)
    with pytest.raises(numba.TypingError, match="lanewise.sum in compiled code takes"):
        compiled("sum", 1)(np.ones(3, "c16"))


A_GLOBAL = np.zeros(3)


def test_out_that_cannot_be_written():
    @numba.njit
    def into_global(x):
        lanewise.sin(x, A_GLOBAL)

    sin = compiled("sin", 2)
    read_only = np.zeros(3)
    read_only.flags.writeable = False
    with pytest.raises(numba.TypingError, match="can be written to"):
        sin(np.ones(3), read_only)
    with pytest.raises(numba.TypingError, match="can be written to"):
        into_global(np.ones(3))
    assert not read_only.any() and not A_GLOBAL.any()


OVERLAPS = {
    "one on": lambda a: (a[:-1], a[1:]), "one back": lambda a: (a[1:], a[:-1]),
    "reversed": lambda a: (a[::-1], a), "itself": lambda a: (a, a),
    "other steps": lambda a: (a[:100], a[:200:2]), "first of all": lambda a: (a[:1], a),
    "transposed": lambda a: (a[:900].reshape(30, 30).T, a[:900].reshape(30, 30)),
    "a row": lambda a: (a[:900].reshape(30, 30)[3], a[:900].reshape(30, 30)),
    "apart": lambda a: (a[:400], a[500:900]),
}


@pytest.mark.parametrize("views", OVERLAPS.values(), ids=OVERLAPS)
def test_out_that_overlaps_an_input(views):
    call = compiled("multiply", 3)
    numpys = RNG.normal(size=1000)
    ours = numpys.copy()
    for a, function in ((numpys, np.multiply), (ours, call)):
        x, out = views(a)
        function(x, 3.0, out)
    assert same_bits(numpys, ours)


def test_out_takes_part_in_broadcasting():
    call = compiled("add", 3)
    for args in ((1.5, 2.0), (np.arange(3.0), 1.0), (np.ones((2, 1)), np.arange(3.0))):
        out = np.zeros((2, 3))
        call(*args, out)
        assert same_bits(out, np.add(*args, out=np.zeros((2, 3))))
    with pytest.raises(ValueError, match="out has another shape"):
        call(np.ones((2, 3)), 1.0, np.zeros(3))


@pytest.mark.parametrize(
    "name", ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"])
def test_signed_and_unsigned_compare_exactly(name):
    call, numpys = compiled(name, 2), getattr(np, name)
    signed = np.array([-2**63, -1, 0, 5, 2**53 + 1, 2**63 - 1])
    unsigned = np.array([2**64 - 1, 2**63, 0, 5, 2**53, 2**63 - 1], "u8")
    for x, y in ((signed, unsigned), (signed[:, None], unsigned[::-1])):
        assert same_bits(call(x, y), numpys(x, y)) and same_bits(call(y, x), numpys(y, x))
    literal = numba.njit(lambda y: lanewise.greater(y, -3))
    assert literal(unsigned).all()
    for x in signed if name in ("less", "equal") else ():
        assert same_bits(call(x, unsigned), numpys(x, unsigned))
        assert [call(x, y) for y in unsigned] == [bool(numpys(x, y)) for y in unsigned]
        assert [call(y, x) for y in unsigned] == [bool(numpys(y, x)) for y in unsigned]


@pytest.mark.parametrize("to", ["u1", "i2", "u4", "i8", "u8", "f4", "?"])
def test_astype(to):
    dtype = np.dtype(to)
    cast = numba.njit(lambda x: lanewise.astype(x, dtype))
    floats = np.array([300.7, -2.5, np.nan, np.inf, -np.inf, 1e300, 2.0**63, 2.0**63 + 4096, 2.0**64,
                       -1.0, -0.5, 255.99, 65535.5, 4294967295.5])
    with np.errstate(all="ignore"):
        for x in (floats, floats.astype("f4"), np.arange(-3, 5), np.asfortranarray(np.ones((3, 4)))):
            assert same_bits(cast(x), lanewise.astype(x, dtype)), x.dtype
        assert [cast(x) for x in floats[:2]] == lanewise.astype(floats[:2], dtype).tolist()


def test_spellings_of_astype_and_cumsum():
    x = RNG.normal(size=100) * 300
    for cast in (lambda x: lanewise.astype(x, "u1"), lambda x: lanewise.astype(x, np.uint8)):
        assert same_bits(numba.njit(cast)(x), lanewise.astype(x, "u1"))
    assert same_bits(numba.njit(lambda x: lanewise.astype(x, int))(x), lanewise.astype(x, "i8"))
    assert same_bits(compiled("cumsum", 1)(x), lanewise.cumsum(x))
    with pytest.raises(numba.TypingError, match="lanewise.astype in compiled code"):
        numba.njit(lambda x: lanewise.astype(x, "c16"))(x)


def test_every_kernel_is_there():
    """No function of the list fails for having no implementation in compiled code."""
    from numba.core.registry import cpu_target

    cpu_target.target_context.refresh()
    cpu_target.typing_context.refresh()
    for name in KERNELS:
        function = getattr(lanewise, {"convert": "astype"}.get(name, name))
        assert cpu_target.typing_context._lookup_global(function) is not None, name
    assert cpu_target.typing_context._lookup_global(lanewise.cumsum) is not None


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
