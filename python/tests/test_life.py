"""Objects as Python knows them: identity, pickling, memory, processes, threads, interpreters."""

import copy
import gc
import inspect
import multiprocessing
import os
import pickle
import resource
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import lanewise
from clib import ELEMENTWISE, same_bits
from lanewise import ufuncs


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_pickles_by_name(name):
    function = getattr(lanewise, name)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(function, protocol)) is function
        assert pickle.loads(pickle.dumps(function.ufunc, protocol)) is function.ufunc
    assert copy.deepcopy(function) is function
    assert repr(function) == f"<function lanewise.{name}>"
    assert function.__name__ == function.__qualname__ == name
    assert function.__module__ == "lanewise"
    assert isinstance(function.ufunc, np.ufunc)
    assert function.types == function.ufunc.types
    assert len(function.__doc__) > 40


def test_reductions_have_signatures_and_pickle():
    for name in ("sum", "mean", "var", "min", "max", "argmax"):
        function = getattr(lanewise, name)
        assert pickle.loads(pickle.dumps(function)) is function
        assert "axis" in inspect.signature(function).parameters
    assert str(inspect.signature(lanewise.where)).startswith("(condition, x=None, y=None")
    assert str(inspect.signature(lanewise.clip)).startswith("(x, a_min=None, a_max=None, out=None")
    assert lanewise.power is lanewise.pow and lanewise.absolute is lanewise.abs


def exercise():
    x, y = np.linspace(0.1, 1, 50), np.linspace(1, 2, 50)
    lanewise.exp(x), lanewise.add(x, y), lanewise.add(x, 2.0), lanewise.add(x[::2], y[::2])
    lanewise.sum(x), lanewise.sum(x.reshape(5, 10), axis=0), lanewise.where(x > 0.5, x, y)
    lanewise.cumsum(x), lanewise.compress(x > 0.5, x), lanewise.astype(x, "f4")
    lanewise.clip(x, 0, 1), lanewise.var(x), lanewise.exp(x.astype("e"))
    with np.errstate(all="raise"):
        for bad in (lambda: lanewise.log(x - 1), lambda: lanewise.exp(x + 0j),
                    lambda: lanewise.add(x, y[:3]), lambda: lanewise.sum(x, axis=4)):
            with pytest.raises((FloatingPointError, TypeError, ValueError)):
                bad()


def test_nothing_leaks():
    x = np.linspace(0.1, 1, 50)
    exercise()
    gc.collect()
    watched = [x, x.dtype, np.dtype("f4"), lanewise.exp, lanewise.exp.ufunc, lanewise.sum, None]
    before = [sys.getrefcount(o) for o in watched]
    for _ in range(200):
        exercise()
        lanewise.exp(x)
        lanewise.add(x, x)
        lanewise.sum(x)
    gc.collect()
    after = [sys.getrefcount(o) for o in watched]
    # Immortal objects aside, counts move by what the loops above still hold at most.
    assert all(abs(a - b) < 50 for a, b in zip(before, after)), (before, after)


def test_memory_stays():
    big = np.ones(1_000_000)
    for _ in range(20):
        lanewise.exp(big)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(100):
        lanewise.exp(big)
        lanewise.sum(big.reshape(1000, 1000)[:, ::2], axis=0)
        lanewise.add(big, big, out=big)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


def _in_child(connection, x):
    connection.send(lanewise.exp(x).tobytes() + lanewise.sum(x).tobytes())


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_other_processes(method):
    x = np.linspace(-1, 1, 1_500_000)
    want = lanewise.exp(x).tobytes() + lanewise.sum(x).tobytes()
    context = multiprocessing.get_context(method)
    ours, theirs = context.Pipe()
    child = context.Process(target=_in_child, args=(theirs, x))
    child.start()
    assert ours.poll(60)
    assert ours.recv() == want
    child.join(60)
    assert child.exitcode == 0


def test_python_threads_run_meanwhile():
    x = np.linspace(0, 1, 4_000_000)
    counted, stop = [0], threading.Event()

    def count():
        while not stop.is_set():
            counted[0] += 1
            time.sleep(0.0005)

    other = threading.Thread(target=count)
    other.start()
    with lanewise.threads(1):
        deadline = time.monotonic() + 0.5
        calls = 0
        while time.monotonic() < deadline:
            lanewise.sin(x)
            calls += 1
    stop.set()
    other.join()
    # Were the lock held, the other thread would run about once in a call.
    assert counted[0] > 2 * calls


def test_many_threads_at_once():
    x = np.linspace(-3, 3, 10_000)
    want = lanewise.sin(x)
    wrong = []

    def work(target):
        for _ in range(50):
            with lanewise.target(target):
                if not same_bits(lanewise.sin(x), want) or lanewise.sum(x[:20]) != lanewise.sum(x[:20]):
                    wrong.append(target)

    threads = [threading.Thread(target=work, args=(t,)) for t in ("sse2", "sse4", "avx2", "v4") * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("call", [
    lambda x: lanewise.pow(x, x), lambda x: lanewise.exp(x[::2]), lambda x: lanewise.var(x),
    lambda x: lanewise.cumsum(x), lambda x: lanewise.astype(x, "f2"),
], ids=["contiguous", "strided", "reduction", "scan", "conversion"])
def test_other_threads_run_during_a_call(call):
    x = np.linspace(0.5, 2, 1 << 22)
    ticks, stop = [0], threading.Event()

    def tick():
        while not stop.is_set():
            ticks[0] += 1
            time.sleep(0)  # gives the lock up by itself: see the interval below

    thread = threading.Thread(target=tick)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(5)  # nobody is asked for the lock in less than that
    try:
        thread.start()
        for _ in range(100):  # other programs may have the cores
            before = ticks[0]
            call(x)
            if ticks[0] - before >= 5:
                break
        else:
            pytest.fail("no other thread ran")
    finally:
        stop.set()
        sys.setswitchinterval(interval)
        thread.join()


def test_a_subinterpreter_is_refused():
    program = """
import _xxsubinterpreters as interpreters, sys
ident = interpreters.create()
code = '''
import sys
sys.path[:] = %r
try:
    import lanewise
except ImportError as error:
    assert "subinterpreter" in str(error), error
    print("refused")
''' % (sys.path,)
interpreters.run_string(ident, code)
"""
    if sys.version_info >= (3, 13):
        program = program.replace("_xxsubinterpreters", "_interpreters")
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                            env=os.environ, timeout=60)
    assert "refused" in result.stdout, result.stderr


def test_every_elementwise_kernel_has_a_ufunc():
    assert sorted(ELEMENTWISE) == sorted(ufuncs.BY_NAME)
    assert set(ELEMENTWISE) <= set(dir(lanewise))
