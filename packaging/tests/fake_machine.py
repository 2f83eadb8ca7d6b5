"""Other machines on this one: programs that see another /proc/cpuinfo, and another uname."""

import functools
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MACHINES = {path.stem: path for path in sorted((ROOT / "machine" / "known").glob("*.json"))}

# Package managers ask uname for the architecture; it cannot be set otherwise.
_UNAME = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
int uname(struct utsname* names) {
  int (*real)(struct utsname*) = (int (*)(struct utsname*))dlsym(RTLD_NEXT, "uname");
  const int result = real(names);
  const char* machine = getenv("FAKE_UNAME_MACHINE");
  if (result == 0 && machine) strncpy(names->machine, machine, sizeof(names->machine) - 1);
  return result;
}
"""


def _elf_machine(path):
    with open(path, "rb") as file:
        return file.read(20)[18:]


def program(name):
    """A program of this project: from $LANEWISE_BIN, the newest build folder, or PATH."""
    if "LANEWISE_BIN" in os.environ:
        found = shutil.which(name, path=os.environ["LANEWISE_BIN"])
    else:
        native = _elf_machine(sys.executable)
        built = [path for path in ROOT.glob(f"build/*/out/{name}") if _elf_machine(path) == native]
        found = str(max(built, key=os.path.getmtime)) if built else shutil.which(name)
    if not found:
        pytest.fail(f"{name} is not built: cmake --build build/release, or set LANEWISE_BIN")
    return found


def description(name):
    return json.loads(MACHINES[name].read_text())


def probe(*arguments, env=None):
    """What lanewise-probe prints, as data."""
    result = subprocess.run([program("lanewise-probe"), *arguments], capture_output=True, text=True,
                            check=True, env={**os.environ, **(env or {})})
    return json.loads(result.stdout)


@functools.cache
def namespaces_work():
    return subprocess.run(["unshare", "-rm", "mount", "--bind", "/dev/null", "/proc/cpuinfo"],
                          capture_output=True).returncode == 0


def need_namespaces():
    if not namespaces_work():
        pytest.skip("this system allows no user namespaces, in which /proc/cpuinfo can be replaced")


@functools.cache
def _uname_library():
    folder = Path(tempfile.mkdtemp(prefix="fake-uname-"))
    (folder / "uname.c").write_text(_UNAME)
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(folder / "uname.so"),
                    str(folder / "uname.c"), "-ldl"], check=True)
    return str(folder / "uname.so")


def run_as(machine, command, folder, env=None, check=True):
    """Runs a command where /proc/cpuinfo is that of a machine file's content."""
    need_namespaces()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CONDA_OVERRIDE_")}
    environment.update(env or {})
    cpuinfo = Path(folder) / "cpuinfo"
    cpuinfo.write_text("".join(line + "\n" for line in machine.get("cpuinfo", [])))
    if machine["architecture"] != platform.machine():
        environment.update(LD_PRELOAD=_uname_library(),
                           FAKE_UNAME_MACHINE=machine["architecture"])
    script = 'mount --bind "$0" /proc/cpuinfo && exec "$@"'
    return subprocess.run(["unshare", "-rm", "sh", "-c", script, str(cpuinfo), *command],
                          capture_output=True, text=True, check=check, env=environment)
