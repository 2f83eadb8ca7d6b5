"""Conda packages from staged files, with the same bytes for the same files."""

import shutil
import tempfile
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from rattler_build import assemble_package

from .facts import build_facts, write_facts
from .levels import level_builds

PLATFORM = "linux-64"


class Channel:
    """A folder with one subfolder per platform, to which packages are added."""

    def __init__(self, folder, epoch):
        self.folder = Path(folder)
        self._timestamp = datetime.fromtimestamp(epoch, tz=timezone.utc)
        for subdir in ("noarch", PLATFORM):
            (self.folder / subdir).mkdir(parents=True, exist_ok=True)

    def add(self, name, version, build, number, files=None, noarch=False, **metadata):
        subdir = "noarch" if noarch else PLATFORM
        with tempfile.TemporaryDirectory() as empty:
            output = assemble_package(
                name, version, subdir, build, self.folder / subdir, files_dir=files or empty,
                build_number=number, noarch="generic" if noarch else None,
                timestamp=self._timestamp, compression_threads=1,
                detect_prefix=False,  # everything inside is relocatable
                **metadata)
        return Path(output.path)


def _described(manifest, summary=None):
    return {"license": manifest.license, "summary": summary or manifest.summary,
            "license_files": manifest.license_files}


def _glibc(facts):
    # As a constraint: a tool that reports no __glibc still finds the package.
    return [f"__glibc >={facts['glibc']}"] if facts["glibc"] else []


def add_metapackage(channel, manifest):
    name = manifest.metapackage
    for b in level_builds(manifest.virtual_package):
        channel.add(name, b.version, b.build, b.number, noarch=True, depends=b.depends,
                    constrains=b.constrains, license=manifest.license,
                    summary=f"This machine has x86-64-v{b.version}")


def take_split(built, split):
    """Moves a split package's files out of the stage; None where the build does not have them."""
    folder = built.stage.with_name(split.name)
    shutil.rmtree(folder, ignore_errors=True)
    found = [f for f in split.files if (built.stage / f).exists()]
    for file in found:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(built.stage / file, folder / file)
    return folder if found else None


def _add_texts(stage, manifest, name, facts):
    """build.json and the licences, in share/NAME."""
    share = stage / "share" / name
    write_facts(facts, share / "build.json")
    for file in manifest.license_files:
        shutil.copyfile(file, share / file.name)


def pack_variant(channel, manifest, variant, stage, facts):
    """The package of one variant from its staged files; `facts` goes into it as build.json."""
    _add_texts(stage, manifest, manifest.name, facts)
    gate = [f"{manifest.metapackage} >={variant.level}"] if variant.gated else []
    number = manifest.build_number + variant.bump
    return channel.add(manifest.name, manifest.version, f"{variant.name}_{number}", number,
                       files=stage, depends=[*manifest.depends, *gate],
                       constrains=_glibc(facts), **_described(manifest))


def add_variant(channel, built, epoch):
    """The package of one variant; its split packages too, if it is the baseline."""
    manifest, variant = built.manifest, built.variant
    splits = [(s, take_split(built, s)) for s in manifest.splits.values()]
    made = [pack_variant(channel, manifest, variant, built.stage, build_facts(built, epoch))]
    for split, folder in splits:
        if folder and not variant.gated:
            own = {**build_facts(replace(built, stage=folder), epoch), "name": split.name}
            _add_texts(folder, manifest, split.name, own)
            made.append(channel.add(split.name, manifest.version, str(manifest.build_number),
                                    manifest.build_number, files=folder, constrains=_glibc(own),
                                    **_described(manifest, split.summary)))
    return made


def add_plugin(channel, manifest, plugin, file, facts):
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "lib" / plugin.file
        library.parent.mkdir()
        shutil.copy2(file, library)
        _add_texts(Path(folder), manifest, plugin.package, facts)
        number = manifest.build_number + plugin.bump
        return channel.add(plugin.package, manifest.version, f"{plugin.name}_{number}", number,
                           files=folder, depends=plugin.depends,
                           constrains=[*plugin.constrains, *_glibc(facts)],
                           **_described(manifest, plugin.summary))
