"""The metapackage: one build per processor name, so that "this name, or that, or our own virtual
package" becomes one dependency that every solver understands."""

import re
from dataclasses import dataclass

import archspec.cpu


@dataclass(frozen=True)
class LevelBuild:
    version: str  # the psABI level
    build: str
    number: int
    depends: list
    constrains: list


def classify():
    """The psABI level of every x86-64 processor that archspec knows by name."""
    levels = {}
    for name, target in archspec.cpu.TARGETS.items():
        if target.family.name == "x86_64":
            level = re.fullmatch(r"x86_64(?:_v([2-4]))?", target.generic.name)
            levels[name] = int(level[1] or 1)
    return levels


def level_builds(virtual_package):
    """Exact names, no patterns: libsolv reads no regular expression, and globs hit older names.

    Where our own virtual package is known it decides, also against the name: it looks at what the
    operating system and a user's override leave of the processor.
    """
    builds = []
    for name, level in sorted(classify().items()):
        builds.append(LevelBuild(str(level), f"{level}_{name}", 0, [f"__archspec * {name}"],
                                 [f"{virtual_package} >={level}"]))
    for level in range(1, 5):
        builds.append(LevelBuild(str(level), f"{level}_virtual_package", 1,
                                 [f"{virtual_package} >={level}"], []))
    return builds
