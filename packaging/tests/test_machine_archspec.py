"""The archspec names that lanewise predicts, against the tools that report them.

conda asks the Python package archspec, rattler its own copy. Both run here, each shipped machine in
turn as their /proc/cpuinfo. mamba cannot be installed from PyPI: its column comes from reading
libmamba's source, and is tested for what follows from that (test_machine.py).
"""

import builtins
import json
import platform
import re
import sys
from pathlib import Path

import archspec.cpu
import archspec.cpu.detect
import pytest
import rattler

from fake_machine import MACHINES, ROOT, description, probe, run_as

DETECT = """
import json, warnings
warnings.simplefilter("ignore")
import archspec.cpu, rattler
packages = {str(p.name.normalized): str(p.build_string)
            for p in (v.into_generic() for v in rattler.VirtualPackage.detect())}
print(json.dumps({"conda": str(archspec.cpu.host()), "rattler": packages["__archspec"]}))
"""


@pytest.mark.parametrize("name", MACHINES)
def test_name_is_what_conda_and_rattler_report(name, tmp_path):
    machine = description(name)
    result = run_as(machine, [sys.executable, "-c", DETECT], tmp_path)
    expected = json.loads(result.stdout)
    found = probe("--machine", str(MACHINES[name]))
    assert found["archspec"]["conda"] == expected["conda"]
    # Where entries of its table tie, rattler takes another one in each process.
    alternatives = found["archspec_alternatives"]
    assert expected["rattler"] in [found["archspec"]["rattler"], *alternatives["rattler"]]
    assert alternatives["conda"] == alternatives["mamba"] == []
    assert not alternatives["rattler"] or machine["architecture"] == "aarch64"


def archspec_name(path, monkeypatch):
    """What the Python package says where /proc/cpuinfo is this file."""
    real = builtins.open
    with monkeypatch.context() as patch:
        patch.setattr(builtins, "open", lambda file, *rest, **options: real(
            path if file == "/proc/cpuinfo" else file, *rest, **options))
        patch.setattr(archspec.cpu.detect, "_machine", lambda: "x86_64")
        patch.setattr(platform, "system", lambda: "Linux")
        archspec.cpu.detect.host.cache_clear()
        return str(archspec.cpu.detect.host())


@pytest.mark.parametrize("name", ["zen4", "haswell", "sapphirerapids"])
def test_every_hidden_feature(name, tmp_path, monkeypatch):
    """One feature less at a time: where a hypervisor starts to change the answer."""
    lines = description(name)["cpuinfo"]
    features = archspec.cpu.TARGETS[name].features
    assert len(features) > 15
    expected, found = {}, {}
    for feature in sorted(features):
        path = tmp_path / feature
        path.write_text("".join(
            re.sub(rf" {feature}(?= |$)", "", line) + "\n" for line in lines))
        expected[feature] = archspec_name(path, monkeypatch)
        found[feature] = probe("--machine", str(path))["archspec"]["conda"]
    archspec.cpu.detect.host.cache_clear()
    assert found == expected
    assert len(set(found.values())) > 1


def table():
    """Our copy of the table: edition, name, parents, vendor, features, part."""
    text = (ROOT / "machine" / "archspec_data.cc").read_text()
    text = re.sub(r'"\s*\n\s*"', "", text)  # adjacent literals
    rows = re.findall(r'\{(k\w+), "([^"]*)", "([^"]*)", "([^"]*)",\s*"([^"]*)",\s*"([^"]*)"\}', text)
    assert len(rows) == text.count("{kBoth") + text.count("{kConda,") + text.count("{kRattler,")
    return rows


def ours(edition):
    return {name: (set(parents.split()), vendor, set(features.split()), part)
            for where, name, parents, vendor, features, part in table()
            if where in ("kBoth", edition)}


def family(entries, name):
    parents = entries[name]["from"]
    return family(entries, parents[0]) if parents else name


def theirs(data, with_part):
    entries = data["microarchitectures"]
    for entry in entries.values():
        entry["from"] = [entry["from"]] if isinstance(entry["from"], str) else entry["from"]
    return {name: (set(entry["from"]), entry["vendor"], set(entry["features"]),
                   entry.get("cpupart", "") if with_part else "")
            for name, entry in entries.items()
            if family(entries, name) in ("x86_64", "aarch64")}


def test_table_is_that_of_the_archspec_package():
    path = Path(archspec.cpu.__file__).parents[1] / "json" / "cpu" / "microarchitectures.json"
    assert ours("kConda") == theirs(json.loads(path.read_text()), True), \
        "archspec has changed: update machine/archspec_data.cc"


def test_table_is_that_inside_rattler():
    library = next(Path(rattler.__file__).parent.glob("rattler*.so")).read_bytes()
    start = library.rfind(b"{", 0, library.index(b'"microarchitectures"'))
    text = library[start:start + 1_000_000].decode("utf-8", "replace")
    data, _ = json.JSONDecoder().raw_decode(text)
    mine = {name: (*entry[:3], "") for name, entry in ours("kRattler").items()}
    assert mine == theirs(data, False), "rattler has changed: update machine/archspec_data.cc"
