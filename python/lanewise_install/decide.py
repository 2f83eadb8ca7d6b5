"""One tool's decision on one machine: every candidate with its verdict, winner, and why it won."""

from dataclasses import dataclass, field

from . import rank
from .channel import solve, virtual
from .universe import Libsolv, Rattler, Undecided, Universe


@dataclass
class Tool:
    """A package manager, in terms of what it knows, reads and prefers."""

    name: str
    dialect: object
    reason: object  # (universe, winner, other) -> (key, words)


_RATTLER = Rattler(rank.rattler_order)
_LIBSOLV = Libsolv(rank.libsolv)
TOOLS = {
    "rattler": Tool("rattler", _RATTLER, rank.rattler_reason),
    "mamba": Tool("mamba", _LIBSOLV, rank.libsolv_reason),
    "conda": Tool("conda", _LIBSOLV, rank.libsolv_reason),
}


@dataclass
class Decision:
    tool: Tool
    universe: Universe
    ranked: list  # every build of the package, best first
    solutions: dict  # build -> {name: build} for those that can be installed
    solver: dict = field(default_factory=dict)  # what the real solver said, where one was asked

    @property
    def kept(self):
        return [build for build in self.ranked if build in self.solutions]

    @property
    def winner(self):
        return self.kept[0] if self.kept else None

    @property
    def next(self):
        return self.kept[1] if len(self.kept) > 1 else None

    def outranks(self):
        """(key, words): why the winner comes before the next build that fits, if there is one."""
        return self.tool.reason(self.universe, self.winner, self.next) if self.next else None


def decide(channel, name, packages, tool):
    """`packages`: the virtual packages that the tool reports, {name: {version, build}}."""
    tool = TOOLS[tool]
    machine = [virtual(package, str(value["version"]), str(value["build"]))
               for package, value in packages.items()]
    universe = Universe(channel, machine, tool.dialect)
    ranked = tool.dialect.ranked(universe, channel.builds[name])
    solutions = {}
    for build in ranked:
        found = _solution(channel, universe, machine, build)
        if found is not None:
            solutions[build] = found
    return Decision(tool, universe, ranked, solutions)


def _solution(channel, universe, machine, build):
    try:
        return universe.solution(build)
    except Undecided:  # what can be installed does not depend on the solver, only what is preferred
        spec = f"{build.name}[version='=={build.version}',build='{build.build}']"
        found, _ = solve(channel, spec, machine)
        return found if build in found.values() else None


def ask_rattler(channel, name, decision):
    """Notes py-rattler's own choice; where it is the same, with the packages that come along."""
    import rattler

    found, error = solve(channel, name, decision.universe.virtual.values())
    winner = found.get(name)
    decision.solver = {
        "name": "py-rattler", "version": rattler.__version__, "error": error,
        "winner": winner.file if winner else None, "agrees": winner is decision.winner,
    }
    if winner and winner is decision.winner:
        decision.solutions[winner] = found
