"""The two real solvers behind conda, mamba, micromamba and pixi, on a local channel."""

import asyncio
import json
import tempfile
from pathlib import Path

import solv
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


def _dependency(pool, spec):
    name, _, rest = spec.partition(" ")
    dependency = pool.Dep(name)
    return dependency.Rel(solv.REL_CONDA, pool.Dep(rest)) if rest else dependency


def _solvable(pool, repo, data, name, version, number, build):
    s = repo.add_solvable()
    s.name, s.evr, s.arch = name, version, "noarch"
    data.set_str(s.id, solv.SOLVABLE_BUILDVERSION, str(number))
    data.add_idarray(s.id, solv.SOLVABLE_BUILDFLAVOR, pool.str2id(build))
    s.add_deparray(solv.SOLVABLE_PROVIDES,
                   pool.Dep(name).Rel(solv.REL_EQ, pool.Dep(version)))
    return s


def _load(pool, channel, platforms):
    repo = pool.add_repo("channel")
    data = repo.add_repodata()
    for platform in platforms:
        file = Path(channel) / platform / "repodata.json"
        records = json.loads(file.read_text())["packages.conda"] if file.exists() else {}
        for record in records.values():
            s = _solvable(pool, repo, data, record["name"], record["version"],
                          record["build_number"], record["build"])
            for spec in record["depends"]:
                s.add_deparray(solv.SOLVABLE_REQUIRES, _dependency(pool, spec))
            for spec in record.get("constrains", []):
                s.add_deparray(solv.SOLVABLE_CONSTRAINS, _dependency(pool, spec))
    data.internalize()


def pick_libsolv(channel, spec, virtual_packages, platforms=PLATFORMS):
    """Name -> build of everything that libsolv, mamba's solver, would install."""
    pool = solv.Pool()
    if pool.setdisttype(solv.Pool.DISTTYPE_CONDA) != 0:
        raise RuntimeError("this libsolv was built without ENABLE_CONDA (packaging/tests/run.sh)")
    machine = pool.add_repo("machine")
    data = machine.add_repodata()
    for name, (version, build) in virtual_packages.items():
        _solvable(pool, machine, data, name, version, 0, build)
    data.internalize()
    pool.installed = machine
    _load(pool, channel, platforms)
    pool.createwhatprovides()
    job = pool.Job(solv.Job.SOLVER_INSTALL | solv.Job.SOLVER_SOLVABLE_PROVIDES,
                   _dependency(pool, spec).id)
    solver = pool.Solver()
    problems = solver.solve([job])
    if problems:
        raise Unsolvable("; ".join(str(p) for p in problems))
    return {s.name: s.lookup_str(solv.SOLVABLE_BUILDFLAVOR)
            for s in solver.transaction().newsolvables()}


SOLVERS = {"rattler": pick_rattler, "libsolv": pick_libsolv}


def install_into(prefix, records, cache):
    """Downloads, checks, unpacks and links, as pixi does."""
    asyncio.run(install(records, prefix, cache_dir=cache, show_progress=False))
