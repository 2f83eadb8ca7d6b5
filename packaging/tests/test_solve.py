"""Which build a described machine gets: the same from both solvers, never above its level, and
always one."""

import pytest
from machines import MACHINES
from solvers import PLATFORMS, SOLVERS, Unsolvable, pick_rattler, rattler_records

SPEC = "lanewise"


def _level(manifest, picked):
    return manifest.variants[picked["lanewise"].rsplit("_", 1)[0]].level


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("name", MACHINES)
def test_best_build_within_the_level(paper, manifest, name, solver):
    machine = MACHINES[name]
    picked = SOLVERS[solver](paper, SPEC, machine.packages)
    level = _level(manifest, picked)
    assert level <= machine.level
    assert level == max(v.level for v in manifest.variants.values() if v.level <= machine.told)


@pytest.mark.parametrize("name", MACHINES)
def test_solvers_agree_on_everything(paper, name):
    told = MACHINES[name].packages
    assert (SOLVERS["rattler"](paper, SPEC, told) == SOLVERS["libsolv"](paper, SPEC, told))


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("name", MACHINES)
def test_real_channel(channel, artifacts, manifest, name, solver):
    machine = MACHINES[name]
    level = _level(manifest, SOLVERS[solver](channel, SPEC, machine.packages))
    assert level == max(manifest.variants[v].level for v in artifacts
                        if manifest.variants[v].level <= machine.told)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("name, installs", [
    ("H100", True), ("GPU, tool without __cuda_arch", True), ("old driver", False),
    ("old GPU", False), ("zen4", False)])
def test_cuda_plugin(paper, manifest, solver, name, installs):
    told = MACHINES[name].packages
    if installs:
        picked = SOLVERS[solver](paper, "lanewise-cuda13", told)
        assert picked["lanewise-cuda13"] == "cuda13_1000"
        assert _level(manifest, picked) == 4
    else:
        with pytest.raises(Unsolvable):
            SOLVERS[solver](paper, "lanewise-cuda13", told)
        assert SOLVERS[solver](paper, SPEC, told)  # the library itself needs no GPU


@pytest.mark.parametrize("solver", SOLVERS)
def test_too_old_a_system_is_told_so(paper, solver):
    told = {**MACHINES["zen4"].packages, "__glibc": ("2.12", "0")}
    with pytest.raises(Unsolvable) as error:
        SOLVERS[solver](paper, SPEC, told)
    if solver == "rattler":
        assert "__glibc" in str(error.value)


def test_a_variant_that_does_not_fit_cannot_be_forced(paper, manifest):
    for solver in SOLVERS.values():
        with pytest.raises(Unsolvable):
            solver(paper, f"lanewise =={manifest.version} v4_400", MACHINES["haswell"].packages)
        assert solver(paper, f"lanewise =={manifest.version} v3_300", MACHINES["zen4"].packages)


def test_solve_for_another_machine(channel, manifest):
    """Described machine, not this one: only what is told counts."""
    told = {"__unix": ("0", "0"), "__linux": ("4.18", "0"), "__glibc": ("2.35", "0"),
            "__archspec": ("1", "x86_64")}
    assert pick_rattler(channel, SPEC, told)["lanewise"] == "baseline_0"


def test_solve_for_another_platform_is_a_clear_error(channel):
    for platform in ("linux-aarch64", "osx-arm64"):
        for solver in SOLVERS.values():
            with pytest.raises(Unsolvable) as error:
                solver(channel, SPEC, {"__archspec": ("1", "m1")}, platforms=[platform, "noarch"])
            assert "lanewise" in str(error.value)


def test_locked_environment_on_a_lesser_machine_moves_down(paper):
    best = rattler_records([paper], [SPEC], MACHINES["zen4"].packages)
    assert {str(r.build) for r in best if r.name.normalized == SPEC} == {"v4_400"}
    again = rattler_records([paper], [SPEC], MACHINES["nehalem"].packages, locked=best)
    assert {str(r.build) for r in again if r.name.normalized == SPEC} == {"baseline_0"}


def test_machines_are_many():
    assert len(MACHINES) >= 15 and PLATFORMS == ["linux-64", "noarch"]
