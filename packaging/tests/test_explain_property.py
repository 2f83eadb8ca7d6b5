"""For random machines and channels the engine's winner is the real solvers' winner."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("rattler", reason="py-rattler is not installed")
from explain_channels import record, unique, write_channel  # noqa: E402
from lanewise_install.channel import load, solve  # noqa: E402
from lanewise_install.decide import decide  # noqa: E402
from lanewise_install.overrides import overrides  # noqa: E402
from lanewise_install.reasons import Reasons  # noqa: E402

# app needs gate and lib, these need tool: so few that versions collide and exclude each other.
_BELOW = {"app": ["gate", "lib", "tool"], "gate": ["tool"], "lib": ["gate", "tool"], "tool": []}
_ARCHSPEC = ["x86_64", "x86_64_v3", "x86_64_v4", "zen", "zen2", "zen3", "zen4", "haswell", "0"]
_VERSIONS = ["1", "1.0", "1.1", "2.0", "2.0rc1", "10.0"]

versions = st.sampled_from(_VERSIONS)
constraint = st.one_of(
    st.just(""), st.just(""), st.builds(" >={}".format, versions),
    st.builds(" <{}".format, versions), st.builds(" ={}".format, versions),
    st.builds(" =={}".format, versions),
    st.just(" 1.*"), st.builds(" >={},<10".format, versions), st.just(" !=1.1"))
virtual_requirement = st.one_of(
    st.builds("__archspec * {}".format, st.sampled_from([*_ARCHSPEC, "zen*", "x86_64_v*"])),
    st.builds("__archspec 1 {}".format, st.sampled_from(_ARCHSPEC)),
    st.sampled_from(["__cuda", "__cuda >=12", "__cuda <13", "__glibc >=2.28", "__glibc >=2.40",
                     "__lanewise_x86_64 >=3", "__cuda_arch >=8.0", "__unix"]),
    st.sampled_from(["__archspec[build='^(zen3|zen4)$']", "__archspec * ^(zen3|zen4)$",
                     "__archspec * ^zen[34]$", "absent >=1"]))


def package_requirements(names):
    return st.builds("{}{}".format, st.sampled_from(names), constraint)


@st.composite
def builds(draw, name):
    below = _BELOW[name]
    depends = draw(st.lists(package_requirements(below), max_size=3)) if below else []
    if draw(st.sampled_from([False, False, True])):
        depends.insert(0, draw(virtual_requirement))
    others = package_requirements([other for other in _BELOW if other != name])
    return record(
        name, draw(versions), f"{draw(st.sampled_from('abz'))}{draw(st.integers(0, 2))}_0",
        number=draw(st.sampled_from([0, 0, 1, 300, 400])), depends=depends,
        constrains=draw(st.sampled_from([[], [], [draw(others)], [draw(virtual_requirement)]])),
        track_features=draw(st.sampled_from(["", "", "", "slow", "slow old"])),
        timestamp=draw(st.sampled_from([None, 1700000000000, 1750000000000])),
        subdir=draw(st.sampled_from(["linux-64", "linux-64", "noarch"])))


@st.composite
def channels(draw):
    return [build for name in _BELOW
            for build in draw(st.lists(builds(name), min_size=2, max_size=7))]


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
    return build and (build.subdir, build.version, build.build, build.number)


def _record(entry):
    return entry["subdir"], entry["version"], entry["build"], entry["build_number"]


@settings(max_examples=200, deadline=None, derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(channels(), machines())
def test_rattler(tmp_path_factory, records, machine):
    channel = load(write_channel(tmp_path_factory.mktemp("channel"), records), "app", "x86_64")
    decision = decide(channel, "app", machine, "rattler")
    found, error = solve(channel, "app", decision.universe.virtual.values())
    assert _show(decision.winner) == _show(found.get("app")), json.dumps(records) + error


@settings(max_examples=200, deadline=None, derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(channels(), machines())
def test_libsolv(tmp_path_factory, records, machine):
    libsolv = pytest.importorskip("libsolv_oracle")
    channel = load(write_channel(tmp_path_factory.mktemp("channel"), records), "app", "x86_64")
    decision = decide(channel, "app", machine, "mamba")
    told = {name: (value["version"], value["build"]) for name, value in machine.items()}
    chosen, problems = libsolv.install(unique(records), told, "app")
    expected = [_record(entry) for entry in chosen if entry["name"] == "app"]
    assert bool(problems) == (not expected)
    assert _show(decision.winner) == (expected[0] if expected else None), json.dumps(records)


def _apply(variables, packages):
    """The virtual packages of a machine on which these variables are set."""
    packages = dict(packages)
    for variable, value in variables.items():
        name = "__" + variable.removeprefix("CONDA_OVERRIDE_").lower()
        packages.pop(name, None)
        if value:
            packages[name] = {"version": "1", "build": value} if name == "__archspec" else \
                {"version": value, "build": "0"}
    return packages


@settings(max_examples=150, deadline=None, derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(channels(), machines(), machines(), st.sampled_from(["rattler", "mamba"]))
def test_overrides_reproduce_the_choice(tmp_path_factory, records, here, elsewhere, tool):
    channel = load(write_channel(tmp_path_factory.mktemp("channel"), records), "app", "x86_64")
    decision = decide(channel, "app", here, tool)
    again = decide(channel, "app", _apply(overrides(decision), elsewhere), tool)
    assert _show(again.winner) == _show(decision.winner)


@settings(max_examples=150, deadline=None, derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(channels(), machines(), st.sampled_from(["rattler", "mamba", "conda"]))
def test_everything_has_a_reason_in_words(tmp_path_factory, records, machine, tool):
    channel = load(write_channel(tmp_path_factory.mktemp("channel"), records), "app", "x86_64")
    decision = decide(channel, "app", machine, tool)
    reasons = Reasons(decision, {"psabi_level": 3, "psabi_missing": {"4": ["avx512f"]}})
    for build in decision.ranked:
        if build not in decision.solutions:
            reason = reasons.of(build)
            assert reason.words and reason.requirement in (*build.depends, *build.constrains)
    for better, other in zip(decision.kept, decision.kept[1:]):
        key, words = decision.tool.reason(decision.universe, better, other)
        assert key != "none" and words
