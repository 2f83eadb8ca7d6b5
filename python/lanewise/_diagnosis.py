"""``lanewise report``: what a bug report needs, on one screen and as data."""

import contextlib
import importlib.metadata
import io
import os
import platform
import sys

import numpy as np

from . import _core, _info, _patch
from ._report import Report

# Installed packages that meet lanewise's arrays, or bring threads or loops of their own.
_PACKAGES = ["numpy", "ml_dtypes", "scipy", "pandas", "xarray", "dask", "distributed", "numba",
             "numexpr", "torch", "mkl", "mkl_umath", "tbb", "threadpoolctl"]
_VARIABLES = ("LANEWISE_", "NPY_", "OMP_NUM_THREADS", "TBB_NUM_THREADS", "MKL_NUM_THREADS",
              "OPENBLAS_NUM_THREADS",
              "GLIBC_TUNABLES", "LD_PRELOAD", "LD_LIBRARY_PATH")


def _versions():
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def _numpy_config():
    """What NumPy says of its own build: BLAS, compilers, SIMD loops found and not found."""
    try:
        return np.show_config(mode="dicts")
    except Exception:  # a build without this information, as some distributions have
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            np.show_config()
        return {"text": text.getvalue()}


def _patched():
    rows = _patch.patch_status().data["functions"]
    return {"patched": _patch.is_patched(), "left_to_numpy": _patch.count_left(),
            "functions": sorted({row["numpy"] for row in rows if row["patched"]})}


def _selftest():
    from ._selftest import results

    return [{"target": target, "not_run": reason, "other_bits": wrong}
            for target, reason, wrong in results()]


def _text_only(value):
    """The same with a replacement for each byte of paths and variables that is no text."""
    if isinstance(value, dict):
        return {_text_only(key): _text_only(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_text_only(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return value


def report():
    """Machine, versions, targets, NumPy's build, patching, environment, self-test."""
    from . import __version__

    with contextlib.suppress(OSError):
        libc = " ".join(platform.libc_ver()).strip()
    data = {
        "lanewise": __version__,
        "numerics_version": _core.numerics_version,
        "library": _info.get_library_dir(),
        "python": {"version": platform.python_version(),
                   "implementation": platform.python_implementation(),
                   "compiler": platform.python_compiler(), "executable": sys.executable},
        "system": {"platform": platform.platform(), "kernel": platform.release(), "libc": libc},
        "packages": _versions(),
        "numpy_config": _numpy_config(),
        "patch": _patched(),
        "environment": {name: value for name, value in sorted(os.environ.items())
                        if name.startswith(_VARIABLES)},
        "machine": _info.machine(),
        "selftest": _selftest(),
    }
    data = _text_only(data)
    return Report(_text(data), data)


def _selftest_line(entry):
    if entry["not_run"]:
        return f"not run: {entry['not_run']}"
    return "other bits: " + ", ".join(entry["other_bits"]) if entry["other_bits"] else "same bits"


def _highway(build):
    return build["highway"] + ("" if build["highway_proven"] else " (its bits are unproven)")


def _text(data):
    simd = data["numpy_config"].get("SIMD Extensions", {})
    blas = data["numpy_config"].get("Build Dependencies", {}).get("blas", {})
    patch = data["patch"]
    rows = [
        ("lanewise", f"{data['lanewise']}, numerics version {data['numerics_version']}, "
                     f"Highway {_highway(data['machine']['lanewise'])}"),
        ("library", data["library"]),
        ("Python", f"{data['python']['version']} ({data['python']['implementation']}, "
                   f"{data['python']['compiler']})"),
        ("system", f"{data['system']['platform']}, {data['system']['libc']}"),
        ("packages", ", ".join(f"{name} {version}" for name, version in data["packages"].items())),
        ("NumPy", f"BLAS {blas.get('name', 'unknown')}; SIMD baseline "
                  f"{' '.join(simd.get('baseline', [])) or 'unknown'}; found "
                  f"{' '.join(simd.get('found', [])) or 'none'}"),
        ("patched", f"{len(patch['functions'])} of NumPy's functions, "
                    f"{patch['left_to_numpy']} slower loops left to NumPy"
         if patch["patched"] else "no"),
        ("environment", ", ".join(f"{name}={value}" for name, value in data["environment"].items())
         or "none of LANEWISE_*, NPY_*, *_NUM_THREADS, LD_* is set"),
    ]
    lines = ["```"]  # for the forms of issue trackers
    lines += [f"{name:<11} {value}" for name, value in rows]
    lines += ["", _core.machine(False).rstrip("\n"), "", "self-test"]
    lines += [f"  {entry['target']:<9} {_selftest_line(entry)}" for entry in data["selftest"]]
    return "\n".join([*lines, "```", "", "Paste this into the report. `lanewise report --json` has "
                      "all details. Check both for paths that are nobody's business."])
