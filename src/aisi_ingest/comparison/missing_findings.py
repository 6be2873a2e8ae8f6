"""Make findings of missing text, with a message in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from aisi_ingest.model import Block, Finding, FindingKind, Section, Severity

_MAX_SHOWN = 60  # code points of a text in a message
_MAX_SHOWN_TEXTS = 6  # short texts that one message quotes

# Names of what is missing, in Japanese and English.
SECTION = ("節", "section")
SENTENCE = ("文", "sentence")
TABLE_ROW = ("表の行", "table row")
_PARAGRAPH = ("段落", "paragraph")
_KINDS = {
    "table": ("表", "table"),
    "list_item": ("項目", "list item"),
    "caption": ("図表の題", "caption"),
    "footnote": ("脚注", "footnote"),
    "code": ("コード", "code"),
    "note": ("発表者のノート", "speaker's note"),
    "heading": ("見出し", "heading"),
    "title": ("題", "title"),
}
_LANGUAGES = (("日本語版", "Japanese"), ("英語版", "English"))


def kind_names(kind: str) -> tuple[str, str]:
    """Return the name of a kind of block in Japanese and English."""
    return _KINDS.get(kind, _PARAGRAPH)


def section_title(section: Section) -> str:
    """Return the number and title of a section."""
    return " ".join(part for part in (section.number, section.title) if part)


def missing_text(which: int, ids: tuple[str, ...], text: str, severity: Severity, names: tuple[str, str]) -> Finding:
    """Make a finding of a text that only one language has.

    Args:
        which: The language that has the text: 0 for Japanese, 1 for English.
        ids: The ids of its section or blocks.
        text: The text.
        severity: The severity of the finding.
        names: What the text is, in Japanese and English.
    """
    shown = _shorten(text)
    has, lacks = _LANGUAGES[which], _LANGUAGES[1 - which]
    message = {
        "ja": f"{has[0]}の{names[0]}「{shown}」に当たるものが{lacks[0]}にありません。",
        "en": f"The {names[1]} “{shown}” was found in {has[1]} only.",
    }
    return _finding(which, ids, text, severity, message)


def missing_short_texts(which: int, blocks: Sequence[Block], section: Section | None) -> Finding:
    """Make one finding of several short texts of a section, such as the labels of a drawing.

    Args:
        which: The language that has the texts: 0 for Japanese, 1 for English.
        blocks: The blocks with the texts.
        section: Their section, if they are in one.
    """
    count, title = len(blocks), _shorten(section_title(section)) if section else ""
    shown = [_shorten(block.text) for block in blocks[:_MAX_SHOWN_TEXTS]]
    rest = "…" if count > _MAX_SHOWN_TEXTS else ""
    has, lacks = _LANGUAGES[which], _LANGUAGES[1 - which]
    in_ja, in_en = (f"「{title}」の", f" of “{title}”") if title else ("", "")
    message = {
        "ja": f"{has[0]}の{in_ja}短い語句{count}件{''.join(f'「{text}」' for text in shown)}{rest}に"
        f"当たるものが{lacks[0]}にありません。",
        "en": f"{count} short texts{in_en} were found in {has[1]} only: "
        f"{', '.join(f'“{text}”' for text in shown)}{rest}.",
    }
    return _finding(
        which, tuple(block.id for block in blocks), "\n".join(block.text for block in blocks), "low", message
    )


def _finding(which: int, ids: tuple[str, ...], text: str, severity: Severity, message: dict[str, str]) -> Finding:
    kind: FindingKind = "missing_in_ja" if which else "missing_in_en"
    detail = {"ja": None if which else text, "en": text if which else None}
    return Finding(kind, () if which else ids, ids if which else (), detail, severity, message)


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_SHOWN else line[: _MAX_SHOWN - 1] + "…"
