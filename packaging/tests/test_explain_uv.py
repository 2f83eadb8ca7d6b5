"""For random wheels and described machines the winner for uv is what uv itself picks there.

uv reads /proc/cpuinfo, so another machine is a bind mount in a user namespace.
"""

import json
import os
import platform
import re
import shutil
import sys

import lanewise
import pytest
from explain_wheels import PROVIDERS, variants_data, write_wheel
from fake_machine import description, need_namespaces, run_as
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("packaging", reason="packaging is not installed")
from lanewise_install import uv as engine  # noqa: E402
from lanewise_install.wheels import load  # noqa: E402

_PATH = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
_UV = shutil.which("uv", path=_PATH)
_MACHINES = ["k10", "ivybridge", "haswell", "zen4", "knights_landing", "zen4_kvm_no_avx512dq"]
_MINE = f"cp{sys.version_info[0]}{sys.version_info[1]}"

pytestmark = [
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the fake machines are x86-64"),
    pytest.mark.skipif(_UV is None, reason="uv is not installed")]


@pytest.fixture(autouse=True)
def namespaces():
    need_namespaces()


def uv_picks(wheels, machine, folder, cuda=None, preview=True):
    """The file that uv would install on a described machine, or None."""
    others = [f"-u{name}" for name in os.environ if name.startswith(("UV_", "NV_VARIANT"))]
    command = ["env", *others, _UV, "pip", "install", "--no-config", "--no-cache", "--no-index",
               "--dry-run", "-v", "--reinstall", "--break-system-packages",
               "--python", sys.executable, "--find-links", str(wheels), "demo"]
    if preview:
        command += ["--preview-features", "wheel-variants"]
    environment = {} if not cuda else {"NV_VARIANT_PROVIDER_FORCE_CUDA_DRIVER_VERSION": cuda[0],
                                       "NV_VARIANT_PROVIDER_FORCE_SM_ARCH": cuda[1]}
    found = run_as(description(machine), command, folder, environment, check=False)
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
    """Whether there is any wheel."""
    for version, variants, listed, order, has_file in cases:
        for label, tag, build in listed:
            write_wheel(folder, "demo", version, label or None, variants.get(label), tag=tag,
                        build=build, order=order, providers=providers)
        data = variants_data(variants, order, providers)
        if listed and has_file:
            (folder / f"demo-{version}-variants.json").write_text(json.dumps(data))
    return any(case[2] for case in cases)


def unique_versions(cases):
    return list({case[0]: case for case in cases}.values())


@settings(max_examples=60, deadline=None, derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(st.lists(versions(), min_size=1, max_size=2).map(unique_versions),
       st.sampled_from(_MACHINES),
       st.sampled_from([None, ("12.4", "8.6"), ("13.0", "9.0"), ("13.1", "12.0")]))
def test_winner_is_uvs(tmp_path_factory, cases, name, cuda):
    path = tmp_path_factory.mktemp("wheels")
    if write(path / "wheels", cases):
        check(path, name, cuda)
    shutil.rmtree(path)


def check(path, name, cuda=None):
    machine = {**lanewise.machine(name), "glibc": platform.libc_ver()[1]}
    machine["uv"] = {**machine["uv"], "cuda_driver": cuda and cuda[0],
                     "sm_arch": cuda and [cuda[1]]}
    listing = load(str(path / "wheels"), "demo")
    for preview in (True, False):
        chosen = [verdict.wheel.name for verdict in engine.decide(listing, machine, preview)
                  if verdict.status == "chosen"]
        assert (chosen or [None])[0] == uv_picks(path / "wheels", name, path, cuda, preview)


# ---- cases that were once wrong, and what no random case would find ------------------------------

V3, V4 = {"x86_64": {"level": ["v3"]}}, {"x86_64": {"level": ["v4"]}}
NULL = ("null", "py3-none-any", "")


@pytest.mark.parametrize("release", [
    {"label": "a", "properties": V4}, {"tag": "cp38-cp38-win_amd64"}, {"python": ">=4"}, {}],
    ids=str)
def test_prerelease_is_taken_where_no_release_fits(tmp_path, release):
    write_wheel(tmp_path / "wheels", "demo", "2.1rc1")
    write_wheel(tmp_path / "wheels", "demo", "1.0", **release)
    data = variants_data({"a": V4}, ["x86_64"])
    (tmp_path / "wheels" / "demo-1.0-variants.json").write_text(json.dumps(data))
    check(tmp_path, "haswell")


def test_variant_comes_before_platform_tag(tmp_path):
    tag = f"{_MINE}-abi3-manylinux_2_17_x86_64"
    write(tmp_path / "wheels", [("1.0", {"a": V3, "b": V4}, [("a", tag, ""), (
        "b", "py3-none-any", ""), ("", tag, "")], ["x86_64"], True)])
    check(tmp_path, "zen4")
    check(tmp_path, "haswell")
    check(tmp_path, "k10")


@pytest.mark.parametrize("change", [
    {"default-priorities": {"namespace": []}},
    {"default-priorities": {"namespace": ["x86_64", "other"]}},
    {"providers": {}},
    {"$schema": None},
    {"variants": {"a": {"x86_64": {"level": []}}}},
    {"more": 1},
], ids=lambda change: next(iter(change)))
def test_invalid_variants_file_spoils_its_version(tmp_path, change):
    write(tmp_path / "wheels", [("2.0", {"a": V3}, [("a", "py3-none-any", ""), (
        "", "py3-none-any", "")], ["x86_64"], False),
        ("1.0", {"a": V3}, [("a", "py3-none-any", "")], ["x86_64"], True)])
    data = {**variants_data({"a": V3}, ["x86_64"]), **change}
    (tmp_path / "wheels" / "demo-2.0-variants.json").write_text(json.dumps(data))
    check(tmp_path, "haswell")


@pytest.mark.parametrize("inner", [None, "{", json.dumps(variants_data({"b": V3})),
                                   json.dumps(variants_data({"a": V3, "null": {}}))])
def test_wheel_that_does_not_describe_itself_spoils_its_version(tmp_path, inner):
    write_wheel(tmp_path / "wheels", "demo", "2.0", "a", V3,
                extra={"demo-2.0.dist-info/variant.json": inner})
    write(tmp_path / "wheels", [("2.0", {"a": V3}, [], ["x86_64"], False),
                                ("1.0", {"a": V3}, [("a", "py3-none-any", "")], ["x86_64"], True)])
    data = variants_data({"a": V3}, ["x86_64"])
    (tmp_path / "wheels" / "demo-2.0-variants.json").write_text(json.dumps(data))
    check(tmp_path, "haswell")


def test_python_of_the_best_wheel_decides_for_its_version(tmp_path):
    write_wheel(tmp_path / "wheels", "demo", "2.0", "a", V3, python=">=4")
    write_wheel(tmp_path / "wheels", "demo", "2.0")
    write_wheel(tmp_path / "wheels", "demo", "1.0")
    data = variants_data({"a": V3}, ["x86_64"])
    (tmp_path / "wheels" / "demo-2.0-variants.json").write_text(json.dumps(data))
    check(tmp_path, "haswell")
    check(tmp_path, "k10")


@pytest.mark.parametrize("provider", [
    {"requires": ["x86-64-variant-provider>=0.1"]}, {"requires": ["provider-variant-x86-64"]},
    {"requires": ["x86-64-variant-provider"], "optional": True},
    {"requires": ["x86-64-variant-provider", "other"]},
    {"requires": ["x86-64-variant-provider; python_version > '3'"]},
    {"requires": ["x86-64-variant-provider"], "plugin-api": "other:Plugin"},
    {"static-properties": {"level": ["v4"]}},
], ids=str)
def test_providers_that_uv_knows(tmp_path, provider):
    data = variants_data({"a": V4}, ["x86_64"], {"x86_64": provider})
    write_wheel(tmp_path / "wheels", "demo", "1.0", "a", V4, order=["x86_64"],
                providers={"x86_64": provider})
    write_wheel(tmp_path / "wheels", "demo", "1.0")
    (tmp_path / "wheels" / "demo-1.0-variants.json").write_text(json.dumps(data))
    check(tmp_path, "haswell")
    check(tmp_path, "zen4")


@pytest.mark.parametrize("device", ["7.5", "8.0", "8.6", "8.9", "9.0", "10.0", "12.0"])
def test_devices_run_code_of_their_family(tmp_path, device):
    labels = [f"{sm}_{kind}" for sm in (70, 75, 80, 86, 89, 90, 100, 120)
              for kind in ("real", "virtual")]
    variants = {label: {"nvidia": {"sm_arch": [label]}} for label in labels}
    write(tmp_path / "wheels", [("1.0", variants, [(label, "py3-none-any", "")
                                                   for label in labels], ["nvidia"], True)])
    check(tmp_path, "zen4", ("13.0", device))
