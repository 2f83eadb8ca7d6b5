"""`lanewise explain install` as users call it, and a package in builds for every level."""

import json
import re

import pytest
from archspec.cpu import TARGETS
from explain_channels import record, write_channel
from lanewise.__main__ import main

GATE = "_lanewise-x86-64-level"
LEVELS = {name: int((re.search(r"_v(\d)$", target.generic.name) or [0, 1])[1])
          for name, target in TARGETS.items() if target.family.name == "x86_64"}


def levelled(*more):
    """A package in three builds behind a metapackage, as this project ships them."""
    gates = [record(GATE, str(level), f"{level}_{name}", depends=[f"__archspec * {name}"],
                    subdir="noarch") for name, level in LEVELS.items()]
    gates += [record(GATE, str(level), f"{level}_own", depends=[f"__lanewise_x86_64 >={level}"],
                     subdir="noarch") for level in range(1, 5)]
    return [record("demo", "1.0", "baseline_0"),
            record("demo", "1.0", "v3_300", 300, [f"{GATE} >=3"]),
            record("demo", "1.0", "v4_400", 400, [f"{GATE} >=4"]), *gates, *more]


@pytest.fixture
def explain(tmp_path, capsys):
    def run(*arguments, records=None, info=None):
        if records is not None:
            arguments = [*arguments, "--channel", write_channel(tmp_path / "channel", records,
                                                                info)]
        status = main(["explain", "install", *arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err
    return run


def told(explain, *arguments, **kwargs):
    status, out, err = explain(*arguments, **kwargs)
    assert status == 0, err
    return json.loads(out) if "--json" in arguments else out


def refused(explain, *arguments, **kwargs):
    status, out, err = explain(*arguments, **kwargs)
    assert (status, out) == (2, "") and err.startswith("lanewise: ") and err.count("\n") == 1, err
    return err


def reasons(data, tool="rattler"):
    return {f"{entry['version']} {entry['build']}": entry.get("reason", {}).get("words", "")
            for entry in data["tools"][tool]["candidates"]}
