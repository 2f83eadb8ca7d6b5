"""The described machines of machine/known, as each tool would report them, on the real channel
and on the one with every variant: the same pick from both solvers, never above the machine's level,
always one."""

import pytest
from fake_machine import MACHINES, description, probe
from solvers import SOLVERS, Unsolvable

X86 = [name for name in MACHINES if description(name)["architecture"] == "x86_64"]


def _told(name, tool):
    """The machine's level, and what the tool says of it."""
    found = probe("--machine", str(MACHINES[name]), "--json")
    return found["psabi_level"], {package: (value["version"], value["build"])
                                  for package, value in found["virtual_packages"][tool].items()}


def _too_old(told):
    return tuple(map(int, told["__glibc"][0].split("."))) < (2, 17)


@pytest.mark.parametrize("tool", ["conda", "rattler", "mamba"])
@pytest.mark.parametrize("name", X86)
def test_something_that_runs(paper, channel, manifest, name, tool):
    level, told = _told(name, tool)
    for folder in (paper, channel):
        if _too_old(told):
            for pick in SOLVERS.values():
                with pytest.raises(Unsolvable, match="glibc|lanewise"):
                    pick(folder, "lanewise", told)
            continue
        picks = [pick(folder, "lanewise", told) for pick in SOLVERS.values()]
        assert picks[0] == picks[1]
        assert manifest.variants[picks[0]["lanewise"].rsplit("_", 1)[0]].level <= level


@pytest.mark.parametrize("name", X86)
def test_with_our_own_virtual_package_the_best(paper, manifest, name):
    """As pixi with the detector, or conda with the plugin, would be told."""
    level, told = _told(name, "rattler")
    if _too_old(told):
        pytest.skip(f"glibc {told['__glibc'][0]}: nothing is installable")
    told["__lanewise_x86_64"] = (str(level), "0")
    best = max(v.level for v in manifest.variants.values() if v.level <= level)
    for pick in SOLVERS.values():
        chosen = pick(paper, "lanewise", told)["lanewise"].rsplit("_", 1)[0]
        assert manifest.variants[chosen].level == best


def test_there_are_enough():
    assert len(X86) >= 15
