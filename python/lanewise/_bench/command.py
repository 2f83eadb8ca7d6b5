"""``lanewise bench``: the progress bar and the files."""

import json
import sys

from .cases import SIZE_NAMES, parse_dtypes, parse_size
from .measure import Effort
from .run import run


def _require(module, purpose):
    try:
        __import__(module)
    except ImportError:
        raise ValueError(f"{purpose} needs the package {module}: "
                         "pip install rich plotly") from None


def _split(text):
    return [part.strip() for part in text.split(",") if part.strip()]


def _measure(options, console):
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    sizes = options.sizes or ("1k,64k" if options.quick else ",".join(["10", *SIZE_NAMES.values()]))
    effort = Effort(batch=100e-6, rounds=9, row=0.5) if options.quick else Effort()
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                  TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def progress(done, total, row):
            bar.update(task, completed=done, total=total,
                       description=f"{row['kernel']} {row['types']} n={row['n']}")

        return run(_split(options.kernels) if options.kernels else None,
                   parse_dtypes(options.dtypes), [parse_size(s) for s in _split(sizes)],
                   [] if options.peers == "none" else _split(options.peers), effort,
                   "quick" if options.quick else "default", progress)


def _load(name):
    with open(name, encoding="utf-8") as file:
        data = json.load(file)
    if not isinstance(data, dict) or data.get("producer") != "lanewise bench":
        raise ValueError(f"{name} is not a result of lanewise bench")
    return data


def main(options):
    # What would fail fails now, not after minutes of measuring.
    _require("rich", "lanewise bench")
    if options.html:
        _require("plotly", "--html")
    for name in (options.json, options.html):
        if name and name != "-":
            open(name, "a", encoding="utf-8").close()
    from rich.console import Console

    from . import table

    errors = Console(stderr=True)
    data = _load(options.source) if options.source else _measure(options, errors)
    if options.json != "-":
        # Wide enough for all columns where the output is a file.
        table.show(data, Console(width=None if sys.stdout.isatty() else 200))
    if options.json:
        with open(1 if options.json == "-" else options.json, "w", encoding="utf-8") as file:
            json.dump(data, file, indent=1)
            file.write("\n")
    if options.html:
        from .page import write

        write(data, options.html)
        errors.print(f"{options.html} written", highlight=False)
    return 1 if any(row["other_bits"] for row in data["rows"]) else 0
