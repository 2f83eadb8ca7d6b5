"""The manifest (variants.toml): read once, checked, then plain data."""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path


class ManifestError(ValueError):
    """The manifest or what it points at is wrong; the message names file and key."""


@dataclass(frozen=True)
class Variant:
    name: str
    level: int  # psABI level that every machine of this build must have
    bump: int  # added to the build number: ranks the build
    define: dict  # CMake settings on top of the common ones

    @property
    def gated(self):
        return self.level > 1


@dataclass(frozen=True)
class Split:
    """A package made of files that are taken out of the baseline build."""
    name: str
    files: list
    summary: str
    detects: list  # virtual packages that its program reports


@dataclass(frozen=True)
class Plugin:
    """A package made of one file that is built elsewhere and loaded by the library."""
    name: str
    package: str
    file: str
    bump: int
    summary: str
    depends: list
    constrains: list
    look_in: list  # folders in which it may have been built
    properties: dict  # of its wheel variant: namespace -> feature -> values


@dataclass(frozen=True)
class WheelBuild:
    build: Path  # script that builds the ordinary wheel into a folder
    reuse: Path | None  # that folder; where the script did so already, it has nothing to do
    sources: list
    library: str  # the file of the wheel that a variant replaces
    facts: str  # where build.json goes


@dataclass(frozen=True)
class CMake:
    source: Path
    define: dict
    own_tree: dict
    targets: list
    bundle: list  # of tables: distribution, file, to
    source_settings: list
    recorded: dict  # key of build.json -> setting of the configured build
    library: str | None  # its path in a build tree
    reuse: Path | None


@dataclass(frozen=True)
class Manifest:
    path: Path
    name: str
    version: str
    summary: str
    license: str
    license_files: list
    build_number: int
    sources: list
    facts: dict
    depends: list
    cmake: CMake
    metapackage: str
    virtual_package: str
    wheel: WheelBuild | None
    own_metapackage: bool  # whether the channel gets the metapackage from this manifest
    variants: dict = field(default_factory=dict)
    splits: dict = field(default_factory=dict)
    plugins: dict = field(default_factory=dict)

    def variant(self, name):
        if name not in self.variants:
            raise ManifestError(f"{self.path}: no variant {name!r}; there are: "
                                f"{', '.join([*self.variants, *self.plugins])}")
        return self.variants[name]


class _Table:
    """A table of the file whose keys must all be used."""

    def __init__(self, data, where):
        if not isinstance(data, dict):
            raise ManifestError(f"{where} must be a table")
        self._data, self._where = dict(data), where

    def take(self, key, kind, *default):
        if key not in self._data:
            if default:
                return default[0]
            raise ManifestError(f"{self._where}: {key} is missing")
        value = self._data.pop(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            names = " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))
            raise ManifestError(f"{self._where}: {key} must be a {names}, not {value!r}")
        return value

    def table(self, key):
        return _Table(self.take(key, dict, {}), f"{self._where} [{key}]")

    def tables(self, key):
        data = self.take(key, dict, {})
        return {name: _Table(t, f"{self._where} [{key}.{name}]") for name, t in data.items()}

    def __bool__(self):
        return bool(self._data)

    def finish(self):
        if self._data:
            raise ManifestError(f"{self._where}: unknown key {sorted(self._data)[0]!r}")


def _text_or_match(value, root, where):
    """A string, or what a pattern finds in a file: numbers are written down in one place only."""
    if not isinstance(value, dict):
        return value
    table = _Table(value, where)
    file, pattern = root / table.take("file", str), table.take("pattern", str)
    table.finish()
    if not file.is_file():
        raise ManifestError(f"{where}: no file {file}")
    match = re.search(pattern, file.read_text())
    if not match:
        raise ManifestError(f"{where}: {pattern} matches nothing in {file}")
    return match[1]


def _sources(names, root):
    """Paths; one whose name ends in "?" only where it exists."""
    paths = [((root / n.removesuffix("?")).resolve(), n.endswith("?")) for n in names]
    return [path for path, optional in paths if path.exists() or not optional]


def _cmake(table, root):
    reuse, library = table.take("reuse", str, None), table.take("library", str, None)
    cmake = CMake(
        source=(root / table.take("source", str)).resolve(),
        define=table.take("define", dict, {}), own_tree=table.take("own-tree", dict, {}),
        targets=table.take("targets", list, []), bundle=table.take("bundle", list, []),
        source_settings=table.take("source-settings", list, []),
        recorded=table.take("recorded", dict, {}),
        library=library, reuse=(root / reuse).resolve() if reuse else None)
    table.finish()
    return cmake


def _wheel(table, root):
    if not table:
        return None
    reuse = table.take("reuse", str, None)
    wheel = WheelBuild(
        build=(root / table.take("build", str)).resolve(),
        reuse=(root / reuse).resolve() if reuse else None,
        sources=[(root / s).resolve() for s in table.take("sources", list)],
        library=table.take("library", str), facts=table.take("facts", str))
    table.finish()
    return wheel


def _variants(tables):
    variants = {}
    for name, table in tables.items():
        variant = Variant(name, table.take("level", int), table.take("bump", int),
                          table.take("define", dict, {}))
        table.finish()
        if not 1 <= variant.level <= 4:
            raise ManifestError(f"variant {name}: level must be 1 to 4, not {variant.level}")
        variants[name] = variant
    bumps = [v.bump for v in variants.values()]
    if len(set(bumps)) < len(bumps):
        raise ManifestError("two variants have the same bump: tools break such ties differently")
    if not any(not v.gated for v in variants.values()):
        raise ManifestError("no variant has level 1: some machines would find nothing to install")
    return variants


def load(path):
    path = Path(path)
    if not path.is_file():
        raise ManifestError(f"no manifest {path}")
    root = path.parent
    try:
        top = _Table(tomllib.loads(path.read_text()), str(path))
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(f"{path}: {error}") from None
    package, gate = top.table("package"), top.table("gate")
    facts = {key: _text_or_match(value, root, f"{path} [package.facts] {key}")
             for key, value in package.take("facts", dict, {}).items()}
    version = _text_or_match(package.take("version", (str, dict)), root, f"{path} version")
    split_tables, plugin_tables = top.tables("split"), top.tables("plugins")
    splits = {n: Split(n, t.take("files", list), t.take("summary", str), t.take("detects", list, []))
              for n, t in split_tables.items()}
    plugins = {n: Plugin(n, t.take("package", str), t.take("file", str), t.take("bump", int),
                         t.take("summary", str),
                         [d.format(version=version) for d in t.take("depends", list, [])],
                         t.take("constrains", list, []),
                         [(root / f).resolve() for f in t.take("look-in", list, [])],
                         t.take("properties", dict, {}))
               for n, t in plugin_tables.items()}
    manifest = Manifest(
        path=path, name=package.take("name", str), version=version,
        summary=package.take("summary", str), license=package.take("license", str),
        license_files=[(root / f).resolve() for f in package.take("license-files", list)],
        build_number=package.take("build-number", int),
        sources=_sources(package.take("sources", list), root), facts=facts,
        depends=package.take("depends", list, []), cmake=_cmake(top.table("cmake"), root),
        metapackage=gate.take("metapackage", str), virtual_package=gate.take("virtual-package", str),
        wheel=_wheel(top.table("wheel"), root),
        own_metapackage=gate.take("build-metapackage", bool, True),
        variants=_variants(top.tables("variants")), splits=splits, plugins=plugins)
    for table in [package, gate, top, *split_tables.values(), *plugin_tables.values()]:
        table.finish()
    for file in [*manifest.license_files, *manifest.sources]:
        if not file.exists():
            raise ManifestError(f"{path}: no file {file}")
    return manifest
