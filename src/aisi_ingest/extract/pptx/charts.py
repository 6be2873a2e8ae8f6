"""Read charts as tables: one row per category, one column per series."""

from __future__ import annotations

from typing import Any

from lxml import etree

from aisi_ingest.text.normalise import normalise

_Points = dict[int, str]
"""Index of a data point to its text."""

_SIGNIFICANT_DIGITS = 10  # of a cached number: files store 0.1 as 0.10000000000000001


def read_chart(xml: bytes) -> tuple[str | None, tuple[tuple[str, ...], ...]]:
    """Read a chart part. Values are those that the file caches.

    Returns:
        The title, and the rows. The first row contains the names of the series. Both are empty for damaged parts.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    root = etree.fromstring(xml, parser)
    if root is None:
        return None, ()
    title = root.find(".//{*}chart/{*}title")
    caption = (_text(title) if title is not None else "") or None
    categories, columns = _classic_data(root)
    if not columns:
        categories, columns = _extended_data(root)
    if not columns:
        return caption, ()
    indices = sorted(set(categories).union(*(values for _, values in columns)))
    header = ("", *(name for name, _ in columns))
    body = [(categories.get(index, ""), *(values.get(index, "") for _, values in columns)) for index in indices]
    return caption, (header, *body)


def _classic_data(root: Any) -> tuple[_Points, list[tuple[str, _Points]]]:
    """Return the categories, and name and values of each series (``c:ser``)."""
    columns: list[tuple[str, _Points]] = []
    categories: _Points = {}
    for series in root.iter("{*}ser"):
        name = series.find("{*}tx")
        for axis in ("{*}cat", "{*}xVal"):
            element = series.find(axis)
            if element is not None:
                for index, text in _points(element).items():
                    categories.setdefault(index, text)
        values = next((found for axis in ("{*}val", "{*}yVal") if (found := series.find(axis)) is not None), None)
        columns.append((_text(name) if name is not None else "", _points(values) if values is not None else {}))
    return categories, columns


def _text(element: Any) -> str:
    runs = [t.text or "" for t in element.iter("{*}t")] or [v.text or "" for v in element.iter("{*}v")]
    return normalise("".join(runs)).strip()


def _points(element: Any) -> _Points:
    """Return the data points of an axis. Categories of several levels are joined, the outermost level first."""
    levels = list(element.iter("{*}lvl")) or [element]
    out: _Points = {}
    for level in levels:
        points = {int(point.get("idx", "0")): _value(point) for point in level.iter("{*}pt")}
        if not out:
            out = points
            continue
        for index in out:  # a label of an outer level applies until the next one begins
            starts = [start for start in points if start <= index]
            if starts:
                out[index] = f"{points[max(starts)]} {out[index]}"
    return out


def _value(point: Any) -> str:
    text = normalise(point.findtext("{*}v") or "").strip()
    try:
        number = float(text)
    except ValueError:
        return text
    return f"{number:.{_SIGNIFICANT_DIGITS}g}" if "." in text or "e" in text.lower() else text


def _extended_data(root: Any) -> tuple[_Points, list[tuple[str, _Points]]]:
    """Return categories and series of charts since Office 2016 (waterfall, treemap, ...).

    These charts store their data outside the series.
    """
    categories: _Points = {}
    columns: list[tuple[str, _Points]] = []
    names = {
        series.find("{*}dataId").get("val"): _text(series.find("{*}tx"))
        for series in root.iter("{*}series")
        if series.find("{*}dataId") is not None and series.find("{*}tx") is not None
    }
    for data in root.iter("{*}data"):
        for dimension in data.iterchildren("{*}strDim", "{*}numDim"):
            points: _Points = {}
            for level in dimension.iter("{*}lvl"):
                for point in level.iter("{*}pt"):
                    points.setdefault(int(point.get("idx", "0")), normalise(point.text or "").strip())
            if dimension.tag.endswith("strDim"):
                categories.update(points)
            else:
                columns.append((names.get(data.get("id"), ""), points))
    return categories, columns
