"""Blocks of an array, Dask arrays, and a cluster whose workers have different targets."""

import os

import dask.array
import numpy as np
import pytest
from distributed import Client, LocalCluster, get_task_stream
from hypothesis import given
from hypothesis import strategies as st

import lanewise
import lanewise.dask
from arrays import seeds, values
from clib import same_bits


def blocks(array, size):
    return [array[i:i + size] for i in range(0, len(array), size)] or [array]


def test_chunk_elements():
    for dtype, elements in {"f4": 2048, "f2": 2048, "f8": 1024, "i1": 1024, "?": 1024}.items():
        assert lanewise.chunk_elements(dtype) == elements
    with pytest.raises(TypeError, match="complex128"):
        lanewise.chunk_elements("c16")


@given(seeds, st.sampled_from("fdelBh?"), st.integers(0, 3),
       st.integers(0, 30_000) | st.sampled_from([1024, 2048, 8192, 16384, 2049, 24577]),
       st.sampled_from(["sum", "mean", "min", "max", "dot"]), st.booleans())
def test_combine_gives_the_bits_of_the_whole(seed, char, k, n, function, ordinary):
    rng = np.random.default_rng(seed)
    x, y = (values(rng, n, char, ordinary) for _ in range(2))
    if n == 0 and function in ("min", "max", "mean"):
        return
    parts = blocks(x, lanewise.chunk_elements(char) << k)
    sizes = [len(part) for part in parts]
    wide = np.dtype("f4") if char == "e" else x.dtype
    if function == "dot":
        want = lanewise.dot(x, y)
        others = blocks(y, lanewise.chunk_elements(char) << k)
        partials = [lanewise.dot(a.astype(wide), b.astype(wide)) for a, b in zip(parts, others)]
    elif function in ("min", "max"):
        want = getattr(lanewise, function)(x)
        partials = [getattr(lanewise, function)(part) for part in parts]
    else:
        want = getattr(lanewise, function)(x)
        if function == "mean" and wide.kind != "f":
            wide = np.dtype("f8")
        partials = [lanewise.sum(part, dtype=wide if wide.kind == "f" else None)
                    for part in parts]
    got = lanewise.combine(partials, sizes, function=function, dtype=want.dtype)
    assert same_bits(got, want)


def test_combine_of_rows():
    x = np.random.default_rng(2).normal(size=(5 * 1024 + 7, 3))
    partials = [lanewise.sum(part, axis=0) for part in blocks(x, 1024)]
    assert same_bits(lanewise.combine(partials), lanewise.sum(x, axis=0))


def test_combine_refuses():
    ones = [np.float64(1)] * 3
    for sizes in ([1000, 1000, 5], [3072, 3072, 3072], [1024, 2048, 1024], [1024, 1024, 1025],
                  [1024, 1024, 0]):
        with pytest.raises(ValueError, match=r"must have 1024 \* 2\*\*k elements"):
            lanewise.combine(ones, sizes)
    with pytest.raises(ValueError, match="blocks of 2048"):
        lanewise.combine(ones, [3000, 3000, 1])
    with pytest.raises(ValueError, match="3 partials, but 2 sizes"):
        lanewise.combine(ones, [1024, 1024])
    with pytest.raises(ValueError, match="at least one"):
        lanewise.combine([])
    with pytest.raises(ValueError, match="sum, mean"):
        lanewise.combine(ones, function="var")
    with pytest.raises(ValueError, match="needs sizes"):
        lanewise.combine(ones, function="mean")
    with pytest.raises(ValueError, match="different dtypes or shapes"):
        lanewise.combine([np.float32(1), np.float64(1)])
    with pytest.raises(TypeError, match="rounded already"):
        lanewise.combine([np.float16(1)])
    with pytest.raises(TypeError, match="dtype=numpy.float64"):
        lanewise.combine([1, 2], [1024, 3], function="mean")
    with pytest.raises(TypeError, match="complex128"):
        lanewise.combine([1j])
    with pytest.raises(TypeError, match="integers"):
        lanewise.combine(ones, [1024.5, 1, 1])


@pytest.mark.parametrize("char", "fdel")
@pytest.mark.parametrize("chunks", [1000, 4096, 5000, (2048, 50_000, 3, 47_950)])
def test_dask_reductions(char, chunks):
    x = values(np.random.default_rng(3), 100_001, char, ordinary=True)
    lazy = dask.array.from_array(x, chunks=chunks)
    for name in ("sum", "prod", "mean", "min", "max"):
        got = getattr(lanewise.dask, name)(lazy)
        want = getattr(lanewise, name)(x)
        assert got.dtype == want.dtype and got.shape == ()
        assert same_bits(got.compute(scheduler="threads"), want)
    assert same_bits(lanewise.dask.dot(lazy, lazy[::-1]).compute(scheduler="threads"),
                     lanewise.dot(x, x[::-1]))


def test_dask_axes():
    x = values(np.random.default_rng(4), (70, 3000, 2), "d", ordinary=True)
    lazy = dask.array.from_array(x, chunks=(30, 1100, 1))
    for axis in (None, 0, 1, -1):
        for name in ("sum", "prod", "mean", "max"):
            assert same_bits(getattr(lanewise.dask, name)(lazy, axis=axis).compute(),
                             getattr(lanewise, name)(x, axis=axis))
    lazy = dask.array.from_array(x[:, :300], chunks=(30, 110, 1))
    for axis in ((0, 1, 2), (2, 0, 1), (0, 1), (1, 0), (0, 2), (2, -2), (1,)):
        for name in ("sum", "prod", "mean", "min", "max"):
            got, want = (getattr(lanewise, name)(a, axis=axis) for a in (lazy, x[:, :300]))
            assert got.shape == want.shape and got.dtype == want.dtype
            assert same_bits(got.compute(scheduler="sync"), want), (name, axis)
    scalar = dask.array.from_array(np.array(2.5))
    assert lanewise.sum(scalar, axis=0).compute() == 2.5
    empty = dask.array.zeros((0, 3, 2), chunks=2)
    assert lanewise.sum(empty, axis=(0, 1)).compute().tolist() == [0, 0]
    assert lanewise.min(empty, axis=(1, 2)).compute().shape == (0,)
    with pytest.raises(ValueError, match="no identity"):
        lanewise.min(empty, axis=(0, 1))
    fitting = dask.array.zeros(10_000, chunks=4096)
    assert lanewise.dask.rechunk(fitting) is fitting


@pytest.mark.parametrize("char", "fdelBh?")
@pytest.mark.parametrize("chunks", [1000, 5000, (2048, 20_000, 3, 7_950)])
def test_dask_variance(char, chunks):
    for ordinary in (True, False):
        x = values(np.random.default_rng(5), 30_001, char, ordinary)
        lazy = dask.array.from_array(x, chunks=chunks)
        for ddof in (0, 1, 0.5):
            got, want = lanewise.dask.var(lazy, ddof=ddof), lanewise.var(x, ddof=ddof)
            assert got.dtype == want.dtype and got.shape == ()
            assert same_bits(got.compute(scheduler="threads"), want)


def test_dask_variance_of_axes_and_equal_elements():
    x = values(np.random.default_rng(5), (70, 300, 2), "f", ordinary=True)
    lazy = dask.array.from_array(x, chunks=(30, 110, 1))
    for axis in (None, 0, 1, -1):
        assert same_bits(lanewise.var(lazy, axis).compute(), lanewise.var(x, axis))
    assert same_bits(lanewise.var(lazy, ddof=1).compute(), lanewise.var(x, ddof=1))
    # The sums of equal elements are rounded, or overflow.
    for value in (0.1, 1e308, 5e-324, -0.0, np.inf, np.nan):
        x = np.full(5000, value)
        lazy = dask.array.from_array(x, chunks=700)
        assert same_bits(lanewise.dask.var(lazy).compute(), lanewise.var(x))
    x = np.full((5, 3000), 1e308)
    x[3, 7] = 1.0
    lazy = dask.array.from_array(x, chunks=1000)
    assert same_bits(lanewise.dask.var(lazy, axis=1).compute(), lanewise.var(x, axis=1))
    for n in (0, 1, 2):
        with pytest.warns(RuntimeWarning, match="Degrees of freedom"):
            got = lanewise.dask.var(dask.array.ones((n, 3), chunks=2), 0, ddof=2)
            assert np.isnan(got.compute(scheduler="sync")).tolist() == [True] * 3


def test_dask_refuses():
    lazy = dask.array.ones((4, 4), chunks=2)
    with pytest.raises(TypeError, match="takes Dask arrays, not ndarray"):
        lanewise.dask.sum(np.ones(3))
    with pytest.raises(ValueError, match="one-dimensional"):
        lanewise.dask.dot(lazy, lazy)
    with pytest.raises(ValueError, match="not aligned"):
        lanewise.dask.dot(lazy[0], lazy[0, :2])
    with pytest.raises(TypeError, match="complex128"):
        lanewise.dask.sum(lazy.astype("c16"))
    with pytest.raises(ValueError, match="compute_chunk_sizes"):
        lanewise.dask.sum(lazy[lazy > 0])
    with pytest.raises(ValueError, match="no identity"):
        lanewise.dask.min(lazy[:0])
    with pytest.raises(np.exceptions.AxisError if hasattr(np, "exceptions") else ValueError):
        lanewise.dask.sum(lazy, axis=2)
    for bad in (lambda: lanewise.dask.sum(lazy, axis=()),
                lambda: lanewise.dask.cumsum(lazy, axis=(0,)),
                lambda: lanewise.dask.cumsum(lazy, axis=(0, 1))):
        with pytest.raises(TypeError, match="axis"):
            bad()
    with pytest.raises(ValueError, match="axis"):
        lanewise.dask.sum(lazy, axis=(0, 0))
    with pytest.warns(RuntimeWarning, match="Mean of empty"):
        assert np.isnan(lanewise.dask.mean(lazy[:0]).compute(scheduler="sync"))


@pytest.mark.parametrize("name, more", [
    ("cumulative_sum", {"include_initial": True}), ("sum", {"where": False}),
    ("sum", {"where": None}),
    ("sum", {"initial": True}), ("sum", {"initial": None}), ("min", {"initial": False}),
    ("sum", {"keepdims": True}), ("sum", {"dtype": "f4"}), ("mean", {"out": np.empty(())}),
    ("var", {"correction": 1}), ("var", {"where": False})])
def test_arguments_are_used_or_refused(name, more):
    lazy = dask.array.ones(6, chunks=2)
    what = "".join(f" with {key}=" for key in more)
    with pytest.raises(TypeError, match=f"lanewise.{name}{what} does not take Dask arrays"):
        getattr(lanewise, name)(lazy, **more)


def test_arguments_that_change_nothing():
    lazy = dask.array.arange(6, chunks=2, dtype="f8")
    assert lanewise.sum(lazy, None, None, None, False).compute() == 15
    assert lanewise.sum(a=lazy, axis=None, dtype=None, out=None, keepdims=False,
                        where=True).compute() == 15
    sums = lanewise.cumulative_sum(lazy, include_initial=False).compute()
    assert sums.tolist() == [0, 1, 3, 6, 10, 15]
    assert lanewise.astype(lazy, None, copy=False).dtype == np.float64
    assert lanewise.cumsum(lazy, 0, "f4").dtype == np.float32
    with pytest.raises(TypeError, match="keepdims="):
        lanewise.sum(lazy, None, None, None, True)


def facts():
    return os.getpid(), lanewise.machine()["target"], lanewise.exp(POINTS).tobytes()


POINTS = np.linspace(-20, 20, 4097)


@pytest.fixture(scope="module")
def cluster():
    """Three processes of one thread, each with the best target of its machine, but for the last:
    LANEWISE_MAX_TARGET caps it."""
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True,
                      dashboard_address=None) as it:
        options = it.new_spec["options"]
        environment = {**(options.get("env") or {}), "LANEWISE_MAX_TARGET": "SSE4"}
        it.new_spec = {**it.new_spec, "options": {**options, "env": environment}}
        it.scale(3)
        with Client(it) as client:
            client.wait_for_workers(3, timeout=120)
            yield client


def test_a_cluster_of_unequal_workers(cluster):
    found = cluster.run(facts)
    assert len({pid for pid, _, _ in found.values()} | {os.getpid()}) == 4
    best = lanewise.machine()["target"]
    assert sorted(target for _, target, _ in found.values()) == sorted(["SSE4", best, best])
    capped = next(worker for worker, (_, target, _) in found.items() if target == "SSE4")
    assert {bits for *_, bits in found.values()} == {lanewise.exp(POINTS).tobytes()}

    x = values(np.random.default_rng(6), 500_001, "d", ordinary=True)
    lazy = dask.array.from_array(x, chunks=lanewise.chunk_elements("f8") * 8)
    with get_task_stream(cluster) as stream:
        got = cluster.compute([
            lanewise.exp(lazy), lanewise.add(lanewise.sin(lazy), 1.0),
            lanewise.dask.sum(lazy), lanewise.dask.mean(lazy), lanewise.dask.dot(lazy, lazy),
            lanewise.dask.sum(lanewise.exp(lazy))], sync=True)
    want = [lanewise.exp(x), lanewise.add(lanewise.sin(x), 1.0), lanewise.sum(x), lanewise.mean(x),
            lanewise.dot(x, x), lanewise.sum(lanewise.exp(x))]
    assert all(same_bits(a, b) for a, b in zip(got, want, strict=True))
    # Every worker, the capped one too, had a part in it.
    assert {task["worker"] for task in stream.data} == set(found)

    # Every reduction once more on the capped worker alone.
    alone = cluster.compute(lanewise.dask.sum(lazy), workers=[capped], allow_other_workers=False)
    assert same_bits(alone.result(), want[2])
