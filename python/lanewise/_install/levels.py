"""CPU names in words: which psABI level an `__archspec` name has, and what a machine lacks of one."""

import fnmatch
import functools
import re

try:
    from archspec.cpu import TARGETS as _TARGETS
except ImportError:  # then explanations name CPUs, not levels
    _TARGETS = {}

_ALWAYS = {"mmx", "sse", "sse2"}  # every x86-64 has them; lists of features leave them out
_SPELLINGS = {"sse3": "pni", "abm": "lzcnt"}


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


def missing(level, features):
    """What a CPU with these features lacks of an x86-64 level, in a fixed order."""
    target = _TARGETS.get(f"x86_64_v{level}")
    if target is None:
        return []
    return sorted(feature for feature in target.features - _ALWAYS
                  if feature not in features and _SPELLINGS.get(feature) not in features)
