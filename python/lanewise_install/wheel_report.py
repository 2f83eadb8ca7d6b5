"""What `lanewise explain install --wheels` says: as data, and as text."""

import sys

from . import uv
from .wheels import load

_WITHOUT = "pip, and uv without its preview of wheel variants"


def explain(place, name, machine):
    """(data of uv, {tool: label})."""
    listing = load(place, name)
    verdicts = uv.decide(listing, machine)
    kept = [verdict for verdict in verdicts if verdict.status != "rejected"]
    ordinary = _winner(uv.decide(listing, machine, preview=False))
    data = {
        "winner": _brief(kept[0].wheel) if kept else None,
        "candidates": [_entry(verdict, machine) for verdict in verdicts],
        "not_wheels": [{"file": file, "reason": why} for file, why in listing.bad],
        "python": ".".join(map(str, sys.version_info[:2])),
        "without_preview": ordinary and _brief(ordinary),
        "overrides": _overrides(kept, machine, listing),
    }
    if len(kept) > 1:
        key, words = uv.outranks(kept[0], kept[1], listing)
        data["outranks"] = {"next": _brief(kept[1].wheel), "by": key, "words": words}
    return data, {"uv": label(data["winner"]), "pip": label(data["without_preview"])}


def chooser(place, name):
    """machine -> {tool: label}, for the matrix."""
    listing = load(place, name)

    def choose(machine):
        winner = _winner(uv.decide(listing, machine))
        return {"uv": label(winner and _brief(winner))}

    return choose


def _winner(verdicts):
    return next((verdict.wheel for verdict in verdicts if verdict.status == "chosen"), None)


def _brief(wheel):
    return {"version": str(wheel.version), "label": wheel.label, "kind": wheel.kind,
            "file": wheel.name}


def _entry(verdict, machine):
    entry = {**_brief(verdict.wheel), "status": verdict.status}
    if verdict.status == "rejected":
        masks = (machine.get("hypervisor") or {}).get("masks", ())
        absent = [name for name in verdict.missing if name not in masks]
        hidden = [name for name in verdict.missing if name in masks]
        words = verdict.words + (f", without {' '.join(absent)}" if absent else "") + (
            f"; the VM hides {' '.join(hidden)}" if hidden else "")
        reason = {"words": words, "requirement": verdict.requirement,
                  "missing": list(verdict.missing)}
        entry["reason"] = {key: value for key, value in reason.items() if value}
    return entry


def _overrides(kept, machine, listing):
    """The variables of uv's NVIDIA provider, where any variant asks for it."""
    uv_facts = machine.get("uv") or {}
    if not any('"nvidia"' in text for text in listing.variants.values()):
        return {}
    found = {}
    if uv_facts.get("cuda_driver"):
        found["NV_VARIANT_PROVIDER_FORCE_CUDA_DRIVER_VERSION"] = uv_facts["cuda_driver"]
    if uv_facts.get("sm_arch"):
        found["NV_VARIANT_PROVIDER_FORCE_SM_ARCH"] = uv_facts["sm_arch"][0]
    return found


# ---- text ---------------------------------------------------------------------------------------


def label(entry):
    if not entry:
        return "nothing"
    kind = entry["label"] or ("ordinary" if entry["kind"] == "wheel" else "source")
    return f"{entry['version']} {kind}"


def text(data):
    winner = data["winner"]
    lines = [f"uv installs {label(winner)} ({winner['file']})" if winner
             else f"uv finds no wheel that fits (Python {data['python']})"]
    if data.get("outranks"):
        other = data["outranks"]
        lines.append(f"  because {other['words']} (the next that fits: {label(other['next'])})")
    lines.append(f"  {_WITHOUT}: {label(data['without_preview'])}")
    lines.append("  the same choice elsewhere: " + _elsewhere(data))
    width = max(len(entry["file"]) for entry in [*data["candidates"], *data["not_wheels"]])
    lines.append("")
    for entry in data["candidates"]:
        reason = entry.get("reason", {}).get("words", "")
        lines.append(f"  {entry['status']:<9} {entry['file']:<{width}}  {reason}".rstrip())
    for entry in data["not_wheels"]:
        lines.append(f"  {'rejected':<9} {entry['file']:<{width}}  not a valid name "
                     f"({entry['reason']})")
    return "\n".join(lines)


def _elsewhere(data):
    if not data["winner"]:
        return "there is none"
    if not data["winner"]["label"]:
        return "without --preview-features wheel-variants" if data["winner"] == \
            data["without_preview"] else "by the file's path or URL"
    words = "uv has no override for the CPU; by the wheel's path or URL"
    if data["overrides"]:
        words += ", for the GPU with " + " ".join(
            f"{name}={value}" for name, value in data["overrides"].items())
    return words
