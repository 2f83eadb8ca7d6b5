"""``conda lanewise``: without arguments this machine; otherwise ``lanewise ARGUMENTS``."""

import importlib.util
import subprocess
import sys

from .detect import detect, find_program

_HELP = """usage: conda lanewise [show | explain install NAME --channel URL ... | COMMAND ...]

Without arguments: the virtual packages that lanewise gives to conda, and the machine.
Everything else goes to the command `lanewise`, which the package of that name brings along."""


def run(arguments):
    """The exit status, as conda wants it."""
    arguments = list(arguments)
    if arguments in (["-h"], ["--help"]):
        print(_HELP)
        return 0
    if arguments:
        return _lanewise(arguments)
    _print_virtual_packages()
    program = find_program("lanewise-probe")
    if program:
        return subprocess.run([program], check=False).returncode
    return _lanewise(["show"]) if importlib.util.find_spec("lanewise") else 0


def _print_virtual_packages():
    from .plugin import NAMES, _configured, _present

    found = _present()
    for name in NAMES:
        override = _configured(name)
        if override is not None:
            value = f"{override or 'absent'} (override)"
        else:
            value = "=".join(found[name]) if name in found else "absent"
        print(f"__{name:<18} {value}")
    if not detect() and find_program("lanewise-detect") is None:
        print("lanewise-detect is not installed in conda's environment: nothing is reported")


def _lanewise(arguments):
    """In a process of its own: lanewise brings NumPy and threads, and conda has its own plans."""
    if importlib.util.find_spec("lanewise") is None:
        print(f"conda lanewise: '{' '.join(arguments)}' needs the package lanewise in conda's own "
              "environment", file=sys.stderr)
        return 1
    return subprocess.run([sys.executable, "-m", "lanewise", *arguments], check=False).returncode
