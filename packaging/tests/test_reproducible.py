"""Two builds of one commit give the same bytes: artifacts and index."""

import hashlib
import os
import re

import pytest
from conftest import ROOT, run

LONG = bool(os.environ.get("LANEWISE_LONG"))


def _build(out, work, variants, *options):
    command = [ROOT / "packaging" / "packages.sh", "--out", out, "--work", work, *options]
    result = run([*command, "--variants", *variants], cwd=ROOT)
    assert result.returncode == 0, result.stdout


def _plugin_again(plugin, folder):
    """Compiles the GPU plugin with the compiler, and for the architectures, of the packaged one."""
    cache = (plugin.look_in[0].parent / "CMakeCache.txt").read_text()
    same = [f"-D{key}=" + re.search(rf"^{key}:\w+=(.*)$", cache, re.MULTILINE)[1]
            for key in ("CMAKE_CUDA_COMPILER", "LANEWISE_CUDA_ARCHITECTURES")]
    for command in (["cmake", "--preset", "cuda", "-Wno-dev", "-B", folder, *same],
                    ["cmake", "--build", folder, "--target", "lanewise_cuda"]):
        result = run(command, cwd=ROOT)
        assert result.returncode == 0, result.stdout
    return folder / "out" / plugin.file


def _hashes(folder, pattern):
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(folder.rglob(pattern))}


def _compare(out, again):
    first, second = _hashes(out / "channel", "*.conda"), _hashes(again / "channel", "*.conda")
    assert {n for n in first if not n.startswith("noarch")} and first == second
    assert _hashes(out / "channel", "repodata.json") == _hashes(again / "channel", "repodata.json")
    assert _hashes(out / "wheels", "*") == _hashes(again / "wheels", "*")


def test_packed_again(out, artifacts, plugins, tmp_path):
    """From the same build trees, installed anew into another place."""
    _build(tmp_path / "again", ROOT / "build" / "packages", [*artifacts, *plugins])
    _compare(out, tmp_path / "again")


@pytest.mark.skipif(not LONG, reason="compiles every variant again: packaging/tests/run.sh --long")
def test_compiled_again(out, artifacts, plugins, manifest, tmp_path, monkeypatch):
    """In another folder, from nothing; the first may have used the build trees of other tests."""
    monkeypatch.setenv("CCACHE_DISABLE", "1")  # else it would be the first build's objects again
    again = [f"{name}={_plugin_again(manifest.plugins[name], tmp_path / name)}" for name in plugins]
    _build(tmp_path / "again", tmp_path / "work", [*artifacts, *plugins], "--no-reuse",
           *(word for item in again for word in ("--plugin", item)))
    _compare(out, tmp_path / "again")
