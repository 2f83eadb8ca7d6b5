"""`lanewise explain artifact`: the facts of whole artifacts, and a clear word on all others."""

import hashlib
import json
import os
import shutil
import zipfile
from datetime import datetime, timezone
from pathlib import Path

import pytest
from explain_wheels import write_wheel
from lanewise.__main__ import main
from rattler_build import assemble_package

FACTS = {"schema": 1, "name": "sample", "version": "1.0", "variant": "v3", "level": 3,
         "numerics_version": 1, "abi_version": 0, "targets": ["AVX2", "AVX3"],
         "compiler": "GCC 12", "flags": ["-O2", "-march=x86-64-v3"], "source_sha256": "12ab",
         "glibc": "2.17"}


def conda_package(folder, facts=FACTS):
    stage = folder / "stage"
    (stage / "share/sample").mkdir(parents=True)
    (stage / "lib").mkdir()
    (stage / "lib/libsample.so.0").write_bytes(os.urandom(20_000))
    (stage / "lib/libsample.so").symlink_to("libsample.so.0")
    if facts is not None:
        (stage / "share/sample/build.json").write_text(json.dumps(facts))
    assemble_package("sample", "1.0", "linux-64", "v3_300", folder, files_dir=stage,
                     build_number=300, depends=["_lanewise-x86-64-level >=3"],
                     timestamp=datetime.fromtimestamp(1_700_000_000, tz=timezone.utc))
    shutil.rmtree(stage)
    return folder / "sample-1.0-v3_300.conda"


def wheel(folder, facts=FACTS, label="v3"):
    files = {"sample/lib.so": "x" * 20_000}
    if facts is not None:
        files["sample/build.json"] = json.dumps(facts)
    return folder / write_wheel(folder, "sample", "1.0", label,
                                {"x86_64": {"level": ["v3"]}}, extra=files)


MAKERS = {"conda": conda_package, "wheel": wheel}


@pytest.fixture(params=MAKERS)
def make(request, tmp_path):
    return lambda *arguments: MAKERS[request.param](tmp_path, *arguments)


def told(capsys, path, *options):
    assert main(["explain", "artifact", str(path), *options]) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def refused(capsys, path):
    assert main(["explain", "artifact", str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1, captured
    return captured.err


def test_facts(make, capsys):
    path = make()
    data = json.loads(told(capsys, path, "--json"))
    assert {key: data[key] for key in FACTS} == FACTS
    assert data["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    text = told(capsys, path)
    for line in ("numerics version  1", "targets           AVX2 AVX3", "compiler          GCC 12",
                 "flags             -O2 -march=x86-64-v3", "source SHA-256    12ab"):
        assert line in text
    if path.suffix == ".whl":
        assert data["kind"] == "wheel variant v3"
        assert data["properties"] == ["x86_64 :: level :: v3"]
    else:
        assert data["depends"] == ["_lanewise-x86-64-level >=3"] and data["build"] == "v3_300"


def test_foreign(make, capsys):
    assert "a foreign one: it carries no build.json" in refused(capsys, make(None))


def test_facts_of_another_package(make, capsys):
    assert "describes sample 2.0" in refused(capsys, make({**FACTS, "version": "2.0"}))


@pytest.mark.parametrize("facts", [[], {}, {"name": "sample"}, None])
def test_facts_that_are_none(tmp_path, capsys, facts):
    path = wheel(tmp_path, FACTS)
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    path.unlink()
    inner = {name: text for name, text in files.items() if ".dist-info" not in name}
    inner["sample/build.json"] = json.dumps(facts)
    path = tmp_path / write_wheel(tmp_path, "sample", "1.0", "v3", {"x86_64": {"level": ["v3"]}},
                                  extra=inner)
    assert "is not what lanewise's builds write" in refused(capsys, path)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.6, 0.999])
def test_truncated(make, capsys, share):
    path = make()
    content = path.read_bytes()
    path.write_bytes(content[:int(len(content) * share)])
    error = refused(capsys, path)
    assert ("is truncated: its end is missing" if share else "is no zip archive") in error


def test_every_flipped_byte_is_noticed(make, capsys):
    """Or changes nothing that is read: names of members, times, the compression's spare bits."""
    path = make()
    content = path.read_bytes()
    whole = json.loads(told(capsys, path, "--json"))
    noticed = 0
    for position in range(0, len(content), max(1, len(content) // 150)):
        broken = bytearray(content)
        broken[position] ^= 0x55
        path.write_bytes(broken)
        status = main(["explain", "artifact", str(path), "--json"])
        captured = capsys.readouterr()
        if status == 0:
            found = json.loads(captured.out)
            assert {**found, "sha256": None} == {**whole, "sha256": None}, position
        else:
            assert status == 2 and captured.err.count("\n") == 1, (position, captured.err)
            noticed += 1
    assert noticed > 100


def rewritten(path, change):
    """A wheel with other members; RECORD stays."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("change, words", [
    (lambda files: files.update({"sample/lib.so": b"y"}), "sample/lib.so is not what RECORD says"),
    (lambda files: files.pop("sample/lib.so"), "sample/lib.so is in RECORD and not in the file"),
    (lambda files: files.update(more=b""), "more is not in RECORD"),
    (lambda files: files.pop("sample-1.0.dist-info/RECORD"), "RECORD is missing"),
    (lambda files: files.update({"b-1.dist-info/METADATA": b""}), "2 .dist-info folders"),
], ids=["changed", "removed", "added", "no RECORD", "two packages"])
def test_tampered_wheel(tmp_path, capsys, change, words):
    assert words in refused(capsys, rewritten(wheel(tmp_path), change))


def test_tampered_conda_package(tmp_path, capsys):
    """The payload of one package with the paths.json of another."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = conda_package(tmp_path / "a"), conda_package(tmp_path / "b")
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as other:
        members = {name: (other if name.startswith("pkg-") else one).read(name)
                   for name in one.namelist()}
    with zipfile.ZipFile(first, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert "lib/libsample.so.0 is not what info/paths.json says" in refused(capsys, first)


def test_metapackage(tmp_path, capsys):
    empty = tmp_path / "empty"
    empty.mkdir()
    assemble_package("gate", "3", "noarch", "3_zen3", tmp_path, files_dir=empty, noarch="generic",
                     depends=["__archspec * zen3"])
    text = told(capsys, tmp_path / "gate-3-3_zen3.conda")
    assert "conda metapackage" in text and "__archspec * zen3" in text


@pytest.mark.parametrize("name", ["a.whl", "a.conda", "a.tar.bz2", "a.zip"])
def test_anything_else(tmp_path, capsys, name):
    assert "no such file" in refused(capsys, tmp_path / name)
    (tmp_path / name).write_bytes(b"something else")
    assert ("neither a wheel" if name == "a.zip" else "is corrupt") in refused(
        capsys, tmp_path / name)


def test_real_artifacts(capsys):
    """Whatever packaging/tests/run.sh has built."""
    folder = Path(os.environ.get("LANEWISE_PACKAGES", ""))
    if not os.environ.get("LANEWISE_PACKAGES"):
        pytest.skip("no built packages: LANEWISE_PACKAGES is not set")
    paths = [*folder.glob("channel/linux-64/lanewise-[0-9]*.conda"),
             *folder.glob("wheels/lanewise-[0-9]*.whl")]
    assert paths
    for path in paths:
        data = json.loads(told(capsys, path, "--json"))
        assert data["name"] == "lanewise" and data["numerics_version"] >= 1
        assert data["targets"] and data["compiler"] and data["flags"] and data["source_sha256"]
