"""Described machines: what package managers would be told, and what the hardware can really do."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    level: int  # what the processor and its system can run
    told: int  # the level that package managers can know of: 1 where the name says nothing
    packages: dict  # virtual packages: name -> (version, build)


def _x86(level, archspec, told=None, glibc="2.36", **others):
    packages = {"__unix": ("0", "0"), "__linux": ("6.1", "0"), "__glibc": (glibc, "0")}
    if archspec is not None:
        packages["__archspec"] = ("1", archspec)
    packages.update({f"__{name}": (version, "0") for name, version in others.items()})
    return Machine(level, level if told is None else told, packages)


MACHINES = {
    # Names as archspec, rattler and mamba give them.
    "x86-64": _x86(1, "x86_64"),
    "core2": _x86(1, "core2"),
    "k10": _x86(1, "k10"),
    "nehalem": _x86(2, "nehalem"),
    "bulldozer": _x86(2, "bulldozer"),
    "generic v2": _x86(2, "x86_64_v2"),
    "haswell": _x86(3, "haswell"),
    "generic v3": _x86(3, "x86_64_v3"),
    "excavator": _x86(3, "excavator"),
    "zen3 with pku hidden": _x86(3, "zen2"),
    "alderlake, as archspec 0.2.7 says": _x86(3, "alderlake"),
    "alderlake, as older tools say": _x86(3, "skylake"),
    "knights landing": _x86(3, "mic_knl"),
    "generic v4": _x86(4, "x86_64_v4"),
    "zen4": _x86(4, "zen4"),
    "sapphirerapids": _x86(4, "sapphirerapids"),
    "cascadelake": _x86(4, "cascadelake"),
    # Names that say nothing.
    "graniterapids, a name no tool knows": _x86(4, "graniterapids", told=1),
    "a level newer than known": _x86(4, "x86_64_v5", told=1),
    "rattler's name for an unknown processor": _x86(3, "0", told=1),
    "no __archspec": _x86(3, None, told=1),
    "no virtual package at all": Machine(4, 1, {}),
    # Our own virtual package, where a tool reports it.
    "unknown name, own virtual package": _x86(4, "graniterapids", told=4, lanewise_x86_64="4"),
    "no name, own virtual package": _x86(3, None, told=3, lanewise_x86_64="3"),
    "own level newer than known": _x86(4, "x86_64_v5", told=4, lanewise_x86_64="5"),
    "zen4 without AVX-512 state": _x86(3, "zen4", told=3, lanewise_x86_64="3"),
    "haswell, user override to 2": _x86(3, "haswell", told=2, lanewise_x86_64="2"),
    "haswell, own virtual package": _x86(3, "haswell", lanewise_x86_64="3"),
    # With a GPU.
    "H100": _x86(4, "sapphirerapids", cuda="13.0", cuda_arch="9.0"),
    "GPU, tool without __cuda_arch": _x86(4, "zen4", cuda="13.1"),
    "old driver": _x86(4, "icelake", cuda="12.4", cuda_arch="9.0"),
    "old GPU": _x86(3, "haswell", cuda="13.0", cuda_arch="7.0"),
}
