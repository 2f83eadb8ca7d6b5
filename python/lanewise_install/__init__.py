"""``lanewise explain install``: which build of a package a machine gets, and why.

channel, wheels         what there is
machines                what the tools know of the machine
universe, rank, uv      what can be installed, and what is preferred: per tool
decide                  both together: candidates, winner
reasons, overrides      the same in words, and how to repeat it
conda_report, wheel_report, command
"""

from lanewise._report import Report
from .errors import require
from .machines import load as _machine
from .machines import names as _names
from .machines import title as _title


def _require(channel, wheels):
    if channel:
        require("rattler", "py-rattler", "explaining a channel")
    if wheels:
        require("packaging.tags", "packaging", "explaining wheels")


def explain_install(name, channel=None, wheels=None, machine="this", tools=("rattler",)):
    """The choice of each tool for one machine, with every candidate's verdict."""
    _require(channel, wheels)
    described = _machine(machine)
    data = {"schema": 1, "name": name, "machine": {
        "name": machine, **{key: described.get(key) for key in (
            "architecture", "psabi_level", "best_target", "hypervisor", "archspec")}}}
    data["tools"], data["choices"], texts = {}, {}, []
    if channel:
        from . import conda_report

        data["channel"], answers, choices = conda_report.explain(channel, name, described, tools)
        data["tools"].update(answers)
        data["choices"].update(choices)
        texts += [conda_report.text(tool, answer) for tool, answer in answers.items()]
    if wheels:
        from . import wheel_report

        data["wheels"] = wheels
        answer, choices = wheel_report.explain(wheels, name, described)
        data["choices"].update(choices)
        if "uv" in tools:
            data["tools"]["uv"] = answer
            texts.append(wheel_report.text(answer))
    told = {*data["tools"], "pip"} if "uv" in data["tools"] else set(data["tools"])
    others = [f"{tool} {choice}" for tool, choice in data["choices"].items() if tool not in told]
    if others:
        texts.append(f"others: {', '.join(others)}")
    return Report("\n\n".join([f"{name} on {_title(machine, described)}", *texts]), data)


def matrix(name, channel=None, wheels=None, machines=(), tools=("rattler",)):
    """Machines and tools: who gets what, nothing else."""
    _require(channel, wheels)
    sources = []
    if channel:
        from . import conda_report

        sources.append(conda_report.chooser(channel, name, tools))
    if wheels and "uv" in tools:
        from . import wheel_report

        sources.append(wheel_report.chooser(wheels, name))
    rows = []
    for machine in machines or _names():
        described, row = _machine(machine), {}
        for choose in sources:
            row.update(choose(described))
        rows.append({"machine": machine, "architecture": described["architecture"],
                     "psabi_level": described.get("psabi_level"), "choices": row})
    return Report(_grid(rows, tools), {"schema": 1, "name": name, "matrix": rows})


def _grid(rows, tools):
    cells = [["machine", "level", *tools]]
    for row in rows:
        level = row["psabi_level"]
        cells.append([row["machine"], f"v{level}" if level else row["architecture"],
                      *(row["choices"].get(tool, "-") for tool in tools)])
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return "\n".join("  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths)).rstrip()
                     for line in cells)
