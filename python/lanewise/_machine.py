"""Machines in the package managers' terms: this one, or one that a file describes."""

import json
import os

from . import _core

_KNOWN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "machines")
_JSON, _DEVICES = 1, 2


def machine(file=None, gpu=False):
    """A machine as a dict: CPU, features, targets with reasons, virtual packages of each tool.

    Without a file: this machine, with CPU budget and settings; ``gpu=True`` also asks the GPU
    driver for its devices. A file is a machine file (docs/machine.md), a copy of another machine's
    ``/proc/cpuinfo``, or a name of :func:`machine_names`.
    """
    if file is None:
        return json.loads(_core.machine(_JSON | _DEVICES if gpu else _JSON))
    path = _find(os.fspath(file))
    try:
        return json.loads(_core.machine_described(_fields(path)))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def machine_names():
    """Names of the machines that are described in this package, for ``machine(name)``."""
    if not os.path.isdir(_KNOWN):
        return []
    return sorted(name[:-5] for name in os.listdir(_KNOWN) if name.endswith(".json"))


def _find(name):
    known = os.path.join(_KNOWN, name + ".json")
    if os.path.exists(name) or os.sep in name or not os.path.exists(known):
        return name
    return known


def _read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def _fields(path):
    """Pairs of key and text; lists of strings become lines."""
    content = _read(path)
    if not content.lstrip().startswith("{"):
        return [("cpuinfo", content)]
    fields = []
    for key, value in json.loads(content).items():
        if value is None:
            continue
        if isinstance(value, list) and all(isinstance(line, str) for line in value):
            value = "".join(line + "\n" for line in value)
        if not isinstance(value, str):
            raise ValueError(f"'{key}' is neither a string nor a list of strings")
        if key == "cpuinfo_file":
            key, value = "cpuinfo", _read(os.path.join(os.path.dirname(path), value))
        if "\0" in value:
            raise ValueError(f"'{key}' holds a zero byte")
        fields.append((key, value))
    return fields
