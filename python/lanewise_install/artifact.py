"""``lanewise explain artifact``: what is in a wheel or conda package, if it is whole.

The facts are in build.json, which the build writes into every artifact: in a wheel in the package's
folder, in a conda package in share/NAME.
"""

import base64
import csv
import hashlib
import io
import json
import os
import re
import tempfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

from lanewise._report import Report
from .errors import InstallError, require

_FACTS = re.compile(r"(?:share/)?[^/]+/build\.json")
_LINES = (
    ("name", "name"), ("version", "version"), ("variant", "variant"),
    ("build", "build"), ("kind", "kind"),
    ("numerics_version", "numerics version"), ("abi_version", "ABI version"),
    ("targets", "targets"), ("baseline", "baseline"), ("level", "x86-64 level"),
    ("compiler", "compiler"), ("flags", "flags"), ("source_hash", "source hash"),
    ("source_sha256", "source SHA-256"), ("glibc", "glibc"), ("depends", "depends"),
    ("constrains", "constrains"), ("tags", "tags"), ("properties", "properties"),
    ("files", "files checked"), ("sha256", "SHA-256"),
)


def explain_artifact(file):
    """The facts of an artifact as a Report; InstallError if it is not whole or not of this kind."""
    path = Path(file)
    if not path.is_file():
        raise InstallError(f"{file}: no such file")
    if path.name.endswith(".whl"):
        found, files = _wheel(path)
    elif path.name.endswith((".conda", ".tar.bz2")):
        found, files = _conda(path)
    else:
        raise InstallError(f"{path.name} is neither a wheel (.whl) nor a conda package (.conda, "
                           ".tar.bz2)")
    data = {"schema": 1, "file": path.name, **_facts(path, found, files), **found,
            "files": len(files), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    return Report(_text(data), data)


def _facts(path, found, files):
    """build.json; its name and version must be those of the artifact that carries it."""
    names = sorted((name for name in files if _FACTS.fullmatch(name)), key=len)
    what = f"{path.name} is a sound {found['kind']} of {found['name']} {found['version']}"
    if not names and all(name.startswith("info/") for name in files):
        found["kind"] = "conda metapackage"  # requirements and nothing else
        return {}
    if not names:
        raise InstallError(f"{what}, but a foreign one: it carries no build.json, as everything "
                           "that `make packages` builds does")
    try:
        facts = json.loads(files[names[0]])
        described = facts["name"], facts["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise InstallError(f"{path.name}: {names[0]} is not what lanewise's builds write "
                           f"({error!r})") from error
    if (_plain(described[0]), described[1]) != (_plain(found["name"]), found["version"]):
        raise InstallError(f"{what}, but its {names[0]} describes {' '.join(described)}")
    return facts


def _plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _broken(path, why):
    return InstallError(f"{path.name} is corrupt: {why}")


# ---- wheels -------------------------------------------------------------------------------------


def _wheel(path):
    try:
        with zipfile.ZipFile(path) as archive:
            files = {info.filename: archive.read(info) for info in archive.infolist()
                     if not info.is_dir()}
    except zipfile.BadZipFile as error:
        raise _cut(path, error) from error
    except (OSError, EOFError, ValueError, RuntimeError) as error:
        raise _broken(path, error) from error
    info = {name.split("/")[0] for name in files if name.split("/")[0].endswith(".dist-info")}
    if len(info) != 1:
        raise _broken(path, f"{len(info)} .dist-info folders instead of one")
    info = info.pop()
    for name in ("METADATA", "WHEEL", "RECORD"):
        if f"{info}/{name}" not in files:
            raise _broken(path, f"{info}/{name} is missing")
    _check_record(path, files, f"{info}/RECORD")
    metadata = HeaderParser().parsestr(files[f"{info}/METADATA"].decode("utf-8", "replace"))
    wheel = HeaderParser().parsestr(files[f"{info}/WHEEL"].decode("utf-8", "replace"))
    found = {"kind": "wheel", "name": metadata["Name"] or "", "version": metadata["Version"] or "",
             "tags": wheel.get_all("Tag") or []}
    variant = files.get(f"{info}/variant.json")
    if variant:
        try:
            label, properties = next(iter(json.loads(variant)["variants"].items()))
        except (ValueError, KeyError, StopIteration, AttributeError) as error:
            raise _broken(path, f"variant.json: {error!r}") from error
        found["kind"] = f"wheel variant {label}"
        found["properties"] = [f"{namespace} :: {feature} :: {value}"
                               for namespace, features in properties.items()
                               for feature, values in features.items() for value in values]
    return found, files


def _cut(path, error):
    """A zip file's directory is at its end: without it the file was most likely cut short."""
    with open(path, "rb") as file:
        begins_well = file.read(4) == b"PK\x03\x04"
    if begins_well and not zipfile.is_zipfile(path):
        return InstallError(f"{path.name} is truncated: its end is missing "
                            f"({path.stat().st_size} bytes are there)")
    return _broken(path, error if begins_well else "it is no zip archive")


def _check_record(path, files, record):
    listed = set()
    for row in csv.reader(io.StringIO(files[record].decode("utf-8", "replace"))):
        if len(row) < 2 or row[0] == record:
            continue
        name, (algorithm, _, wanted) = row[0], row[1].partition("=")
        listed.add(name)
        if name not in files:
            raise _broken(path, f"{name} is in RECORD and not in the file")
        if algorithm not in hashlib.algorithms_available:
            raise _broken(path, f"RECORD has no usable hash of {name}")
        digest = hashlib.new(algorithm, files[name]).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != wanted:
            raise _broken(path, f"{name} is not what RECORD says")
    others = sorted(set(files) - listed - {record, f"{record}.jws", f"{record}.p7s"})
    if others:
        raise _broken(path, f"{others[0]} is not in RECORD")


# ---- conda packages -----------------------------------------------------------------------------


def _conda(path):
    require("rattler", "py-rattler", "reading a conda package")
    from rattler.package_streaming import extract

    if path.name.endswith(".conda") and not zipfile.is_zipfile(path):
        raise _cut(path, "it is no zip archive")
    with tempfile.TemporaryDirectory(prefix="lanewise-artifact-") as folder:
        try:
            extract(path, folder)
        except Exception as error:  # py-rattler's exceptions share no base class
            raise _broken(path, str(error).strip().replace("\n", "; ")) from error
        files = _tree(folder)
    try:
        index = json.loads(files["info/index.json"])
        found = {"kind": "conda package", "name": index["name"], "version": index["version"],
                 "build": index["build"], "depends": index.get("depends", []),
                 "constrains": index.get("constrains", [])}
    except (KeyError, ValueError, TypeError) as error:
        raise _broken(path, f"info/index.json: {error!r}") from error
    _check_paths(path, files)
    return found, files


def _tree(folder):
    """Contents by name; a symlink's content is where it points."""
    files = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            content = os.readlink(path).encode() if os.path.islink(path) else \
                Path(path).read_bytes()
            files[os.path.relpath(path, folder)] = content
    return files


def _check_paths(path, files):
    try:
        listed = {entry["_path"]: entry for entry in json.loads(files["info/paths.json"])["paths"]}
    except (KeyError, ValueError, TypeError) as error:
        raise _broken(path, f"info/paths.json: {error!r}") from error
    for name, entry in listed.items():
        if name not in files:
            raise _broken(path, f"{name} is in info/paths.json and not in the file")
        wanted = entry.get("sha256")
        if wanted and entry.get("path_type") == "hardlink" \
                and hashlib.sha256(files[name]).hexdigest() != wanted:
            raise _broken(path, f"{name} is not what info/paths.json says")
    others = sorted(name for name in set(files) - set(listed) if not name.startswith("info/"))
    if others:
        raise _broken(path, f"{others[0]} is not in info/paths.json")


def _text(data):
    lines = [data["file"]]
    for key, title in _LINES:
        value = data.get(key)
        if value in (None, "", [], ()):
            continue
        if isinstance(value, list):
            value = (" " if key in ("targets", "flags") else ", ").join(map(str, value))
        lines.append(f"  {title:<17} {value}")
    return "\n".join(lines)
