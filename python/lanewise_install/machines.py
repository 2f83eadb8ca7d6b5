"""The machine in question: this one, one that lanewise describes, or one in a file."""

import difflib
import json
import os

from .errors import InstallError

_KEYS = ("architecture", "virtual_packages", "uv")


def load(name):
    """`name`: "this", a described machine's name, or a file; the dict of lanewise.machine()."""
    import lanewise

    if name == "this":
        return lanewise.machine()
    if os.path.isfile(name):
        described = _already_described(name)
        if described is not None:
            return described
    elif os.sep in name or name not in lanewise.machine_names():
        close = difflib.get_close_matches(name, lanewise.machine_names())
        raise InstallError(
            f"machine {name!r}: no such file, and no described machine of that name"
            + (f"; did you mean {' or '.join(close)}?" if close else
               f"; they are: this, {', '.join(lanewise.machine_names())}"))
    try:
        return lanewise.machine(name)
    except ValueError as error:
        raise InstallError(f"machine {name}: {error}") from error


def _already_described(path):
    """What `lanewise-probe --json` wrote on another machine is taken as it is."""
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (ValueError, UnicodeDecodeError):
        return None
    if isinstance(found, dict) and all(key in found for key in _KEYS):
        return found
    return None


def names():
    """Every machine that --matrix shows when none is named."""
    import lanewise

    return ["this", *lanewise.machine_names()]


def title(name, machine):
    """A line about it: what decides between builds."""
    level = machine.get("psabi_level")
    facts = [machine["architecture"] if level is None else f"x86-64-v{level}"]
    if machine.get("best_target"):
        facts.append(machine["best_target"])
    if machine.get("cuda_driver"):
        devices = ", ".join(dict.fromkeys(machine.get("cuda_arch") or [])) or "no device asked"
        facts.append(f"CUDA driver {machine['cuda_driver']} ({devices})")
    hypervisor = machine.get("hypervisor") or {}
    if hypervisor.get("present"):
        facts.append(f"under {hypervisor.get('vendor') or 'a hypervisor'}")
    return f"{'this machine' if name == 'this' else name} ({', '.join(facts)})"
