"""The channel's index: repodata.json of every subfolder, the same bytes for the same packages.

rattler's own indexer writes the time of indexing into every record."""

import hashlib
import json
from pathlib import Path

from conda_package_streaming.package_streaming import stream_conda_component


def _record(path):
    for archive, member in stream_conda_component(str(path), component="info"):
        if member.name == "info/index.json":
            record = json.load(archive.extractfile(member))
            break
    else:
        raise ValueError(f"{path} has no info/index.json")
    data = path.read_bytes()
    return {**record, "md5": hashlib.md5(data).hexdigest(),
            "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}


def index(folder, detectors=None):
    """Writes repodata.json below `folder`. `detectors` maps a package, whose program of that name
    tells virtual packages, to their names; tools want the same registration in every subfolder."""
    folder = Path(folder)
    subdirs = sorted({"noarch", *(p.name for p in folder.iterdir() if p.is_dir())})
    for subdir in subdirs:
        packages = {p.name: _record(p) for p in sorted((folder / subdir).glob("*.conda"))}
        info = {"subdir": subdir}
        if detectors:
            info["virtual_package_detectors"] = detectors
        repodata = {"info": info, "packages": {}, "packages.conda": packages,
                    "repodata_version": 1}
        (folder / subdir).mkdir(exist_ok=True)
        (folder / subdir / "repodata.json").write_text(
            json.dumps(repodata, sort_keys=True, indent=1) + "\n")


def registered_detectors(folder):
    """The registrations that an index was written with."""
    path = Path(folder) / "noarch" / "repodata.json"
    if not path.is_file():
        return {}
    return json.loads(path.read_text())["info"].get("virtual_package_detectors", {})
