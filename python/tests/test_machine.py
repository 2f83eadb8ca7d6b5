"""lanewise.machine(): this machine and described ones."""

import json
import os

import pytest

import lanewise

TOOLS = ["conda", "rattler", "mamba"]


def test_this_machine():
    here = lanewise.machine()
    assert here["architecture"] == os.uname().machine and here["kernel"] == os.uname().release
    assert here["cuda_arch"] is None
    asked = lanewise.machine(gpu=True)
    if asked["gpu"]["state"] in ("no_node", "no_driver"):
        assert asked["cuda_arch"] == [] and asked["cuda_driver"] is None
    assert list(here["archspec"]) == TOOLS and list(here["virtual_packages"]) == TOOLS
    assert here["lanewise_virtual_packages"]["__lanewise_isa"]["build"] == here["best_target"]
    # What show() and report() print is still there.
    assert here["cpu"]["features"] and here["targets"] and here["target"] and here["threads"]


def test_machines_by_name():
    names = lanewise.machine_names()
    assert len(names) >= 20 and names == sorted(names)
    for name in names:
        found = lanewise.machine(name)
        assert found["best_target"] and found["archspec"]["conda"], name
    assert lanewise.machine("zen4_kvm")["hypervisor"]["masks"] == ["pku", "flush_l1d"]
    assert lanewise.machine("h100")["virtual_packages"]["mamba"]["__cuda"]["version"] == "12.6"


def test_files(tmp_path):
    (tmp_path / "cpuinfo").write_text("vendor_id : GenuineIntel\nflags : fpu sse2 pni ssse3\n")
    plain = lanewise.machine(tmp_path / "cpuinfo")
    assert plain["psabi_level"] == 1 and plain["glibc"] is None
    path = tmp_path / "zen4"  # a file goes before a known name when it has a folder
    path.write_text(json.dumps({"cpuinfo_file": "cpuinfo", "glibc": "2.31", "kernel": None,
                                "cuda_driver": "13.0", "cuda_arch": ["9.0", "8.0"]}))
    found = lanewise.machine(str(path))
    assert found["psabi_level"] == 1 and found["glibc"] == "2.31" and found["kernel"] is None
    assert found["virtual_packages"]["rattler"]["__cuda_arch"]["version"] == "8.0"
    assert found["cuda_arch"] == ["9.0", "8.0"]


@pytest.mark.parametrize("content, message", [
    ("{", "Expecting"),
    ('{"cpu": "x"}', "'cpu' is not a key of machine files"),
    ('{"cpuinfo": 3}', "'cpuinfo' is neither a string nor a list of strings"),
    ('{"cpuinfo": {"flags": "sse2"}}', "'cpuinfo' is neither"),
    ('{"cpuinfo": "a\\u0000b"}', "zero byte"),
    ("{}", "are both missing"),
    ("Dear all,", "'cpuinfo' has neither"),
    ("", "are both missing"),
])
def test_bad_files_are_named(tmp_path, content, message):
    path = tmp_path / "machine.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=message) as error:
        lanewise.machine(path)
    assert str(path) in str(error.value)


def test_missing_files_are_named(tmp_path):
    for name in ("nosuch", tmp_path / "nosuch.json"):
        with pytest.raises(FileNotFoundError, match="nosuch"):
            lanewise.machine(name)
    with pytest.raises(IsADirectoryError):
        lanewise.machine(tmp_path)
    with pytest.raises(TypeError):
        lanewise.machine(3)
