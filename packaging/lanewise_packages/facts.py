"""build.json: what an artifact is made of, written into every artifact."""

import hashlib
import json
from pathlib import Path

from . import elf
from .build import cached, compile_flags

SCHEMA = 1


def _source_files(paths):
    for path in paths:
        if path.is_file():
            yield path.parent, path
        else:
            yield from ((path.parent, p) for p in path.rglob("*")
                        if p.is_file() and "__pycache__" not in p.parts)


def source_hash(paths):
    """SHA-256 over names and contents of all source files, the same wherever they lie."""
    lines = set()
    for root, path in _source_files(paths):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.add(f"{path.relative_to(root).as_posix()} {digest}\n")
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def glibc_needed(stage):
    versions = [elf.glibc_version(p) for p in elf.elf_files(stage)]
    newest = max(versions, default=(0, 0))
    return f"{newest[0]}.{newest[1]}" if newest > (0, 0) else None


def _sources(manifest, tree):
    others = [cached(tree, name) for name in manifest.cmake.source_settings]
    return [*manifest.sources, *(Path(p) / "hwy" if (Path(p) / "hwy").is_dir() else Path(p)
                                 for p in others if p)]


def numbers(manifest):
    """What the manifest finds in files, such as the numerics version."""
    return {key: int(v) if v.isdigit() else v for key, v in manifest.facts.items()}


def recorded(manifest, tree):
    """What CMake found out when it configured a build tree, such as Highway's version."""
    return {key: cached(tree, setting) for key, setting in manifest.cmake.recorded.items()}


def build_facts(built, epoch):
    manifest, variant = built.manifest, built.variant
    facts = {
        "schema": SCHEMA, "name": manifest.name, "version": manifest.version,
        "variant": variant.name, "level": variant.level,
        "build_number": manifest.build_number + variant.bump, "source_date_epoch": epoch,
        "source_sha256": source_hash(_sources(manifest, built.tree)),
        "flags": compile_flags(built.tree, built.library), "glibc": glibc_needed(built.stage),
        **numbers(manifest),
        **recorded(manifest, built.tree),
    }
    programs = [built.library] if built.library else elf.elf_files(built.stage)
    facts["compiler"] = "; ".join(sorted({elf.compiler(p) for p in programs} - {""}))
    if built.library:
        facts["targets"] = elf.simd_targets(built.library)
    return facts


def plugin_facts(manifest, plugin, file, epoch):
    version = elf.glibc_version(file)
    return {
        "schema": SCHEMA, "name": plugin.package, "version": manifest.version,
        "variant": plugin.name, "build_number": manifest.build_number + plugin.bump,
        "source_date_epoch": epoch, "source_sha256": source_hash(manifest.sources),
        "compiler": elf.compiler(file), "glibc": f"{version[0]}.{version[1]}",
        **numbers(manifest),
    }


def facts_text(facts):
    return json.dumps(facts, indent=1, sort_keys=True) + "\n"


def write_facts(facts, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(facts_text(facts))
