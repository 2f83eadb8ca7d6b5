"""Which wheel uv installs, with its preview of wheel variants and without.

Newest version first, of which at least one file fits; in it the best variant, `null` after all
others, ordinary wheels last; then the platform tag, then the build tag.
"""

import re
import sys
import zipfile
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import compatible_tags, cpython_tags
from packaging.version import Version

from . import variants as _variants
from .wheels import inside

_OLDEST_GLIBC = {"x86_64": 5}  # 17 elsewhere
_ALIASES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
_END = (10_000,)  # a variant with fewer properties sorts after
_NULL, _ORDINARY, _SOURCE = 1, 2, 3


@dataclass
class Verdict:
    wheel: object
    status: str  # chosen, fits, rejected
    words: str = ""  # why rejected
    requirement: str = ""
    missing: tuple = ()
    rank: tuple = ()


def tags(machine):
    """The wheel tags of this interpreter on that machine, best first."""
    architecture = machine["architecture"]
    found = re.match(r"2\.(\d+)", machine.get("glibc") or "")
    platforms = []
    if found:
        for minor in range(int(found[1]), _OLDEST_GLIBC.get(architecture, 17) - 1, -1):
            platforms.append(f"manylinux_2_{minor}_{architecture}")
            if minor in _ALIASES:
                platforms.append(f"{_ALIASES[minor]}_{architecture}")
    platforms.append(f"linux_{architecture}")
    ordered = [*cpython_tags(platforms=platforms), *compatible_tags(platforms=platforms)]
    return {tag: position for position, tag in reversed(list(enumerate(ordered)))}


def decide(listing, machine, preview=True):
    """A verdict for every file, best first."""
    versions = sorted({wheel.version for wheel in listing.wheels}, reverse=True)
    ordered, ranks = [], tags(machine)
    for version in versions:
        files = [wheel for wheel in listing.wheels if wheel.version == version]
        ordered += _version(listing, files, machine, ranks, preview)
    fits = [verdict for verdict in ordered if verdict.status == "fits"]
    if not all(verdict.wheel.version.is_prerelease for verdict in fits):
        for verdict in fits:
            if verdict.wheel.version.is_prerelease:
                verdict.status, verdict.words = "rejected", "is a pre-release, and a release fits"
    for verdict in ordered:
        if verdict.status == "fits":
            verdict.status = "chosen"
            break
    return ordered


def _version(listing, files, machine, ranks, preview):
    """The verdicts for the files of one version, best first."""
    text = listing.variants.get(files[0].version) if preview else None
    variants, known, unknown = None, {}, {}
    if text is not None:
        try:
            variants = _variants.read(text)
            known, unknown = _variants.supported(variants, machine)
        except _variants.Invalid as error:
            return [Verdict(wheel, "rejected", f"uv refuses this version: variants file: {error}")
                    for wheel in files]
    verdicts = [_wheel(wheel, machine, ranks, variants, known, unknown, preview)
                for wheel in files]
    verdicts.sort(key=lambda verdict: (verdict.status != "fits", verdict.rank,
                                       verdict.wheel.name))
    return _without_spoilt(verdicts)


def _wheel(wheel, machine, ranks, variants, known, unknown, preview):
    def rejected(words, **more):
        return Verdict(wheel, "rejected", words, **more)

    if wheel.file.yanked:
        return rejected("was yanked")
    if wheel.file.requires_python and not _python_fits(wheel.file.requires_python):
        return rejected(f"needs Python {wheel.file.requires_python}")
    if wheel.kind == "source":
        return Verdict(wheel, "fits", rank=((_SOURCE,),))
    tag = min((ranks[tag] for tag in wheel.tags if tag in ranks), default=None)
    if tag is None:
        return rejected(f"needs {' or '.join(sorted(map(str, wheel.tags))[:3])}, which is not "
                        f"this Python on {machine['architecture']} with glibc "
                        f"{machine.get('glibc') or 'unknown'}")
    last = (tag, _build(wheel))
    if not wheel.label:
        return Verdict(wheel, "fits", rank=((_ORDINARY,), "", *last))
    if not preview:
        return rejected("is a wheel variant")
    if variants is None:
        return rejected("no variants file lists it")
    if wheel.label not in variants.variants:
        return rejected(f"the variants file has no label {wheel.label!r}")
    properties = variants.variants[wheel.label]
    rank, unmet = _variants.check(properties, variants, known, unknown)
    if unmet:
        return _unmet(wheel, machine, *unmet)
    if not properties:
        return Verdict(wheel, "fits", rank=((_NULL,), wheel.label, *last))
    return Verdict(wheel, "fits", rank=((0, *rank, _END), wheel.label, *last))


def _build(wheel):
    """Highest build tag first; none is the lowest."""
    return tuple(-part if isinstance(part, int) else part for part in wheel.build) or (1, "")


def _unmet(wheel, machine, namespace, feature, values, why):
    requirement = f"{namespace} :: {feature} :: {' or '.join(values)}"
    missing, words = (), f"needs {requirement}; {why or 'uv reports another here'}"
    uv = machine.get("uv") or {}
    if not why and (namespace, feature) == ("x86_64", "level"):
        words = f"needs {requirement}; uv reports {uv.get('x86_64_level') or 'no level'} here"
        wanted = min((value for value in values if re.fullmatch("v[2-4]", value)), default="v0")
        missing = tuple((machine.get("psabi_missing") or {}).get(wanted[1:], ()))
    elif not why and namespace == "nvidia":
        driver = uv.get("cuda_driver")
        devices = ", ".join(dict.fromkeys(uv.get("sm_arch") or [])) or "no device"
        words = f"needs {requirement}; uv sees " + (
            f"CUDA driver {driver} with {devices}" if driver else "no CUDA driver")
    return Verdict(wheel, "rejected", words, requirement, missing)


def _python_fits(specifier):
    try:
        return SpecifierSet(specifier).contains(Version(".".join(map(str, sys.version_info[:3]))))
    except InvalidSpecifier:
        return True


def _without_spoilt(verdicts):
    """uv looks into its pick, and drops the whole version for what it finds there."""
    best = next((verdict for verdict in verdicts if verdict.status == "fits"), None)
    why = best and _spoilt(best.wheel)
    if not why:
        return verdicts
    for verdict in verdicts:
        if verdict.status == "fits":
            verdict.status = "rejected"
            verdict.words = why if verdict is best else \
                f"uv drops the version, whose best wheel is {best.wheel.name}"
    return verdicts


def _spoilt(wheel):
    if "://" in wheel.file.place or wheel.kind != "wheel":
        return ""
    try:
        needed, variant = inside(wheel)
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        return f"cannot be read: {error}"
    if needed and not _python_fits(needed):
        return f"needs Python {needed}"
    if not wheel.label:
        return ""
    if variant is None:
        return "has no variant.json inside"
    try:
        labels = list(_variants.read(variant).variants)
    except _variants.Invalid as error:
        return f"its variant.json is invalid: {error}"
    return "" if labels == [wheel.label] else \
        f"its variant.json describes {', '.join(labels)} instead of {wheel.label} alone"


# ---- why one comes before another ----------------------------------------------------------------


def outranks(winner, other, listing):
    """(key, words)."""
    a, b = winner.wheel, other.wheel
    if a.version != b.version:
        return "version", f"version {a.version} is newer than {b.version}"
    first, second = winner.rank, other.rank
    if first[0] != second[0]:
        if first[0][0] != second[0][0]:
            kinds = {0: "a variant with properties", _NULL: "the null variant",
                     _ORDINARY: "an ordinary wheel", _SOURCE: "a source distribution"}
            return "kind", f"{kinds[first[0][0]]} comes before {kinds[second[0][0]]}"
        return "properties", _properties(a, b, first[0], second[0], listing)
    if first[1] != second[1]:
        return "label", f"the properties rank equal, and label {a.label} sorts first"
    if first[2] != second[2]:
        return "tag", "its platform tag is more specific"
    return "build_tag", "its build tag is higher"


def _properties(a, b, first, second, listing):
    variants = _variants.read(listing.variants[a.version])
    mine, its = (_spelled(variants.variants[wheel.label]) for wheel in (a, b))
    if first[:-1] == second[:len(first) - 1] or second[:-1] == first[:len(second) - 1]:
        return f"it has more properties ({mine} against {its})"
    return f"{mine} comes before {its}"


def _spelled(properties):
    return ", ".join(f"{namespace} :: {feature} :: {'|'.join(values)}"
                     for namespace, features in properties.items()
                     for feature, values in features.items())
