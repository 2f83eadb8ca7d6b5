"""The results as one HTML file that needs no network: plotly's script travels inside it."""

from html import escape

from . import plots, table
from .cases import size_name
from .peers import NUMPY_BASELINE, NUMPY_PATCHED
from .run import target_label

_STYLE = """
body { font: 15px/1.5 system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif; color: #222;
       max-width: 1180px; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: .2rem; } h2 { margin: 2.4rem 0 .3rem; }
p { max-width: 78ch; margin: .3rem 0; } .quiet { color: #666; }
.tiles { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.2rem 0; }
.tile { border: 1px solid #ddd; border-radius: 8px; padding: .6rem 1rem; width: 15rem; }
.tile b { display: block; font-size: 1.6rem; } .bad b { color: #b00020; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 13px; }
th, td { padding: .15rem .6rem; text-align: right; white-space: nowrap; }
th { border-bottom: 1px solid #999; } tr:nth-child(even) td { background: #f6f6f6; }
.text { text-align: left; } summary { cursor: pointer; }
"""

_NOT_A_HEADLINE = (NUMPY_BASELINE, NUMPY_PATCHED)


def _table(headings, rows):
    head = "".join(f"<th{' class=text' if is_text else ''}>{escape(name)}</th>"
                   for name, is_text in headings)
    body = "".join(
        "<tr>" + "".join(f"<td{' class=text' if is_text else ''}>{escape(cell)}</td>"
                         for cell, (_, is_text) in zip(cells, headings)) + "</tr>"
        for cells in rows)
    return f"<div class=scroll><table><tr>{head}</tr>{body}</table></div>"


def _tiles(data):
    """What people have against lanewise. Neither lanewise beside itself nor its software FMA."""
    means = table.means(data)
    headline = [NUMPY_BASELINE, *(p for p in table.peers_of(data) if p not in _NOT_A_HEADLINE)]
    base = data["targets"][0]
    if not any(base in row["soft_fma"] for row in data["rows"]):
        headline.append(base)
    means.sort(key=lambda mean: headline.index(mean[1]) if mean[1] in headline else 99)
    sizes = sorted({row["n"] for row in data["rows"]})
    n = 65536 if 65536 in sizes else sizes[-1]
    tiles = []
    for size, name, math, math_rows, every, rows in means:
        if size == n and name in headline and name != data["targets"][-1]:
            mean, what = (math, "math functions") if math else (every, "kernels")
            shown = "NumPy at its baseline" if name == NUMPY_BASELINE else target_label(name)
            tiles.append((f"{mean:.3g} ×", f"as fast as {shown}: {what}, {size_name(n)} elements"))
    differ = sum(bool(row["other_bits"]) for row in data["rows"])
    tiles.append((f"{len(data['rows']) - differ} of {len(data['rows'])}",
                  "rows with identical bits under every target"))
    return "".join(
        f"<div class='tile{' bad' if differ and last else ''}'><b>{escape(value)}</b>"
        f"{escape(what)}</div>"
        for last, (value, what) in ((i == len(tiles) - 1, t) for i, t in enumerate(tiles)))


def _means(data):
    headings = [("n", False), ("against", True), ("math functions", False), ("rows", False),
                ("all kernels", False), ("rows", False)]
    return _table(headings, [
        (size_name(n), table.soft_label(name, data), "-" if math is None else f"{math:.2f}",
         str(math_rows), f"{every:.2f}", str(rows))
        for n, name, math, math_rows, every, rows in table.means(data)])


def _peers(data):
    return "".join(
        f"<li><b>{escape(name)}</b> " + escape(
            f"left out: {peer['left_out']}" if peer["left_out"]
            else f"{peer['version']}: {peer['note']}") + "</li>"
        for name, peer in data["peers"].items())


def _sections(data):
    best, base = target_label(data["targets"][-1]), target_label(data["targets"][0])
    soft, reference = table.soft_fma_note(data), plots.reference(data)
    shown = ("NumPy at its baseline" if reference == NUMPY_BASELINE else
             table.soft_label(reference, data))
    yield (f"Every target against {shown}", plots.targets_figure(data),
           f"The same call, capped at each target with lanewise.target(). {best} runs without a "
           f"cap; {base} is what every machine of this kind has. "
           + ("NumPy at its baseline is what a program has there without lanewise. "
              if reference == NUMPY_BASELINE else "")
           + (f"Open circles: {soft[2:]}" if soft else ""))
    yield (f"{best} against NumPy and other libraries", plots.peers_figure(data),
           "One thread each, in the same rounds on the same arrays. Error bounds differ: NumPy's "
           "float32 functions may err by 4 ULP, lanewise's by 1.")
    yield ("Time per element by size", plots.sizes_figure(data),
           "Small arrays show the cost of a call, large ones that of memory.")
    yield ("Share of the memory ceiling", plots.ceiling_figure(data),
           "The ceiling moves as many bytes in the same proportion and computes next to nothing: "
           "the fastest of numpy.copyto and lanewise's plain kernels, measured in the same rounds. "
           "A little over 100 means that the kernel moved them better. Functions that compute a "
           "lot are far below, and should be.")
    yield ("Roofline", plots.roofline_figure(data),
           f"{best}: each mark is a kernel, an element of the result being the unit of work. The "
           "lines are the fastest memory ceiling at each size: marks on their line are bound by "
           "memory, marks below by computation. Point at a mark for its name.")


def write(data, path):
    """Writes the page."""
    machine = data["machine"]["cpu"]
    parts = []
    for title, figure, text in _sections(data):
        if figure is None:
            continue
        plot = figure.to_html(full_html=False, include_plotlyjs=not parts,
                              config={"displaylogo": False, "responsive": True})
        parts.append(f"<h2>{escape(title)}</h2><p>{escape(text)}</p>{plot}")
    rows = [table.cells(row, data) for row in data["rows"]]
    title = f"lanewise {data['lanewise']} on {machine['brand'] or machine['microarchitecture']}"
    page = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>
<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>
<h1>{escape(title)}</h1>
<p class=quiet>{escape(machine['microarchitecture'])}, targets {escape(', '.join(map(target_label, data['targets'])))};
numerics version {data['numerics']}; Python {escape(data['python'])};
{escape(data['date'])}; one thread, best of rounds.</p>
<div class=tiles>{_tiles(data)}</div>
{''.join(parts)}
<h2>Numbers</h2>
<p>Geometric means of the ratios; above 1 lanewise at the best target is faster.</p>
{_means(data)}
<details><summary>All rows</summary><p>{escape(table.LEGEND)} {escape(table.soft_fma_note(data))}</p>
{_table(table.headings(data), rows)}</details>
<h2>Peers</h2><ul>{_peers(data)}</ul>
</body></html>
"""
    with open(path, "w", encoding="utf-8") as file:
        file.write(page)
