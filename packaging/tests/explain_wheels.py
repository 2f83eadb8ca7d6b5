"""Tiny wheels and their variants file, for the tests of `lanewise explain install --wheels`."""

import hashlib
import json
import zipfile
from base64 import urlsafe_b64encode

SCHEMA = "https://variants-schema.wheelnext.dev/peps/850/v0.2.0.json"
PROVIDERS = {"x86_64": {"requires": ["x86-64-variant-provider"]},
             "aarch64": {"requires": ["aarch64-variant-provider"]},
             "nvidia": {"requires": ["nvidia-variant-provider"],
                        "plugin-api": "nvidia_variant_provider.plugin:NvidiaVariantPlugin"}}


def variants_data(variants, order=("nvidia", "x86_64"), providers=None):
    """`variants`: {label: {namespace: {feature: [values]}}}."""
    used = {namespace for properties in variants.values() for namespace in properties}
    namespaces = [namespace for namespace in order if namespace in used] or [order[0]]
    return {"$schema": SCHEMA, "default-priorities": {"namespace": namespaces},
            "providers": {name: value for name, value in (providers or PROVIDERS).items()
                          if name in namespaces}, "variants": variants}


def _digest(content):
    return urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


def write_wheel(folder, name, version, label=None, properties=None, tag="py3-none-any", build="",
                python=None, extra=None, order=("nvidia", "x86_64"), providers=None):
    """An importable wheel; its module says which it is. Returns the file's name."""
    parts = [name, version, *([build] if build else []), tag, *([label] if label else [])]
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    if python:
        metadata += f"Requires-Python: {python}\n"
    files = {f"{name}.py": f"which = {label or 'ordinary'!r}\n", f"{info}/METADATA": metadata,
             f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
                              f"Tag: {tag}\n"}
    if label:
        files[f"{info}/variant.json"] = json.dumps(
            variants_data({label: properties or {}}, order, providers))
    files.update(extra or {})  # None: without that file
    files = {path: text for path, text in files.items() if text is not None}
    record = "".join(f"{path},sha256={_digest(text.encode())},{len(text.encode())}\n"
                     for path, text in files.items())
    files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ("-".join(parts) + ".whl")
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in files.items():
            archive.writestr(member, text)
    return path.name


def write_variants(folder, name, version, variants, order=("nvidia", "x86_64"), **changes):
    """All variant wheels of one version, and the index file that lists them."""
    for label, properties in variants.items():
        write_wheel(folder, name, version, label, properties, order=order)
    data = {**variants_data(variants, order), **changes}
    (folder / f"{name}-{version}-variants.json").write_text(json.dumps(data))
