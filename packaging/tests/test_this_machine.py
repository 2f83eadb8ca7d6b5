"""What a solver gives this very machine: installed as a user installs, then run."""

from conftest import host_level, needs_x86, run
from lanewise_packages import elf
from packages_run import TARGET_LEVEL, probe, target_in_use
from rattler import VirtualPackage, VirtualPackageOverrides
from solvers import install_into, rattler_records


def _detected():
    told = {}
    for package in VirtualPackage.detect(VirtualPackageOverrides()):
        generic = package.into_generic()
        told[generic.name.normalized] = (str(generic.version), str(generic.build_string))
    return told


def test_what_this_machine_gets_passes_its_selftest(channel, manifest, tmp_path):
    needs_x86()
    records = rattler_records([channel], ["lanewise"], _detected())
    build = next(str(r.build) for r in records if r.name.normalized == "lanewise")
    level = manifest.variants[build.rsplit("_", 1)[0]].level
    assert level <= host_level()
    install_into(tmp_path / "env", records, tmp_path / "cache")
    # Here too, because this is the test of packages that everyone runs: no newer glibc is asked for.
    assert {path.name: elf.glibc_version(path) for path in elf.elf_files(tmp_path / "env")
            if elf.glibc_version(path) > (2, 17)} == {}
    result = run(probe(tmp_path / "env", "--selftest"))
    assert result.returncode == 0, result.stdout
    assert level <= TARGET_LEVEL[target_in_use(result.stdout)] <= host_level()
    assert " 0 failed" in result.stdout
