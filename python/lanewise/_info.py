"""Questions to the library, and its settings."""

import os

import numpy as np

from . import _core
from ._names import NUMPY_NAMES
from ._machine import machine
from ._report import Report

_KERNELS = {entry[0]: entry for entry in _core.kernels()}
_KERNEL_NAMES = {NUMPY_NAMES.get(name, name): name for name in _KERNELS}
_KERNEL_NAMES.update(cumsum="cumulative_sum", astype="convert")
_HERE = os.path.dirname(os.path.abspath(__file__))

_SOFT_FMA = ("no FMA instruction: math functions and fma compute it in software, for the same bits, "
             "and take 2 to 20 times as long as NumPy's")


def _kernel(function):
    name = getattr(function, "__name__", function)
    name = name if name in _KERNELS else _KERNEL_NAMES.get(name, name)
    if name not in _KERNELS:
        raise ValueError(f"lanewise has no kernel {name!r}; kernels: {', '.join(sorted(_KERNELS))}")
    return _KERNELS[name]


def show():
    """This machine and this build: what runs, what does not, and why."""
    from . import __version__
    from ._patch import count_left, is_patched

    data = {
        "lanewise": __version__,
        "numerics_version": _core.numerics_version,
        "numpy": np.__version__,
        "patched": is_patched(),
        "left_to_numpy": count_left(),
        "library": get_library_dir(),
        "machine": machine(),
    }
    patched = f" ({_patched(data)})" if data["patched"] else ""
    head = (f"lanewise {__version__}, numerics version {_core.numerics_version}, "
            f"NumPy {np.__version__}{patched}\n")
    return Report(head + _core.machine(False), data, _table(data))


def _patched(data):
    left = data["left_to_numpy"]
    note = f"; {left} loops left to NumPy, which is faster: see patch_status()" if left else ""
    return "patched" + note if data["patched"] else "not patched"


def _table(data):
    """What show() says in Jupyter: the text's lines, the best target first."""
    found = data["machine"]
    cpu, patched = found["cpu"], _patched(data)
    caches = [f"{name.upper()} {size >> 10} KiB" for name, size in cpu["caches"].items() if size]
    targets = []
    for entry in reversed(found["targets"]):
        in_use = entry["name"] == found["target"]
        status = "in use" if in_use else "supported"
        if not entry["supported"]:
            status = entry["reason"]
        elif not entry["compiled"]:
            status = "not in this build"
        targets.append({"target": entry["name"], "status": status, "chosen": in_use})
    return {
        "lanewise": f"{data['lanewise']}, numerics version {data['numerics_version']}",
        "NumPy": f"{data['numpy']}, {patched}",
        "CPU": f"{cpu['brand'] or cpu['vendor']} ({cpu['microarchitecture']})",
        "caches": ", ".join(caches),
        "targets": targets,
        **({"math": _SOFT_FMA} if any(
            e["name"] == found["target"] and not e["fma"] for e in found["targets"]) else {}),
        "threads": found["threads_reason"],
        "library": data["library"],
        "GPU": _gpu_cell(found["gpu"]),
        "features": cpu["features"],
        **({"warnings": found["warnings"]} if found["warnings"] else {}),
    }


def _gpu_cell(found):
    devices = ", ".join(device["name"] for device in found.get("devices", []))
    return ": ".join(part for part in (found["state"], found.get("reason") or devices) if part)


def report():
    """What a bug report needs: machine, versions, NumPy's build, patching, environment, self-test.

    ``lanewise report`` on the command line gives the same for a fresh process.
    """
    from ._diagnosis import report as make_report

    return make_report()


def explain(function, *dtypes, n=0):
    """Which variant of a kernel runs for a dtype, and for each other one why it does not.

    ``explain("exp", "f4")``; a conversion takes two dtypes. Without a dtype: the kernel's first.
    ``n``: for contiguous arrays of n elements; 0 for small ones, with the sizes from which the
    answer changes.
    """
    import json

    name, _, _, inputs, _, _, records = _kernel(function)
    wanted = None
    if dtypes:
        names = [np.dtype(d).name for d in dtypes]
        full = {tuple(_numpy_name(t) for t in record): record for record in records}
        own = {key[inputs - 1] for key in full}
        if names[0] in ("float16", "bfloat16") and names[0] not in own:
            names[0] = "float64" if inputs == 3 else "float32"  # computed there, in blocks
        for numpy_names, record in full.items():
            key = list(numpy_names) if len(names) > 1 else [numpy_names[inputs - 1]]
            if key[: len(names)] == names:
                wanted = record
                break
        else:
            taken = ("any dtype to another one" if name == "convert" else
                     ", ".join(f"{','.join(key[:inputs])}->{','.join(key[inputs:])}" for key in full))
            raise TypeError(f"{name} has no kernel for {', '.join(names)}; it takes {taken}")
    text = _core.explain(name, wanted, n, False)
    return Report(text, json.loads(_core.explain(name, wanted, n, True)))


def _numpy_name(dtype):
    numpy = _core.dtypes()[dtype][1]
    return "bfloat16" if numpy is None else numpy.name


def accuracy(function):
    """The error bound of a kernel over the whole range of its type, in ULP of the result."""
    name, doc, shape, inputs, ulp, since, records = _kernel(function)
    data = {
        "kernel": name,
        "meaning": doc,
        "max_ulp": ulp,
        "per_operation": shape in ("reduce", "reduce_two", "scan"),
        "dtypes": sorted({_numpy_name(r[inputs - 1]) for r in records}),
        "numerics_since": since,
    }
    each = " for each operation" if data["per_operation"] else ""
    bound = "exact" if ulp == 0 else f"at most {ulp:g} ULP{each}"
    text = f"{name}: {bound}. {doc}. dtypes: {', '.join(data['dtypes'])}. Bits since numerics version {since}."
    return Report(text, data)


def get_include():
    """The folder with lanewise/lanewise.h and lanewise/lanewise.hpp."""
    return os.path.join(_HERE, "include")


def get_library_dir():
    """The folder with liblanewise, for -L and -Wl,-rpath."""
    return os.path.join(_HERE, "lib")


def library_file():
    """The library in this process."""
    return os.path.realpath(os.path.join(get_library_dir(), "liblanewise.so.0.1"))


class target:
    """Caps the SIMD target for the calling thread: ``with lanewise.target("avx2"): ...``

    Nested caps can only tighten. The bits of results do not change; the speed does.
    """

    def __init__(self, name):
        if not isinstance(name, str):
            raise TypeError(f"target: the name of a target is a string, not {name!r}")
        _core.push_target(name)  # says at once if the name is wrong
        _core.pop_target()
        self.name = name

    def __enter__(self):
        _core.push_target(self.name)
        return _core.current_target()

    def __exit__(self, *_):
        _core.pop_target()

    def __repr__(self):
        return f"lanewise.target({self.name!r})"


def set_threads(limit):
    """At most so many threads a call, for the whole process; 0 restores the default."""
    if not hasattr(limit, "__index__"):
        raise TypeError(f"set_threads: the limit is an integer, not {limit!r}")
    _core.set_threads(limit)


class threads:
    """Limits the threads of a call, for the calling thread: ``with lanewise.threads(2): ...``

    Nested limits can only tighten, also that of ``set_threads`` for the process.
    ``int(threads())`` is the number that a large call may use now.
    """

    def __init__(self, limit=None):
        if limit is not None:
            if not hasattr(limit, "__index__"):
                raise TypeError(f"threads: the limit is an integer, not {limit!r}")
            _core.push_threads(limit)  # says at once if the limit is wrong
            _core.pop_threads()
        self._limit = limit

    def __int__(self):
        return _core.get_threads()

    __index__ = __int__

    def __enter__(self):
        if self._limit is not None:
            _core.push_threads(self._limit)
        return self

    def __exit__(self, *_):
        if self._limit is not None:
            _core.pop_threads()

    def __repr__(self):
        return f"lanewise.threads({_core.get_threads()})"
