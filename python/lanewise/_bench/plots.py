"""The plots of the page, as plotly figures."""

from collections import Counter

import plotly.graph_objects as go

from .cases import size_name
from .peers import NUMPY_BASELINE, NUMPY_PATCHED
from .run import best_ns, ceiling, gigabytes, ns, ratio, target_label
from .table import peers_of, soft_label

# Targets are steps of one thing: light to dark. Everything else is told apart by hue
# (Okabe and Ito's colours, which colour-blind readers can tell apart too).
_TARGET_COLOURS = ["#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#08519c", "#08306b"]
_COLOURS = ["#d55e00", "#009e73", "#cc79a7", "#e69f00", "#0072b2", "#56b4e9"]
_RATIOS = [m * 10**e for e in range(-3, 6) for m in (1, 2, 5)]
_FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"
_SOFT = "software FMA"


def _target_colour(name, data):
    last = len(data["targets"]) - 1
    place = data["targets"].index(name) / last if last else 1
    return _TARGET_COLOURS[round(place * (len(_TARGET_COLOURS) - 1))]


def _groups(data):
    """(label, rows) for each dtype and size; conversions stand with their source's dtype."""
    groups = {}
    for row in data["rows"]:
        groups.setdefault((row["types"].split(",")[0], row["n"]), []).append(row)
    return [(f"{types}, {size_name(n)} elements", rows)
            for (types, n), rows in sorted(groups.items(), key=lambda item: (item[0][0], item[0][1]))]


def _start(groups):
    """The group shown first: in the caches, where code rather than memory is measured."""
    labels = [label for label, _ in groups]
    return next((i for i, label in enumerate(labels) if ", 64k" in label), len(labels) - 1)


def _label(row):
    return f"{row['kernel']} {row['types']}" if "," in row["types"] else row["kernel"]


def _layout(figure, height, **more):
    figure.update_layout(
        height=height, template="plotly_white", font={"family": _FONT, "size": 13},
        margin={"l": 150, "r": 30, "t": 95, "b": 60}, hoverlabel={"font_size": 13},
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "xanchor": "left"},
        **more)
    return figure


def _menu(views, start):
    """A drop-down that shows one view's traces at a time; views are (label, traces, layout)."""
    total = sum(len(traces) for _, traces, _ in views)
    buttons, first = [], 0
    for label, traces, layout in views:
        visible = [first <= i < first + len(traces) for i in range(total)]
        buttons.append({"label": label, "method": "update", "args": [{"visible": visible}, layout]})
        first += len(traces)
    return {"buttons": buttons, "active": start, "direction": "down", "x": 0, "xanchor": "left",
            "y": 1, "yanchor": "bottom", "pad": {"b": 48}, "showactive": True}


def _with_views(views, start):
    figure = go.Figure()
    for number, (_, traces, _) in enumerate(views):
        for trace in traces:
            trace.visible = number == start
            figure.add_trace(trace)
    if len(views) > 1:
        figure.update_layout(updatemenus=[_menu(views, start)])
    figure.update_layout(**{key.replace(".", "_"): value for key, value in views[start][2].items()})
    return figure


def _ratio_axis(title):
    return {"type": "log", "title": {"text": title}, "tickvals": _RATIOS, "gridcolor": "#e5e5e5",
            "ticktext": [f"{v:g}" for v in _RATIOS], "zeroline": False}


def _kernel_axis(labels):
    return {"categoryorder": "array", "categoryarray": labels, "autorange": "reversed",
            "automargin": True, "tickmode": "array", "tickvals": labels, "gridcolor": "#f0f0f0"}


def _dots(name, colour, points, hover, symbols=None):
    labels, values, texts = zip(*points)
    return go.Scatter(
        name=name, x=values, y=labels, mode="markers", customdata=texts,
        marker={"color": colour, "size": 10, "symbol": symbols or "circle",
                "line": {"width": 1.5, "color": colour}},
        hovertemplate="<b>%{y}</b> " + hover + "<br>%{customdata}<extra></extra>")


def _dot_plot(data, make_traces, axis_title, one_is=None):
    """Kernels down the page, a ratio across; one view per dtype and size."""
    views, groups = [], _groups(data)
    for label, rows in groups:
        labels = [_label(row) for row in rows]
        views.append((label, make_traces(rows), {"yaxis": _kernel_axis(labels)}))
    tallest = max(len(rows) for _, rows in groups)
    figure = _layout(_with_views(views, _start(groups)), 175 + 22 * tallest,
                     xaxis=_ratio_axis(axis_title))
    if one_is:
        figure.add_vline(x=1, line={"color": "#555", "width": 1.5})
        figure.add_annotation(x=0, xref="x", y=1, yref="paper", text=one_is, showarrow=False,
                              xanchor="left", yanchor="top", font={"color": "#555", "size": 12})
    return figure


def reference(data):
    """What targets are compared with: what people have without lanewise, as far as it is here."""
    return next((name for name in (NUMPY_BASELINE, "NumPy")
                 if any(ns(row, name) for row in data["rows"])), data["targets"][0])


def targets_figure(data):
    """Every target against what people have; None if no row has both."""
    base = reference(data)
    shown = soft_label(base, data)

    def traces(rows):
        found = []
        for name in data["targets"]:
            points, symbols = [], []
            for row in rows:
                own = ns(row, name)
                if own and ns(row, base):
                    soft = name in row["soft_fma"]
                    points.append((_label(row), ns(row, base) / own,
                                   f"{own:.3f} ns/element" + (f", {_SOFT}" if soft else "")))
                    symbols.append("circle-open" if soft else "circle")
            if points:
                found.append(_dots(target_label(name), _target_colour(name, data), points,
                                   f"{target_label(name)}: %{{x:.2f}} times {shown}", symbols))
        return found

    return _dot_plot(data, traces, f"times as fast as {shown}")


def peers_figure(data):
    """The best target against NumPy and others; None without a peer."""
    best = target_label(data["targets"][-1])
    peers = [name for name in peers_of(data) if name != NUMPY_PATCHED]  # lanewise beside itself

    def traces(rows):
        found = []
        for number, name in enumerate(peers):
            points = [(_label(row), ratio(row, name, data),
                       f"{name} {ns(row, name):.3f}, {best} {best_ns(row, data):.3f} ns/element")
                      for row in rows if ns(row, name)]
            if points:
                found.append(_dots(name, _COLOURS[number % len(_COLOURS)], points,
                                   f"is %{{x:.2f}} times as fast as {name}"))
        return found

    if not any(ns(row, name) for row in data["rows"] for name in peers):
        return None
    return _dot_plot(data, traces, f"time of the other / time of lanewise at {best}",
                     "right of this line lanewise is faster")


def sizes_figure(data):
    """Time per element against size, a view per kernel; None for a single size."""
    if len({row["n"] for row in data["rows"]}) < 2:
        return None
    kernels = {}
    for row in data["rows"]:
        kernels.setdefault(f"{row['kernel']} {row['types']}", []).append(row)
    views = []
    for label, rows in kernels.items():
        rows.sort(key=lambda row: row["n"])
        lines = [(name, _target_colour(name, data), "solid",
                  target_label(name) + (f" ({_SOFT})" if name in rows[0]["soft_fma"] else ""))
                 for name in data["targets"]]
        lines += [(name, _COLOURS[i % len(_COLOURS)], "dash", name)
                  for i, name in enumerate(peers_of(data))]
        traces = []
        for name, colour, dash, shown in lines:
            points = [(row["n"], ns(row, name)) for row in rows if ns(row, name)]
            if points:
                traces.append(_line(shown, colour, dash, points))
        traces.append(_line("memory ceiling", "#888", "dot",
                            [(row["n"], ceiling(row)[1]) for row in rows if ceiling(row)[1]]))
        views.append((label, traces, {}))
    sizes = sorted({row["n"] for row in data["rows"]})
    start = next((i for i, (label, _, _) in enumerate(views) if label.startswith("exp ")), 0)
    figure = _layout(_with_views(views, start), 560)
    figure.update_xaxes(type="log", title="elements", tickvals=sizes,
                        ticktext=[size_name(n) for n in sizes])
    figure.update_yaxes(type="log", title="ns per element", tickvals=[
        m * 10.0**e for e in range(-3, 5) for m in (1, 2, 5)], tickformat="~g")
    return figure


def _line(name, colour, dash, points):
    x, y = zip(*points)
    return go.Scatter(name=name, x=x, y=y, mode="lines+markers",
                      line={"color": colour, "dash": dash, "width": 2}, marker={"size": 7},
                      hovertemplate=f"<b>{name}</b>: %{{y:.3f}} ns/element<extra></extra>")


def ceiling_figure(data):
    """Share of the memory ceiling, a colour per size; None if all arrays are tiny."""
    types = {}
    rows = [row for row in data["rows"] if row["n"] >= 1000]  # below, the call is all
    if not rows:
        return None
    for row in rows:
        types.setdefault(row["types"].split(",")[0], []).append(row)
    sizes = sorted({row["n"] for row in rows})
    views = []
    for name, rows in sorted(types.items()):
        traces = []
        for number, n in enumerate(sizes):
            points = [(_label(row), 100 * ceiling(row)[1] / best_ns(row, data),
                       f"{gigabytes(row, best_ns(row, data)):.1f} GB/s; ceiling: {ceiling(row)[0]}")
                      for row in rows if row["n"] == n and ceiling(row)[1]]
            if points:
                traces.append(_dots(f"{size_name(n)} elements", _COLOURS[number % len(_COLOURS)],
                                    points, "%{x:.0f} %"))
        labels = list(dict.fromkeys(_label(row) for row in rows))
        views.append((name, traces, {"yaxis": _kernel_axis(labels)}))
    tallest = max(len(view[2]["yaxis"]["categoryarray"]) for view in views)
    figure = _layout(_with_views(views, 0), 175 + 22 * tallest)
    figure.update_xaxes(title="% of the memory ceiling", rangemode="tozero", gridcolor="#e5e5e5")
    figure.add_vline(x=100, line={"color": "#555", "width": 1.5})
    return figure


def roofline_figure(data):
    """Work per byte against work per second, an element being the unit of work."""
    figure = go.Figure()
    if all(row["n"] < 1000 for row in data["rows"]):
        return None
    sizes = sorted({row["n"] for row in data["rows"] if row["n"] >= 1000})
    symbols = ["circle", "square", "diamond", "triangle-up", "cross", "star"]
    types = list(dict.fromkeys(row["types"].split(",")[0] for row in data["rows"]))
    intensities = [1 / (row["bytes_read"] + row["bytes_written"]) for row in data["rows"]]
    low, high = min(intensities) / 1.3, max(intensities) * 1.3
    for number, n in enumerate(sizes):
        rows = [row for row in data["rows"] if row["n"] == n]
        colour = _COLOURS[number % len(_COLOURS)]
        roof = max(gigabytes(row, ceiling(row)[1]) for row in rows if ceiling(row)[1])
        figure.add_trace(go.Scatter(
            name=f"{size_name(n)} elements: {roof:.0f} GB/s", mode="lines", x=[low, high],
            y=[low * roof, high * roof], line={"color": colour, "width": 2}, hoverinfo="skip",
            legendgroup=size_name(n)))
        figure.add_trace(go.Scatter(
            mode="markers", showlegend=False, legendgroup=size_name(n),
            x=[1 / (row["bytes_read"] + row["bytes_written"]) for row in rows],
            y=[1 / best_ns(row, data) for row in rows],
            text=[f"<b>{row['kernel']} {row['types']}</b>, {size_name(n)} elements<br>"
                  f"{gigabytes(row, best_ns(row, data)):.1f} GB/s" for row in rows],
            marker={"color": colour, "size": 9, "opacity": 0.8, "symbol": [
                symbols[types.index(row["types"].split(",")[0]) % len(symbols)] for row in rows]},
            hovertemplate="%{text}, %{y:.2f} elements/ns<extra></extra>"))
    for number, name in enumerate(types):
        figure.add_trace(go.Scatter(name=name, mode="markers", x=[None], y=[None], marker={
            "color": "#555", "size": 9, "symbol": symbols[number % len(symbols)]}))
    _layout(figure, 640)
    shown = []  # the most frequent first; close ones would overprint each other
    for value, _ in Counter(1 / intensity for intensity in intensities).most_common():
        if all(max(value / other, other / value) > 1.15 for other in shown):
            shown.append(value)
    figure.update_xaxes(type="log", title="elements per byte moved", gridcolor="#e5e5e5",
                        tickvals=[1 / value for value in shown],
                        ticktext=[f"1/{value:g}" for value in shown])
    figure.update_yaxes(type="log", title="elements per nanosecond", gridcolor="#e5e5e5",
                        tickvals=[m * 10.0**e for e in range(-4, 4) for m in (1, 2, 5)],
                        tickformat="~g")
    return figure
