"""``lanewise`` on the command line; also ``python -m lanewise``."""

import argparse
import os
import runpy
import sys

import lanewise
from lanewise._bench.one_thread import start_again as start_in_one_thread
from lanewise._bench.options import add_arguments as add_bench_arguments


def _print(report, as_json):
    print(report.json() if as_json else report)


def show(options):
    _print(lanewise.show(), options.json)


def explain(options):
    _print(lanewise.explain(options.function, *options.dtype, n=options.elements), options.json)


def accuracy(options):
    _print(lanewise.accuracy(options.function), options.json)


def status(options):
    with lanewise.patched_numpy(bits=options.bits):
        _print(lanewise.patch_status(), options.json)


def run(options):
    lanewise.patch_numpy(bits=options.bits)
    sys.argv = [options.script, *options.args]
    sys.path[0] = os.path.dirname(os.path.abspath(options.script))  # as Python does
    runpy.run_path(options.script, run_name="__main__")


def selftest(options):
    from lanewise._selftest import run as run_selftest

    return run_selftest()


def report(options):
    _print(lanewise.report(), options.json)


def bench(options):
    from lanewise._bench.command import main as run_bench

    return run_bench(options)


def _parser():
    parser = argparse.ArgumentParser(prog="lanewise", description=lanewise.__doc__.split("\n")[0])
    parser.add_argument("--version", action="version", version=f"lanewise {lanewise.__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(function, text, json=True):
        sub = commands.add_parser(function.__name__, help=text, description=text)
        sub.set_defaults(function_to_run=function)
        if json:
            sub.add_argument("--json", action="store_true", help="for programs")
        return sub

    command(show, "this machine and what runs on it")
    sub = command(explain, "which variant of a function runs, and why not the others")
    sub.epilog = ("lanewise explain install NAME: which build of a package a machine gets; "
                  "lanewise explain artifact FILE: what is in one. Both have --help.")
    sub.add_argument("function", help="exp, sum, ...")
    sub.add_argument("dtype", nargs="*", help="f4, float64, ...")
    sub.add_argument("--elements", type=int, default=0, metavar="N",
                     help="for contiguous arrays of N elements; default: small ones")
    command(accuracy, "the error bound of a function").add_argument("function")
    all_loops = {"action": "store_true", "help": "patch what lanewise slows down here, too"}
    sub = command(status, "what patched NumPy computes with lanewise, what not, and why")
    sub.add_argument("--bits", **all_loops)
    sub = command(run, "run a Python script with NumPy patched", json=False)
    sub.add_argument("--bits", **all_loops)
    sub.add_argument("script")
    sub.add_argument("args", nargs=argparse.REMAINDER)
    command(selftest, "the same bits on every target of this machine", json=False)
    command(report, "everything that a bug report needs, self-test included")
    sub = command(bench, "speed at every target, beside NumPy and others", json=False)
    add_bench_arguments(sub)
    return parser


def _explain_package(arguments):
    """``explain install`` and ``explain artifact`` ask about packages, with arguments of their own."""
    from lanewise_install import command

    function = {"install": command.install, "artifact": command.artifact}[arguments[1]]
    return function(arguments[2:]) or 0


def main(arguments=None):
    if arguments is None:
        arguments = sys.argv[1:]
        if arguments[:1] == ["bench"]:
            start_in_one_thread()
    if arguments[:1] == ["explain"] and arguments[1:2] in (["install"], ["artifact"]):
        try:
            return _explain_package(arguments)
        except (ValueError, OSError) as error:
            print(f"lanewise: {error}", file=sys.stderr)
            return 2
    options = _parser().parse_args(arguments)
    try:
        return options.function_to_run(options) or 0
    except (ValueError, TypeError, OSError) as error:
        if options.function_to_run is run:
            raise
        print(f"lanewise: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
