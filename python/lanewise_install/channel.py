"""The builds of a channel that can take part in installing a package, as py-rattler reads them."""

import asyncio
import difflib
import functools
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import rattler
from rattler.exceptions import InvalidPackageNameError, SolverError
from rattler.package import BuildString

from .errors import InstallError, NoPackage

_PLATFORMS = {"x86_64": "linux-64", "aarch64": "linux-aarch64", "ppc64le": "linux-ppc64le",
              "riscv64": "linux-riscv64", "s390x": "linux-s390x"}


@dataclass(frozen=True, eq=False)
class Build:
    """One build of a package; a virtual package is one, too."""

    name: str
    version: str
    build: str
    number: int = 0
    depends: tuple = ()
    constrains: tuple = ()
    track_features: tuple = ()
    timestamp: float = -1.0
    subdir: str = "noarch"
    file: str = ""
    position: int = 0  # in the channel's listing: the last resort of every ranking
    record: object = field(default=None, repr=False)  # py-rattler's, for matching

    @functools.cached_property
    def order(self):
        return rattler.Version(self.version)

    @property
    def key(self):
        return self.subdir, self.file

    def __str__(self):
        return f"{self.name} {self.version} {self.build}"


def virtual(name, version, build):
    """A virtual package: what a package manager knows of the machine."""
    try:
        record = rattler.PackageRecord(name, version, BuildString(build), 0, "noarch")
    except Exception as error:  # py-rattler's exceptions share no base class
        raise InstallError(f"virtual package {name}={version}={build}: {error}") from error
    return Build(name, version, build, record=record)


@dataclass
class Channel:
    url: str
    platform: str
    builds: dict  # name -> builds, in the channel's order
    detectors: dict  # virtual package -> the package that reports it, if the user consents
    gateway: object = field(repr=False)
    _cache: object = field(default=None, repr=False)


def subdir_of(architecture):
    try:
        return _PLATFORMS[architecture]
    except KeyError:
        raise InstallError(f"channels have no Linux platform for {architecture!r}; "
                           f"known: {', '.join(_PLATFORMS)}") from None


def url_of(channel):
    """DIR or URL as an address; a channel's name is refused, so that a typo reaches no server."""
    if "://" in channel:
        return channel.rstrip("/")
    path = Path(channel).absolute()
    if not path.is_dir():
        raise InstallError(f"channel {channel}: no such directory (a channel on a server is given "
                           "by its whole address, https://...)")
    return path.as_uri()


def _run(coroutine):
    """Waits a moment longer than an error takes.

    py-rattler's threads hold the interpreter's lock for an instant after they have answered; one
    that still does when the error ends the process makes Python abort.
    """
    async def answer():
        try:
            return await coroutine
        except Exception:
            await asyncio.sleep(0.05)
            raise

    return asyncio.run(answer())


def load(channel, name, architecture):
    """All builds of `name` and of whatever they can depend on, for one platform and noarch."""
    url, platform = url_of(channel), subdir_of(architecture)
    try:
        name = rattler.PackageName(name).normalized
    except InvalidPackageNameError as error:
        raise InstallError(f"package name {name!r}: {error}") from error
    local = urlsplit(url).scheme == "file"
    if local:
        _require_repodata(Path(unquote(urlsplit(url).path)), platform)
    # A local channel changes under one's hands, and py-rattler caches it like a remote one.
    cache = tempfile.TemporaryDirectory(prefix="lanewise-explain-") if local else None
    gateway = rattler.Gateway(cache_dir=cache and cache.name)
    try:
        found = _run(gateway.query([url], [platform, "noarch"], [name], recursive=True,
                                   detector_target=platform))
    except Exception as error:  # py-rattler's exceptions share no base class
        raise InstallError(f"channel {channel} cannot be read: {_causes(error)}") from error
    builds = {}
    for position, record in enumerate(record for source in found for record in source):
        builds.setdefault(record.name.normalized, []).append(_build(record, position))
    if name not in builds:
        raise NoPackage(f"channel {channel} has no package {name!r} for {platform} or noarch"
                        + _similar(gateway, url, platform, name))
    detectors = {str(virtual_package.normalized): registration.detector.normalized
                 for registration in found.virtual_package_detectors.accepted
                 for virtual_package in registration.virtual_packages}
    return Channel(url, platform, builds, detectors, gateway, cache)


def _build(record, position):
    timestamp = record.timestamp
    return Build(record.name.normalized, str(record.version), str(record.build),
                 record.build_number, tuple(record.depends), tuple(record.constrains),
                 tuple(record.track_features), timestamp.timestamp() if timestamp else -1.0,
                 record.subdir, record.file_name, position, record)


def _require_repodata(path, platform):
    if not path.is_dir():
        raise InstallError(f"channel {path}: no such directory")
    if not any(any((path / subdir).glob("repodata*.json*")) for subdir in (platform, "noarch")):
        raise InstallError(f"{path} is not a channel: neither {platform}/repodata.json nor "
                           "noarch/repodata.json is there")


def _causes(error):
    """py-rattler's message with the causes that it prints line by line."""
    lines = [line.strip(" \t│╰├─▶×·") for line in str(error).splitlines()]
    return "; ".join(dict.fromkeys(line for line in lines if line))


def _similar(gateway, url, platform, name):
    try:
        names = [found.normalized for found in _run(gateway.names([url], [platform, "noarch"]))]
    except Exception:
        return ""
    close = difflib.get_close_matches(name, names) or (sorted(names) if len(names) < 12 else [])
    return f"; it has {', '.join(close)}" if close else ""


def solve(channel, name, virtual_packages):
    """py-rattler's own choice: every build it would install, by name, or the reason why none."""
    machine = [rattler.GenericVirtualPackage(rattler.PackageName(package.name),
                                             rattler.Version(package.version),
                                             BuildString(package.build))
               for package in virtual_packages]
    try:
        records = _run(rattler.solve([channel.url], [name], gateway=channel.gateway,
                                     platforms=[channel.platform, "noarch"],
                                     virtual_packages=machine))
    except SolverError as error:
        return {}, _causes(error)
    by_key = {build.key: build for builds in channel.builds.values() for build in builds}
    chosen = [by_key[record.subdir, record.file_name] for record in records]
    return {build.name: build for build in chosen}, ""
