"""What conda does with a plugin, after the source of conda 26.7 and of releases before 25.11.

conda itself is not on PyPI. This is its contract as far as lanewise's plugin touches it, written
anew: module names, hook specifications through pluggy (the library that conda uses), how a virtual
package is overridden and becomes a record, and what conda checks before it believes a plugin.
"""

import sys
import types
from dataclasses import dataclass, field

import pluggy

APP = "conda"


class PluginError(Exception):
    pass


class _Null:
    def __bool__(self):
        return False

    def __repr__(self):
        return "NULL"


NULL = _Null()


class Context:
    def __init__(self, subdir, native, condarc):
        self.subdir, self._native = subdir, native
        self.override_virtual_packages = condarc

    def _native_subdir(self):
        return self._native


@dataclass
class Record:
    name: str
    version: str
    build: str


class Specifications:
    hookspec = pluggy.HookspecMarker(APP)

    @hookspec
    def conda_virtual_packages(self):
        """An iterable of CondaVirtualPackage."""

    @hookspec
    def conda_subcommands(self):
        """An iterable of CondaSubcommand."""


def _evaluate(value):
    return value() if callable(value) else value


@dataclass
class NamedPlugin:
    name: str

    def __post_init__(self):
        try:
            self.name = self.name.lower().strip()
        except AttributeError:
            raise PluginError(f"Invalid plugin name for {self!r}") from None


def _types(context, environment, modern):
    @dataclass
    class CondaVirtualPackage(NamedPlugin):
        version: object
        build: object
        override_entity: object = None
        empty_override: object = NULL
        version_validation: object = None

        def to_virtual_package(self):
            version, build = self.version, self.build
            if self.override_entity:
                value = environment.get(f"CONDA_OVERRIDE_{self.name}".upper())
                if value is None and context.override_virtual_packages:
                    value = context.override_virtual_packages.get(self.name)
                if value is not None:
                    value = value.strip() or self.empty_override
                    if self.override_entity == "version":
                        version = value
                    else:
                        build = value
            version, build = _evaluate(version), _evaluate(build)
            if version is NULL or build is NULL:
                return NULL
            if self.version_validation and version is not None:
                version = self.version_validation(version)
            return Record(f"__{self.name}", version or "0", build or "0")

    @dataclass
    class CondaVirtualPackageBefore(NamedPlugin):  # strings only, no overrides
        version: object
        build: object

        def to_virtual_package(self):
            assert not callable(self.version) and not callable(self.build)
            return Record(f"__{self.name}", self.version or "0", self.build or "0")

    @dataclass(kw_only=modern)
    class CondaSubcommand(NamedPlugin):
        summary: str
        action: object
        aliases: tuple = field(default_factory=tuple)
        configure_parser: object = None

    CondaVirtualPackageBefore.__name__ = "CondaVirtualPackage"
    return CondaVirtualPackage if modern else CondaVirtualPackageBefore, CondaSubcommand


class Manager(pluggy.PluginManager):
    def __init__(self):
        super().__init__(APP)
        self.add_hookspecs(Specifications)

    def get_hook_results(self, name):
        results = [one for each in getattr(self.hook, f"{APP}_{name}")() for one in each]
        bad = [one for one in results if not isinstance(getattr(one, "name", None), str)
               or one.name != one.name.lower().strip()]
        if bad:
            raise PluginError(f"Invalid plugin names found for `{name}`: {bad}")
        names = [one.name for one in results]
        if len(names) != len(set(names)):
            raise PluginError(f"Conflicting plugins found for `{name}`: {sorted(names)}")
        return results

    def virtual_packages(self):
        found = [one.to_virtual_package() for one in self.get_hook_results("virtual_packages")]
        return {record.name: (record.version, record.build) for record in found
                if record is not NULL}


def install(monkeypatch, *, subdir, native, condarc=None, modern=True):
    """Makes `import conda...` find the stand-in, and returns conda's plugin manager."""
    import os

    context = Context(subdir, native, condarc or {})
    virtual_package, subcommand = _types(context, os.environ, modern)
    modules = {
        "conda": {}, "conda.auxlib": {"NULL": NULL}, "conda.base": {},
        "conda.base.context": {"context": context},
        "conda.plugins": {"hookimpl": pluggy.HookimplMarker(APP)},
        "conda.plugins.types": {"CondaVirtualPackage": virtual_package,
                                "CondaSubcommand": subcommand},
    }
    for name, members in modules.items():
        module = types.ModuleType(name)
        module.__dict__.update(members, __path__=[])
        monkeypatch.setitem(sys.modules, name, module)
    for name in [name for name in sys.modules if name.split(".")[0] == "lanewise_conda"]:
        monkeypatch.delitem(sys.modules, name)
    manager = Manager()
    manager.register(BuiltIn(virtual_package))
    return manager


class BuiltIn:
    """conda's own virtual packages, for conflicts of names."""

    def __init__(self, virtual_package):
        self.virtual_package = virtual_package

    @pluggy.HookimplMarker(APP)
    def conda_virtual_packages(self):
        for name, version, build in [("archspec", "1", "zen3"), ("unix", None, None),
                                     ("linux", "6.1.0", None), ("glibc", "2.36", None),
                                     ("cuda", "13.0", None), ("conda", "26.7.1", None)]:
            yield self.virtual_package(name, version, build)
