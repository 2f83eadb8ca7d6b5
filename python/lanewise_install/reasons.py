"""Why a build of a channel cannot be installed: its first unmet requirement, in words."""

from dataclasses import dataclass, field

from . import levels
from .universe import Undecided, build_of

_SHOWN = 6  # names in a list before "and n more"


@dataclass
class Reason:
    requirement: str  # the candidate's own, in the channel's spelling
    words: str
    virtual_package: str = ""  # that decides, if one does
    wanted: list = field(default_factory=list)  # requirements on it of which one would do
    missing: list = field(default_factory=list)  # CPU features, where the level is what lacks

    def data(self):
        return {name: value for name, value in vars(self).items() if value not in ("", [])}


def listed(names):
    names = list(dict.fromkeys(names))
    if len(names) <= _SHOWN + 1:
        return ", ".join(names)
    return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"


class Reasons:
    """Reasons for one tool on one machine; `machine` as lanewise.machine() describes it."""

    def __init__(self, decision, machine):
        self.universe, self.machine = decision.universe, machine
        self.tool = decision.tool.name

    def of(self, build):
        spec = self.universe.unmet.get(build)
        if spec is None:
            return self._clash(build)
        if spec in self.universe.unreadable:
            return Reason(spec, f"its requirement {spec!r} cannot be read")
        if spec in build.constrains and spec not in build.depends:
            return self._excluded(spec)
        return self._unmet(spec)

    # ---- a requirement that nothing meets --------------------------------------------------------

    def _unmet(self, spec):
        through, leaves = self._leaves(spec)
        virtual = [leaf for leaf in leaves if self.universe.name_of(leaf).startswith("__")]
        if not virtual:
            return Reason(spec, self._package(leaves[0], through))
        names = [self.universe.name_of(leaf) for leaf in virtual]
        name = max(dict.fromkeys(names), key=names.count)
        wanted = list(dict.fromkeys(leaf for leaf in virtual
                                    if self.universe.name_of(leaf) == name))
        words, lacking = (self._archspec if name == "__archspec" else self._virtual)(name, wanted)
        return Reason(spec, f"needs {words}{_through(through)}", name, wanted, lacking)

    def _leaves(self, spec):
        """The requirements at the bottom, and the packages on the way there."""
        through, leaves, open_specs, seen = [], [], [spec], set()
        while open_specs:
            spec = open_specs.pop(0)
            if spec in seen:
                continue
            seen.add(spec)
            matching = self.universe.matching(spec)
            if not matching or self.universe.name_of(spec).startswith("__"):
                leaves.append(spec)
                continue
            through.append(spec)
            open_specs += [self.universe.unmet[build] for build in matching
                           if build in self.universe.unmet]
        return through, leaves

    def _package(self, spec, through):
        name = self.universe.name_of(spec)
        if spec in self.universe.unreadable:
            return f"needs {spec!r}, which cannot be read{_through(through)}"
        have = listed(build.version for build in self.universe.builds.get(name, []))
        if not have:
            return f"needs {spec}, and the channel has no {name}{_through(through)}"
        return f"needs {spec}, and the channel has {name} {have}{_through(through)}"

    def _virtual(self, name, wanted):
        reported = self.universe.virtual.get(name)
        wish = listed(wanted)
        if reported is None:
            return f"{wish}; {self.tool} reports no {name} here", []
        value = reported.version if reported.build in ("", "0") \
            else f"{reported.version} {reported.build}"
        return f"{wish}; {self.tool} reports {value} here", []

    def _archspec(self, name, wanted):
        """CPU names; where archspec knows them, the level that they stand for and what lacks."""
        names = [found for spec in wanted for found in levels.names_in(build_of(spec))]
        known = [levels.level_of(found) for found in names if levels.level_of(found)]
        package = self.universe.virtual.get(name)
        reported = package.build if package else None
        here = f"{self.tool} reports {'no __archspec' if package is None else reported} here"
        need = min(known, default=None)
        if need is None:
            return f"__archspec {listed(names)}; {here}", []
        have = self.machine.get("psabi_level") or 0
        wish = f"__archspec {names[0]}" if len(set(names)) == 1 else \
            f"an __archspec name of x86-64-v{need} ({listed(names)})"
        if have >= need:
            level = levels.level_of(reported)
            told = f", a name of x86-64-v{level}" if level else ", which stands for no level"
            return f"{wish}; {here}{told}, though the CPU has x86-64-v{have}", []
        lacking = (self.machine.get("psabi_missing") or {}).get(str(need), [])
        return f"{wish}; {here}{self._lacking(lacking)}", lacking

    def _lacking(self, lacking):
        if not lacking:
            return ""
        masks = (self.machine.get("hypervisor") or {}).get("masks", ())
        hidden = [feature for feature in lacking if feature in masks]
        absent = [feature for feature in lacking if feature not in hidden]
        words = f", without {' '.join(absent)}" if absent else ""
        return words + (f"; the VM hides {' '.join(hidden)}" if hidden else "")

    # ---- requirements that exclude others --------------------------------------------------------

    def _excluded(self, spec):
        name = self.universe.name_of(spec)
        package = self.universe.virtual[name]
        return Reason(spec, f"goes only with {spec}; {self.tool} reports {package.version} "
                            f"{package.build} here".replace(" 0 here", " here"), name, [spec])

    def _clash(self, build):
        """Every requirement can be met, not all of them together."""
        try:
            depends = list(build.depends)
            last = next(n for n in range(1, len(depends) + 1)
                        if self.universe.solution(build, depends[:n]) is None)
            if self.universe.solution(build, depends[last - 1:last]) is None:
                return Reason(depends[last - 1], f"needs {depends[last - 1]}, and every build of "
                              "that excludes this one or what else it needs")
            for spec in depends[:last - 1]:
                if self.universe.solution(build, [spec, depends[last - 1]]) is None:
                    return Reason(depends[last - 1], f"needs {depends[last - 1]} and {spec}, "
                                  "whose builds exclude each other")
            return Reason(depends[last - 1], f"needs {depends[last - 1]}, which excludes what its "
                          f"other requirements need ({listed(depends[:last - 1])})")
        except (Undecided, StopIteration):
            return Reason("", "its requirements exclude each other")


def _through(specs):
    return f" (through {', '.join(specs[:2])})" if specs else ""
