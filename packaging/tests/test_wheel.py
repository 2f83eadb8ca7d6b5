"""The wheel writer, and what variantlib makes of its files."""

import base64
import csv
import hashlib
import io
import json
import re
import os
import zipfile

import pytest
from conftest import EPOCH
from lanewise_packages.wheel import Wheel, WheelError, variants_json, write_variants
from variantlib.variant_dist_info import VariantDistInfo
from variantlib.variants_json import VariantsJson


def tiny(name, version, content):
    """A wheel with one module that says which wheel it is from."""
    dist_info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    return Wheel(name, version, "py3-none-any", {
        f"{name}/__init__.py": content.encode(), f"{dist_info}/METADATA": metadata.encode(),
        f"{dist_info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
                              b"Tag: py3-none-any\n"}, {f"{name}/__init__.py": 0o755})


@pytest.fixture(scope="session")
def real_wheels(out):
    wheels = sorted((out / "wheels").glob("lanewise-*.whl"))
    assert wheels, f"no wheels in {out}: run packaging/tests/run.sh"
    return wheels


def check_record(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = [i.filename for i in archive.infolist()]
        record = next(n for n in names if n.endswith(".dist-info/RECORD"))
        rows = list(csv.reader(io.StringIO(archive.read(record).decode())))
        assert [r[0] for r in rows] == names
        for name, digest, size in rows[:-1]:
            data = archive.read(name)
            sha = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            assert (digest, int(size)) == (f"sha256={sha}", len(data))


def test_written_wheels_are_whole_and_reproducible(tmp_path):
    wheel = tiny("sample", "1.0", "x = 1\n")
    first = wheel.write(tmp_path / "a", EPOCH)
    os.utime(first, (1, 1))
    again = Wheel.read(first).write(tmp_path / "b", EPOCH)
    assert first.read_bytes() == again.read_bytes()
    check_record(first)
    with zipfile.ZipFile(first) as archive:
        assert archive.getinfo("sample/__init__.py").external_attr >> 16 == 0o100755


def test_real_wheels_are_whole(real_wheels):
    for path in real_wheels:
        check_record(path)


def test_real_variants_differ_in_the_library_alone(real_wheels, artifacts):
    wheels = {p.stem.split("-")[5] if p.stem.count("-") == 5 else "": p for p in real_wheels}
    assert {"", "null"} | (artifacts.keys() - {"baseline"}) == wheels.keys()
    ordinary = Wheel.read(wheels.pop(""))
    for label, path in wheels.items():
        with zipfile.ZipFile(path) as archive:
            files = {n: archive.read(n) for n in archive.namelist()}
        differing = {n for n in files.keys() | ordinary.files.keys()
                     if files.get(n) != ordinary.files.get(n)}
        info = f"{ordinary.dist_info}/variant.json"
        expected = {info, f"{ordinary.dist_info}/RECORD"}
        if label != "null":
            expected |= {"lanewise/lib/liblanewise.so.0.1", "lanewise/build.json"}
            facts = json.loads(files["lanewise/build.json"])
            assert facts["variant"] == label
            smaller = len(files["lanewise/lib/liblanewise.so.0.1"])
            assert smaller < len(ordinary.files["lanewise/lib/liblanewise.so.0.1"])
        assert differing == expected
        read = VariantDistInfo(files[info])  # variantlib as second reader
        assert read.variant_label == label
    facts = json.loads(ordinary.files["lanewise/build.json"])
    assert facts["targets"] == ["AVX2", "AVX3", "SSE2", "SSE4"] and facts["numerics_version"] >= 1
    assert re.fullmatch(r"\d+\.\d+\.\d+", facts["highway"])


def test_variantlib_reads_the_index_file(out, artifacts, manifest):
    path = out / "wheels" / f"lanewise-{manifest.version}-variants.json"
    read = VariantsJson(json.loads(path.read_text()))
    assert read.namespace_priorities == ["x86_64"]
    levels = {label: [p.value for p in v.properties] for label, v in read.variants.items()}
    assert levels == {"null": [], **{n: [n] for n in artifacts if n != "baseline"}}


def test_names_of_variant_and_index_file(tmp_path):
    builds = {"v3": (tiny("sample", "1.0", "3"), {"x86_64": {"level": ["v3"]}})}
    wheel, index = write_variants(tmp_path, EPOCH, builds)
    assert wheel.name == "sample-1.0-py3-none-any-v3.whl" and index.name == "sample-1.0-variants.json"


@pytest.mark.parametrize("variants, message", [
    ({"V3": {}}, "label"), ({"a" * 17: {}}, "label"),
    ({"x": {"mine": {"level": ["1"]}}}, "namespace 'mine'")])
def test_what_uv_would_refuse_is_refused_here(variants, message):
    with pytest.raises(WheelError, match=message):
        variants_json(variants)


def test_not_a_wheel(tmp_path):
    with pytest.raises(WheelError, match="named like a wheel"):
        Wheel.read(tmp_path / "lanewise.zip")
