"""Which psABI level an `__archspec` name stands for."""

import fnmatch
import functools
import re

try:
    from archspec.cpu import TARGETS as _TARGETS
except ImportError:  # then explanations name CPUs, not levels
    _TARGETS = {}


@functools.cache
def level_of(name):
    """1 to 4 for an x86-64 CPU's name, None for any other."""
    target = _TARGETS.get(name)
    if target is None or target.family.name != "x86_64":
        return None
    return int((re.search(r"_v(\d)$", target.generic.name) or [0, "1"])[1])


def names_in(build):
    """The CPU names that a requirement's build string allows: one name, a glob or a regex."""
    if build.startswith("^"):
        try:
            pattern = re.compile(build)
        except re.error:
            return []
        return [name for name in _TARGETS if pattern.search(name)] or re.findall(r"\w+", build)
    if "*" in build:
        return [name for name in _TARGETS if fnmatch.fnmatchcase(name, build)]
    return [build]
