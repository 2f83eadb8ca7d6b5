"""Installed as a user installs, then run: here, on emulated processors, moved, and corrupted."""

import re
import shutil

import pytest
from conftest import host_level, needs_x86, qemu, run
from machines import MACHINES
from packages_run import probe, target_in_use
from solvers import install_into, rattler_records

REFUSAL = "CPU ISA level is lower than required"


@pytest.fixture(scope="module")
def prefixes(channel, artifacts, tmp_path_factory):
    """Variant -> a prefix that the real channel was installed into for a machine of that level."""
    needs_x86()
    machine = {"baseline": "core2", "v3": "haswell", "v4": "zen4"}
    cache = tmp_path_factory.mktemp("cache")
    found = {}
    for variant in artifacts:
        records = rattler_records([channel], ["lanewise"], MACHINES[machine[variant]].packages)
        assert variant in {str(r.build).rsplit("_", 1)[0] for r in records}
        found[variant] = tmp_path_factory.mktemp("prefix") / variant
        install_into(found[variant], records, cache)
    return found


def test_every_variant_that_this_machine_can_run(prefixes, manifest):
    ran = 0
    for name, prefix in prefixes.items():
        result = run(probe(prefix, "--selftest"))
        if manifest.variants[name].level <= host_level():
            assert result.returncode == 0, result.stdout
            ran += 1
        else:
            assert result.returncode != 0 and REFUSAL in result.stdout
    assert ran


@pytest.mark.parametrize("cpu, level, target", [("Nehalem", 2, "SSE4"), ("Haswell", 3, "AVX2")])
def test_emulated_processors(prefixes, manifest, cpu, level, target):
    """Each variant runs there, or is refused before any of its code, with a clear message."""
    for name, prefix in prefixes.items():
        if manifest.variants[name].level <= level:
            result = run([*qemu(cpu), *probe(prefix, "--selftest", "--target", target)])
            assert result.returncode == 0, result.stdout
            assert target_in_use(result.stdout) == target
        else:
            result = run([*qemu(cpu), *probe(prefix)])
            assert result.returncode != 0, result.stdout
            assert REFUSAL in result.stdout and "liblanewise" in result.stdout
            assert "targets" not in result.stdout


def test_environment_moved_to_a_lesser_machine(prefixes, tmp_path):
    """Copied elsewhere it still works; on a lesser processor it says what is wrong, and the
    metapackage that it holds tells the level that it was made for."""
    moved = tmp_path / "moved here"
    shutil.copytree(prefixes["v3"], moved, symlinks=True)
    if host_level() >= 3:
        assert run(probe(moved, "--selftest")).returncode == 0
    result = run([*qemu("Nehalem"), *probe(moved)])
    assert result.returncode != 0 and REFUSAL in result.stdout
    assert list((moved / "conda-meta").glob("_lanewise-x86-64-level-3-*.json"))
    # The baseline moves to any machine.
    assert run([*qemu("Nehalem"), *probe(prefixes["baseline"])]).returncode == 0


def test_threads_find_the_bundled_library(prefixes):
    text = run(probe(prefixes["baseline"], "--json"), env={"LANEWISE_THREADS": "2"}).stdout
    assert "no threads" not in text


def test_corrupt_artifact_is_refused(channel, tmp_path):
    copy = tmp_path / "channel"
    shutil.copytree(channel, copy)
    for path in (copy / "linux-64").glob("lanewise-[0-9]*.conda"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)
    records = rattler_records([copy], ["lanewise"], MACHINES["haswell"].packages)
    with pytest.raises(Exception, match="(?i)hash|corrupt|invalid|mismatch") as error:
        install_into(tmp_path / "env", records, tmp_path / "cache")
    assert "lanewise" in str(error.value)
    assert not (tmp_path / "env" / "lib" / "liblanewise.so").exists()


def test_corrupt_index_is_refused(channel, tmp_path):
    copy = tmp_path / "channel"
    shutil.copytree(channel, copy)
    (copy / "linux-64" / "repodata.json").write_text('{"packages.conda": {"x": ')
    with pytest.raises(Exception, match="(?i)repodata|parse|EOF|json"):
        rattler_records([copy], ["lanewise"], MACHINES["haswell"].packages)
