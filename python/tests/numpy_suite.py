"""NumPy's own tests of ufuncs and numerics, run on patched NumPy.

    python numpy_suite.py [pytest arguments]
"""

import sys

import numpy as np
import pytest

import lanewise

_UNDERFLOW = "wants a flag for underflow, which lanewise leaves unspecified"

# Tests of what lanewise promises otherwise, and why: (class, test).
DESELECTED = {
    ("TestSpecialFloats", "test_exp_exceptions"): f"{_UNDERFLOW} (exp)",
    ("TestRemainder", "test_float_remainder_overflow"):
        "wants invalid of a divmod whose quotient alone overflows",
}
if np.__version__.startswith("1."):
    DESELECTED["TestFloatExceptions", "test_floating_exceptions[e]"] = (
        f"{_UNDERFLOW} (division of float16, computed in float32)")

MODULES = ["test_umath", "test_ufunc", "test_numeric"]


class Deselect:
    def pytest_collection_modifyitems(self, config, items):
        def name(item):
            return (item.cls.__name__ if item.cls else "", item.name)

        left_out = [item for item in items if name(item) in DESELECTED]
        items[:] = [item for item in items if name(item) not in DESELECTED]
        config.hook.pytest_deselected(items=left_out)
        for item in left_out:
            print(f"deselected: {'.'.join(name(item))}: {DESELECTED[name(item)]}")


def main():
    core = "numpy.core" if np.__version__.startswith("1.") else "numpy._core"
    lanewise.patch_numpy(bits=True)  # every loop, whatever it costs on this machine
    status = pytest.main(
        ["-q", "-p", "no:cacheprovider", "-W", "ignore", *sys.argv[1:],
         "--pyargs", *(f"{core}.tests.{module}" for module in MODULES)],
        plugins=[Deselect()])
    if not lanewise.patch_status().data["patched"]:
        print("NumPy was not patched to the end")
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
