"""Manifests that are wrong are refused in words that name file and key."""

import pytest
from conftest import ROOT
from lanewise_packages.manifest import ManifestError, load

GOOD = """
[package]
name = "sample"
version = { file = "CMakeLists.txt", pattern = 'VERSION ([0-9.]+)' }
summary = "s"
license = "MIT"
license-files = []
build-number = 2
sources = ["CMakeLists.txt"]
[cmake]
source = "."
[gate]
metapackage = "_level"
virtual-package = "__level"
[variants.plain]
level = 1
bump = 0
[variants.fast]
level = 3
bump = 300
"""


def _load(folder, text):
    (folder / "CMakeLists.txt").write_text("project(sample VERSION 1.2)\n")
    (folder / "variants.toml").write_text(text)
    return load(folder / "variants.toml")


def test_good(tmp_path):
    manifest = _load(tmp_path, GOOD)
    assert (manifest.version, manifest.build_number) == ("1.2", 2)
    assert [v.gated for v in manifest.variants.values()] == [False, True]
    assert manifest.wheel is None


@pytest.mark.parametrize("old, new, message", [
    ('name = "sample"', "", "name is missing"),
    ("build-number = 2", 'build-number = "2"', "build-number must be a int"),
    ("build-number = 2", "build-number = true", "build-number must be a int"),
    ("bump = 300", "bumb = 300", "bump is missing"),
    ("bump = 300", "bump = 300\nlabel = 'x'", "unknown key 'label'"),
    ("bump = 300", "bump = 0", "same bump"),
    ("level = 3", "level = 5", "level must be 1 to 4"),
    ("level = 1", "level = 2", "no variant has level 1"),
    ("VERSION", "VERSIONS", "matches nothing"),
    ('"CMakeLists.txt", pattern', '"gone.txt", pattern', "no file"),
    ('sources = ["CMakeLists.txt"]', 'sources = ["gone.cc"]', "no file"),
    ("[gate]", "[gates]", "metapackage is missing"),
    ("[cmake]", "[cmake", "variants.toml"),
])
def test_wrong(tmp_path, old, new, message):
    assert old in GOOD
    with pytest.raises(ManifestError, match=message) as error:
        _load(tmp_path, GOOD.replace(old, new))
    assert str(tmp_path) in str(error.value) or "variant" in str(error.value)


def test_missing(tmp_path):
    with pytest.raises(ManifestError, match="no manifest"):
        load(tmp_path / "variants.toml")


def test_unknown_variant():
    manifest = load(ROOT / "packaging" / "variants.toml")
    with pytest.raises(ManifestError, match="no variant 'v5'.*baseline, v3, v4, cuda13"):
        manifest.variant("v5")


def test_names_have_the_version_of_the_abi():
    manifest = load(ROOT / "packaging" / "variants.toml")
    major, minor, _ = manifest.version.split(".")
    abi = f"0.{minor}" if major == "0" else major  # as CMakeLists.txt makes LANEWISE_SOVERSION
    assert manifest.plugins["cuda13"].file == f"liblanewise_cuda13.so.{abi}"
    assert manifest.wheel.library == f"lanewise/lib/liblanewise.so.{abi}"
