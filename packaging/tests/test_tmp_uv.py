"""For random wheels and described machines the winner for uv is what uv itself picks there.

uv reads /proc/cpuinfo, so another machine is a bind mount in a user namespace.
"""

import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys

import lanewise
import pytest
from explain_wheels import PROVIDERS, variants_data, write_wheel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("packaging", reason="packaging is not installed")
from lanewise._install import uv as engine  # noqa: E402
from lanewise._install.wheels import load  # noqa: E402

_UV = shutil.which("uv", path=os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]))
_MACHINES = ["k10", "ivybridge", "haswell", "zen4", "knights_landing", "zen4_kvm_no_avx512dq"]
_MINE = f"cp{sys.version_info[0]}{sys.version_info[1]}"


def _cpuinfo(name):
    path = os.path.join(os.path.dirname(lanewise.__file__), "machines", name + ".json")
    with open(path, encoding="utf-8") as file:
        return "\n".join(json.load(file)["cpuinfo"]) + "\n\n"


def _namespaces_work():
    if platform.machine() != "x86_64":
        return "the fake machines are x86-64"
    if _UV is None:
        return "uv is not installed"
    found = subprocess.run(["unshare", "-rm", "mount", "--bind", "/proc/version", "/proc/cpuinfo"],
                           capture_output=True, text=True)
    return f"no user namespaces here: {found.stderr.strip()}" if found.returncode else ""


_WHY_NOT = _namespaces_work()
pytestmark = pytest.mark.skipif(bool(_WHY_NOT), reason=_WHY_NOT or "it works")


def uv_picks(folder, cpuinfo, cuda=None, preview=True):
    """The file that uv would install, or None; on the machine that `cpuinfo` describes."""
    command = [_UV, "pip", "install", "--no-config", "--no-cache", "--no-index", "--dry-run", "-v",
               "--reinstall", "--break-system-packages", "--python", sys.executable,
               "--find-links", str(folder), "demo"]
    if preview:
        command += ["--preview-features", "wheel-variants"]
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("UV_", "NV_VARIANT"))}
    if cuda:
        environment["NV_VARIANT_PROVIDER_FORCE_CUDA_DRIVER_VERSION"] = cuda[0]
        environment["NV_VARIANT_PROVIDER_FORCE_SM_ARCH"] = cuda[1]
    script = f"mount --bind {shlex.quote(str(cpuinfo))} /proc/cpuinfo && exec {shlex.join(command)}"
    found = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True,
                           env=environment)
    picks = re.findall(r"Selecting: demo==\S+ \[compatible\] \((\S+)\)", found.stderr)
    assert found.returncode == 0 or "No solution found" in found.stderr, found.stderr
    return picks[-1] if found.returncode == 0 else None


values = {
    ("x86_64", "level"): ["v1", "v2", "v3", "v4"],
    ("nvidia", "cuda_version_lower_bound"): ["11.8", "12.4", "13.0", "12"],
    ("nvidia", "cuda_version_upper_bound"): ["12.6", "13.0", "14.1"],
    ("nvidia", "sm_arch"): ["80_real", "86_real", "90_real", "80_virtual", "120_real"],
    ("lanewise", "isa"): ["avx2", "avx3", "other"],
}
providers = {**PROVIDERS, "lanewise": {"static-properties": {"isa": ["avx3", "avx2"]}}}


@st.composite
def properties(draw):
    found = {}
    for namespace, feature in draw(st.lists(st.sampled_from(sorted(values)), unique=True,
                                            max_size=2)):
        chosen = draw(st.lists(st.sampled_from(values[namespace, feature]), unique=True,
                               min_size=1, max_size=2))
        found.setdefault(namespace, {})[feature] = chosen
    return found


@st.composite
def versions(draw):
    """(version, {label: properties}, [(label or '', tag, build)], order of namespaces)."""
    variants = {label: draw(properties()) for label in draw(
        st.lists(st.sampled_from(["a", "b", "x86_64_v3", "z.1"]), unique=True, max_size=4))}
    if draw(st.booleans()):
        variants["null"] = {}
    tags = st.sampled_from(["py3-none-any", "py3-none-any", f"{_MINE}-none-linux_x86_64",
                            f"{_MINE}-abi3-manylinux_2_17_x86_64", "cp38-cp38-manylinux1_x86_64"])
    listed = [(label, draw(tags), draw(st.sampled_from(["", "", "2", "10b"])))
              for label in [*variants, *variants] if draw(st.booleans())]
    listed += [("", draw(tags), "")] * draw(st.booleans())
    listed += [("unlisted", "py3-none-any", "")] * draw(st.sampled_from([0, 0, 0, 1]))
    order = draw(st.permutations(["nvidia", "x86_64", "lanewise"]))
    return (draw(st.sampled_from(["1.0", "1.1", "2.0", "2.1rc1"])), variants, listed, order,
            draw(st.sampled_from([True, True, True, False])))


def write(folder, cases):
    for version, variants, listed, order, has_file in cases:
        for label, tag, build in listed:
            write_wheel(folder, "demo", version, label or None, variants.get(label), tag=tag,
                        build=build, order=order, providers=providers)
        data = variants_data(variants, order, providers)
        if listed and has_file:
            (folder / f"demo-{version}-variants.json").write_text(json.dumps(data))


def unique_versions(cases):
    return list({case[0]: case for case in cases}.values())


@settings(max_examples=400, deadline=None, derandomize=False, database=None,
          suppress_health_check=list(HealthCheck))
@given(st.lists(versions(), min_size=1, max_size=2).map(unique_versions),
       st.sampled_from(_MACHINES),
       st.sampled_from([None, ("12.4", "8.6"), ("13.0", "9.0"), ("13.1", "12.0")]))
def test_winner_is_uvs(tmp_path_factory, cases, name, cuda):
    path = tmp_path_factory.mktemp("wheels")
    write(path / "wheels", cases)
    if not any((path / "wheels").glob("*.whl") if (path / "wheels").is_dir() else []):
        return
    (path / "cpuinfo").write_text(_cpuinfo(name))
    machine = {**lanewise.machine(name), "glibc": platform.libc_ver()[1]}
    machine["uv"] = {**machine["uv"], "cuda_driver": cuda and cuda[0],
                     "sm_arch": cuda and [cuda[1]]}
    listing = load(str(path / "wheels"), "demo")
    for preview in (True, False):
        chosen = [verdict.wheel.name for verdict in engine.decide(listing, machine, preview)
                  if verdict.status == "chosen"]
        assert (chosen or [None])[0] == uv_picks(path / "wheels", path / "cpuinfo", cuda, preview)
    shutil.rmtree(path)
