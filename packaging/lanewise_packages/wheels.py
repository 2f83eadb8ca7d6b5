"""The wheels of a manifest: the ordinary one, its variants, and plugins."""

import shutil
from pathlib import Path

from . import elf
from .build import BuildError, built_library, compile_flags, run
from .facts import facts_text, numbers, plugin_facts, recorded, source_hash
from .wheel import NULL, Wheel, plugin_wheel, write_variants


def _ordinary(manifest, work, reuse):
    """Builds the ordinary wheel the way that the Python package's own tests do."""
    folder = manifest.wheel.reuse if reuse and manifest.wheel.reuse else work / "python"
    run([manifest.wheel.build, folder])
    found = sorted((folder / "dist").glob(f"{manifest.name}-{manifest.version}-*.whl"))
    if len(found) != 1:
        raise BuildError(f"{manifest.wheel.build} made {len(found)} wheels in {folder}/dist")
    return found[0], folder / "tree"


def _facts(base, manifest, tree):
    library = built_library(tree, manifest.cmake.library)
    return {**base, "variant": "ordinary", "level": 1, "build_number": manifest.build_number,
            "flags": compile_flags(tree, library), "compiler": elf.compiler(library),
            "targets": elf.simd_targets(library), **recorded(manifest, tree)}


def _variant_files(manifest, built):
    """The variant's own library and what is said about it; all other files are the same."""
    staged = (built.stage / "lib" / Path(manifest.cmake.library).name).resolve()
    facts = built.stage / "share" / manifest.name / "build.json"
    return {manifest.wheel.library: staged.read_bytes(),
            manifest.wheel.facts: facts.read_bytes()}


def make_wheels(folder, manifest, built, plugins, work, epoch, reuse=True):
    """`built`: the variants for conda, whose libraries serve here too. `plugins`: name -> file."""
    shutil.rmtree(folder, ignore_errors=True)
    path, tree = _ordinary(manifest, work, reuse)
    wheel = Wheel.read(path)
    base = {"schema": 1, "name": manifest.name, "version": manifest.version,
            "source_date_epoch": epoch, "glibc": wheel.tags.rsplit("manylinux_", 1)[-1]
            .removesuffix("_x86_64").replace("_", "."),
            "source_sha256": source_hash([*manifest.sources, *manifest.wheel.sources]),
            **numbers(manifest)}
    text = facts_text(_facts(base, manifest, tree))
    wheel = wheel.replaced({manifest.wheel.facts: text.encode()})
    made = [wheel.write(folder, epoch)]
    builds = {NULL: (wheel, {})}
    for b in built:
        if b.variant.gated:
            builds[b.variant.name] = (wheel.replaced(_variant_files(manifest, b)),
                                      {"x86_64": {"level": [f"v{b.variant.level}"]}})
    made += write_variants(folder, epoch, builds)
    for name, file in plugins.items():
        made += make_plugin_wheels(folder, manifest, manifest.plugins[name], file, epoch)
    return made


def make_plugin_wheels(folder, manifest, plugin, file, epoch):
    name = plugin.package.replace("-", "_")
    glibc = max(elf.glibc_version(file), (2, 17))
    facts = plugin_facts(manifest, plugin, file, epoch)
    library = f"{Path(manifest.wheel.library).parent.as_posix()}/{plugin.file}"
    wheel = plugin_wheel(name, manifest.version, plugin.summary, manifest.license,
                         [f"{manifest.name}=={manifest.version}"],
                         {library: Path(file).read_bytes(),
                          f"{name}/build.json": facts_text(facts).encode()},
                         f"py3-none-manylinux_{glibc[0]}_{glibc[1]}_x86_64")
    return [wheel.write(folder, epoch),
            *write_variants(folder, epoch, {plugin.name: (wheel, plugin.properties)})]
