"""`lanewise explain install` as users call it: what it says, and its errors."""

import json
import subprocess
import sys

import lanewise
import pytest
from explain_channels import record, write_channel
from explain_cli import GATE, LEVELS, explain, levelled, reasons, refused, told  # noqa: F401
from explain_wheels import write_variants
from lanewise.__main__ import main

# ---- what is said --------------------------------------------------------------------------------


@pytest.mark.parametrize("machine, build", [
    ("zen4", "v4_400"), ("zen3", "v3_300"), ("haswell", "v3_300"), ("ivybridge", "baseline_0"),
    ("k10", "baseline_0"), ("sapphirerapids", "v4_400"), ("knights_landing", "v3_300"),
    ("zen4_kvm_no_avx512dq", "v3_300"), ("alderlake", "v3_300"), ("no_proc", "baseline_0")])
def test_every_tool_gets_the_best_build_of_the_level(explain, machine, build):
    data = told(explain, "demo", "--machine", machine, "--as", "all", "--json", records=levelled())
    assert {answer["winner"]["build"] for answer in data["tools"].values()} == {build}
    assert data["tools"]["rattler"]["solver"]["agrees"]


def test_text_names_winner_reason_and_rejected(explain):
    text = told(explain, "demo", "--machine", "zen4_kvm_no_avx512dq", records=levelled())
    assert "rattler installs 1.0 v3_300 with _lanewise-x86-64-level 3 3_zen3" in text
    assert "because build number 300 is higher than 0 (the next that fits: 1.0 baseline_0)" in text
    assert "solves it the same way" in text
    line = next(line for line in text.splitlines() if "v4_400" in line)
    assert "rejected" in line and "needs an __archspec name of x86-64-v4" in line
    assert "rattler reports zen3 here; the VM hides avx512dq" in line
    assert f"through {GATE} >=4" in line
    assert "CONDA_OVERRIDE_ARCHSPEC=zen3" in text
    assert text.rstrip().endswith("others: mamba 1.0 v3_300, conda 1.0 v3_300")


def test_lacking_features_without_a_hypervisor(explain):
    data = told(explain, "demo", "--machine", "haswell", "--json", records=levelled())
    reason = data["tools"]["rattler"]["candidates"][0]["reason"]
    assert reason["missing"] and all(name.startswith("avx512") for name in reason["missing"])
    assert f"haswell here, without {' '.join(reason['missing'])} (through" in reason["words"]
    assert reason["virtual_package"] == "__archspec"


def test_cpu_that_a_tool_has_no_name_for(explain, tmp_path):
    """The level is there, its name says nothing: the reason and the way out are told."""
    machine = lanewise.machine("zen4")
    machine["virtual_packages"]["rattler"]["__archspec"]["build"] = "0"
    file = tmp_path / "machine.json"
    file.write_text(json.dumps(machine))
    info = {"virtual_package_detectors": {"lanewise-detect": ["__lanewise_x86_64"]}}
    data = told(explain, "demo", "--machine", str(file), "--json", records=levelled(), info=info)
    answer = data["tools"]["rattler"]
    assert answer["winner"]["build"] == "baseline_0"
    assert "though the CPU has x86-64-v4" in reasons(data)["1.0 v4_400"]
    own = answer["with_lanewise_virtual_packages"]
    assert own["winner"]["build"] == "v4_400" and "lanewise-detect" in own["source"]
    assert own["overrides"] == {"CONDA_OVERRIDE_LANEWISE_X86_64": "4"}
    text = told(explain, "demo", "--machine", str(file), records=levelled(), info=info)
    assert "with the channel's detector lanewise-detect (asks for consent): 1.0 v4_400" in text


@pytest.mark.parametrize("depends, constrains, words", [
    (["absent >=1"], [], "needs absent >=1, and the channel has no absent"),
    (["lib >=9"], [], "needs lib >=9, and the channel has lib 1.0, 2.0"),
    (["__cuda >=12"], [], "needs __cuda >=12; rattler reports no __cuda here"),
    (["__glibc >=2.99"], [], "needs __glibc >=2.99; rattler reports 2.17 here"),
    ([], ["__glibc >=2.99"], "goes only with __glibc >=2.99; rattler reports 2.17 here"),
    (["lib 1.0", "lib 2.0"], [], "needs lib 2.0 and lib 1.0, whose builds exclude each other"),
    (["lib 1.0", "user"], [], "needs user and lib 1.0, whose builds exclude each other"),
    (["lib 1.0"], ["lib >=2"], "needs lib 1.0, and every build of that excludes this one or what "
                               "else it needs"),
    (["__archspec * ^zen[34]$"], [], "its requirement '__archspec * ^zen[34]$' cannot be read"),
], ids=str)
def test_first_unmet_requirement(explain, depends, constrains, words):
    more = [record("lib", "1.0", "0"), record("lib", "2.0", "0"),
            record("user", "1.0", "0", depends=["lib >=2"]),
            record("demo", "2.0", "x_0", 0, depends, constrains)]
    data = told(explain, "demo", "--machine", "haswell", "--json", records=levelled(*more))
    assert reasons(data)["2.0 x_0"] == words
    assert data["tools"]["rattler"]["winner"]["version"] == "1.0"


@pytest.mark.parametrize("first, second, by", [
    ({"track_features": ""}, {"track_features": "slow", "number": 9}, "track_features"),
    ({"version": "1.10"}, {"version": "1.9", "number": 9}, "version"),
    ({"number": 2}, {"number": 1, "timestamp": 1_800_000_000_000}, "build_number"),
    ({"depends": ["lib 2.0"]}, {"depends": ["lib 1.0"], "timestamp": 1_800_000_000_000},
     "dependencies"),
    ({"timestamp": 1_800_000_000_000}, {"timestamp": 1_700_000_000_000}, "timestamp"),
], ids=str)
def test_what_made_it_outrank_the_next(explain, first, second, by):
    def build(letter, of):
        return record("demo", **{"version": "1.0", "build": f"{letter}_0", **of})

    libs = [record("lib", "1.0", "0"), record("lib", "2.0", "0")]
    for one, other in ((first, second), (second, first)):
        records = [build("m", one), build("n", other), *libs]
        data = told(explain, "demo", "--machine", "haswell", "--json", records=records)
        answer = data["tools"]["rattler"]
        assert answer["solver"]["agrees"] and answer["outranks"]["by"] == by
        wanted = records[0] if one is first else records[1]
        assert answer["winner"]["build"] == wanted["build"]


def test_solvers_differ_on_equal_numbers(explain):
    data = told(explain, "demo", "--as", "all", "--machine", "haswell", "--json",
                records=[record("demo", "1.0", "a_0"), record("demo", "1.0", "z_0")])
    assert data["choices"] == {"rattler": "1.0 a_0", "mamba": "1.0 z_0", "conda": "1.0 z_0"}
    assert data["tools"]["mamba"]["outranks"]["by"] == "build_string"
    assert data["tools"]["rattler"]["outranks"]["by"] == "position"
    assert data["tools"]["rattler"]["solver"]["agrees"]


def test_regex_builds_mean_nothing_to_mamba(explain):
    more = [record("demo", "2.0", "regex_0",
                   depends=["__archspec[build='^(haswell|x86_64_v3)$']"])]
    data = told(explain, "demo", "--as", "all", "--machine", "haswell", "--json",
                records=levelled(*more))
    assert data["choices"] == {"rattler": "2.0 regex_0", "mamba": "1.0 v3_300",
                               "conda": "1.0 v3_300"}


def test_cuda_of_each_tool(explain):
    """mamba takes the toolkit's version for the driver's."""
    records = [record("demo", "1.0", "cuda_0", depends=["__cuda >=13"],
                      constrains=["__cuda_arch >=7.5"])]
    data = told(explain, "demo", "--as", "all", "--machine", "h100", "--json", records=records)
    assert data["choices"]["rattler"] == data["choices"]["conda"] == "1.0 cuda_0"
    data = told(explain, "demo", "--machine", "old_driver", "--json", records=records)
    assert data["tools"]["rattler"]["winner"] is None
    assert reasons(data)["1.0 cuda_0"].startswith("needs __cuda >=13; rattler reports ")
    text = told(explain, "demo", "--machine", "old_driver", records=records)
    assert "rattler finds no build that fits" in text


def test_matrix(explain):
    text = told(explain, "demo", "--matrix", "--machine", "zen4", "--machine", "k10",
                "--machine", "graviton3", records=[entry for entry in levelled()])
    assert [line.split() for line in text.splitlines()] == [
        ["machine", "level", "rattler", "mamba", "conda"],
        ["zen4", "v4", *["1.0", "v4_400"] * 3], ["k10", "v1", *["1.0", "baseline_0"] * 3],
        ["graviton3", "aarch64", *["no", "package"] * 3]]


def test_matrix_of_all_described_machines(explain, tmp_path):
    write_variants(tmp_path / "wheels", "demo", "1.0", {
        "null": {}, "v3": {"x86_64": {"level": ["v3"]}}, "v4": {"x86_64": {"level": ["v4"]}}})
    data = told(explain, "demo", "--matrix", "--json", "--wheels", str(tmp_path / "wheels"),
                records=levelled())
    assert [row["machine"] for row in data["matrix"]] == ["this", *lanewise.machine_names()]
    for row in data["matrix"]:
        level = row["psabi_level"]
        if level is None:
            assert row["choices"] == {"rattler": "no package", "mamba": "no package",
                                      "conda": "no package", "uv": "1.0 null"}
            continue
        for choice in row["choices"].values():  # never above the level, always something
            known = {"baseline_0": 1, "null": 1, "v3": 3, "v3_300": 3, "v4": 4, "v4_400": 4}
            assert known[choice.split()[1]] <= level, row


def test_this_machine_with_pyrattlers_own_detection(explain):
    import rattler

    name = next(package.into_generic().build_string for package in rattler.VirtualPackage.detect()
                if package.into_generic().name.normalized == "__archspec")
    data = told(explain, "demo", "--json", records=levelled())
    assert data["tools"]["rattler"]["virtual_packages"]["__archspec"] == f"1={name}"
    level = LEVELS.get(str(name), 1)
    assert data["tools"]["rattler"]["winner"]["build"] == {
        1: "baseline_0", 2: "baseline_0", 3: "v3_300", 4: "v4_400"}[level]


# ---- what cannot be answered ---------------------------------------------------------------------


@pytest.mark.parametrize("arguments, words", [
    (["demo"], "give --channel or --wheels"),
    (["demo", "--channel", "nowhere"], "channel nowhere: no such directory"),
    (["demo", "--channel", "file:///nowhere"], "no such directory"),
    (["demo", "--channel", "http://127.0.0.1:9/c"], "cannot be read"),
    (["demo", "--wheels", "nowhere"], "nowhere: no such directory"),
    (["demo", "--wheels", "http://127.0.0.1:9/w"], "cannot be read"),
    (["demo", "--wheels", ".", "--as", "rattler"], "rattler installs from a channel"),
    (["demo", "--wheels", "."], "has no wheel of 'demo'"),
])
def test_no_source(explain, arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert words in refused(explain, *arguments)


def test_no_such_package(explain):
    assert "has no package 'dem0' for linux-64 or noarch; it has demo" in refused(
        explain, "dem0", records=levelled())
    assert "for linux-aarch64" in refused(explain, "demo", "--machine", "graviton3",
                                          records=levelled())


@pytest.mark.parametrize("name", ["", "a b", "demo >=1", "demo[build=x]"])
def test_name_that_is_none(explain, name):
    assert "package name" in refused(explain, name, records=levelled())


def test_uv_without_wheels(explain):
    assert "uv installs wheels: give --wheels" in refused(explain, "demo", "--as", "uv",
                                                          records=levelled())


def test_unknown_machine(explain):
    error = refused(explain, "demo", "--machine", "zenn4", records=levelled())
    assert "no such file, and no described machine of that name" in error and "zen4" in error


def test_machine_file_that_describes_nothing(explain, tmp_path):
    file = tmp_path / "machine.json"
    file.write_text('{"architecture": 5}')
    assert "machine.json" in refused(explain, "demo", "--machine", str(file), records=levelled())


def test_more_machines_than_one(explain):
    assert "goes with --matrix only" in refused(
        explain, "demo", "--machine", "zen4", "--machine", "zen3", records=levelled())


@pytest.mark.parametrize("text", ["", "{", '{"packages": []}', "[]", "null"])
def test_corrupt_repodata(explain, tmp_path, text):
    channel = write_channel(tmp_path / "channel", levelled())
    (tmp_path / "channel" / "linux-64" / "repodata.json").write_text(text)
    assert f"channel {channel} cannot be read" in refused(explain, "demo", "--channel", channel)


def test_folder_that_is_no_channel(explain, tmp_path):
    (tmp_path / "folder").mkdir()
    error = refused(explain, "demo", "--channel", str(tmp_path / "folder"))
    assert "is not a channel: neither linux-64/repodata.json nor noarch/repodata.json" in error


@pytest.mark.parametrize("missing, option", [("rattler", "--channel"), ("packaging", "--wheels")])
def test_without_the_extra(missing, option):
    program = (f"import sys; sys.modules[{missing!r}] = None; from lanewise.__main__ import main; "
               f"sys.exit(main(['explain', 'install', 'demo', '{option}', '.']))")
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert found.returncode == 2 and "pip install 'lanewise[explain]'" in found.stderr


def test_kernels_are_still_explained(capsys):
    assert main(["explain", "exp", "f4"]) == 0
    assert "exp" in capsys.readouterr().out
