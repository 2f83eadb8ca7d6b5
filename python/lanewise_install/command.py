"""``lanewise explain install`` and ``explain artifact``: arguments, and what they print."""

import argparse

from .errors import InstallError

TOOLS = ["rattler", "mamba", "conda", "uv"]
_EPILOG = """\
--machine takes the name of a described machine (lanewise.machine_names()), a machine file, a copy
of another machine's /proc/cpuinfo, or what `lanewise-probe --json` wrote there.
docs/explain-install.md describes the output and what each tool does.
"""


def _install_parser():
    parser = argparse.ArgumentParser(
        prog="lanewise explain install", epilog=_EPILOG,
        description="which build of a package a machine gets, why, and why not the others")
    parser.add_argument("name", help="of a package in the channel, any one")
    parser.add_argument("--channel", metavar="DIR_OR_URL",
                        help="conda packages: a local channel, or the whole address of one")
    parser.add_argument("--wheels", metavar="DIR_OR_URL",
                        help="wheels: a folder, a find-links page, or a project's index page")
    parser.add_argument("--machine", metavar="NAME_OR_FILE", action="append",
                        help="this (the default), or another; with --matrix more than once")
    parser.add_argument("--as", dest="tool", choices=[*TOOLS, "all"],
                        help="the tool that installs (rattler for --channel, uv for --wheels)")
    parser.add_argument("--matrix", action="store_true",
                        help="only who gets what: all described machines, or those named")
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser


def _tools(options):
    """The tools asked for, by what they install from."""
    if not options.channel and not options.wheels:
        raise InstallError("where from? give --channel or --wheels")
    if options.tool == "uv" and not options.wheels:
        raise InstallError("uv installs wheels: give --wheels")
    if options.tool in ("rattler", "mamba", "conda") and not options.channel:
        raise InstallError(f"{options.tool} installs from a channel: give --channel")
    conda, wheels = bool(options.channel), bool(options.wheels)
    if options.tool in (None, "all"):
        everything = options.tool == "all" or options.matrix
        found = (["rattler", "mamba", "conda"] if everything else ["rattler"]) if conda else []
        return found + (["uv"] if wheels else [])
    return [options.tool]


def install(arguments):
    from . import explain_install, matrix

    options = _install_parser().parse_args(arguments)
    tools = _tools(options)
    machines = options.machine or []
    if options.matrix:
        report = matrix(options.name, options.channel, options.wheels, machines, tools)
    elif len(machines) > 1:
        raise InstallError("more than one --machine goes with --matrix only")
    else:
        report = explain_install(options.name, options.channel, options.wheels,
                                 machines[0] if machines else "this", tools)
    print(report.json() if options.json else report)


def artifact(arguments):
    from .artifact import explain_artifact

    parser = argparse.ArgumentParser(
        prog="lanewise explain artifact",
        description="what is in a wheel or conda package of lanewise")
    parser.add_argument("file", help="a .whl, .conda or .tar.bz2 file")
    parser.add_argument("--json", action="store_true", help="for programs")
    options = parser.parse_args(arguments)
    report = explain_artifact(options.file)
    print(report.json() if options.json else report)
