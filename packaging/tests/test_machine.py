"""lanewise-probe's machines: the described ones, this one, and files that describe nothing."""

import base64
import hashlib
import json
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import archspec.cpu
import pytest
import rattler

from fake_machine import MACHINES, description, probe, program, run_as

TOOLS = ["conda", "rattler", "mamba"]

# Level, best target, and __archspec of conda, rattler and mamba. What archspec and rattler really
# say is compared in test_machine_archspec.py; this table is what a reader may rely on.
EXPECTED = {
    "k10": (1, "SSE2", "k10", "k10", "x86_64"),
    "ivybridge": (2, "SSE4", "ivybridge", "ivybridge", "x86_64_v2"),
    "bulldozer": (2, "SSE4", "bulldozer", "bulldozer", "x86_64_v2"),
    "haswell": (3, "AVX2", "haswell", "haswell", "x86_64_v3"),
    "haswell_no_aes": (3, "AVX2", "x86_64_v3", "x86_64_v3", "x86_64_v3"),
    "alderlake": (3, "AVX2", "alderlake", "skylake", "x86_64_v3"),
    "knights_landing": (3, "AVX2", "mic_knl", "mic_knl", "x86_64_v3"),
    "zen3": (3, "AVX2", "zen3", "zen3", "x86_64_v3"),
    "zen3_kvm_no_pku": (3, "AVX2", "zen2", "zen2", "x86_64_v3"),
    "zen4": (4, "AVX3_ZEN4", "zen4", "zen4", "x86_64_v4"),
    "zen4_kvm": (4, "AVX3_ZEN4", "x86_64_v4", "x86_64_v4", "x86_64_v4"),
    "zen4_kvm_no_avx512dq": (3, "AVX2", "zen3", "zen3", "x86_64_v3"),
    "zen6": (4, "AVX3_SPR", "zen6", "zen5", "x86_64_v4"),
    "sapphirerapids": (4, "AVX3_SPR", "sapphirerapids", "sapphirerapids", "x86_64_v4"),
    "graniterapids": (4, "AVX3_SPR", "sapphirerapids", "sapphirerapids", "x86_64_v4"),
    "no_proc": (1, "SSE2", "x86_64", "x86_64", "x86_64"),
    "graviton3": (None, "SVE_256", "neoverse_v1", "neoverse_v1", "aarch64"),
    "graviton4": (None, "SVE2_128", "neoverse_v2", "neoverse_v2", "aarch64"),
    "a64fx": (None, "SVE", "a64fx", "a64fx", "aarch64"),
}

# __cuda of conda, rattler, mamba; __cuda_arch of rattler.
CUDA = {
    "zen4": (None, None, None, None),
    "h100": ("13.0", "13.0", "12.6", "9.0"),
    "cuda_image_no_gpu": (None, None, "12.6", None),
    "driver_no_device": (None, "12.4", None, None),
    "two_gpus": ("12.8", "12.8", "12.8", "7.5"),
    "old_driver": ("11.4", "11.4", "11.4", "7.0"),
}


def machine(name):
    return probe("--machine", str(MACHINES[name]))


def test_every_description_is_sourced_and_complete():
    assert len(MACHINES) >= 20 and set(EXPECTED) | set(CUDA) <= set(MACHINES)
    for name, path in MACHINES.items():
        assert re.fullmatch(r"[a-z0-9_]+", name)
        data = json.loads(path.read_text())
        assert len(data["description"]) > 10 and len(data["source"]) > 10, name


@pytest.mark.parametrize("name", MACHINES)
def test_keys(name):
    found = machine(name)
    assert {"schema", "lanewise", "cpu", "targets"} <= set(found)  # as for this machine
    assert not {"target", "threads", "warnings"} & set(found)  # of a process, not of a machine
    x86 = found["architecture"] == "x86_64"
    assert found["psabi_level"] in ((1, 2, 3, 4) if x86 else (None,))
    assert list(found["archspec"]) == TOOLS and list(found["virtual_packages"]) == TOOLS
    for tool in TOOLS:
        packages = found["virtual_packages"][tool]
        assert packages["__archspec"] == {"version": "1", "build": found["archspec"][tool]}
        assert packages["__unix"] == {"version": "0", "build": "0"}
        assert re.fullmatch(r"\d+\.\d+(\.\d+)*", packages["__linux"]["version"])
        assert packages["__glibc"]["version"] == description(name)["glibc"]
        assert not any(package.startswith("__lanewise") for package in packages)
    ours = found["lanewise_virtual_packages"]
    assert set(ours) == {"__lanewise_x86_64" if x86 else "__lanewise_aarch64", "__lanewise_isa"}
    assert ours["__lanewise_isa"]["build"] == found["best_target"]
    if x86:
        assert ours["__lanewise_x86_64"]["version"] == str(found["psabi_level"])
        for level in (2, 3, 4):
            lacks = any(found["psabi_missing"][str(lower)] for lower in range(2, level + 1))
            assert lacks == (found["psabi_level"] < level)
    assert found["cpu"]["psabi_level"] == found["psabi_level"]


@pytest.mark.parametrize("name", EXPECTED)
def test_level_target_and_names(name):
    found = machine(name)
    assert (found["psabi_level"], found["best_target"], *found["archspec"].values()) == EXPECTED[name]


@pytest.mark.parametrize("name", CUDA)
def test_cuda(name):
    packages = machine(name)["virtual_packages"]

    def version(tool, package):
        return packages[tool].get(package, {}).get("version")

    found = [version(tool, "__cuda") for tool in TOOLS] + [version("rattler", "__cuda_arch")]
    assert tuple(found) == CUDA[name]


def test_what_the_hypervisor_hides():
    assert machine("zen4")["hypervisor"] == {"present": False, "vendor": None, "masks": []}
    assert machine("zen4_kvm")["hypervisor"] == {
        "present": True, "vendor": "KVM", "masks": ["pku", "flush_l1d"]}
    hidden = machine("zen4_kvm_no_avx512dq")
    assert hidden["hypervisor"]["masks"] == ["avx512dq"]
    assert hidden["psabi_missing"] == {"2": [], "3": [], "4": ["avx512dq"]}
    reason = next(t["reason"] for t in hidden["targets"] if t["name"] == "AVX3")
    assert reason == "hypervisor KVM hides avx512dq (zen4 has it)"
    firmware = machine("haswell_no_aes")
    assert firmware["core"] == {"name": "haswell", "missing": ["aes"]}
    assert firmware["hypervisor"]["masks"] == []


def test_this_machine():
    found = probe("--json")
    assert found["architecture"] == platform.machine()
    assert found["target"] and found["threads"] >= 1
    assert found["cuda_arch"] is None  # not asked for
    asked = probe("--json", "--gpu")
    if asked["gpu"]["state"] in ("no_node", "no_driver"):
        assert asked["cuda_arch"] == [] and asked["cuda_driver"] is None
    kernel = platform.release()
    assert found["kernel"] == kernel and kernel.startswith(
        found["virtual_packages"]["conda"]["__linux"]["version"])


def test_this_machine_is_what_the_tools_say():
    found = probe("--json")
    assert found["archspec"]["conda"] == str(archspec.cpu.host())
    theirs = {p.name.normalized: {"version": str(p.version), "build": str(p.build_string)}
              for p in (v.into_generic() for v in rattler.VirtualPackage.detect())}
    ours = found["virtual_packages"]["rattler"]
    theirs.pop("__cuda_arch", None)  # asks the devices
    assert ours == theirs


def test_a_described_machine_is_the_machine_described(tmp_path):
    """This machine through a file: the same answer where the file can know it."""
    here = probe("--json")
    (tmp_path / "cpuinfo").write_text(Path("/proc/cpuinfo").read_text())
    file = tmp_path / "here.json"
    file.write_text(json.dumps({"cpuinfo_file": "cpuinfo", "glibc": here["glibc"],
                                "kernel": here["kernel"],
                                "hypervisor": here["hypervisor"]["vendor"]}))
    there = probe("--machine", str(file))
    for key in ("architecture", "psabi_level", "features", "archspec", "core", "uv", "hypervisor"):
        assert there[key] == here[key], key
    plain = probe("--machine", str(tmp_path / "cpuinfo"))
    assert plain["archspec"] == here["archspec"] and plain["glibc"] is None


BAD = {
    "no JSON": ("{", "is not valid JSON"),
    "another key": ('{"cpu": "x", "architecture": "x86_64"}', "'cpu' is not a key"),
    "a number": ('{"cpuinfo": 3}', "'cpuinfo' is neither a string nor a list of strings"),
    "a list of numbers": ('{"cpuinfo": [3]}', "'cpuinfo' holds something else than strings"),
    "nothing": ("", "is empty"),
    "no machine": ("{}", "'cpuinfo' and 'architecture' are both missing"),
    "another architecture": ('{"architecture": "riscv64"}', "'architecture' is neither"),
    "a lost file": ('{"cpuinfo_file": "no such file"}', "cannot be read"),
    "text": ("Dear all,\nour machine is fast.\n", "'cpuinfo' has neither"),
    "binary": ("\x7fELF\x00\x01", "'cpuinfo' has neither"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_in_words(tmp_path, kind):
    content, message = BAD[kind]
    file = tmp_path / "machine.json"
    file.write_text(content)
    result = subprocess.run([program("lanewise-probe"), "--machine", str(file)],
                            capture_output=True, text=True)
    assert result.returncode == 2 and result.stdout == ""
    assert message in result.stderr and result.stderr.startswith("lanewise-probe: ")


def test_a_missing_file_is_named():
    for name in ("nosuch", "/nosuch/machine.json", "/"):
        result = subprocess.run([program("lanewise-probe"), "--machine", name],
                                capture_output=True, text=True)
        assert result.returncode == 2 and name in result.stderr


# ------------------------------------------------------------------------------------ uv

_VARIANTS = {
    "$schema": "https://variants-schema.wheelnext.dev/peps/850/v0.2.0.json",
    "default-priorities": {"namespace": ["x86_64"]},
    "providers": {"x86_64": {"requires": ["x86-64-variant-provider"]}},
}


def make_wheels(folder):
    """A wheel for each level, which knows its level, and the index file that uv reads."""
    labels = {f"v{level}": {"x86_64": {"level": [f"v{level}"]}} for level in (1, 2, 3, 4)}
    for label, properties in labels.items():
        info = "leveldemo-1.0.dist-info"
        files = {
            "leveldemo.py": label,
            f"{info}/METADATA": "Metadata-Version: 2.1\nName: leveldemo\nVersion: 1.0\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
                             "Tag: py3-none-any\n",
            f"{info}/variant.json": json.dumps({**_VARIANTS, "variants": {label: properties}}),
        }
        record = "".join(
            f"{path},sha256={digest(content)},{len(content)}\n" for path, content in files.items())
        with zipfile.ZipFile(folder / f"leveldemo-1.0-py3-none-any-{label}.whl", "w") as wheel:
            for path, content in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
                wheel.writestr(path, content)
    (folder / "leveldemo-1.0-variants.json").write_text(json.dumps(
        {**_VARIANTS, "variants": labels}))


def digest(content):
    value = hashlib.sha256(content.encode()).digest()
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    if platform.machine() != "x86_64":
        pytest.skip("uv tells x86-64 levels on x86-64 only")
    folder = tmp_path_factory.mktemp("wheels")
    make_wheels(folder)
    return folder


def uv_level(machine_file, wheels, folder):
    uv = shutil.which("uv") or str(Path(sys.executable).parent / "uv")
    run_as(machine_file, [uv, "pip", "install", "--no-index", "--find-links", str(wheels),
                          "--preview-features", "wheel-variants", "--no-cache",
                          "--python", sys.executable, "--target", str(folder / "t"), "leveldemo"],
           folder)
    return (folder / "t" / "leveldemo.py").read_text()


@pytest.mark.parametrize("name", [name for name in MACHINES
                                  if description(name)["architecture"] == "x86_64"])
def test_level_is_the_one_that_uv_finds(name, wheels, tmp_path):
    assert uv_level(description(name), wheels, tmp_path) == machine(name)["uv"]["x86_64_level"]


@pytest.mark.parametrize("flag", ["xsave", "movbe", "abm", "f16c", "cx16", "lahf_lm", "popcnt",
                                  "avx512vl", "bmi2"])
def test_flags_that_uv_looks_at(flag, wheels, tmp_path):
    less = description("zen4")
    less["cpuinfo"] = [re.sub(rf" {flag}(?= |$)", "", line) for line in less["cpuinfo"]]
    file = tmp_path / "less.json"
    file.write_text(json.dumps(less))
    assert uv_level(less, wheels, tmp_path) == probe("--machine", str(file))["uv"]["x86_64_level"]
