"""The hooks (docs/virtual-packages.md).

The names are ours alone: a name that conda or another plugin has too would stop every conda command.
"""

import dataclasses
import os

from conda.plugins import hookimpl
from conda.plugins.types import CondaSubcommand, CondaVirtualPackage

from .detect import detect

NAMES = ("lanewise_x86_64", "lanewise_aarch64", "lanewise_isa")

# Since 25.11 conda applies CONDA_OVERRIDE_<NAME> and .condarc itself.
_CONDA_OVERRIDES = "override_entity" in {
    field.name for field in dataclasses.fields(CondaVirtualPackage)}


def _null():
    from conda.auxlib import NULL

    return NULL


def _configured(name):
    """The user's value for a virtual package: environment, then .condarc; None without one."""
    from conda.base.context import context

    value = os.environ.get(f"CONDA_OVERRIDE_{name.upper()}")
    if value is None:
        value = (getattr(context, "override_virtual_packages", None) or {}).get(name)
    return value if value is None else str(value).strip()


def _present():
    """Name -> (version, build) for the machine that conda solves for."""
    from conda.base.context import context

    archspec = _configured("archspec")
    foreign = context.subdir != context._native_subdir()
    if not context.subdir.startswith("linux-") or (foreign and archspec is None):
        return {}  # nothing is known about that machine
    family = {"linux-64": "lanewise_x86_64", "linux-aarch64": "lanewise_aarch64"}
    found = detect(archspec)
    # An override may name a CPU of another architecture than the one that is solved for.
    return found if family.get(context.subdir) in found else {}


def _part(name, index):
    try:
        found = _present()
        if index == 1 and _configured(name) is not None:
            return None  # the user gave a version; the build string of another would mislead
        return found[name][index] if name in found else _null()
    except Exception:
        return _null()


def _package(name):
    """With conda's own overrides: evaluated when conda wants the value, if it does."""
    return CondaVirtualPackage(name=name, version=lambda: _part(name, 0),
                               build=lambda: _part(name, 1), override_entity="version")


def _package_before_25_11(name):
    """Values at once, overrides by us; None if the package is absent."""
    override = _configured(name)
    if override == "":
        return None
    version, build = (override, None) if override else _present().get(name, (None, None))
    return version and CondaVirtualPackage(name, version, build)


@hookimpl
def conda_virtual_packages():
    try:
        make = _package if _CONDA_OVERRIDES else _package_before_25_11
        return [package for package in map(make, NAMES) if package]
    except Exception:
        return []


@hookimpl
def conda_subcommands():
    try:
        from .command import run

        return [CondaSubcommand(name="lanewise", action=run, summary=(
            "This machine in lanewise's terms; explains which build of a package it gets."))]
    except Exception:
        return []
