"""The two real solvers behind conda, mamba, micromamba and pixi, on a local channel."""

import asyncio
import json
import tempfile
from pathlib import Path

from rattler import Gateway, GenericVirtualPackage, PackageName, Version, install, solve
from rattler.exceptions import SolverError
from rattler.package import BuildString

PLATFORMS = ["linux-64", "noarch"]


class Unsolvable(Exception):
    pass


def rattler_records(channels, specs, virtual_packages, platforms=PLATFORMS, locked=()):
    """py-rattler's solution as records."""
    told = [GenericVirtualPackage(PackageName(name), Version(version), BuildString(build))
            for name, (version, build) in virtual_packages.items()]

    async def run(cache):  # a cache of its own: file:// repodata is cached too
        return await solve([Path(c).resolve().as_uri() for c in channels], list(specs),
                           platforms=platforms, virtual_packages=told,
                           locked_packages=list(locked), gateway=Gateway(cache_dir=cache))

    with tempfile.TemporaryDirectory() as cache:
        try:
            return asyncio.run(run(Path(cache)))
        except SolverError as error:
            raise Unsolvable(str(error)) from error


def pick_rattler(channel, spec, virtual_packages, **kwargs):
    """Name -> build of everything py-rattler would install."""
    return {r.name.normalized: str(r.build)
            for r in rattler_records([channel], [spec], virtual_packages, **kwargs)}


def _records(channel, platforms):
    for platform in platforms:
        file = Path(channel) / platform / "repodata.json"
        if file.exists():
            yield from json.loads(file.read_text())["packages.conda"].values()


def pick_libsolv(channel, spec, virtual_packages, platforms=PLATFORMS):
    """Name -> build of everything that libsolv, mamba's solver, would install."""
    import libsolv_oracle  # compiled from its sources: not every test has it

    chosen, problems = libsolv_oracle.install(_records(channel, platforms), virtual_packages, spec)
    if problems:
        raise Unsolvable("; ".join(problems))
    return {record["name"]: record["build"] for record in chosen}


SOLVERS = {"rattler": pick_rattler, "libsolv": pick_libsolv}


def install_into(prefix, records, cache):
    """Downloads, checks, unpacks and links, as pixi does."""
    asyncio.run(install(records, prefix, cache_dir=cache, show_progress=False))
