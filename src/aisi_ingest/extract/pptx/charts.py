"""Charts as tables: a row a category, a column a series."""

from __future__ import annotations

from typing import Any

from lxml import etree

from aisi_ingest.text.normalise import normalise


def read_chart(xml: bytes) -> tuple[str | None, tuple[tuple[str, ...], ...]]:
    """Title and rows of a chart part; the first row names the series. Values as the file caches them."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    root = etree.fromstring(xml, parser)
    if root is None:
        return None, ()
    title = root.find(".//{*}chart/{*}title")
    caption = _words(title) if title is not None else ""
    columns: list[tuple[str, dict[int, str]]] = []
    categories: dict[int, str] = {}
    for series in root.iter("{*}ser"):
        name = series.find("{*}tx")
        for axis in ("{*}cat", "{*}xVal"):
            element = series.find(axis)
            if element is not None:
                for index, text in _points(element).items():
                    categories.setdefault(index, text)
        values = next((found for axis in ("{*}val", "{*}yVal") if (found := series.find(axis)) is not None), None)
        columns.append((_words(name) if name is not None else "", _points(values) if values is not None else {}))
    if not columns:
        categories, columns = _extended(root)
    if not columns:
        return caption or None, ()
    indices = sorted(set(categories).union(*(values for _, values in columns)))
    header = ("", *(name for name, _ in columns))
    body = [(categories.get(index, ""), *(values.get(index, "") for _, values in columns)) for index in indices]
    return caption or None, (header, *body)


def _words(element: Any) -> str:
    runs = [t.text or "" for t in element.iter("{*}t")] or [v.text or "" for v in element.iter("{*}v")]
    return normalise("".join(runs)).strip()


def _points(element: Any) -> dict[int, str]:
    """Index to text; categories of several levels are joined, the outermost first."""
    levels = list(element.iter("{*}lvl")) or [element]
    out: dict[int, str] = {}
    for level in levels:
        points = {int(point.get("idx", "0")): _value(point) for point in level.iter("{*}pt")}
        if not out:
            out = points
            continue
        for index in out:  # an outer label counts until the next one begins
            before = [at for at in points if at <= index]
            if before:
                out[index] = f"{points[max(before)]} {out[index]}"
    return out


def _value(point: Any) -> str:
    text = normalise(point.findtext("{*}v") or "").strip()
    try:
        number = float(text)
    except ValueError:
        return text
    return f"{number:.10g}" if "." in text or "e" in text.lower() else text  # 0.1 is cached as 0.10000000000000001


def _extended(root: Any) -> tuple[dict[int, str], list[tuple[str, dict[int, str]]]]:
    """Charts since Office 2016 (waterfall, treemap, ...) keep their data apart from the series."""
    categories: dict[int, str] = {}
    columns: list[tuple[str, dict[int, str]]] = []
    names = {
        series.find("{*}dataId").get("val"): _words(series.find("{*}tx"))
        for series in root.iter("{*}series")
        if series.find("{*}dataId") is not None and series.find("{*}tx") is not None
    }
    for data in root.iter("{*}data"):
        for dimension in data.iterchildren("{*}strDim", "{*}numDim"):
            points: dict[int, str] = {}
            for level in dimension.iter("{*}lvl"):
                for point in level.iter("{*}pt"):
                    points.setdefault(int(point.get("idx", "0")), normalise(point.text or "").strip())
            if dimension.tag.endswith("strDim"):
                categories.update(points)
            else:
                columns.append((names.get(data.get("id"), ""), points))
    return categories, columns
