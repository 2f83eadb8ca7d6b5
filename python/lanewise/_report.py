"""What show(), explain() and others return: text in a terminal, a table in Jupyter, data for code."""


class Report:
    """Text for people, ``data`` for programs; Jupyter shows the data, or a shorter `table`."""

    def __init__(self, text, data, table=None):
        self._text = text.rstrip("\n")
        self._table = table
        self.data = data

    def __str__(self):
        return self._text

    __repr__ = __str__

    def json(self, indent=2):
        """The data as JSON text."""
        import json

        return json.dumps(self.data, indent=indent)

    def _repr_html_(self):
        return _html(self._table or self.data)


_LEFT = "style='text-align:left;vertical-align:top'"
_FOLD_FROM = 12  # longer lists (CPU features) open on a click


def _html(value):
    """A dict as a table, the dicts in it as its sections; Jupyter's style does the rest."""
    if isinstance(value, dict):
        return f"<table>{_rows(value)}</table>"
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return _list_of_dicts(value)
    if isinstance(value, list):
        text = _escape(", ".join(str(item) for item in value)) or "–"
        if len(value) < _FOLD_FROM:
            return text
        return f"<details><summary>{len(value)} of them</summary>{text}</details>"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value in ("", None) else _escape(value)


def _escape(value):
    from html import escape

    return escape(str(value))


def _title(key):
    return _escape(key).replace("_", " ")


def _rows(mapping, depth=0):
    rows, sections = [], []
    for key, item in mapping.items():
        if isinstance(item, dict) and depth < 2:
            heading = f"<tr><th colspan='2' {_LEFT}>{_title(key)}</th></tr>" if depth < 1 or any(
                not isinstance(inner, dict) for inner in item.values()) else ""
            sections.append(heading + _rows(item, depth + 1))
        else:
            rows.append(f"<tr><td {_LEFT}>{_title(key)}</td><td {_LEFT}>{_html(item)}</td></tr>")
    return "".join(rows + sections)


def _list_of_dicts(items):
    names = list(dict.fromkeys(name for item in items for name in item))
    head = "".join(f"<th {_LEFT}>{_title(name)}</th>" for name in names)
    body = ""
    for item in items:
        cells = [_html(item.get(name, "")) for name in names]
        if item.get("chosen") is True:
            cells = [f"<b>{cell}</b>" for cell in cells]
        body += "<tr>" + "".join(f"<td {_LEFT}>{cell}</td>" for cell in cells) + "</tr>"
    return f"<table><tr>{head}</tr>{body}</table>"
