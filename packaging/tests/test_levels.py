"""The metapackage names every processor that archspec knows, at the right level."""

import archspec.cpu
import pytest
from lanewise_packages.levels import classify, level_builds
from rattler import VirtualPackage, VirtualPackageOverrides

# The psABI's feature lists (x86-64 ABI, table 3.1) in the kernel's names, less what archspec does
# not record for any processor (cmpxchg8b and the like are below its notice).
PSABI = {2: "cx16 popcnt sse4_1 sse4_2 ssse3",
         3: "avx avx2 bmi1 bmi2 f16c fma movbe",
         4: "avx512f avx512bw avx512cd avx512dq avx512vl"}
X86 = [n for n, t in archspec.cpu.TARGETS.items() if t.family.name == "x86_64"]


def _psabi_level(target):
    level = 1
    for higher, names in PSABI.items():
        if not all(name in target for name in names.split()):
            break
        level = higher
    return level


@pytest.mark.parametrize("name", X86)
def test_every_name_has_its_level(name):
    assert classify()[name] == _psabi_level(archspec.cpu.TARGETS[name])


def test_one_build_per_name_and_one_per_level():
    builds = level_builds("__own")
    named = [b for b in builds if b.depends[0].startswith("__archspec")]
    assert sorted(b.depends[0] for b in named) == sorted(f"__archspec * {n}" for n in X86)
    assert len(X86) >= 33
    own = [b for b in builds if b not in named]
    assert [(b.version, b.depends) for b in own] == [(str(n), [f"__own >={n}"]) for n in range(1, 5)]
    assert len({b.build for b in builds}) == len(builds)
    # Both kinds can fit one machine: their numbers differ, so that all tools take the same.
    assert {b.number for b in named}.isdisjoint({b.number for b in own})


def test_names_that_only_some_tools_know(capsys, monkeypatch):
    """Name lists drift apart; what one tool lacks, it reports as an older name or none."""
    unknown = []
    for name in X86:
        monkeypatch.setenv("CONDA_OVERRIDE_ARCHSPEC", name)
        try:
            VirtualPackage.detect(VirtualPackageOverrides.from_env())
        except Exception:  # py-rattler refuses a name that it does not know
            unknown.append(name)
    with capsys.disabled():
        print(f"\n    names of archspec {archspec.__version__} that py-rattler lacks: "
              f"{', '.join(unknown) or 'none'}")
    assert {"haswell", "zen4", "x86_64_v3"}.isdisjoint(unknown)
