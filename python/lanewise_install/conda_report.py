"""What `lanewise explain install --channel` says: as data, and as text."""

import functools

from .channel import load
from .decide import TOOLS, ask_rattler, decide
from .errors import NoPackage
from .overrides import asked_for, overrides
from .reasons import Reasons, listed

_LINES = 40  # candidates in the text; --json has all


def explain(channel, name, machine, tools):
    """The channel's address, {tool: data} for the tools asked for, {tool: label} for all."""
    found = load(channel, name, machine["architecture"])
    name = name.lower()
    answers, others = {}, {}
    for tool in TOOLS:
        packages = machine["virtual_packages"].get(tool, {})
        decision = decide(found, name, packages, tool)
        if tool == "rattler":
            ask_rattler(found, name, decision)
        others[tool] = label(_brief_or_none(decision.winner))
        if tool in tools:
            answers[tool] = _data(decision, machine)
            answers[tool].update(_with_own(found, name, machine, tool, decision))
    return found.url, answers, others


def chooser(channel, name, tools):
    """machine -> {tool: label}, for the matrix; reads the channel once per architecture."""
    channels = functools.cache(functools.partial(load, channel, name))
    tools = [tool for tool in tools if tool in TOOLS]

    def choose(machine):
        try:
            found = channels(machine["architecture"])
        except NoPackage:
            return dict.fromkeys(tools, "no package")
        return {tool: label(_brief_or_none(decide(
            found, name.lower(), machine["virtual_packages"].get(tool, {}), tool).winner))
            for tool in tools}

    return choose


def _brief_or_none(build):
    return build and brief(build)


def brief(build):
    return {"version": build.version, "build": build.build, "build_number": build.number,
            "subdir": build.subdir, "file": build.file}


def _data(decision, machine):
    reasons = Reasons(decision, machine)
    candidates = []
    for build in decision.ranked:
        entry = {**brief(build), "track_features": list(build.track_features),
                 "depends": list(build.depends), "constrains": list(build.constrains)}
        if build in decision.solutions:
            entry["status"] = "chosen" if build is decision.winner else "fits"
        else:
            entry.update(status="rejected", reason=reasons.of(build).data())
        candidates.append(entry)
    data = {
        "winner": None, "candidates": candidates, "solver": decision.solver,
        "virtual_packages": {package.name: f"{package.version}={package.build}"
                             for package in decision.universe.virtual.values()},
        "overrides": overrides(decision),
    }
    if decision.winner:
        data["winner"] = brief(decision.winner)
        data["with"] = [str(build) for name, build in decision.solutions[decision.winner].items()
                        if build.file and build is not decision.winner]
        if decision.next:
            key, words = decision.outranks()
            data["outranks"] = {"next": brief(decision.next), "by": key, "words": words}
    return data


def _with_own(channel, name, machine, tool, decision):
    """The choice once the tool also knows lanewise's virtual packages, where the channel asks."""
    asked = [package for package in sorted(asked_for(decision.universe, decision.ranked))
             if package.startswith("__lanewise_")]
    own = machine.get("lanewise_virtual_packages", {})
    if tool == "mamba" or not any(package in own for package in asked):
        return {}
    if tool == "rattler":
        detectors = {channel.detectors.get(package) for package in asked} - {None}
        if not detectors:
            return {}
        source = f"the channel's detector {', '.join(sorted(detectors))} (asks for consent)"
    else:
        source = "lanewise's conda plugin"
    packages = {**machine["virtual_packages"].get(tool, {}), **own}
    winner = decide(channel, name, packages, tool).winner
    return {"with_lanewise_virtual_packages": {
        "source": source, "winner": _brief_or_none(winner),
        "overrides": {f"CONDA_OVERRIDE_{package[2:].upper()}": own[package]["version"]
                      for package in asked if package in own}}}


# ---- text ---------------------------------------------------------------------------------------


def label(entry):
    return f"{entry['version']} {entry['build']}" if entry else "nothing"


def text(tool, data):
    lines = [f"{tool} {_headline(data)}"]
    if data.get("outranks"):
        other = data["outranks"]
        lines.append(f"  because {other['words']} (the next that fits: {label(other['next'])})")
    lines += _solver(data["solver"])
    lines += _elsewhere(data)
    shown, left = data["candidates"][:_LINES], data["candidates"][_LINES:]
    width = max(len(label(entry)) for entry in shown)
    lines.append("")
    for entry in shown:
        reason = entry.get("reason", {}).get("words", "")
        lines.append(f"  {entry['status']:<9} {label(entry):<{width}}  {reason}".rstrip())
    if left:
        fits = sum(entry["status"] == "fits" for entry in left)
        lines.append(f"  and {len(left)} more, {fits} of which fit; --json lists them")
    return "\n".join(lines)


def _headline(data):
    if not data["winner"]:
        return "finds no build that fits"
    others = f" with {listed(data['with'])}" if data["with"] else ""
    return f"installs {label(data['winner'])}{others}"


def _solver(solver):
    if not solver:
        return []
    name = f"{solver['name']} {solver['version']}"
    if solver["agrees"]:
        return [f"  {name} solves it the same way"]
    return [f"  {name} says otherwise: {solver['winner'] or solver['error']}; please report this"]


def _elsewhere(data):
    lines = []
    if data["overrides"]:
        lines.append("  the same choice elsewhere: " + " ".join(
            f'{name}={value or chr(34) * 2}' for name, value in data["overrides"].items()))
    own = data.get("with_lanewise_virtual_packages")
    if own:
        same = own["winner"] == data["winner"]
        choice = "the same" if same else label(own["winner"])
        lines.append(f"  with {own['source']}: {choice}; elsewhere: " + " ".join(
            f"{name}={value}" for name, value in own["overrides"].items()))
    return lines
