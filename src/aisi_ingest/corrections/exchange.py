"""Make corrections of what people have changed in Label Studio and in the spreadsheet of the bitext."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from aisi_ingest.model import Correction

_CONTEXT = 20  # code points before and after a quoted mention
_UTF16 = "utf-16-le"
_BYTES_OF_UNIT = 2


class ExchangeError(Exception):
    """A file does not fit the release that it was exported from. The message is one sentence."""


class Signature(Struct, frozen=True):
    """Who corrects, when, and why."""

    author: str
    date: str
    reason: str


class Place(Struct, frozen=True):
    """One block of the release.

    Attributes:
        sha256: The beginning of the sha256 of its document.
        work: Id of the work.
        text: The text.
        page: The page, from 1.
        mentions: Start, end, label and value of each mention.
    """

    sha256: str
    work: str
    text: str
    page: int
    mentions: tuple[tuple[int, int, str, str | None], ...] = ()


def from_label_studio(
    tasks: Iterable[Mapping[str, Any]], blocks: Mapping[str, Place], signature: Signature
) -> list[tuple[str, Correction]]:
    """Compare the annotations of Label Studio with the mentions of a release.

    Args:
        tasks: Tasks as Label Studio exports them. Those without annotations are left out.
        blocks: The blocks of the release by id.
        signature: Who corrects, when, and why.

    Returns:
        The corrections, each with its work.

    Raises:
        ExchangeError: A block is not in the release, its text has changed, or an offset lies outside of it.
    """
    out: list[tuple[str, Correction]] = []
    for task in tasks:
        annotations = [each for each in task.get("annotations") or () if not each.get("was_cancelled")]
        if not annotations:
            continue
        block = _block(task, blocks)
        wanted = {span: value for span, value in map(_span_in(block), annotations[-1].get("result") or ())}
        out += ((block.work, each) for each in _differences(block, wanted, signature))
    return out


def _block(task: Mapping[str, Any], blocks: Mapping[str, Place]) -> Place:
    data = task.get("data") or {}
    name = str(data.get("block"))
    block = blocks.get(name)
    if block is None:
        raise ExchangeError(f"{name}: the latest release has no block with this id; export the tasks again")
    if block.text != data.get("text"):
        raise ExchangeError(f"{name}: its text has changed since the export; export the tasks again")
    return block


def _span_in(block: Place) -> Any:
    """Return a function from a result of Label Studio to the span and the label and value of a mention."""
    encoded = block.text.encode(_UTF16, "surrogatepass")

    def span(result: Mapping[str, Any]) -> tuple[tuple[int, int], tuple[str, str | None]]:
        value = result.get("value") or {}
        try:
            start, end = (
                len(encoded[: int(value[key]) * _BYTES_OF_UNIT].decode(_UTF16, "surrogatepass"))
                for key in ("start", "end")
            )
            label = str(value["labels"][0])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ExchangeError(f"a result has no start, end or label: {dict(result)!r:.200}") from error
        if not 0 <= start < end <= len(block.text):
            raise ExchangeError(f"the offsets {start}-{end} lie outside of “{block.text[:40]}”")
        if "text" in value and value["text"] != block.text[start:end]:
            raise ExchangeError(f"at {start}-{end} stands “{block.text[start:end]}”, not “{value['text']}”")
        return (start, end), (label, (result.get("meta") or {}).get("value"))

    return span


def _differences(
    block: Place, wanted: Mapping[tuple[int, int], tuple[str, str | None]], signature: Signature
) -> Iterable[Correction]:
    found = {(start, end): (label, value) for start, end, label, value in block.mentions}
    for span in sorted(found.keys() - wanted.keys()):
        if not any(start < span[1] and span[0] < end for start, end in wanted):
            yield _mention(block, span, signature, remove=True)
    for span, (label, value) in sorted(wanted.items()):
        old = found.get(span)
        if old is None:
            yield _mention(
                block, span, signature, add=True, set={"label": label, **({"value": value} if value else {})}
            )
        elif old[0] != label:
            yield _mention(block, span, signature, set={"label": label})


def _mention(block: Place, span: tuple[int, int], signature: Signature, **action: Any) -> Correction:
    start, end = span
    return Correction(
        "mention",
        signature.author,
        signature.date,
        signature.reason,
        documents=(block.sha256,),
        text=block.text[start:end],
        before=block.text[max(0, start - _CONTEXT) : start],
        after=block.text[end : end + _CONTEXT],
        page=block.page,
        **action,
    )


class BitextUnit(Struct, frozen=True):
    """A row of the table ``bitext``, with the blocks of its sides."""

    unit: str
    ja: str
    en: str
    ja_blocks: tuple[Place, ...]
    en_blocks: tuple[Place, ...]


def from_bitext(
    rows: Iterable[Mapping[str, Any]], units: Mapping[str, BitextUnit], signature: Signature
) -> list[tuple[str, Correction]]:
    """Compare a reviewed spreadsheet with the bitext of a release.

    A changed text of a block or heading corrects the block. The verdict "wrong" takes two blocks apart. The comment of
    a row is the reason of its corrections.

    Args:
        rows: The rows of the spreadsheet by the names of its columns.
        units: The rows of the release by id.
        signature: Who corrects, when, and why.

    Returns:
        The corrections, each with its work.

    Raises:
        ExchangeError: A row is not in the release, or what it changes has no block of its own.
    """
    out: list[tuple[str, Correction]] = []
    for row in rows:
        name = str(row.get("id") or "")
        unit = units.get(name)
        if unit is None:
            raise ExchangeError(f"{name or 'a row without id'}: not in the bitext of the latest release")
        signed = Signature(signature.author, signature.date, str(row.get("comment") or signature.reason))
        for lang, text, blocks in (("ja", unit.ja, unit.ja_blocks), ("en", unit.en, unit.en_blocks)):
            new = str(row.get(lang) or "")
            if new != text:
                out.append(_text(name, unit, text, new, blocks, signed))
        if str(row.get("verdict") or "").strip() == "wrong":
            out.append(_apart(name, unit, signed))
    return out


def _text(
    name: str, unit: BitextUnit, old: str, new: str, blocks: Sequence[Place], signature: Signature
) -> tuple[str, Correction]:
    if len(blocks) != 1 or blocks[0].text.count(old) != 1:
        raise ExchangeError(f"{name}: its text is not that of one block, so correct it in the file by hand")
    (block,) = blocks
    correction = Correction(
        "block",
        signature.author,
        signature.date,
        signature.reason,
        documents=(block.sha256,),
        text=block.text,
        page=block.page,
        set={"text": block.text.replace(old, new)},
    )
    return block.work, correction


def _apart(name: str, unit: BitextUnit, signature: Signature) -> tuple[str, Correction]:
    if unit.unit not in ("block", "heading") or len(unit.ja_blocks) != 1 or len(unit.en_blocks) != 1:
        raise ExchangeError(f"{name}: only two blocks can be taken apart, not a {unit.unit}")
    (ja,), (en,) = unit.ja_blocks, unit.en_blocks
    correction = Correction(
        "bead",
        signature.author,
        signature.date,
        signature.reason,
        documents=(ja.sha256, en.sha256),
        ja=ja.text,
        en=en.text,
        join=False,
    )
    return ja.work, correction
