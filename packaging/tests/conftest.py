"""What the tests share. packaging/tests/run.sh builds the packages and names their folder."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "packaging"), str(Path(__file__).parent)]

from lanewise_packages import channel as index_module  # noqa: E402
from lanewise_packages import conda, manifest as manifest_module  # noqa: E402

EPOCH = 1_700_000_000


@pytest.fixture(scope="session")
def manifest():
    return manifest_module.load(ROOT / "packaging" / "variants.toml")


@pytest.fixture(scope="session")
def out():
    folder = Path(os.environ.get("LANEWISE_PACKAGES", ROOT / "build" / "packages" / "out"))
    if not (folder / "channel" / "noarch" / "repodata.json").is_file():
        pytest.fail(f"no packages in {folder}: run packaging/tests/run.sh")
    return folder


@pytest.fixture(scope="session")
def channel(out):
    return out / "channel"


@pytest.fixture(scope="session")
def artifacts(channel, manifest):
    """Variant -> the real artifact of lanewise."""
    found = {}
    for name, variant in manifest.variants.items():
        number = manifest.build_number + variant.bump
        path = (channel / "linux-64" /
                f"{manifest.name}-{manifest.version}-{name}_{number}.conda")
        if path.is_file():
            found[name] = path
    assert "baseline" in found and "v3" in found, sorted(found)
    return found


@pytest.fixture(scope="session")
def plugins(channel, manifest):
    """The plugins that were packaged, by name: none where they were not built."""
    return [name for name, plugin in manifest.plugins.items()
            if list(channel.glob(f"linux-64/{plugin.package}-*.conda"))]


def paper_package(channel_folder, manifest, variants=None):
    """Every variant and plugin with its real metadata and hardly a file: made in a second."""
    out = conda.Channel(channel_folder, EPOCH)
    conda.add_metapackage(out, manifest)
    for variant in (variants or manifest.variants).values():
        stage = channel_folder / "stage" / variant.name
        stage.mkdir(parents=True)
        facts = {"variant": variant.name, "glibc": "2.17"}
        conda.pack_variant(out, manifest, variant, stage, facts)
    for plugin in manifest.plugins.values():
        file = channel_folder / plugin.file
        file.write_bytes(b"")
        conda.add_plugin(out, manifest, plugin, file, {"name": plugin.package, "glibc": "2.17"})
        file.unlink()
    shutil.rmtree(channel_folder / "stage")
    index_module.index(channel_folder)
    return channel_folder


@pytest.fixture(scope="session")
def paper(tmp_path_factory, manifest):
    return paper_package(tmp_path_factory.mktemp("paper"), manifest)


def host_level():
    """The psABI level of the machine that runs the tests, from the kernel's list of features."""
    flags = set()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("flags"):
            flags = set(line.split(":")[1].split())
            break
    needs = {2: "cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3",
             3: "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave",
             4: "avx512f avx512bw avx512cd avx512dq avx512vl"}
    level = 1
    for higher, names in needs.items():
        if not set(names.split()) <= flags:
            break
        level = higher
    return level


def needs_x86():
    if platform.machine() != "x86_64":
        pytest.skip(f"runs x86-64 programs; this machine is {platform.machine()}")


def qemu(cpu):
    """The command that runs an x86-64 program on an emulated processor."""
    return [str(ROOT / "tests/emulated/run-qemu.sh"), "--cpu", cpu, "--"]


def run(command, **kwargs):
    return subprocess.run([str(c) for c in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **kwargs)
