"""The results in a terminal."""

from .cases import size_name
from .run import best_ns, ceiling, gigabytes, mean_ratio, ns, ratio, target_label


def _number(value):
    """Three significant digits or so."""
    if value is None:
        return "-"
    return f"{value:.3f}" if value < 9.9995 else f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


def _ratio(value):
    return "-" if value is None else f"{value:.2f}" if value < 9.995 else f"{value:.0f}"


def peers_of(data):
    """The peers that were measured."""
    return [name for name, peer in data["peers"].items() if not peer["left_out"]]


def cells(row, data):
    """A row of the table, as text; also the page's."""
    best = best_ns(row, data)
    mark = {name: "*" if name in row["soft_fma"] else "" for name in data["targets"]}
    share = ceiling(row)[1] / best if ceiling(row)[1] else None
    return [
        row["kernel"], row["types"], size_name(row["n"]),
        *(_number(ns(row, name)) + mark[name] for name in data["targets"]),
        f"{gigabytes(row, best):.1f}", "-" if share is None else f"{100 * share:.0f}",
        _ratio(ratio(row, data["targets"][0], data)) + mark[data["targets"][0]],
        *(_ratio(ratio(row, name, data)) for name in peers_of(data)),
        "differ" if row["other_bits"] else "same",
    ]


def headings(data):
    """(heading, whether it is text) of each column."""
    return [("kernel", True), ("types", True), ("n", False),
            *((f"{target_label(name)} ns", False) for name in data["targets"]), ("GB/s", False),
            ("ceil %", False), ("x base", False), *((f"x {p}", False) for p in peers_of(data)),
            ("bits", True)]


LEGEND = (
    "Best of the rounds, one thread. ns per element at each target; GB/s and share of the memory "
    "ceiling at the best target; x: time of the baseline and of each peer divided by that of the "
    "best target, above 1 lanewise is faster; bits: whether every target gave the same.")


def soft_fma_note(data):
    soft = sorted({name for row in data["rows"] for name in row["soft_fma"]})
    names = " and ".join(map(target_label, soft))
    return (f"* software FMA: no fused multiply-add instruction at {names}; "
            "lanewise computes it in software there, for the same bits. Nobody ran that before: "
            "NumPy at its baseline shows what such a processor had.") if soft else ""


def means(data):
    """(n, name, mean over the math functions, rows, mean over all, rows) for each size and other.

    What people have comes first, lanewise's own lower targets last."""
    found = []
    for n in sorted({row["n"] for row in data["rows"]}):
        rows = [row for row in data["rows"] if row["n"] == n]
        for name in [*peers_of(data), *data["targets"][:-1]]:
            math = mean_ratio([row for row in rows if row["math"]], name, data)
            every = mean_ratio(rows, name, data)
            if every[0]:
                found.append((n, name, *math, *every))
    return found


def soft_label(name, data):
    """A contestant's name; a target whose ratio is one to software FMA says so."""
    soft = any(name in row["soft_fma"] for row in data["rows"])
    return target_label(name) + (" (software FMA)" if soft else "")


def show(data, console):
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", caption=LEGEND,
                  caption_justify="left")
    for heading, is_text in headings(data):
        table.add_column(heading, justify="left" if is_text else "right", no_wrap=heading == "kernel")
    for row in data["rows"]:
        table.add_row(*cells(row, data))
    console.print(table)
    if soft_fma_note(data):
        console.print(soft_fma_note(data))
    summary = Table(box=None, pad_edge=False, header_style="bold", title_justify="left",
                    title="\nGeometric means (above 1 lanewise is faster)")
    for heading in ("n", "against", "math", "rows", "all", "rows"):
        summary.add_column(heading, justify="left" if heading == "against" else "right")
    for n, name, math, math_rows, every, rows in means(data):
        summary.add_row(size_name(n), soft_label(name, data), _ratio(math), str(math_rows),
                        _ratio(every), str(rows))
    console.print(summary)
    used = {ceiling(row)[0] for row in data["rows"] if ceiling(row)[0]}
    console.print(f"\nMemory ceiling: the fastest, for each row, of {', '.join(sorted(used))}.")
    for name, peer in data["peers"].items():
        console.print(f"{name}: " + (f"left out ({peer['left_out']})" if peer["left_out"] else
                                     f"{peer['version']}; {peer['note']}"), highlight=False)
