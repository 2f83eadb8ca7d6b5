"""The installed package checks itself: every function, every target of this machine, same bits."""

import hashlib

import numpy as np

import lanewise
from lanewise import _core, ufuncs


def inputs(dtype, count, size=1003):
    """Arrays with ordinary and special values, from integers alone."""
    arrays = []
    for seed in range(count):
        state = np.arange(1, size + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15 + 2 * seed)
        state ^= state >> np.uint64(29)
        values = (state % np.uint64(20001)).astype(np.float64) / 1000 - 10
        array = values.astype(dtype)
        if array.dtype.kind == "f":
            array[:7] = [0.0, -0.0, np.inf, -np.inf, np.nan, np.finfo(dtype).tiny / 2, 1e4]
        arrays.append(array)
    return arrays


def digest(name):
    """A hash of what a function gives for all its dtypes; NaNs count as one value."""
    total = hashlib.sha256()
    function = getattr(lanewise, name)
    for types in dict.fromkeys(ufuncs.BY_NAME[name].types):
        given = types.split("->")[0]
        if not set(given) <= set("efd?"):
            continue
        args = [a if c != "?" else a > 0 for c, a in
                ((c, inputs("d" if c == "?" else c, len(given))[i]) for i, c in enumerate(given))]
        result = np.asarray(function(*args))
        if result.dtype.kind == "f":
            result = np.where(np.isnan(result), result.dtype.type(np.nan), result)
        total.update(result.tobytes())
    return total.hexdigest()


def results():
    """For each target, worst first: (name, why it was not run or "", functions with other bits)."""
    names = sorted(ufuncs.BY_NAME)
    with np.errstate(all="ignore"):
        expected = {name: digest(name) for name in names}
        for target, reason in _core.targets():
            wrong = []
            if not reason:
                with lanewise.target(target) as used:
                    if used == target:
                        wrong = [name for name in names if digest(name) != expected[name]]
                    else:
                        reason = f"the process is capped at {used}"
            yield target, reason, wrong


def run():
    """Prints one line per target; 1 if any differs."""
    failed = 0
    for target, reason, wrong in results():
        print(f"{target:<10} " + (f"not run: {reason}" if reason else
                                  f"other bits: {', '.join(wrong)}" if wrong else "ok"))
        failed += bool(wrong)
    print(f"{len(ufuncs.BY_NAME)} functions, {failed} targets differ")
    return 1 if failed else 0
