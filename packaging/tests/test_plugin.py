"""The CUDA plugin's package and wheel, from a stand-in for the file: its place and its gates."""

import json

import pytest
from conda_package_streaming.package_streaming import stream_conda_component
from conftest import EPOCH, ROOT, run
from lanewise_packages.wheels import make_plugin_wheels
from test_uv import installed, links
from test_wheel import check_record


@pytest.fixture(scope="module")
def plugin_file(tmp_path_factory, manifest):
    folder = tmp_path_factory.mktemp("plugin")
    (folder / "plugin.c").write_text("int lanewise_stand_in(void) { return 1; }\n")
    file = folder / manifest.plugins["cuda13"].file
    result = run(["cc", "-shared", "-fPIC", folder / "plugin.c", "-o", file])
    assert result.returncode == 0, result.stdout
    return file


def _packages(out, *options):
    return run([ROOT / "packaging" / "packages.sh", "--out", out, "--no-wheels", "--variants",
                "cuda13", *options], cwd=ROOT)


def test_conda_package(plugin_file, manifest, tmp_path):
    result = _packages(tmp_path, "--plugin", f"cuda13={plugin_file}")
    assert result.returncode == 0, result.stdout
    path = tmp_path / "channel" / "linux-64" / f"lanewise-cuda13-{manifest.version}-cuda13_1000.conda"
    names = {m.name for _, m in stream_conda_component(str(path), component="pkg")}
    assert {"lib/liblanewise_cuda13.so.0.1", "share/lanewise-cuda13/build.json",
            "share/lanewise-cuda13/LICENSE"} <= names
    index = json.loads((tmp_path / "channel" / "linux-64" / "repodata.json").read_text())
    record = index["packages.conda"][path.name]
    assert record["depends"] == [f"lanewise =={manifest.version}", "__cuda >=13.0"]
    assert "__cuda_arch >=7.5" in record["constrains"]


def test_asked_for_and_not_built(manifest, tmp_path):
    plugin = manifest.plugins["cuda13"]
    built = [f for f in plugin.look_in if (f / plugin.file).exists()]
    if built:
        pytest.skip(f"it is built: {built[0]}")
    result = _packages(tmp_path)
    assert result.returncode == 1 and "no liblanewise_cuda13.so.0.1" in result.stdout
    result = _packages(tmp_path, "--plugin", "cuda13=/nowhere/plugin.so")
    assert result.returncode == 1 and "FILE must exist" in result.stdout


def test_wheel_installs_beside_the_library(plugin_file, manifest, out, tmp_path):
    made = make_plugin_wheels(tmp_path / "wheels", manifest, manifest.plugins["cuda13"],
                              plugin_file, EPOCH)
    for path in made:
        if path.suffix == ".whl":
            check_record(path)
    target = tmp_path / "site"
    assert installed(links(out / "wheels"), target) is None
    assert installed(links(tmp_path / "wheels"), target, package="lanewise-cuda13") is None
    assert (target / "lanewise" / "lib" / "liblanewise_cuda13.so.0.1").is_file()
    assert (target / "lanewise" / "lib" / "liblanewise.so.0.1").is_file()
