"""Compiles one variant with CMake and installs it into a stage folder."""

import importlib.metadata
import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import elf


class BuildError(RuntimeError):
    """A command of the build failed; the message ends with what it printed."""


@dataclass(frozen=True)
class Built:
    """One variant: its build tree and what it installs."""
    manifest: object
    variant: object
    tree: Path
    stage: Path

    @property
    def library(self):
        """The unstripped library in the tree."""
        library = self.manifest.cmake.library
        return built_library(self.tree, library) if library else None


def built_library(tree, library):
    """The library in a build tree, by its path there: tests may keep others of the same name."""
    path = tree / library
    if not path.is_file() or not elf.is_elf(path.resolve()):
        raise BuildError(f"no library {library} in {tree}")
    return path


def run(command, cwd=None, env=None):
    result = subprocess.run([str(c) for c in command], cwd=cwd, env=env, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode:
        tail = "\n".join(result.stdout.splitlines()[-40:])
        raise BuildError(f"failed ({result.returncode}): {' '.join(map(str, command))}\n{tail}")
    return result.stdout


def cached(tree, name):
    """A setting of a configured build tree, or None."""
    cache = tree / "CMakeCache.txt"
    if not cache.is_file():
        return None
    match = re.search(rf"^{re.escape(name)}:[^=]*=(.*)$", cache.read_text(), re.MULTILINE)
    return match[1] if match else None


def _settings(manifest, variant):
    return {**manifest.cmake.define, **variant.define}


def _reusable(manifest, variant):
    tree = manifest.cmake.reuse
    same = tree and (tree / "build.ninja").is_file() and all(
        cached(tree, key) == value for key, value in _settings(manifest, variant).items())
    return tree if same else None


def _configure(manifest, variant, tree, prefixes):
    define = {**_settings(manifest, variant), **manifest.cmake.own_tree}
    if prefixes:
        define["CMAKE_PREFIX_PATH"] = ";".join(str(p) for p in prefixes)
    run(["cmake", "-S", manifest.cmake.source, "-B", tree, "-G", "Ninja", "-Wno-dev",
         *(f"-D{key}={value}" for key, value in define.items())])


def _wanted_targets(manifest, tree):
    """The targets to build; one whose name ends in "?" only where the project has it."""
    known = None
    for name in manifest.cmake.targets:
        if name.endswith("?"):
            name = name[:-1]
            known = known or run(["ninja", "-C", tree, "-t", "targets", "all"])
            if not re.search(rf"(^|/){re.escape(name)}: ", known, re.MULTILINE):
                continue
        yield name


def _bundle(stage, distribution, file, to):
    """Copies a file of an installed Python distribution into the stage."""
    for path in importlib.metadata.files(distribution) or ():
        if path.name == file:
            (stage / to).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path.locate().resolve(), stage / to)
            run(["strip", "--strip-unneeded", stage / to])
            return
    raise BuildError(f"no {file} in the Python distribution {distribution}")


def build(manifest, variant, work, prefixes=(), reuse=True):
    """Builds what is not up to date and installs it afresh, stripped, under work/stage."""
    tree = _reusable(manifest, variant) if reuse else None
    if not tree:
        tree = work / "trees" / f"{manifest.name}-{variant.name}"
        _configure(manifest, variant, tree, prefixes)
    targets = list(_wanted_targets(manifest, tree))
    run(["cmake", "--build", tree, *(["--target", *targets] if targets else [])])
    stage = work / "stage" / f"{manifest.name}-{variant.name}"
    shutil.rmtree(stage, ignore_errors=True)
    run(["cmake", "--install", tree, "--strip", "--prefix", stage])
    for item in manifest.cmake.bundle:
        _bundle(stage, **item)
    return Built(manifest, variant, tree, stage)


def compile_flags(tree, library=None):
    """Flags that objects of the library (or of everything) are compiled with, without paths."""
    inputs = set()
    if library:
        target = library.resolve().relative_to(tree)
        inputs = set(run(["ninja", "-C", tree, "-t", "inputs", target]).split())
    flags = set()
    for entry in json.loads(run(["ninja", "-C", tree, "-t", "compdb"])):
        if " -c " in entry["command"] and (not inputs or entry["output"] in inputs):
            flags.update(word for word in shlex.split(entry["command"])
                         if re.match(r"-(f|m|O|std|D)", word)
                         and not re.match(r"-(f[a-z]+-prefix-map|D\w+_EXPORTS)", word))
    return sorted(flags)


def source_date_epoch(source):
    """SOURCE_DATE_EPOCH, or the time of the commit that is built."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        if not given.isdigit():
            raise BuildError(f"SOURCE_DATE_EPOCH must be a number of seconds, not {given!r}")
        return int(given)
    try:
        return int(run(["git", "-C", source, "log", "-1", "--format=%ct"]))
    except (BuildError, ValueError):
        raise BuildError(f"{source} is not a git work tree: set SOURCE_DATE_EPOCH") from None
