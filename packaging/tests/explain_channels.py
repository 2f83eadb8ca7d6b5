"""Small channels for the tests of `lanewise explain install`: repodata only, as solvers need."""

import json


def record(name, version, build, number=0, depends=(), constrains=(), track_features="",
           timestamp=None, subdir="linux-64"):
    entry = {"name": name, "version": version, "build": build, "build_number": number,
             "depends": list(depends), "constrains": list(constrains), "subdir": subdir,
             "size": 1, "md5": "0" * 32, "sha256": "0" * 64}
    if track_features:
        entry["track_features"] = track_features
    if timestamp:
        entry["timestamp"] = timestamp
    if subdir == "noarch":
        entry["noarch"] = "generic"
    return entry


def file_name(entry):
    return f"{entry['name']}-{entry['version']}-{entry['build']}.conda"


def unique(records):
    """The records that a channel can hold (the last of a file name), as solvers load them."""
    found = {(entry["subdir"], file_name(entry)): entry for entry in records}
    return sorted(found.values(), key=lambda entry: entry["subdir"] == "noarch")


def write_channel(path, records, info=None):
    """A local channel of linux-64 and noarch; returns its directory as text."""
    for subdir in ("linux-64", "noarch"):
        packages = {file_name(entry): entry for entry in records if entry["subdir"] == subdir}
        (path / subdir).mkdir(parents=True, exist_ok=True)
        (path / subdir / "repodata.json").write_text(json.dumps({
            "info": {"subdir": subdir, **(info or {})}, "packages": {},
            "packages.conda": packages, "repodata_version": 1}))
    return str(path)
