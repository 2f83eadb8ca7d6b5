"""What lanewise-detect says, or nothing: conda must work whatever happens here."""

import functools
import importlib.util
import json
import os
import subprocess
import sys

_OVERRIDE = "CONDA_OVERRIDE_ARCHSPEC"
_SECONDS = 10  # the program needs milliseconds; a broken file system must not hold conda up


def _folders():
    """Where a conda package and a wheel put the program."""
    yield os.path.join(sys.prefix, "bin")
    spec = importlib.util.find_spec("lanewise")  # does not import it
    for folder in (spec and spec.submodule_search_locations) or ():
        yield os.path.join(folder, "bin")


def find_program(name):
    """The path of a program that is installed beside this package, or None."""
    for folder in _folders():
        path = os.path.join(folder, name)
        if os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    return None


@functools.cache
def detect(archspec=None):
    """Virtual package name without underscores -> (version, build), present ones only.

    `archspec`: the machine that the user says it is, instead of this one.
    """
    try:
        return _detect(archspec)
    except Exception:  # no program, no answer, an answer of another kind
        return {}


def _detect(archspec):
    program = find_program("lanewise-detect")
    if program is None:
        return {}
    environment = {name: value for name, value in os.environ.items() if name != _OVERRIDE}
    if archspec is not None:
        environment[_OVERRIDE] = archspec
    result = subprocess.run([program], capture_output=True, timeout=_SECONDS, check=True,
                            env=environment, stdin=subprocess.DEVNULL)
    found = {}
    for name, package in json.loads(result.stdout)["virtual_packages"].items():
        if package is not None:
            found[name.strip("_")] = (str(package["version"]), str(package["build_string"]))
    return found
