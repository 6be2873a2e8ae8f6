"""Draw the sample site: ``python -m samples.draw [--out FOLDER] [--planted]``.

The drawn files are committed under ``samples/site``, so the demo needs no drawing library. Drawing them again gives the
same bytes. ``--planted`` draws a copy with the changes of ``planted.toml``.
"""

from __future__ import annotations

import argparse
import tomllib
from html import escape
from pathlib import Path

from samples import source
from samples.draw_deck import draw_pdf, draw_pptx
from samples.draw_guide import draw_guide
from samples.source import Text

HERE = Path(__file__).parent
SITE = HERE / "site"

_PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="alternate" hreflang="{other_lang}" href="{other}">
<style>
body {{ max-width: 44rem; margin: 2rem auto; padding: 0 1rem; font-family: sans-serif; line-height: 1.7 }}
h1 {{ border-bottom: 3px solid #17365d; color: #17365d }}
nav {{ text-align: right }}
</style>
</head>
<body>
<nav><a href="{other}" hreflang="{other_lang}">{other_name}</a></nav>
<h1>{heading}</h1>
<p>{lead}</p>
<ul>
{items}
</ul>
<footer><p>{terms}</p></footer>
</body>
</html>
"""

_WORDS = {
    "ja": {
        "other_lang": "en",
        "other": "en/",
        "other_name": "English",
        "title": "公表資料 | AIセーフティ資料見本室",
        "heading": "公表資料",
        "lead": "aisi-ingestの動作を確かめるための見本です。公開されている事実をもとに書き下ろしたもので、"
        "実在の機関の刊行物ではありません。",
        "terms": "この見本はApache License 2.0で利用できます。",
        "slides": "スライド",
        "date": "2026年4月1日",
        "folder": "pdf/",
    },
    "en": {
        "other_lang": "ja",
        "other": "../",
        "other_name": "日本語",
        "title": "Publications | AI Safety Sample Library",
        "heading": "Publications",
        "lead": "Samples that show what aisi-ingest does. They were written for this purpose from public facts; "
        "no real institution has published them.",
        "terms": "These samples may be used under the Apache License 2.0.",
        "slides": "slides",
        "date": "April 1, 2026",
        "folder": "../pdf/",
    },
}


def site(changes: dict[str, dict[str, str]] | None = None) -> dict[str, bytes]:
    """Return every file of the site by its path. ``changes`` maps the name of a text to passages and replacements."""
    files: dict[str, bytes] = {"robots.txt": b"User-agent: *\nAllow: /\n"}
    for lang in ("ja", "en"):
        guide = source.read(f"guide.{lang}", (changes or {}).get(f"guide.{lang}"))
        deck = source.read(f"deck.{lang}", (changes or {}).get(f"deck.{lang}"))
        files[f"pdf/sample_guide_v1.00_{lang}.pdf"] = draw_guide(guide)
        files[f"pdf/sample_overview_{lang}.pdf"] = draw_pdf(deck)
        files[f"pdf/sample_overview_{lang}.pptx"] = draw_pptx(deck)
        files["index.html" if lang == "ja" else "en/index.html"] = _index(guide, deck)
    return files


def _index(guide: Text, deck: Text) -> bytes:
    words = _WORDS[guide.lang]
    edition = guide.meta["edition"]
    bracketed = f"（{edition}）" if guide.lang == "ja" else f" ({edition})"
    entries = [
        (f"sample_guide_v1.00_{guide.lang}.pdf", f"{guide.meta['title']}{bracketed} (PDF)"),
        (f"sample_overview_{guide.lang}.pdf", f"{deck.meta['title']} (PDF)"),
        (f"sample_overview_{guide.lang}.pptx", f"{deck.meta['title']} (PPTX, {words['slides']})"),
    ]
    items = "\n".join(
        f'<li><time datetime="2026-04-01">{words["date"]}</time> '
        f'<a href="{words["folder"]}{file}" hreflang="{guide.lang}">{escape(title)}</a></li>'
        for file, title in entries
    )
    return _PAGE.format(lang=guide.lang, items=items, **words).encode()


def planted() -> dict[str, dict[str, str]]:
    """Return the changes of ``planted.toml`` by text."""
    changes: dict[str, dict[str, str]] = {}
    for change in tomllib.loads((HERE / "planted.toml").read_text(encoding="utf-8"))["change"]:
        changes.setdefault(change["text"], {})[change["old"]] = change["new"]
    return changes


def main() -> None:
    arguments = argparse.ArgumentParser(description="Draw the bilingual sample site.")
    arguments.add_argument("--out", type=Path, default=SITE, help="folder to write to (default: samples/site)")
    arguments.add_argument("--planted", action="store_true", help="draw the copy with planted changes")
    chosen = arguments.parse_args()
    for path, data in site(planted() if chosen.planted else None).items():
        (chosen.out / path).parent.mkdir(parents=True, exist_ok=True)
        (chosen.out / path).write_bytes(data)


if __name__ == "__main__":
    main()
