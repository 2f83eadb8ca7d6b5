"""lanewise-detect, run by a package manager: py-rattler on a channel that registers it."""

import asyncio
import json
import platform
import subprocess
import tarfile
import time
from io import BytesIO
from pathlib import Path

import pytest
import rattler
from rattler.virtual_package import detectors

from fake_machine import probe, program

NAMES = ["__lanewise_x86_64", "__lanewise_aarch64", "__lanewise_isa"]
SUBDIR = {"x86_64": "linux-64", "aarch64": "linux-aarch64"}[platform.machine()]
FOREIGN = {"linux-64": "linux-aarch64", "linux-aarch64": "linux-64"}[SUBDIR]


def add_package(folder, name, version="1.0", build="0", number=0, depends=(), files=None):
    """A conda package of the old format, which needs nothing but tarfile."""
    subdir = folder.name
    index = {"name": name, "version": version, "build": build, "build_number": number,
             "depends": list(depends), "subdir": subdir, "timestamp": 1_700_000_000_000}
    paths = [{"_path": path, "path_type": "hardlink"} for path in files or {}]
    members = {"info/index.json": json.dumps(index), "info/files": "\n".join(files or {}),
               "info/paths.json": json.dumps({"paths_version": 1, "paths": paths}), **(files or {})}
    with tarfile.open(folder / f"{name}-{version}-{build}.tar.bz2", "w:bz2") as archive:
        for path, content in members.items():
            content = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(path)
            member.size, member.mode = len(content), 0o755 if path.startswith("bin/") else 0o644
            archive.addfile(member, BytesIO(content))


def make_channel(folder, executable):
    """A demo package in a build for every level, and the detector, registered."""
    native, noarch = folder / SUBDIR, folder / "noarch"
    for path in (native, noarch):
        path.mkdir(parents=True)
    add_package(native, "lanewise-detect", files={"bin/lanewise-detect": executable})
    add_package(noarch, "demo", build="any_0")
    for level in (2, 3, 4, 5):
        add_package(noarch, "demo", build=f"v{level}_{level}00", number=level * 100,
                    depends=[f"__lanewise_x86_64 >={level}"])
    config = rattler.config.Config.from_toml(
        "[index-config]\nwrite-zst = false\nwrite-shards = false\n"
        "[index-config.virtual-package-detectors]\nlanewise-detect = " + json.dumps(NAMES))
    asyncio.run(rattler.index.index_fs(folder, config=config))
    return folder


@pytest.fixture(scope="module", autouse=True)
def threads_of_rattler():
    """A thread that py-rattler leaves behind aborts an interpreter which ends at that moment."""
    yield
    time.sleep(0.5)


@pytest.fixture(scope="session")
def channel(tmp_path_factory):
    executable = Path(program("lanewise-detect")).read_bytes()
    return make_channel(tmp_path_factory.mktemp("detect") / "channel", executable)


async def _detect(channel, cache, consent, target):
    url = channel.absolute().as_uri()
    gateway = rattler.Gateway(cache_dir=cache / "repodata")
    query = await gateway.query([url], [SUBDIR, "noarch"], ["demo"], detector_target=target)
    found = await detectors.detect_virtual_packages(
        query.virtual_package_detectors.accepted, gateway, SUBDIR, target, [], consent,
        cache_dir=cache / "detectors", wanted=query.wanted_virtual_packages)
    records = await rattler.solve([url], ["demo"], gateway=gateway, platforms=[SUBDIR, "noarch"],
                                  virtual_packages=found.merge([]))
    return found, str(next(r for r in records if r.name.normalized == "demo").build)


def detect(channel, cache, consent=lambda request: True, target=SUBDIR):
    """What was detected, and the build of the demo package that is chosen then."""
    return asyncio.run(_detect(channel, cache, consent, target))


def values(found):
    return {result.name.normalized: result.virtual_package and
            (str(result.virtual_package.version), str(result.virtual_package.build_string))
            for result in found.results}


def best_build(level):
    return f"v{level}_{level}00" if level and level > 1 else "any_0"


@pytest.fixture
def here():
    """What lanewise itself says of this machine."""
    return probe("--json")


def test_reports_this_machine_and_the_solver_uses_it(channel, tmp_path, here):
    found, build = detect(channel, tmp_path)
    assert not found.failures and not found.skipped and not found.diagnostics
    expected = {name: None for name in NAMES}
    expected.update({name: (package["version"], package["build"])
                     for name, package in here["lanewise_virtual_packages"].items()})
    reported = values(found)
    assert reported and all(reported[name] == expected[name] for name in reported)
    assert build == best_build(here["psabi_level"])
    assert all(result.source == "detector" for result in found.results)


def test_answer_is_kept_until_the_machine_starts_again(channel, tmp_path):
    first, _ = detect(channel, tmp_path)
    second, build = detect(channel, tmp_path)
    assert not any(result.from_cache for result in first.results)
    assert second.results and all(result.from_cache for result in second.results)
    assert values(first) == values(second)


def test_override(channel, tmp_path, monkeypatch):
    monkeypatch.setenv("CONDA_OVERRIDE_LANEWISE_X86_64", "2")
    found, build = detect(channel, tmp_path)
    assert build == best_build(2) and values(found)["__lanewise_x86_64"][0] == "2"
    assert found.results[0].source == "override"


def test_empty_override_means_absent(channel, tmp_path, monkeypatch):
    monkeypatch.setenv("CONDA_OVERRIDE_LANEWISE_X86_64", "")
    found, build = detect(channel, tmp_path)
    assert build == "any_0" and values(found)["__lanewise_x86_64"] is None


@pytest.mark.parametrize("name, level", [("x86_64", 1), ("nehalem", 2), ("zen2", 3), ("zen4", 4),
                                         ("mic_knl", 3), ("neoverse_v2", None),
                                         ("a_name_of_the_future", None), ("", None)])
def test_follows_the_archspec_override(channel, tmp_path, monkeypatch, name, level):
    detect(channel, tmp_path)  # an answer that the override must not be given
    monkeypatch.setenv("CONDA_OVERRIDE_ARCHSPEC", name)
    found, build = detect(channel, tmp_path)
    assert values(found)["__lanewise_x86_64"] == (level and (str(level), "0"))
    assert build == best_build(level)


def test_consent_denied(channel, tmp_path):
    asked = []
    found, build = detect(channel, tmp_path, lambda request: asked.append(request))
    assert build == "any_0" and [skipped.reason for skipped in found.skipped] == ["consent-denied"]
    assert [record.name.normalized for record in asked[0].records] == ["lanewise-detect"]


def test_another_target(channel, tmp_path):
    found, build = detect(channel, tmp_path, target=FOREIGN)
    assert build == "any_0" and not found.failures
    assert not any(found.results) or all(value is None for value in values(found).values())


BROKEN = {
    "no JSON": "#!/bin/sh\necho 'v3, I think'\n",
    "cut off": "#!/bin/sh\necho '{\"version\": 1, \"virtual_packages\": {\"__lanewise_x86_64\"'\n",
    "a bare level": "#!/bin/sh\necho '{\"version\": 1, \"virtual_packages\": "
                    "{\"__lanewise_x86_64\": \"3\"}}'\n",
    "a later protocol": "#!/bin/sh\necho '{\"version\": 99, \"virtual_packages\": {}}'\n",
    "a built-in name": "#!/bin/sh\necho '{\"version\": 1, \"virtual_packages\": "
                       "{\"__archspec\": {\"version\": \"1\", \"build\": \"zen9\"}}}'\n",
    "exit status": "#!/bin/sh\nexit 3\n",
    "nothing": "#!/bin/sh\n",
    "not a program": "\x7fELF and then nothing",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_detector_costs_only_its_names(tmp_path, kind):
    channel = make_channel(tmp_path / "channel", BROKEN[kind])
    found, build = detect(channel, tmp_path)
    assert build == "any_0"
    assert len(found.failures) == 1 and found.failures[0].message


def run(env=None, **kwargs):
    return subprocess.run([program("lanewise-detect")], capture_output=True, text=True,
                          env={**(env or {})}, **kwargs)


def test_program_is_static_and_says_the_same_everywhere(tmp_path, here):
    dynamic = subprocess.run(["readelf", "--dynamic", "--program-headers",
                              program("lanewise-detect")], capture_output=True, text=True)
    assert "NEEDED" not in dynamic.stdout and "INTERP" not in dynamic.stdout
    plain = run()  # no environment at all
    assert plain.returncode == 0 and plain.stderr == ""
    report = json.loads(plain.stdout)
    assert report["version"] == 1 and list(report["virtual_packages"]) == NAMES
    with_arguments = subprocess.run([program("lanewise-detect"), "--unknown", "x"],
                                    capture_output=True, text=True, env={})
    assert with_arguments.stdout == plain.stdout and with_arguments.returncode == 0


def test_program_without_proc_or_stdout():
    script = 'mount -t tmpfs none /proc && exec "$0"'
    hidden = subprocess.run(["unshare", "-rm", "sh", "-c", script, program("lanewise-detect")],
                            capture_output=True, text=True)
    if hidden.returncode != 0 and "unshare" in hidden.stderr:
        pytest.skip("this system allows no user namespaces, in which /proc can be hidden")
    assert hidden.returncode == 0
    packages = json.loads(hidden.stdout)["virtual_packages"]
    if platform.machine() == "x86_64":  # asks the CPU, not /proc
        assert packages == json.loads(run().stdout)["virtual_packages"]
    closed = subprocess.run(["sh", "-c", 'exec "$0" >&-', program("lanewise-detect")])
    assert closed.returncode == 0


def test_level_does_not_follow_a_cap_on_kernels():
    capped = run({"LANEWISE_MAX_TARGET": "sse2", "LANEWISE_GPU": "off"})
    assert capped.stdout == run().stdout
