"""``lanewise explain install``: which build of a package a machine gets, and why.

channel, wheels         what there is
machines                what the tools know of the machine
universe, rank, uv      what can be installed, and what is preferred: per tool
decide                  both together: candidates, winner
reasons, overrides      the same in words, and how to repeat it
conda_report, wheel_report, command
"""

from .._report import Report
from .machines import load as _machine
from .machines import title as _title


def explain_install(name, channel=None, wheels=None, machine="this", tools=("rattler",)):
    """The choice of each tool for one machine, with every candidate's verdict."""
    described = _machine(machine)
    data = {"schema": 1, "name": name, "machine": {
        "name": machine, **{key: described.get(key) for key in (
            "architecture", "psabi_level", "best_target", "hypervisor", "archspec")}}}
    data["tools"], data["choices"], texts = {}, {}, []
    if channel:
        from . import conda_report

        data["channel"], answers, choices = conda_report.explain(channel, name, described, tools)
        data["tools"].update(answers)
        data["choices"].update({tool: found and conda_report.label(found)
                                for tool, found in choices.items()})
        texts += [conda_report.text(tool, answer) for tool, answer in answers.items()]
    head = f"{name} on {_title(machine, described)}"
    others = [f"{tool} {choice or 'nothing'}" for tool, choice in data["choices"].items()
              if tool not in data["tools"]]
    if others:
        texts.append("others: " + ", ".join(others))
    return Report("\n\n".join([head, *texts]), data)
