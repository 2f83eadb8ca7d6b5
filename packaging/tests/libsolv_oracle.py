"""libsolv in conda mode, the solver inside mamba: the witness for `explain`'s mamba and conda.

Its Python bindings have no reader for repodata and requirements; `_dep` splits a requirement where
pool_conda_matchspec() does, everything after that (matching, ranking, solving) is libsolv.
"""

import re

import pytest

solv = pytest.importorskip("solv", reason="libsolv's Python bindings are not installed")
if solv.Pool().setdisttype(solv.Pool.DISTTYPE_CONDA) != 0:
    pytest.skip("libsolv was built without conda support", allow_module_level=True)


def _split(spec):
    """(name, version and build as one text or None)."""
    name = re.match(r"[^ =<>!~]+", spec)[0]
    rest = spec[len(name):].strip()
    if not rest:
        return name.lower(), None
    version, build = rest, None
    end = len(rest)
    while True:
        start = max((rest.rfind(c, 0, end) for c in " -=,|<>~"), default=-1) + 1
        if start <= 1 or rest[start - 1] not in " =":
            break
        if rest[start - 2] in "=!|,<>~":
            if rest[start - 1] == " ":
                end = start - 1
                continue
            break
        if start < len(rest):
            version, build = rest[:start - 1], rest[start:]
        break
    if version.startswith("=="):
        version = version if build else version[2:]
    elif version.startswith("="):
        version = version[1:] if build or re.search(r"[=,|]", version[1:]) else version[1:] + "*"
    version = version.replace(" ", "")
    return name.lower(), f"{version} {build}" if build else version


class _Repo:
    def __init__(self, pool, name):
        self.pool = pool
        self.repo = pool.add_repo(name)
        self.data = self.repo.add_repodata()

    def dep(self, spec):
        name, rest = _split(spec)
        dep = self.pool.Dep(name)
        return dep.Rel(solv.REL_CONDA, self.pool.Dep(rest)) if rest else dep

    def add(self, name, version, build, number=0, depends=(), constrains=(), features=()):
        package = self.repo.add_solvable()
        package.name, package.evr, package.arch = name, version, "noarch"
        self.data.set_str(package.id, solv.SOLVABLE_BUILDVERSION, str(number))
        self.data.add_idarray(package.id, solv.SOLVABLE_BUILDFLAVOR, self.pool.str2id(build))
        for feature in features:
            self.data.add_idarray(package.id, solv.SOLVABLE_TRACK_FEATURES,
                                  self.pool.str2id(feature))
        provides = self.pool.Dep(name).Rel(solv.REL_EQ, self.pool.Dep(version))
        package.add_deparray(solv.SOLVABLE_PROVIDES, provides)
        for spec in depends:
            package.add_deparray(solv.SOLVABLE_REQUIRES, self.dep(spec))
        for spec in constrains:
            package.add_deparray(solv.SOLVABLE_CONSTRAINS, self.dep(spec))
        return package


def install(records, machine, spec):
    """(the records that libsolv would install for `spec`, its problems); one of them is empty.

    `machine`: virtual packages, name -> (version, build).
    """
    pool = solv.Pool()
    assert pool.setdisttype(solv.Pool.DISTTYPE_CONDA) == 0
    system = _Repo(pool, "system")
    for name, (version, build) in machine.items():
        system.add(name, version, build)
    system.data.internalize()
    pool.installed = system.repo
    channel, by_id = _Repo(pool, "channel"), {}
    for record in records:
        features = re.split(r"[ ,]+", record.get("track_features") or "")
        package = channel.add(record["name"], record["version"], record["build"],
                              record["build_number"], record["depends"],
                              record.get("constrains", ()), [name for name in features if name])
        by_id[package.id] = record
    channel.data.internalize()
    pool.createwhatprovides()
    solver = pool.Solver()
    job = pool.Job(solv.Job.SOLVER_INSTALL | solv.Job.SOLVER_SOLVABLE_PROVIDES,
                   channel.dep(spec).id)
    problems = solver.solve([job])
    if problems:
        return [], [str(problem) for problem in problems]  # they do not outlive the pool
    return [by_id[package.id] for package in solver.transaction().newsolvables()], []
