"""What to set elsewhere so that a tool chooses there as it does on this machine."""

# Those that every tool lets one override; the kernel and the platform decide nothing about builds
# of one platform, or cannot be overridden.
_VARIABLES = {
    "__archspec": "CONDA_OVERRIDE_ARCHSPEC",
    "__glibc": "CONDA_OVERRIDE_GLIBC",
    "__cuda": "CONDA_OVERRIDE_CUDA",
    "__cuda_arch": "CONDA_OVERRIDE_CUDA_ARCH",
    "__linux": "CONDA_OVERRIDE_LINUX",
}
_BY_BUILD = {"__archspec"}  # the variable holds the build string, not the version


def asked_for(universe, builds):
    """Every virtual package that these builds, or what they can depend on, say something about."""
    names, seen, queue = set(), set(), list(builds)
    while queue:
        for spec in (*(build := queue.pop()).depends, *build.constrains):
            if spec in seen:
                continue
            seen.add(spec)
            name = universe.name_of(spec)
            if name.startswith("__"):
                names.add(name)
            if spec in build.depends:
                queue += universe.matching(spec)
    return names


def variable_of(name):
    if name.startswith("__lanewise_"):
        return f"CONDA_OVERRIDE_{name[2:].upper()}"
    return _VARIABLES.get(name)


def overrides(decision):
    """{variable: value}; an empty value makes the virtual package absent."""
    universe = decision.universe
    found = {}
    for name in sorted(asked_for(universe, decision.ranked)):
        variable = variable_of(name)
        if variable:
            package = universe.virtual.get(name)
            found[variable] = "" if package is None else \
                package.build if name in _BY_BUILD else package.version
    return found
