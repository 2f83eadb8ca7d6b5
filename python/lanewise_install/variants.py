"""Wheel variants (PEP 825, PEP 850) as uv's preview understands them.

uv runs no provider: it knows two by name, and what these say of the machine. All of this was found
by asking uv 0.13.9; docs/explain-install.md lists the rules.
"""

import json
import re
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

_X86 = ("x86-64-variant-provider", "x86_64_variant_provider", False)
_NVIDIA = ("nvidia-variant-provider", "nvidia_variant_provider.plugin:NvidiaVariantPlugin", True)
_KEYS = {"$schema", "default-priorities", "providers", "variants"}
_PROVIDER_VERSION = Version("0.1")
_LOWEST_CUDA, _HIGHEST_CUDA, _HIGHEST_MINOR = (11, 0), (15, 12), 12
_SM_FAMILIES = [[70, 72, 75], [80, 86, 87, 88, 89], [90], [100], [120]]  # code runs within a family


class Invalid(ValueError):
    """uv refuses the whole version."""


@dataclass
class Variants:
    namespaces: list
    providers: dict
    variants: dict  # label -> {namespace: {feature: [values]}}


def read(text):
    """A {name}-{version}-variants.json; Invalid where uv calls it invalid metadata."""
    try:
        data = json.loads(text)
        if not set(data) <= _KEYS:
            raise Invalid(f"unknown key {', '.join(sorted(set(data) - _KEYS))}")
        namespaces = data["default-priorities"]["namespace"]
        providers, variants = data.get("providers"), data["variants"]
        if not isinstance(data["$schema"], str):
            raise Invalid("$schema is not a string")
        if not namespaces or len(set(namespaces)) != len(namespaces):
            raise Invalid("default-priorities.namespace is empty or names one twice")
        if providers is not None and set(providers) != set(namespaces):
            raise Invalid("providers are not those of default-priorities.namespace")
        for label, properties in variants.items():
            for namespace, features in properties.items():
                for feature, values in features.items():
                    if not values:
                        raise Invalid(f"{label}: {namespace} :: {feature} has no value")
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise Invalid(f"{type(error).__name__}: {error}") from error
    return Variants(namespaces, providers or {}, variants)


def supported(variants, machine):
    """({namespace: {feature: test(value) -> rank or None}}, {namespace: why it is not known})."""
    known, unknown = {}, {}
    for namespace in variants.namespaces:
        provider = variants.providers.get(namespace)
        if provider is None:
            unknown[namespace] = "its variants file names no provider"
        elif "static-properties" in provider and "requires" not in provider:
            known[namespace] = {feature: _listed(values)
                                for feature, values in provider["static-properties"].items()}
        elif _is(provider, _X86):
            known[namespace] = {"level": _level(machine)}
        elif _is(provider, _NVIDIA):
            known[namespace] = _nvidia(machine)
        else:
            unknown[namespace] = f"uv does not run the provider of {namespace!r}"
    return known, unknown


def _is(provider, wanted):
    name, api, api_needed = wanted
    requires = provider.get("requires")
    if provider.get("optional") or "static-properties" in provider or not requires \
            or len(requires) != 1:
        return False
    try:
        requirement = Requirement(requires[0])
    except InvalidRequirement:
        return False
    given = provider.get("plugin-api")
    return (canonicalize_name(requirement.name) == name and requirement.marker is None
            and requirement.specifier.contains(_PROVIDER_VERSION)
            and (given == api if api_needed or given else True))


def _listed(values):
    ranks = {value: rank for rank, value in enumerate(values)}
    return ranks.get


def _level(machine):
    level = (machine.get("uv") or {}).get("x86_64_level")
    return _listed([f"v{n}" for n in range(int(level[1:]), 0, -1)] if level else [])


def _nvidia(machine):
    """CUDA bounds by the driver's version, code by the devices' families; best first."""
    uv = machine.get("uv") or {}
    driver = _cuda(uv.get("cuda_driver") or "")
    devices = [_device(text) for text in uv.get("sm_arch") or []]
    shared = [set(device) for device in devices]
    code = [value for value in devices[0] if all(value in other for other in shared)] \
        if devices else []

    def bound(allowed):
        def rank(value):
            version = _cuda(value)
            if driver is None or version is None or version[1] > _HIGHEST_MINOR \
                    or not _LOWEST_CUDA <= version <= _HIGHEST_CUDA or not allowed(version):
                return None
            return -version[0], -version[1]  # the highest first, for both bounds
        return rank

    return {"cuda_version_lower_bound": bound(lambda version: version <= driver),
            "cuda_version_upper_bound": bound(lambda version: version > driver),
            "sm_arch": _listed(code)}


def _cuda(text):
    found = re.fullmatch(r"(\d+)(?:\.(\d+))?", text)
    return (int(found[1]), int(found[2] or 0)) if found else None


def _device(text):
    version = _cuda(text)
    number = version[0] * 10 + version[1] if version else 0
    for family in _SM_FAMILIES:
        if number in family:
            fits = [member for member in family if member <= number]
            return [f"{member}_real" for member in reversed(fits)] + [f"{family[0]}_virtual"]
    return []


def check(properties, variants, known, unknown):
    """(rank, None) of a variant that fits, or (None, (namespace, feature, values, why))."""
    rank = []
    for namespace, features in properties.items():
        for feature, values in features.items():
            if namespace in unknown:
                return None, (namespace, feature, values, unknown[namespace])
            test = known.get(namespace, {}).get(feature)
            if test is None:
                return None, (namespace, feature, values, f"uv knows no {namespace} :: {feature}")
            ranks = [found for found in map(test, values) if found is not None]
            if not ranks:
                return None, (namespace, feature, values, "")
            order = list(known[namespace]).index(feature)
            rank.append((variants.namespaces.index(namespace), order, min(ranks)))
    return sorted(rank), None
