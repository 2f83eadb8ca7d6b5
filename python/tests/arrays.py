"""Random arrays of every layout that NumPy has, with special values among ordinary ones."""

import numpy as np
from hypothesis import strategies as st

SPECIALS = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-40, -1e-310, 1e30, 709.9, 88.8]


def values(rng, shape, char, ordinary=False):
    dtype = np.dtype(char)
    if dtype.kind == "b":
        return np.asarray(rng.random(shape) < 0.5)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return rng.integers(max(info.min, -100), min(info.max, 100), shape).astype(dtype)
    array = np.asarray(rng.normal(0, 1, shape) * 10.0 ** rng.integers(-3, 3, shape))
    if not ordinary and array.size:
        chosen = rng.random(shape) < 0.1
        array = np.where(chosen, rng.choice(SPECIALS, shape), array)
    with np.errstate(all="ignore"):
        return np.asarray(array).astype(dtype)


def layout(rng, array, kind):
    """The same elements, differently laid out in memory."""
    if kind == "F":
        return array.copy(order="F")
    if kind == "reversed":
        return array[..., ::-1].copy()[..., ::-1] if array.ndim else array
    if kind == "strided" and array.ndim:
        wide = np.zeros((*array.shape[:-1], array.shape[-1] * 3), array.dtype)
        wide[..., ::3] = array
        return wide[..., ::3]
    if kind == "transposed":
        return array.T.copy().T
    if kind == "swapped":
        return array.astype(array.dtype.newbyteorder(">"))
    if kind == "unaligned":
        raw = np.empty(array.nbytes + 1, "u1")
        view = raw[1:].view(array.dtype).reshape(array.shape)
        view[...] = array
        return view
    if kind == "readonly":
        array = array.copy()
        array.flags.writeable = False
    return array


LAYOUTS = ["C", "F", "reversed", "strided", "transposed", "swapped", "unaligned", "readonly"]
layouts = st.sampled_from(LAYOUTS)
shapes = st.lists(st.integers(0, 7), max_size=4).map(tuple) | st.sampled_from(
    [(1000,), (33, 65), (3, 1, 700), (4099,)])
seeds = st.integers(0, 2**32 - 1)


def broadcastable(rng, shape):
    """A shape that broadcasts to this one."""
    shape = [1 if rng.random() < 0.25 else n for n in shape]
    return tuple(shape[rng.integers(0, len(shape) + 1):] if rng.random() < 0.3 else shape)
