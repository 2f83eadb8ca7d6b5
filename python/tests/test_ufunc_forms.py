"""Every binary kernel through reduce, accumulate, reduceat, at and outer: each equals a plain loop
in Python over the function on single elements."""

import numpy as np
import pytest

import lanewise
from arrays import values
from clib import ELEMENTWISE, KERNELS, same_bits

BINARY = [n for n in ELEMENTWISE if len(KERNELS[n][0][0]) == 2]
# The result is of the operands' type, so that folding makes sense.
FOLDING = [n for n in BINARY if KERNELS[n][0][0][0] == KERNELS[n][0][1]]
SIZES = [1, 2, 3, 8, 31, 300]


def chars(name):
    return [c for types in getattr(lanewise, name).types for c in [types[0]]
            if types[0] == types[1] and c in "efdilB"]


def operands(name, char, shape):
    a = values(np.random.default_rng(11), shape, char, ordinary=True)
    if name == "pow":
        a = (np.abs(a) % 3).astype(char)
    return a


def fold(function, elements):
    partial = elements[0]
    yield partial
    for element in elements[1:]:
        partial = function(partial, element)
        yield partial


@pytest.mark.parametrize("name", FOLDING)
@pytest.mark.parametrize("n", SIZES)
def test_accumulate(name, n):
    function = getattr(lanewise, name)
    for char in chars(name):
        a = operands(name, char, n)
        want = np.array(list(fold(function, a)), char)
        assert same_bits(function.accumulate(a, dtype=char), want)
        assert same_bits(function.accumulate(a[::-1], dtype=char), np.array(list(fold(function, a[::-1])), char))
        block = np.stack([a, a[::-1], a], 1)
        got = function.accumulate(block, axis=0, dtype=char)
        assert same_bits(got[:, 0], want) and same_bits(got[:, 2], want)


@pytest.mark.parametrize("name", FOLDING)
@pytest.mark.parametrize("n", SIZES)
def test_reduce_of_the_ufunc_runs_in_order(name, n):
    function = getattr(lanewise, name)
    for char in chars(name):
        a = operands(name, char, n)
        want = list(fold(function, a))[-1]
        got = function.ufunc.reduce(a, dtype=char)
        assert same_bits(got, np.asarray(want, char)[()]), char
        assert same_bits(function.ufunc.reduce(np.stack([a, a]), axis=1, dtype=char)[1], got)


@pytest.mark.parametrize("name", FOLDING)
def test_reduceat(name):
    function = getattr(lanewise, name)
    starts = [0, 3, 3, 40, 7]
    for char in chars(name):
        a = operands(name, char, 60)
        want = []
        for i, start in enumerate(starts):
            stop = starts[i + 1] if i + 1 < len(starts) else len(a)
            part = a[start:stop] if stop > start else a[start:start + 1]
            want.append(list(fold(function, part))[-1])
        assert same_bits(function.reduceat(a, starts, dtype=char), np.array(want, char))


@pytest.mark.parametrize("name", FOLDING)
def test_at_with_repeated_indices(name):
    function = getattr(lanewise, name)
    indices = [0, 2, 2, 5, 2, 0]
    for char in chars(name):
        a, b = operands(name, char, 6), operands(name, char, 6)[::-1].copy()
        want = a.copy()
        for i, j in enumerate(indices):
            want[j] = function(want[j], b[i])
        function.at(a, indices, b)
        assert same_bits(a, want)


@pytest.mark.parametrize("name", BINARY)
def test_outer(name):
    function = getattr(lanewise, name)
    for char in chars(name):
        a, b = operands(name, char, 9), operands(name, char, 5)
        assert same_bits(function.outer(a, b), function(a[:, None], b[None, :]))


@pytest.mark.parametrize("name", [n for n in BINARY if len(KERNELS[n][0][1]) == 1])
def test_overlapping_out(name):
    function = getattr(lanewise, name)
    for char in [c for c in chars(name) if c in "efd"]:
        for shift in (-1, 0, 1, 3):
            memory = operands(name, char, 500)
            a, b = memory[10:400], memory[20:410]
            want = function(a.copy(), b.copy())
            out = memory[10 + shift:400 + shift] if want.dtype == char else np.empty(390, bool)
            function(a, b, out=out)
            assert same_bits(out, want)


def test_add_reduce_is_lanewise_sum():
    a = np.random.default_rng(0).normal(size=(300, 70))
    assert same_bits(lanewise.add.reduce(a), lanewise.sum(a, axis=0))
    assert same_bits(lanewise.add.reduce(a, axis=None), lanewise.sum(a))
    assert same_bits(lanewise.maximum.reduce(a, axis=1), a.max(axis=1))
