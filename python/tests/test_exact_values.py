"""Values that are known exactly: variances of equal elements, powers that are operations, booleans
of other bytes than 0 and 1."""

import numpy as np
import pytest

import lanewise as lw

BYTES = np.array([2, 0, 255, 1, 0, 128] * 50, "u1")
ODD, EVEN = BYTES.view(bool), BYTES != 0


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
@pytest.mark.parametrize("n", [1, 2, 3, 10, 129, 5000, 300_000])
def test_equal_elements_have_no_variance(dtype, n):
    for value in (-0.087, 0.1, 7, 1e-3, np.finfo(dtype).max / 3):
        a = np.full(n, value, dtype)
        with np.errstate(over="ignore"):  # of the sum
            results = [lw.var(a), lw.var(a[::-1]), lw.var(np.broadcast_to(a[0], n)),
                       lw.var(a, where=np.arange(n) % 7 == 0)]
            if n > 1:
                results.append(lw.var(a, ddof=1))
        assert all(r == 0 and not np.signbit(r) for r in results), (value, results)


def test_equal_elements_among_others():
    a = np.full((37, 21), -0.087)
    a[:, 3] = np.arange(37)
    a[:, 5] = np.inf
    a[:, 6] = np.nan
    with np.errstate(invalid="ignore"):
        for b in (a, np.asfortranarray(a), np.repeat(a, 2, 0)[::2]):
            for result in (lw.var(b, axis=0), lw.var(b, axis=0, where=np.full(b.shape, True)),
                           lw.var(b.T, axis=1)):
                assert np.array_equal(result == 0, ~np.isin(np.arange(21), [3, 5, 6]))
                assert np.array_equal(np.isnan(result), np.isin(np.arange(21), [5, 6]))
    assert lw.var(np.full(3, 7)) == 0
    with pytest.warns(RuntimeWarning, match="Degrees of freedom"):
        assert np.isnan(lw.var(np.full(3, 0.1), ddof=3))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_powers_that_are_operations(dtype):
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.standard_normal(1003) * 30, [0.0, -0.0, np.inf, -np.inf, np.nan]])
    x = x.astype(dtype)
    with np.errstate(all="ignore"):
        root = np.where(np.isneginf(x), np.inf, np.sqrt(x + x.dtype.type(0))).astype(dtype)
        for exponent, wanted in ((2, x * x), (0.5, root), (-1, 1 / x), (1, x)):
            y = x.dtype.type(exponent)
            others = np.where(np.arange(x.size) % 3, y, x.dtype.type(1.25))
            for got, here in ((lw.pow(x, y), True), (lw.pow(x, np.full_like(x, y)), True),
                              (lw.pow(x[::2].copy(), y), None), (lw.pow(x, others), others == y)):
                if here is None:
                    assert np.array_equal(got, wanted[::2], equal_nan=True)
                    continue
                got, want = got[np.broadcast_to(here, x.shape)], wanted[np.broadcast_to(here, x.shape)]
                assert np.array_equal(got, want, equal_nan=True)
                finite = ~np.isnan(want)
                assert np.array_equal(np.signbit(got)[finite], np.signbit(want)[finite])


def test_every_byte_but_0_is_true():
    columns = [v.reshape(6, 50) for v in (ODD, EVEN)]
    other = np.arange(300.0)
    for odd, even in ((ODD, EVEN), (ODD[1::2], EVEN[1::2]), columns, [v.T for v in columns]):
        for axis in (None, *range(odd.ndim)):
            for function in (lw.sum, lw.mean, lw.var, lw.min, lw.max):
                result = np.asarray(function(odd, axis=axis))
                wanted = np.asarray(function(even, axis=axis))
                assert result.dtype == wanted.dtype and result.tobytes() == wanted.tobytes()
    for function in (lw.argmax, lw.cumsum, lambda b: lw.sum(other, where=b),
                     lambda b: lw.sum(b, where=b), lambda b: lw.var(other, where=b),
                     lambda b: lw.where(b, other, -other), lambda b: lw.compress(b, other),
                     lambda b: lw.astype(b, "f4"), lambda b: lw.equal(b, True),
                     lambda b: lw.add(b, b), lambda b: lw.multiply(b, other)):
        result, wanted = np.asarray(function(ODD)), np.asarray(function(EVEN))
        assert result.dtype == wanted.dtype and result.tobytes() == wanted.tobytes()


def test_every_byte_but_0_is_true_in_compiled_code():
    numba = pytest.importorskip("numba")

    @numba.njit
    def compress(mask, a):
        return lw.compress(mask, a)

    @numba.njit
    def where(mask, a):
        return lw.where(mask, a, -1.0)

    a = np.arange(300.0)
    assert np.array_equal(compress(ODD, a), a[EVEN])
    assert np.array_equal(compress(ODD[::-2], a[:150]), a[:150][EVEN[::-2]])
    assert np.array_equal(where(ODD, a), np.where(EVEN, a, -1.0))
