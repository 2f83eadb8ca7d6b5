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
        self._names = {}
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
    def __init__(self, universe):
        self.universe = universe
        self.steps = _STEPS

    def run(self, build, depends):
        chosen = {**self.universe.virtual, build.name: build}
        return self._extend(chosen, list(depends), list(build.constrains))

    def _extend(self, chosen, depends, constrains):
        """Chooses for every open dependency; `depends`, `constrains` are those of all chosen."""
        self.steps -= 1
        if self.steps < 0:
            raise Undecided
        if not self._consistent(chosen, depends, constrains):
            return None
        domains = self._domains(chosen, depends, constrains)
        if not domains:
            return chosen
        name = min(domains, key=lambda name: (len(domains[name]), name))
        for build in self.universe.dialect.ranked(self.universe, domains[name]):
            found = self._extend({**chosen, name: build}, depends + list(build.depends),
                                 constrains + list(build.constrains))
            if found is not None:
                return found
        return None

    def _consistent(self, chosen, depends, constrains):
        for spec in (*depends, *constrains):
            build = chosen.get(self.universe.name_of(spec))
            if build is not None and build not in self.universe.matching(spec):
                return False
        return True

    def _domains(self, chosen, depends, constrains):
        """For each package still to be chosen the builds that every requirement so far allows."""
        domains = {}
        for spec in depends:
            name = self.universe.name_of(spec)
            if name in chosen:
                continue
            allowed = domains.get(name)
            matching = self.universe.left(spec)
            domains[name] = matching if allowed is None else [
                build for build in allowed if build in matching]
        for spec in constrains:
            name = self.universe.name_of(spec)
            if name in domains:
                matching = self.universe.matching(spec)
                domains[name] = [build for build in domains[name] if build in matching]
        return domains


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
