#!/usr/bin/env python3
"""Worst error in ULP of NumPy's f32 functions, over all floats; for docs/kernels.md.

Takes about ten minutes of one CPU; an argument of 64 looks at every 64th float only. Run once per
dispatch level of NumPy:

    python3 dev/numpy_ulp.py
    NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL AVX512_SPR" python3 dev/numpy_ulp.py   # AVX2

The reference is the same function in f64, whose own error is below a millionth of an f32 ULP.
"""

import sys

import numpy as np
from numpy._core._multiarray_umath import __cpu_features__ as features

FUNCTIONS = [np.exp, np.log, np.sin, np.cos, np.tanh]


def errors(function, x):
    """|NumPy's result - reference| in ULP of the reference; 0 where the reference is no number."""
    got = function(x).astype(np.float64)
    reference = function(x.astype(np.float64))
    exponent = np.maximum(np.frexp(reference)[1] - 24, -149)  # of the last place, subnormals too
    result = np.abs(got - reference) * np.ldexp(1.0, -exponent)
    with np.errstate(over="ignore"):
        as_expected = np.isinf(got) & (got == reference.astype(np.float32))
    result[as_expected | np.isnan(reference)] = 0
    result[np.isnan(result)] = np.inf  # NaN where a number is due
    return result


def worst(function, step):
    top = (0.0, np.float32(0))
    block = step << 20
    for first in range(0, 1 << 32, block):
        bits = np.arange(first, min(first + block, 1 << 32), step, dtype=np.uint64)
        x = bits.astype(np.uint32).view(np.float32)
        with np.errstate(all="ignore"):
            e = errors(function, x)
        at = int(np.argmax(e))
        if e[at] > top[0]:
            top = (float(e[at]), x[at])
    return top


def main():
    level = [name for name in ("X86_V4", "X86_V3", "ASIMD") if features.get(name)]
    print("NumPy", np.__version__, level[0] if level else "baseline")
    step = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    for function in FUNCTIONS:
        ulp, x = worst(function, step)
        print(f"{function.__name__:5} {ulp:7.3f} ULP at {float(x).hex()}", flush=True)


if __name__ == "__main__":
    main()
