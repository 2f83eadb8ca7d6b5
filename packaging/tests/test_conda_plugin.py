"""The conda plugin, against a stand-in for conda (conda_stand_in.py: conda is not on PyPI)."""

import importlib
import importlib.util
import json
import os
import platform
import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import conda_stand_in as stand_in
import pytest

from fake_machine import ROOT, probe, program

NATIVE = {"x86_64": "linux-64", "aarch64": "linux-aarch64"}[platform.machine()]
FOREIGN = {"linux-64": "linux-aarch64", "linux-aarch64": "linux-64"}[NATIVE]
OURS = {"__lanewise_x86_64", "__lanewise_aarch64", "__lanewise_isa"}
BUILT_IN = {"__archspec", "__unix", "__linux", "__glibc", "__cuda", "__conda"}


class Conda:
    """conda with the plugin installed."""

    def __init__(self, monkeypatch, prefix, modern):
        self.monkeypatch, self.prefix, self.modern = monkeypatch, prefix, modern

    def load(self, subdir=NATIVE, condarc=None):
        manager = stand_in.install(self.monkeypatch, subdir=subdir, native=NATIVE, condarc=condarc,
                                   modern=self.modern)
        module = importlib.import_module("lanewise_conda.plugin")
        manager.register(module)
        return manager

    def packages(self, **options):
        return self.load(**options).virtual_packages()

    def ours(self, **options):
        found = self.packages(**options)
        assert BUILT_IN <= set(found)
        return {name: value for name, value in found.items() if name not in BUILT_IN}

    def put(self, name, content):
        path = self.prefix / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(0o755)


@pytest.fixture(params=["conda 25.11 and newer", "conda before 25.11"])
def conda(request, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(ROOT / "python"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("CONDA_OVERRIDE_")]:
        monkeypatch.delenv(name)
    conda = Conda(monkeypatch, tmp_path, request.param == "conda 25.11 and newer")
    conda.put("lanewise-detect", Path(program("lanewise-detect")).read_bytes())
    # The package lanewise, which may be installed here too, brings a program of its own.
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec",
                        lambda name, *rest: None if name == "lanewise" else real(name, *rest))
    return conda


def test_reports_what_the_detector_reports(conda):
    expected = {name: (package["version"], package["build"])
                for name, package in probe("--json")["lanewise_virtual_packages"].items()}
    assert conda.ours() == expected
    assert len(expected) == 2


def test_override(conda, monkeypatch):
    monkeypatch.setenv("CONDA_OVERRIDE_LANEWISE_X86_64", "2")
    monkeypatch.setenv("CONDA_OVERRIDE_LANEWISE_ISA", "20")
    found = conda.ours()
    assert found["__lanewise_x86_64"] == ("2", "0")
    assert found["__lanewise_isa"] == ("20", "0")


def test_override_of_what_is_absent(conda, monkeypatch):
    monkeypatch.setenv("CONDA_OVERRIDE_LANEWISE_AARCH64", "9")
    monkeypatch.setenv("CONDA_OVERRIDE_LANEWISE_X86_64", "4")
    found = conda.ours()
    assert found["__lanewise_aarch64"] == ("9", "0") and found["__lanewise_x86_64"] == ("4", "0")


def test_override_in_condarc(conda):
    found = conda.ours(condarc={"lanewise_x86_64": "1", "cuda": "12.0"})
    assert found["__lanewise_x86_64"] == ("1", "0")


@pytest.mark.parametrize("name", ["lanewise_x86_64", "lanewise_aarch64", "lanewise_isa"])
def test_empty_override_means_absent(conda, monkeypatch, name):
    monkeypatch.setenv(f"CONDA_OVERRIDE_{name.upper()}", "")
    assert f"__{name}" not in conda.ours()


@pytest.mark.parametrize("where", ["environment", "condarc"])
@pytest.mark.parametrize("name, level", [("nehalem", "2"), ("zen2", "3"), ("zen4", "4"),
                                         ("x86_64", "1"), ("a_name_of_the_future", None),
                                         ("neoverse_v2", None), ("", None)])
def test_follows_the_archspec_override(conda, monkeypatch, where, name, level):
    condarc = {"archspec": name} if where == "condarc" else None
    if where == "environment":
        monkeypatch.setenv("CONDA_OVERRIDE_ARCHSPEC", name)
    found = conda.ours(subdir="linux-64", condarc=condarc)
    assert found.get("__lanewise_x86_64") == (level and (level, "0"))
    assert ("__lanewise_isa" in found) == (level is not None)


@pytest.mark.parametrize("subdir", [FOREIGN, "osx-arm64", "win-64", "linux-ppc64le", "noarch"])
def test_another_platform_hides_everything(conda, subdir):
    assert conda.ours(subdir=subdir) == {}


def test_another_platform_with_a_named_machine(conda, monkeypatch):
    monkeypatch.setenv("CONDA_OVERRIDE_ARCHSPEC", "neoverse_v2")
    assert conda.ours(subdir="linux-aarch64")["__lanewise_aarch64"] == ("9", "0")
    assert conda.ours(subdir="linux-64") == {}
    assert conda.ours(subdir="osx-arm64") == {}


BROKEN = {
    "is missing": None,
    "is not executable": "text",
    "fails": "#!/bin/sh\nexit 3\n",
    "says nothing": "#!/bin/sh\n",
    "says no JSON": "#!/bin/sh\necho v3\n",
    "says a list": "#!/bin/sh\necho '[]'\n",
    "says a string": "#!/bin/sh\necho '{\"virtual_packages\": {\"__lanewise_x86_64\": \"3\"}}'\n",
    "is killed": "#!/bin/sh\nkill -9 $$\n",
    "is of another architecture": b"\x7fELF\x02\x01\x01" + bytes(57),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_detector_hides_everything_and_raises_nothing(conda, kind, monkeypatch):
    path = conda.prefix / "bin" / "lanewise-detect"
    if BROKEN[kind] is None:
        path.unlink()
    else:
        conda.put("lanewise-detect", BROKEN[kind])
        if kind == "is not executable":
            path.chmod(stat.S_IRUSR)
    assert conda.ours() == {}
    monkeypatch.setenv("CONDA_OVERRIDE_LANEWISE_X86_64", "3")  # the user's word still counts
    assert conda.ours() == {"__lanewise_x86_64": ("3", "0")}


def test_a_detector_that_hangs_is_given_up(conda, monkeypatch):
    conda.put("lanewise-detect", "#!/bin/sh\nexec sleep 600\n")
    conda.load()
    monkeypatch.setattr(sys.modules["lanewise_conda.detect"], "_SECONDS", 0.3)
    assert sys.modules["lanewise_conda.detect"].detect() == {}


def test_names_are_no_one_elses(conda):
    """Only our three names; a second plugin with one of them is what conda refuses."""
    manager = conda.load()
    names = {f"__{one.name}" for one in manager.get_hook_results("virtual_packages")}
    assert names - BUILT_IN <= OURS and names - OURS == BUILT_IN
    manager.register(stand_in.BuiltIn(sys.modules["conda.plugins.types"].CondaVirtualPackage))
    with pytest.raises(stand_in.PluginError, match="Conflicting"):
        manager.get_hook_results("virtual_packages")


def test_names_are_valid(conda):
    conda.load()
    for name in sys.modules["lanewise_conda.plugin"].NAMES:
        assert re.fullmatch(r"__[a-z0-9][._-]?([a-z0-9]+(\.|-|_|$))*", f"__{name}")


def test_loading_the_plugin_does_not_import_numpy_or_start_a_program(conda, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: pytest.fail("started a program"))
    before = set(sys.modules)
    conda.load().get_hook_results("subcommands")
    assert not {"numpy", "lanewise", "lanewise._core"} & (set(sys.modules) - before)


def subcommand(conda):
    commands = conda.load().get_hook_results("subcommands")
    assert [command.name for command in commands] == ["lanewise"] and commands[0].summary
    return commands[0].action


def test_subcommand_shows_the_machine(conda, capfd, monkeypatch):
    monkeypatch.setenv("CONDA_OVERRIDE_LANEWISE_ISA", "20")
    conda.put("lanewise-probe", '#!/bin/sh\necho "the machine"\n')
    assert subcommand(conda)(()) == 0
    shown = capfd.readouterr().out
    level = probe("--json")["lanewise_virtual_packages"]
    for name, package in level.items():
        if name != "__lanewise_isa":
            assert re.search(rf"{name} +{package['version']}={package['build']}", shown)
    assert re.search(r"__lanewise_isa +20 \(override\)", shown) and "the machine" in shown


def test_subcommand_without_the_detector_says_so(conda, capfd):
    (conda.prefix / "bin" / "lanewise-detect").unlink()
    assert subcommand(conda)(()) == 0
    assert "lanewise-detect is not installed" in capfd.readouterr().out


def test_subcommand_hands_over_to_lanewise(conda, capfd, monkeypatch):
    run = subcommand(conda)
    assert run(("explain", "install", "x")) == 1
    assert "needs the package lanewise" in capfd.readouterr().err
    assert run(("--help",)) == 0 and "usage: conda lanewise" in capfd.readouterr().out
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    seen = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: seen.append(command) or
                        subprocess.CompletedProcess(command, 7))
    assert run(("explain", "install", "x")) == 7
    assert seen == [[sys.executable, "-m", "lanewise", "explain", "install", "x"]]


def test_entry_point():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["entry-points"]["conda"] == {"lanewise": "lanewise_conda.plugin"}
    assert "python/lanewise_conda" in project["tool"]["scikit-build"]["wheel"]["packages"]


def test_with_conda_itself():
    """Where conda is installed in this Python, and so is the plugin."""
    if importlib.util.find_spec("conda") is None:
        pytest.skip("conda is not installed here; it is not on PyPI")
    path = [str(ROOT / "python"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
    result = subprocess.run([sys.executable, "-m", "conda", "info", "--json"], text=True,
                            capture_output=True, check=True, env=environment)
    found = {name: [version, build] for name, version, build
             in json.loads(result.stdout)["virtual_pkgs"]}
    expected = probe("--json")["lanewise_virtual_packages"]
    assert found["__lanewise_isa"] == list(expected["__lanewise_isa"].values())
