"""Command line: builds the variants of a manifest into OUT/channel and OUT/wheels."""

import argparse
import sys
import time
from pathlib import Path

from . import channel, conda, wheels
from .build import BuildError, build, source_date_epoch
from .facts import plugin_facts
from .manifest import ManifestError, load
from .wheel import WheelError

_START = time.monotonic()


def say(text):
    print(f"[packages {time.monotonic() - _START:4.0f}s] {text}", flush=True)


def _arguments():
    parser = argparse.ArgumentParser(prog="lanewise_packages", description=__doc__)
    parser.add_argument("--manifest", type=Path, default=Path("packaging/variants.toml"))
    parser.add_argument("--out", type=Path, required=True, help="folder for channel/ and wheels/")
    parser.add_argument("--variants", nargs="*", metavar="NAME",
                        help="of the manifest (default: all, plugins where their file is found)")
    parser.add_argument("--work", type=Path, default=Path("build/packages"),
                        help="build trees and stages (default: %(default)s)")
    parser.add_argument("--prefix", type=Path, action="append", default=[],
                        help="where CMake finds the packages that this one is built against")
    parser.add_argument("--plugin", action="append", default=[], metavar="NAME=FILE",
                        help="the file of a plugin, such as cuda13=build/cuda/out/...so")
    parser.add_argument("--no-reuse", action="store_true",
                        help="compile everything under --work, even what lies built elsewhere")
    parser.add_argument("--no-wheels", action="store_true", help="the channel alone")
    return parser.parse_args()


def _plugin_files(manifest, given, built):
    """Plugins to package: those given, and those that lie where they are built."""
    files = {}
    for item in given:
        name, _, file = item.partition("=")
        if name not in manifest.plugins or not Path(file).is_file():
            raise ManifestError(f"--plugin {item}: plugins are {', '.join(manifest.plugins)}, "
                                f"and FILE must exist")
        files[name] = Path(file)
    for name, plugin in manifest.plugins.items():
        folders = [*plugin.look_in, *(b.tree / "out" for b in built)]
        found = [f / plugin.file for f in folders if (f / plugin.file).is_file()]
        if found:
            files.setdefault(name, found[0])
    return files


def make_channel(manifest, args, epoch):
    folder = args.out / "channel"
    out = conda.Channel(folder, epoch)
    wanted = args.variants or list(manifest.variants)
    variants = [manifest.variant(n) for n in wanted if n not in manifest.plugins]
    if manifest.own_metapackage:
        conda.add_metapackage(out, manifest)
        say(f"{manifest.metapackage}: one build per processor name")
    built = []
    for variant in variants:
        say(f"{manifest.name} {variant.name}: building")
        built.append(build(manifest, variant, args.work.resolve(), args.prefix,
                           reuse=not args.no_reuse))
        for path in conda.add_variant(out, built[-1], epoch):
            say(f"{path.name}: {path.stat().st_size} bytes")
    files = _plugin_files(manifest, args.plugin, built)
    for name in wanted:
        if name in manifest.plugins and name not in files:
            raise ManifestError(f"{name}: no {manifest.plugins[name].file} in a build tree; "
                                f"give it as --plugin {name}=FILE")
    for name, file in files.items():
        if not args.variants or name in wanted:
            plugin = manifest.plugins[name]
            facts = plugin_facts(manifest, plugin, file, epoch)
            say(conda.add_plugin(out, manifest, plugin, file, facts).name)
    present = {p.name.rsplit("-", 2)[0] for p in folder.glob("*/*.conda")}
    detectors = {s.name: s.detects for s in manifest.splits.values()
                 if s.detects and s.name in present}
    channel.index(folder, {**channel.registered_detectors(folder), **detectors})
    return built, {n: f for n, f in files.items() if not args.variants or n in wanted}


def main():
    args = _arguments()
    try:
        manifest = load(args.manifest)
        epoch = source_date_epoch(manifest.path.parent)
        built, plugins = make_channel(manifest, args, epoch)
        if manifest.wheel and not args.no_wheels:
            say(f"{manifest.name}: wheels")
            for path in wheels.make_wheels(args.out / "wheels", manifest, built, plugins,
                                           args.work.resolve(), epoch, not args.no_reuse):
                say(f"{path.name}: {path.stat().st_size} bytes")
    except (ManifestError, BuildError, WheelError) as error:
        print(f"lanewise_packages: {error}", file=sys.stderr)
        return 1
    say(f"done: {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
