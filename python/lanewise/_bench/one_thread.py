"""One thread each: libraries read their limits when they are loaded, NumPy's BLAS among them."""

import contextlib
import os
import sys

_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "OMP_NUM_THREADS",
              "NUMEXPR_NUM_THREADS")


def environment():
    return {**os.environ, **dict.fromkeys(_VARIABLES, "1")}


def start_again():
    """Starts this program anew, in the same process, if a library may have read another limit."""
    if sys.executable and any(os.environ.get(name) != "1" for name in _VARIABLES):
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment())


def limits():
    """A context that limits what is loaded already, as far as threadpoolctl is there to do it."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return contextlib.nullcontext()
    return threadpool_limits(1)
