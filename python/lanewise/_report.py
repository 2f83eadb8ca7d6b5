"""What show(), explain() and others return: text in a terminal, a table in Jupyter, data for code."""


class Report:
    """Text for people, ``data`` for programs."""

    def __init__(self, text, data):
        self._text = text.rstrip("\n")
        self.data = data

    def __str__(self):
        return self._text

    __repr__ = __str__

    def json(self, indent=2):
        """The data as JSON text."""
        import json

        return json.dumps(self.data, indent=indent)

    def _repr_html_(self):
        return _html(self.data)


def _html(value):
    from html import escape

    if isinstance(value, dict):
        rows = "".join(
            f"<tr><th style='text-align:left;vertical-align:top'>{escape(str(key))}</th>"
            f"<td style='text-align:left'>{_html(item)}</td></tr>"
            for key, item in value.items()
        )
        return f"<table>{rows}</table>"
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        names = list(dict.fromkeys(name for item in value for name in item))
        head = "".join(f"<th style='text-align:left'>{escape(str(name))}</th>" for name in names)
        rows = "".join(
            "<tr>" + "".join(f"<td style='text-align:left'>{_html(item.get(name, ''))}</td>"
                             for name in names) + "</tr>"
            for item in value
        )
        return f"<table><tr>{head}</tr>{rows}</table>"
    if isinstance(value, list):
        return escape(", ".join(str(item) for item in value))
    return escape(str(value))
