"""Array kernels at the speed of the machine, with the same bits on every machine.

Functions have NumPy's names and signatures: ``lanewise.exp(a)``, ``lanewise.sum(a, axis=0)``.
``lanewise.patch_numpy()`` puts them under NumPy's own functions. ``lanewise.show()`` tells what
runs on this machine and why.
"""

from . import _core  # first: says so if this interpreter cannot have it
from . import _gpu_calls, _threadpoolctl  # noqa: F401
from ._blocks import chunk_elements, combine
from ._functions import FUNCTIONS as _FUNCTIONS
from ._core import DeviceArray
from ._gpu import gpu, to_device, to_host
from ._info import (
    accuracy,
    explain,
    get_include,
    get_library_dir,
    report,
    set_threads,
    show,
    target,
    threads,
)
from ._machine import machine, machine_names
from ._patch import patch_numpy, patch_status, patched_numpy, unpatch_numpy

__version__ = _core.version
numerics_version = _core.numerics_version

globals().update(_FUNCTIONS)
_threadpoolctl.register_when_imported()

__all__ = sorted(_FUNCTIONS) + [
    "DeviceArray", "accuracy", "chunk_elements", "combine", "explain", "get_include", "get_library_dir",
    "gpu", "machine", "machine_names", "numerics_version", "patch_numpy", "patch_status",
    "patched_numpy", "report", "set_threads", "show", "target", "threads", "to_device", "to_host",
    "unpatch_numpy",
]


def __dir__():
    return sorted([*__all__, "__version__", "ufuncs"])
