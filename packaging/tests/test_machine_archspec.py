"""The archspec names that lanewise predicts, against the tools that report them.

conda asks the Python package archspec, rattler its own copy. Both run here, each shipped machine in
turn as their /proc/cpuinfo. mamba cannot be installed from PyPI: its column comes from reading
libmamba's source, and is tested for what follows from that (test_machine.py).
"""

import json
import re
import sys
from pathlib import Path

import pytest

from fake_machine import MACHINES, ROOT, description, probe, run_as

archspec_cpu = pytest.importorskip("archspec.cpu")
rattler = pytest.importorskip("rattler")

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
    found = probe("--machine", str(MACHINES[name]))["archspec"]
    assert {tool: found[tool] for tool in expected} == expected


@pytest.mark.parametrize("name", ["zen4", "haswell", "sapphirerapids"])
def test_every_single_hidden_feature(name, tmp_path):
    """One feature less at a time: where a hypervisor starts to change a tool's answer."""
    machine = description(name)
    flags = next(line for line in machine["cpuinfo"] if line.startswith("flags")).split(":")[1]
    wanted = [flag for flag in flags.split()
              if flag in archspec_cpu.TARGETS[probe("--machine", str(MACHINES[name]))
                                              ["archspec"]["conda"]].features]
    code = DETECT.split("packages =")[0] + """
import archspec.cpu.detect as detect
cases = json.load(open(%r))
names = []
for path in cases:
    text = open(path).read()
    import builtins
    real = builtins.open
    builtins.open = lambda file, *a, **k: real(path if file == "/proc/cpuinfo" else file, *a, **k)
    detect.host.cache_clear()
    names.append(str(archspec.cpu.host()))
    builtins.open = real
print(json.dumps(names))
"""
    files, names = [], []
    for flag in wanted:
        less = [re.sub(rf" {flag}(?= |$)", "", line) if line.startswith("flags") else line
                for line in machine["cpuinfo"]]
        path = tmp_path / f"{flag}.json"
        path.write_text(json.dumps({**machine, "cpuinfo": less}))
        names.append(probe("--machine", str(path))["archspec"]["conda"])
        plain = tmp_path / f"{flag}.cpuinfo"
        plain.write_text("\n".join(less) + "\n")
        files.append(str(plain))
    cases = tmp_path / "cases"
    cases.write_text(json.dumps(files))
    result = run_as(machine, [sys.executable, "-c", code % str(cases)], tmp_path)
    assert len(wanted) > 15
    assert dict(zip(wanted, names)) == dict(zip(wanted, json.loads(result.stdout)))


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
    path = Path(archspec_cpu.__file__).parents[1] / "json" / "cpu" / "microarchitectures.json"
    assert ours("kConda") == theirs(json.loads(path.read_text()), True), \
        "archspec has changed: update machine/archspec_data.cc"


def test_table_is_that_inside_rattler():
    library = next(Path(rattler.__file__).parent.glob("rattler*.so")).read_bytes()
    start = library.rfind(b"{", 0, library.index(b'"microarchitectures"'))
    text = library[start:start + 1_000_000].decode("utf-8", "replace")
    data, _ = json.JSONDecoder().raw_decode(text)
    mine = {name: (*entry[:3], "") for name, entry in ours("kRattler").items()}
    assert mine == theirs(data, False), "rattler has changed: update machine/archspec_data.cc"
