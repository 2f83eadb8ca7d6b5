"""Another package's matched builds (packaging/example): built against the installed library,
assembled, solved together with it, installed, and run."""

import re
import shutil

import pytest
from conftest import ROOT, host_level, needs_x86, qemu, run
from lanewise_packages import elf, manifest as manifest_module
from machines import MACHINES
from solvers import SOLVERS, install_into, rattler_records

MANIFEST = ROOT / "packaging" / "example" / "variants.toml"


@pytest.fixture(scope="module")
def example(channel, artifacts, tmp_path_factory):
    """A channel with lanewise and every variant of the example, and a cache for installing."""
    needs_x86()
    folder = tmp_path_factory.mktemp("example")
    cache = folder / "cache"
    records = rattler_records([channel], ["lanewise"], MACHINES["x86-64"].packages)
    install_into(folder / "build-environment", records, cache)
    shutil.copytree(channel, folder / "out" / "channel")
    result = run([ROOT / "packaging" / "packages.sh", "--manifest", MANIFEST, "--out",
                  folder / "out", "--work", folder / "work", "--prefix",
                  folder / "build-environment"], cwd=ROOT)
    assert result.returncode == 0, result.stdout
    return folder / "out" / "channel", cache


def _variant(picked, name):
    return picked[name].rsplit("_", 1)[0]


@pytest.mark.parametrize("name", [n for n, m in MACHINES.items() if m.packages])
def test_solved_with_the_library(example, artifacts, name):
    channel, _ = example
    manifest = manifest_module.load(MANIFEST)
    machine = MACHINES[name]
    picks = {solver: pick(channel, "airdensity", machine.packages)
             for solver, pick in SOLVERS.items()}
    assert picks["rattler"] == picks["libsolv"]
    level = manifest.variants[_variant(picks["rattler"], "airdensity")].level
    assert level == max(v.level for v in manifest.variants.values() if v.level <= machine.told)
    assert _variant(picks["rattler"], "lanewise") in artifacts


def test_installed_variants_run_and_agree(example, tmp_path):
    channel, cache = example
    hashes = {}
    for name, level in {"core2": 1, "haswell": 3, "zen4": 4}.items():
        prefix = tmp_path / name
        install_into(prefix, rattler_records([channel], ["airdensity"],
                                             MACHINES[name].packages), cache)
        program = prefix / "bin" / "airdensity"
        assert elf.isa_level(program) == level
        result = run([program])
        if level > host_level():
            assert result.returncode != 0
            continue
        assert result.returncode == 0, result.stdout
        hashes[name] = re.search(r"hash (\w+)", result.stdout)[1]
    assert len(set(hashes.values())) == 1, hashes


def test_refused_and_accepted_by_emulated_processors(example, tmp_path):
    channel, cache = example
    install_into(tmp_path / "v3", rattler_records([channel], ["airdensity"],
                                                  MACHINES["haswell"].packages), cache)
    program = tmp_path / "v3" / "bin" / "airdensity"
    refused, accepted = run([*qemu("Nehalem"), program]), run([*qemu("Haswell"), program])
    assert refused.returncode != 0 and "CPU ISA level is lower than required" in refused.stdout
    assert accepted.returncode == 0 and "target AVX2" in accepted.stdout
