"""The real artifacts, looked at from outside: each variant is really a different build."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from conda_package_streaming.package_streaming import stream_conda_component
from lanewise_packages import elf

TARGETS = {"baseline": {"SSE2", "SSE4", "AVX2", "AVX3"}, "v3": {"AVX2", "AVX3"}, "v4": {"AVX3"}}


@pytest.fixture(scope="module")
def unpacked(artifacts, tmp_path_factory):
    """Variant -> folder with what the artifact holds, info/ too."""
    folders = {}
    for name, path in artifacts.items():
        folders[name] = tmp_path_factory.mktemp(name)
        for component in ("pkg", "info"):
            for archive, member in stream_conda_component(str(path), component=component):
                archive.extract(member, folders[name], filter="tar")
    return folders


def _library(folder):
    return (folder / "lib" / "liblanewise.so").resolve()


def _facts(folder):
    return json.loads((folder / "share" / "lanewise" / "build.json").read_text())


def _mnemonics(path):
    text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", path], text=True, check=True,
                          capture_output=True).stdout
    return set(re.findall(r"^\s+[0-9a-f]+:\s+(?:rep |lock |bnd |notrack )?([a-z]\w*)", text,
                          re.MULTILINE))


def test_raised_baseline_is_marked_for_the_loader(unpacked, manifest):
    for name, folder in unpacked.items():
        level = manifest.variants[name].level
        assert elf.isa_level(_library(folder)) == level
        assert elf.isa_level(folder / "lib" / "liblanewise_tbb.so.0.1") == level


def test_lower_targets_are_gone(unpacked):
    for name, folder in unpacked.items():
        assert set(_facts(folder)["targets"]) == TARGETS[name]


def test_higher_variants_are_smaller(unpacked, manifest):
    order = sorted(unpacked, key=lambda name: manifest.variants[name].level)
    sizes = [_library(unpacked[name]).stat().st_size for name in order]
    assert sizes == sorted(sizes, reverse=True) and len(set(sizes)) == len(sizes)


def test_code_differs_in_kind(unpacked):
    """SSE's forms of arithmetic, which AVX encodes with a v, remain in the baseline alone."""
    assert {"mulps", "addpd"} <= _mnemonics(_library(unpacked["baseline"]))
    for name in unpacked.keys() - {"baseline"}:
        found = _mnemonics(_library(unpacked[name]))
        assert not {"mulps", "addpd", "divpd", "sqrtps"} & found
        assert {"vfmadd213pd", "vfmadd231pd"} & found


def test_what_the_artifact_says_about_itself(unpacked, manifest):
    hashes = set()
    for name, folder in unpacked.items():
        facts = _facts(folder)
        variant = manifest.variants[name]
        assert (facts["name"], facts["version"]) == ("lanewise", manifest.version)
        assert (facts["variant"], facts["level"]) == (name, variant.level)
        assert facts["numerics_version"] == int(manifest.facts["numerics_version"])
        assert f"\nversion {facts['highway']}\n" in (Path(__file__).parents[2] / "cmake/highway.pin").read_text()
        assert facts["compiler"].startswith("GCC") or "clang" in facts["compiler"]
        assert {"-O2", "-ffp-contract=off"} <= set(facts["flags"])
        assert (f"-march=x86-64-v{variant.level}" in facts["flags"]) == variant.gated
        assert "-ffast-math" not in facts["flags"]
        assert re.fullmatch("[0-9a-f]{64}", facts["source_sha256"])
        hashes.add(facts["source_sha256"])
        index = json.loads((folder / "info" / "index.json").read_text())
        assert index["build_number"] == facts["build_number"]
        assert index["timestamp"] == facts["source_date_epoch"] * 1000
    assert len(hashes) == 1


def test_licenses_travel_along(unpacked):
    for folder in unpacked.values():
        for root in (folder / "share" / "lanewise", folder / "info" / "licenses"):
            assert "Apache License" in (root / "LICENSE").read_text()
            parts = (root / "THIRD_PARTY_LICENSES").read_text()
            assert all(name in parts for name in ("Highway", "oneTBB", "CLI11"))


def test_needs_little_of_the_system(unpacked):
    for folder in unpacked.values():
        for file in elf.elf_files(folder):
            assert elf.glibc_version(file) <= (2, 17), file
        allowed = {"libc.so.6", "libdl.so.2", "libpthread.so.0", "libm.so.6", "libgcc_s.so.1",
                   "ld-linux-x86-64.so.2"}
        assert set(elf.needed(_library(folder))) <= allowed
        assert set(elf.needed(folder / "bin" / "lanewise-probe")) <= allowed | {"liblanewise.so.0.1"}
        assert (folder / "lib" / "lanewise" / "libtbb.so.12").is_file()


def test_no_path_of_the_build_inside(unpacked):
    root = str(Path(__file__).resolve().parents[2]).encode()
    for folder in unpacked.values():
        for file in folder.rglob("*"):
            if file.is_file():
                assert root not in file.read_bytes(), file
        paths = json.loads((folder / "info" / "paths.json").read_text())
        assert not [p for p in paths["paths"] if "prefix_placeholder" in p]
