"""For random machines and channels the engine's winner is the real solvers' winner."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("rattler", reason="py-rattler is not installed")
from explain_channels import record, write_channel  # noqa: E402
from lanewise._install.channel import load, solve  # noqa: E402
from lanewise._install.decide import decide  # noqa: E402

_NAMES = ["app", "gate", "lib", "tool"]
_ARCHSPEC = ["x86_64", "x86_64_v3", "x86_64_v4", "zen", "zen2", "zen3", "zen4", "haswell", "0"]
_VERSIONS = ["1", "1.0", "1.1", "2.0", "2.0rc1", "10.0"]

versions = st.sampled_from(_VERSIONS)
constraint = st.one_of(
    st.just(""), st.builds(" >={}".format, versions), st.builds(" <{}".format, versions),
    st.builds(" ={}".format, versions), st.builds(" =={}".format, versions),
    st.just(" 1.*"), st.builds(" >={},<10".format, versions), st.just(" !=1.1"))
virtual_requirement = st.one_of(
    st.builds("__archspec * {}".format, st.sampled_from([*_ARCHSPEC, "zen*", "x86_64_v*"])),
    st.builds("__archspec 1 {}".format, st.sampled_from(_ARCHSPEC)),
    st.sampled_from(["__cuda", "__cuda >=12", "__cuda <13", "__glibc >=2.28", "__glibc >=2.40",
                     "__lanewise_x86_64 >=3", "__cuda_arch >=8.0", "__unix"]))
bracket_requirement = st.sampled_from(
    ["__archspec[build='^(zen3|zen4)$']", "__archspec * ^(zen3|zen4)$", "__archspec * ^zen[34]$"])


@st.composite
def builds(draw, name):
    below = _NAMES[_NAMES.index(name):]  # no cycles but those on oneself: real channels have few
    requirement = st.one_of(
        virtual_requirement, bracket_requirement,
        st.builds("{}{}".format, st.sampled_from([*below[1:], "absent"] or ["absent"]), constraint))
    dependency = st.one_of(virtual_requirement, requirement) if below[1:] else virtual_requirement
    return record(
        name, draw(versions), f"{draw(st.sampled_from('abz'))}{draw(st.integers(0, 2))}_0",
        number=draw(st.sampled_from([0, 0, 1, 300, 400])),
        depends=draw(st.lists(dependency, max_size=3)),
        constrains=draw(st.lists(requirement, max_size=1)),
        track_features=draw(st.sampled_from(["", "", "", "slow", "slow old"])),
        timestamp=draw(st.sampled_from([None, 1700000000000, 1750000000000])),
        subdir=draw(st.sampled_from(["linux-64", "linux-64", "noarch"])))


@st.composite
def channels(draw):
    found = []
    for name in _NAMES:
        found += draw(st.lists(builds(name), min_size=1 if name == "app" else 0,
                               max_size=6 if name == "app" else 4))
    return found


@st.composite
def machines(draw):
    packages = {"__unix": {"version": "0", "build": "0"}}
    for name, values in [("__glibc", ["2.17", "2.36"]), ("__cuda", ["11.8", "12.4", "13.0"]),
                         ("__cuda_arch", ["7.5", "9.0"]), ("__lanewise_x86_64", ["2", "3", "4"])]:
        value = draw(st.sampled_from([None, *values]))
        if value:
            packages[name] = {"version": value, "build": "0"}
    archspec = draw(st.sampled_from([None, *_ARCHSPEC]))
    if archspec:
        packages["__archspec"] = {"version": "1", "build": archspec}
    return packages


def _show(build):
    return build and (build.file, build.version, build.number)


@settings(max_examples=300, deadline=None, derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(channels(), machines())
def test_rattler(tmp_path_factory, records, machine):
    channel = load(write_channel(tmp_path_factory.mktemp("channel"), records), "app", "x86_64")
    decision = decide(channel, "app", machine, "rattler")
    found, error = solve(channel, "app", decision.universe.virtual.values())
    assert _show(decision.winner) == _show(found.get("app")), json.dumps(records) + error
