"""The wheels of one package: in a folder, on a find-links page, or in an index."""

import json
import re
import urllib.error
import urllib.request
import zipfile
from dataclasses import dataclass, field
from email.parser import HeaderParser
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from .errors import InstallError, NoPackage

_LABEL = re.compile(r"[0-9a-z_.]+")
_ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.9, */*;q=0.1"
_TIMEOUT = 30


@dataclass
class File:
    """A file that a folder or page lists."""

    name: str
    place: str  # path or URL
    requires_python: str = ""
    yanked: bool = False


@dataclass(eq=False)
class Wheel:
    """A candidate: a wheel, or a source distribution that an installer would build."""

    file: File
    version: Version
    build: tuple = ()
    tags: frozenset = frozenset()
    label: str = ""  # of a wheel variant; empty for an ordinary wheel
    kind: str = "wheel"

    @property
    def name(self):
        return self.file.name


@dataclass
class Listing:
    place: str
    wheels: list
    bad: list  # (file name, why it is no wheel)
    variants: dict = field(default_factory=dict)  # version -> text of its variants file


def load(place, name):
    """Everything that belongs to the package `name`."""
    name = canonicalize_name(name)
    files = _page(place, name) if "://" in place else _folder(place)
    wheels, bad, variants = [], [], {}
    for file in files:
        stem = file.name.partition("-")[0]
        if canonicalize_name(stem) != name and canonicalize_name(
                file.name.rpartition("-")[0]) != name:
            continue
        if file.name.endswith("-variants.json"):
            version = file.name[len(stem) + 1:-len("-variants.json")]
            try:
                variants[Version(version)] = _text(file.place)
            except InvalidVersion:
                bad.append((file.name, f"{version!r} is no version"))
        elif file.name.endswith((".whl", ".tar.gz", ".zip")):
            try:
                wheels.append(_wheel(file))
            except ValueError as error:
                bad.append((file.name, str(error).partition(": ")[2] or str(error)))
    if not wheels:
        known = sorted({file.name.partition("-")[0] for file in files
                        if file.name.endswith(".whl")})
        raise NoPackage(f"{place} has no wheel of {name!r}" + "".join(
            f"; {file}: not a valid name ({why})" for file, why in bad)
            + (f"; it has {', '.join(known[:12])}" if known and not bad else ""))
    return Listing(place, wheels, bad, variants)


def _wheel(file):
    if not file.name.endswith(".whl"):
        return Wheel(file, parse_sdist_filename(file.name)[1], kind="source")
    parts = file.name[:-len(".whl")].split("-")
    label = ""
    # name-version(-build)?-python-abi-platform(-label)?; a build tag begins with a digit
    if len(parts) - (len(parts) > 2 and parts[2][:1].isdigit()) == 6:
        label = parts.pop()
        if not _LABEL.fullmatch(label):
            raise ValueError(f"variant label {label!r} is not of 0-9 a-z _ .")
    _, version, build, tags = parse_wheel_filename("-".join(parts) + ".whl")
    return Wheel(file, version, build, tags, label)


# ---- where files come from ----------------------------------------------------------------------


def _folder(place):
    path = Path(place)
    if path.is_file():
        raise InstallError(f"{place} is a file; --wheels takes the folder or page that lists it")
    if not path.is_dir():
        raise InstallError(f"{place}: no such directory (a page is given by its whole address)")
    return [File(entry.name, str(entry)) for entry in sorted(path.iterdir()) if entry.is_file()]


def _page(place, name):
    """The files of a find-links page, of a project's page, or of an index that has one."""
    if urlsplit(place).scheme == "file":
        path = Path(unquote(urlsplit(place).path))
        if path.is_dir():
            return _folder(str(path))
    text, content_type, place = _get(place)
    files = _files(text, content_type, place)
    if not any(canonicalize_name(file.name.partition("-")[0]) == name for file in files):
        try:
            text, content_type, project = _get(f"{place.rstrip('/')}/{name}/")
        except InstallError:
            return files
        files = _files(text, content_type, project) or files
    return files


def _get(url):
    request = urllib.request.Request(url, headers={"Accept": _ACCEPT})
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
            return (answer.read().decode("utf-8", "replace"),
                    answer.headers.get("Content-Type", ""), answer.geturl())
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise InstallError(f"{url} cannot be read: {getattr(error, 'reason', error)}") from error


def _files(text, content_type, base):
    if "json" in content_type:
        try:
            return [File(entry["filename"], urljoin(base, entry["url"]),
                         entry.get("requires-python") or "", bool(entry.get("yanked")))
                    for entry in json.loads(text)["files"]]
        except (ValueError, KeyError, TypeError) as error:
            raise InstallError(f"{base} is not an index page: {error!r}") from error
    page = _Links(base)
    page.feed(text)
    return page.files


class _Links(HTMLParser):
    def __init__(self, base):
        super().__init__()
        self.base, self.files = base, []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "a" and attributes.get("href"):
            url = urljoin(self.base, attributes["href"])
            self.files.append(File(unquote(urlsplit(url).path.rpartition("/")[2]), url,
                                   attributes.get("data-requires-python") or "",
                                   "data-yanked" in attributes))


def _text(place):
    if "://" in place:
        return _get(place)[0]
    return Path(place).read_text(encoding="utf-8", errors="replace")


def inside(wheel):
    """(Requires-Python, text of variant.json or None) of a wheel in a folder, as the file has it.

    Pages give the former beside the link, if at all; nothing is downloaded for it.
    """
    with zipfile.ZipFile(wheel.file.place) as archive:
        found = {}
        for name in archive.namelist():
            folder, _, file = name.rpartition("/")
            if folder.endswith(".dist-info") and "/" not in folder:
                found[file] = archive.read(name).decode("utf-8", "replace")
    metadata = HeaderParser().parsestr(found["METADATA"])
    return metadata.get("Requires-Python") or "", found.get("variant.json")
