"""In which order a solver tries the builds of one package, and what decides between two of them.

rattler: crates/rattler_solve/src/resolvo/conda_sorting.rs. libsolv: prune_to_best_version() in
src/policy.c. Both go by version, then by build number; what comes first and last differs.
"""

import functools

import rattler


def _compare(a, b):
    return (a > b) - (a < b)


class _Rule:
    """One key of the order: `value` of a build, and in words what it means that one is better."""

    def __init__(self, name, value, words):
        self.name, self.value, self.words = name, value, words


_NO_FEATURES = _Rule("track_features", lambda build: not build.track_features,
                     lambda a, b: f"it has no track_features ({', '.join(b.track_features)})")
_FEWER_FEATURES = _Rule("track_features", lambda build: -len(build.track_features),
                        lambda a, b: f"it has fewer track_features ({len(a.track_features)} "
                                     f"against {len(b.track_features)})")
_VERSION = _Rule("version", lambda build: build.order,
                 lambda a, b: f"version {a.version} is newer than {b.version}")
_NUMBER = _Rule("build_number", lambda build: build.number,
                lambda a, b: f"build number {a.number} is higher than {b.number}")
_TIMESTAMP = _Rule("timestamp", lambda build: build.timestamp,
                   lambda a, b: "its timestamp is newer")
_BUILD_STRING = _Rule("build_string", lambda build: _build_order(build.build),
                      lambda a, b: f"build string {a.build} sorts after {b.build}")
_FIRST = _Rule("position", lambda build: -build.position,
               lambda a, b: "all else is equal and it comes first in the channel's listing")


def _build_order(text):
    """libsolv compares build strings as if they were versions."""
    try:
        return (1, rattler.Version(text))
    except Exception:  # py-rattler's exceptions share no base class
        return (0, text)


def _by(rules, a, b):
    for rule in rules:
        order = _compare(rule.value(b), rule.value(a))
        if order:
            return order, rule
    return 0, None


# ---- libsolv ------------------------------------------------------------------------------------

_LIBSOLV = (_FEWER_FEATURES, _VERSION, _NUMBER, _BUILD_STRING, _FIRST)


def libsolv(universe, builds):
    """Best first."""
    return sorted(builds, key=functools.cmp_to_key(lambda a, b: _by(_LIBSOLV, a, b)[0]))


def libsolv_reason(universe, winner, other):
    return _reason(_by(_LIBSOLV, winner, other)[1], winner, other)


def _reason(rule, winner, other):
    return (rule.name, rule.words(winner, other)) if rule else ("none", "nothing: they are equal")


# ---- rattler ------------------------------------------------------------------------------------

_RATTLER = (_NO_FEATURES, _VERSION, _NUMBER)
_RATTLER_LAST = (_TIMESTAMP, _FIRST)


def rattler_order(universe, builds):
    """Best first."""
    key = functools.cmp_to_key(lambda a, b: _by(_RATTLER, a, b)[0])
    ranked, group = [], []
    for build in sorted(builds, key=lambda build: build.position):
        group.append(build)
    group.sort(key=key)
    while group:
        equal = [build for build in group if not _by(_RATTLER, group[0], build)[0]]
        names = _shared_names(universe, equal)
        ranked += sorted(equal, key=functools.cmp_to_key(
            lambda a, b, names=names: _by_dependencies(universe, names, a, b)[0]
            or _by(_RATTLER_LAST, a, b)[0]))
        group = group[len(equal):]
    return ranked


def rattler_reason(universe, winner, other):
    order, rule = _by(_RATTLER, winner, other)
    if order:
        return _reason(rule, winner, other)
    equal = [build for build in universe.builds[winner.name]
             if not _by(_RATTLER, winner, build)[0]]
    order, words = _by_dependencies(universe, _shared_names(universe, equal), winner, other)
    if order:
        return "dependencies", words
    return _reason(_by(_RATTLER_LAST, winner, other)[1], winner, other)


def _shared_names(universe, builds):
    """The packages that every one of these builds depends on, in alphabetical order."""
    names = [{universe.name_of(spec) for spec in build.depends} for build in builds]
    return sorted(set.intersection(*names)) if names else []


def _best_dependency(universe, build, name):
    """The version of `name` that this build could get at best: (no track_features, version).

    The lowest of the highest versions that each of its requirements on that name allows.
    """
    best = []
    for spec in build.depends:
        if universe.name_of(spec) != name:
            continue
        highest = None
        for candidate in universe.matching(spec):
            if highest is None or candidate.order > highest.order:
                highest = candidate
        if highest is not None:
            best.append((not highest.track_features, highest.order, highest))
    return min(best, key=lambda entry: entry[:2], default=None)


def _by_dependencies(universe, names, a, b):
    for name in names:
        first, second = (_best_dependency(universe, build, name) for build in (a, b))
        if first is None and second is None:
            continue
        if first is None or second is None:
            return (-1, f"it can have {name}") if second is None else (1, "")
        order = _compare(second[:2], first[:2])
        if order:
            return order, f"it can have {name} {first[2].version}, newer than {second[2].version}"
    return 0, ""
