"""What one tool can choose from on one machine, and which builds can be installed there.

Three steps, from cheap to dear. `Universe` strikes out, to a fixed point, every build with a
dependency that nothing left can meet: that settles all gates on virtual packages and gives the
first unmet requirement. `solution` then looks for one consistent set of builds around a candidate,
by depth-first search on the name with the fewest choices. Where a channel is so tangled that the
search runs out of steps, the caller asks py-rattler.
"""

import re

import rattler

_STEPS = 20_000
_CUT_BY_LIBSOLV = set(" -=,|<>~")  # where pool_conda_matchspec() ends a build string


class Undecided(Exception):
    """The search ran out of steps."""


class Universe:
    """Channel and machine as one tool sees them."""

    def __init__(self, channel, virtual_packages, dialect):
        self.builds = {name: list(builds) for name, builds in channel.builds.items()}
        self.virtual = {package.name: package for package in virtual_packages}
        for package in virtual_packages:
            self.builds.setdefault(package.name, []).append(package)
        self.dialect = dialect
        self._matching = {}
        self._names, self._sets, self._order = {}, {}, {}
        self.steps = _STEPS  # for all questions together
        self.unreadable = set()  # requirements; a build that has one is not installed
        self.unmet = {}  # build -> the first requirement that nothing meets
        self._strike_out()

    def name_of(self, spec):
        """The package that a requirement names."""
        self.matching(spec)
        return self._names[spec]

    def matching(self, spec):
        """Every build that meets a requirement by itself, installable or not."""
        if spec not in self._matching:
            name, test = self.dialect.reader(spec)
            self._names[spec] = name
            if test is None:
                self.unreadable.add(spec)
            self._matching[spec] = [build for build in self.builds.get(name, [])
                                    if test is not None and test(build)]
        return self._matching[spec]

    def left(self, spec):
        """Those of them that have not been struck out."""
        return [build for build in self.matching(spec) if build not in self.unmet]

    def sets(self, spec):
        """What is left for a requirement, as a set; once everything has been struck out."""
        if spec not in self._sets:
            self._sets[spec] = frozenset(self.left(spec))
        return self._sets[spec]

    def in_order(self, name):
        """The builds of a package, best first."""
        if name not in self._order:
            self._order[name] = self.dialect.ranked(self, self.builds.get(name, []))
        return self._order[name]

    def excluded_by(self, build):
        """The `constrains` entry of a build that excludes it whatever else is chosen."""
        for spec in build.constrains:
            package = self.virtual.get(self.name_of(spec))
            if spec in self.unreadable or (package and package not in self.matching(spec)):
                return spec
        return None

    def _strike_out(self):
        everything = [build for builds in self.builds.values() for build in builds]
        for build in everything:
            broken = next((spec for spec in build.depends if not self.matching(spec)),
                          None) or self.excluded_by(build)
            if broken is not None:
                self.unmet[build] = broken
        changed = True
        while changed:
            changed = False
            for build in everything:
                if build in self.unmet:
                    continue
                for spec in build.depends:
                    if not self.left(spec):
                        self.unmet[build] = spec
                        changed = True
                        break

    def solution(self, build, depends=None):
        """Builds by name that hold with `build` chosen (and only `depends` of its own), or None."""
        if build in self.unmet:
            return None
        return _Search(self).run(build, build.depends if depends is None else depends)


class _Search:
    """Depth first; `allowed` narrows with every choice, and an empty set ends a branch at once."""

    def __init__(self, universe):
        self.universe = universe

    def run(self, build, depends):
        start = self._choose({**self.universe.virtual}, {}, frozenset(), build, depends)
        return start and self._extend(*start)

    def _extend(self, chosen, allowed, needed):
        self.universe.steps -= 1
        if self.universe.steps < 0:
            raise Undecided
        if not needed:
            return chosen
        name = min(needed, key=lambda name: (len(allowed[name]), name))
        for build in self.universe.in_order(name):
            if build not in allowed[name]:
                continue
            state = self._choose(chosen, allowed, needed, build, build.depends)
            found = state and self._extend(*state)
            if found:
                return found
        return None

    def _choose(self, chosen, allowed, needed, build, depends):
        """What is left to choose from with one more build, or None if that excludes something."""
        chosen, allowed = {**chosen, build.name: build}, dict(allowed)
        needed = set(needed) - {build.name}
        for spec in (*depends, *build.constrains):
            name, matching = self.universe.name_of(spec), self.universe.sets(spec)
            if name in chosen:
                if chosen[name] not in matching:
                    return None
                continue
            left = allowed.get(name)
            allowed[name] = matching if left is None else left & matching
            if spec in depends:
                needed.add(name)
        if any(not allowed[name] for name in needed):
            return None
        return chosen, allowed, needed


class Rattler:
    """How rattler (and with it pixi) reads requirements; what it prefers is in rank.py."""

    def __init__(self, ranked):
        self.ranked = ranked

    @staticmethod
    def reader(spec):
        """The package that a requirement names, and a test for its builds; None: unreadable."""
        try:
            parsed = rattler.MatchSpec(spec)
        except Exception:  # py-rattler's exceptions share no base class
            return _name(spec), None
        return parsed.name.normalized, lambda build: parsed.matches(build.record)


class Libsolv:
    """How libsolv (mamba, and conda with its default solver) reads them.

    It knows no brackets: they become part of a name that no package has. A regular expression for
    the build string is cut at characters such as `|`, and then matches nothing.
    """

    def __init__(self, ranked):
        self.ranked = ranked

    @staticmethod
    def reader(spec):
        spec = spec.strip()
        regex = re.search(r"^(\S+ .*\S) +(\^.*\$)$", spec)
        if "[" in _name(spec) or (regex and _CUT_BY_LIBSOLV & set(regex[2])):
            return _name(spec), lambda build: False
        name, test = Rattler.reader(regex[1] if regex else spec)
        if test is None:
            return name, lambda build: False
        if regex:
            return name, lambda build: test(build) and bool(re.search(regex[2], build.build))
        return name, test


def _name(spec):
    return re.split(r"[ =<>!~]", spec.strip(), maxsplit=1)[0].lower()


def build_of(spec):
    """The build string that a requirement asks for; empty if it asks for none."""
    try:
        return rattler.MatchSpec(spec).build or ""
    except Exception:  # py-rattler's exceptions share no base class
        return spec.rpartition(" ")[2] if spec.count(" ") > 1 else ""
