"""The channel itself: its index against rattler's own, and the detector that it registers."""

import asyncio
import json
import shutil
import time

import pytest
import rattler
from conftest import host_level, needs_x86
from lanewise_packages import channel as index_module
from rattler.index import index_fs
from rattler.virtual_package import detectors

PLATFORMS = ["linux-64", "noarch"]


def _repodata(folder, subdir):
    return json.loads((folder / subdir / "repodata.json").read_text())


@pytest.mark.parametrize("subdir", PLATFORMS)
def test_index_says_what_rattlers_own_says(channel, tmp_path, subdir):
    shutil.copytree(channel, tmp_path / "channel")
    for path in tmp_path.rglob("repodata.json"):
        path.unlink()
    asyncio.run(index_fs(tmp_path / "channel", write_zst=False, write_shards=False))
    ours = _repodata(channel, subdir)["packages.conda"]
    theirs = _repodata(tmp_path / "channel", subdir)["packages.conda"]
    for record in theirs.values():
        record.pop("indexed_timestamp")  # the time of indexing: why we write our own
    assert ours == theirs and ours


def test_index_is_the_same_each_time(channel, tmp_path):
    shutil.copytree(channel, tmp_path / "channel")
    for path in tmp_path.rglob("*"):
        path.touch()
    index_module.index(tmp_path / "channel", index_module.registered_detectors(channel))
    for subdir in PLATFORMS:
        assert ((channel / subdir / "repodata.json").read_bytes() ==
                (tmp_path / "channel" / subdir / "repodata.json").read_bytes())


def test_detector_is_registered_in_every_subfolder(channel, manifest):
    expected = {s.name: s.detects for s in manifest.splits.values()}
    for subdir in PLATFORMS:
        assert _repodata(channel, subdir)["info"]["virtual_package_detectors"] == expected


async def _choose(channel, cache, consent):
    url = channel.resolve().as_uri()
    gateway = rattler.Gateway(cache_dir=cache / "repodata")
    query = await gateway.query([url], PLATFORMS, ["lanewise"], detector_target="linux-64")
    found = await detectors.detect_virtual_packages(
        query.virtual_package_detectors.accepted, gateway, "linux-64", "linux-64", [],
        lambda request: consent, cache_dir=cache / "detectors",
        wanted=query.wanted_virtual_packages)
    records = await rattler.solve([url], ["lanewise"], gateway=gateway, platforms=PLATFORMS,
                                  virtual_packages=found.merge([]))
    return next(str(r.build) for r in records if r.name.normalized == "lanewise")


def _best(artifacts, manifest, level):
    return max((v for n, v in manifest.variants.items() if n in artifacts and v.level <= level),
               key=lambda v: v.level)


@pytest.fixture(autouse=True)
def threads_of_rattler():
    """A thread that py-rattler leaves behind aborts an interpreter which ends at that moment."""
    yield
    time.sleep(0.5)


def test_detector_alone_finds_the_best_build(channel, artifacts, manifest, tmp_path, monkeypatch):
    """Without any processor name: only what lanewise-detect of this channel reports."""
    needs_x86()
    monkeypatch.delenv("CONDA_OVERRIDE_LANEWISE_X86_64", raising=False)
    build = asyncio.run(_choose(channel, tmp_path, True))
    assert build.startswith(_best(artifacts, manifest, host_level()).name)


@pytest.mark.parametrize("override, level", [("2", 2), ("3", 3), ("", 1)])
def test_override_decides(channel, artifacts, manifest, tmp_path, monkeypatch, override, level):
    needs_x86()
    monkeypatch.setenv("CONDA_OVERRIDE_LANEWISE_X86_64", override)
    build = asyncio.run(_choose(channel, tmp_path, True))
    assert build.startswith(_best(artifacts, manifest, level).name)


def test_without_consent_the_baseline(channel, tmp_path):
    needs_x86()
    assert asyncio.run(_choose(channel, tmp_path, False)).startswith("baseline")
