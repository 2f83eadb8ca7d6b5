"""The library's dtypes, their promotion, and conversions between all of them, beside NumPy."""

import itertools

import numpy as np
import pytest
from arrays import values
from clib import same_bits

import lanewise
from lanewise import _core

DTYPES = {name: dtype for name, (_, dtype) in _core.dtypes().items() if dtype is not None}


def test_the_table():
    assert len(_core.dtypes()) == 13 and len(DTYPES) == 12
    assert [number for number, _ in _core.dtypes().values()] == list(range(13))
    for name, dtype in DTYPES.items():
        kind = {"bool": "b", "i": "i", "u": "u", "f": "f"}["bool" if name == "bool" else name[0]]
        assert dtype.kind == kind and (name == "bool" or dtype.itemsize * 8 == int(name[1:]))


@pytest.mark.parametrize("a,b", list(itertools.product(DTYPES, DTYPES)))
def test_promotion_is_numpys(a, b):
    assert DTYPES[_core.promote(a, b)] == np.promote_types(DTYPES[a], DTYPES[b])


def test_promotion_of_bf16():
    want = {"bool": "bf16", "i8": "bf16", "u8": "bf16", "i16": "f32", "u16": "f32", "i32": "f64",
            "u32": "f64", "i64": "f64", "u64": "f64", "f16": "f32", "bf16": "bf16", "f32": "f32",
            "f64": "f64"}
    for name, result in want.items():
        assert _core.promote("bf16", name) == _core.promote(name, "bf16") == result
    with pytest.raises(TypeError):
        _core.promote("f80", "f32")


@pytest.mark.parametrize("a,b", list(itertools.permutations(DTYPES, 2)))
def test_conversions_where_numpy_defines_them(a, b):
    """All but floats that do not fit into an integer, which NumPy leaves to the processor."""
    x = values(np.random.default_rng(3), 3001, DTYPES[a].char)
    if DTYPES[a].kind == "f" and DTYPES[b].kind in "iu":
        info = np.iinfo(DTYPES[b])
        x = x[np.isfinite(x) & (x > max(info.min, -1000)) & (x < min(info.max, 1000))]
    with np.errstate(all="ignore"):
        want = x.astype(DTYPES[b])
        assert same_bits(lanewise.astype(x, DTYPES[b]), want)
        assert same_bits(lanewise.astype(x[::-3], DTYPES[b]), want[::-3])


def test_any_byte_is_true():
    x = np.array([0, 1, 2, 0x80, 0xFF], "u1").view(bool)
    for dtype in DTYPES.values():
        if dtype.kind != "b":
            assert lanewise.astype(x, dtype).tolist() == [0, 1, 1, 1, 1]
