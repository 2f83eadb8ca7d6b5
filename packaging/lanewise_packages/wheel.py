"""Wheels rewritten: files replaced and added, RECORD right, always the same bytes.

Also the two JSON files of wheel variants (PEP 825 and 850), as uv reads them."""

import base64
import hashlib
import json
import re
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

SCHEMA = "https://variants-schema.wheelnext.dev/peps/850/v0.2.0.json"
# uv carries these providers itself and knows them by exactly these requirements.
PROVIDERS = {
    "nvidia": {"requires": ["nvidia-variant-provider"],
               "plugin-api": "nvidia_variant_provider.plugin:NvidiaVariantPlugin"},
    "x86_64": {"requires": ["x86-64-variant-provider"]},
}
# A variant without properties: for tools that know variants, on machines that fit no other.
NULL = "null"


class WheelError(ValueError):
    """A wheel is not what it should be; the message names it."""


@dataclass
class Wheel:
    """A wheel in memory: its name and its files."""
    name: str  # of the distribution, as in file names
    version: str
    tags: str  # "cp311-cp311-manylinux_2_17_x86_64"
    files: dict  # path -> bytes
    modes: dict = field(default_factory=dict)  # path -> permissions, where not 0644

    @property
    def dist_info(self):
        return f"{self.name}-{self.version}.dist-info"

    @classmethod
    def read(cls, path):
        match = re.fullmatch(r"([^-]+)-([^-]+)-((?:[^-]+-){2}[^-]+)\.whl", Path(path).name)
        if not match:
            raise WheelError(f"{path} is not named like a wheel")
        with zipfile.ZipFile(path) as archive:
            entries = [i for i in archive.infolist() if not i.is_dir()]
            files = {i.filename: archive.read(i) for i in entries}
            modes = {i.filename: (i.external_attr >> 16) & 0o777 for i in entries}
        return cls(match[1], match[2], match[3], files, modes)

    def replaced(self, files):
        """A copy with these files, new or instead of its own."""
        return Wheel(self.name, self.version, self.tags, {**self.files, **files},
                     dict(self.modes))

    def write(self, folder, epoch, label=None):
        """Writes the wheel; `label` makes it a variant of that name."""
        record = f"{self.dist_info}/RECORD"
        files = {name: data for name, data in self.files.items() if name != record}
        # Installers read a wheel's metadata from its end.
        names = sorted(files, key=lambda name: (name.startswith(self.dist_info), name))
        lines = [f"{name},sha256={_digest(files[name])},{len(files[name])}\n" for name in names]
        files[record] = ("".join(lines) + f"{record},,\n").encode()
        suffix = f"-{label}" if label else ""
        path = Path(folder) / f"{self.name}-{self.version}-{self.tags}{suffix}.whl"
        path.parent.mkdir(parents=True, exist_ok=True)
        # Zip knows no year before 1980.
        moment = max(time.gmtime(epoch)[:6], (1980, 1, 1, 0, 0, 0))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name in [*names, record]:
                info = zipfile.ZipInfo(name, moment)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = (0o100000 | self.modes.get(name, 0o644)) << 16
                info.create_system = 3  # Unix: the permissions count
                archive.writestr(info, files[name])
        return path


def _digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _json(data):
    return (json.dumps(data, indent=1, sort_keys=True) + "\n").encode()


def _check_label(label):
    if not re.fullmatch(r"[0-9a-z_.]{1,16}", label):
        raise WheelError(f"variant label {label!r}: 1 to 16 of 0-9, a-z, _ and .")


def variants_json(variants):
    """What {name}-{version}-variants.json says. `variants`: label -> namespace -> feature -> list."""
    for label in variants:
        _check_label(label)
    spaces = sorted({space for properties in variants.values() for space in properties})
    for space in spaces:
        if space not in PROVIDERS:
            raise WheelError(f"variant namespace {space!r}: uv knows {', '.join(PROVIDERS)}")
    return {"$schema": SCHEMA, "default-priorities": {"namespace": spaces},
            "providers": {space: PROVIDERS[space] for space in spaces}, "variants": variants}


def write_variants(folder, epoch, builds):
    """Writes the variants and their index file. `builds`: label -> (wheel, properties)."""
    whole = variants_json({label: properties for label, (_, properties) in builds.items()})
    made = []
    for label, (wheel, _) in builds.items():
        # Namespaces of all variants, so that priorities agree; of the variants its own alone.
        own = {**whole, "variants": {label: whole["variants"][label]}}
        variant = wheel.replaced({f"{wheel.dist_info}/variant.json": _json(own)})
        made.append(variant.write(folder, epoch, label))
    wheel = next(iter(builds.values()))[0]
    index = Path(folder) / f"{wheel.name}-{wheel.version}-variants.json"
    index.write_bytes(_json(whole))
    return [*made, index]


def plugin_wheel(name, version, summary, license_text, requires, files, tag):
    """A wheel of plain files that puts them into another distribution's package."""
    dist_info = f"{name}-{version}.dist-info"
    metadata = [f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n"
                f"Summary: {summary}\nLicense: {license_text}\n",
                *(f"Requires-Dist: {r}\n" for r in requires)]
    wheel = (f"Wheel-Version: 1.0\nGenerator: lanewise_packages\nRoot-Is-Purelib: false\n"
             f"Tag: {tag}\n")
    return Wheel(name, version, tag, {**files, f"{dist_info}/METADATA": "".join(metadata).encode(),
                                      f"{dist_info}/WHEEL": wheel.encode()})
