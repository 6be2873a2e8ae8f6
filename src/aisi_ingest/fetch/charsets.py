"""Decode Japanese web text as browsers do: pages, robots.txt, and the names in headers and addresses.

Python's codecs differ from browsers for Japanese. They know fewer labels ("x-euc-jp"), and their EUC-JP and
ISO-2022-JP lack row 13 of NEC ("①", "㈱") and the extensions of IBM ("髙"). Both are decoded here through cp932, whose
table is that of browsers (https://encoding.spec.whatwg.org/#index-jis0208).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from w3lib.encoding import resolve_encoding

_UTF_8 = "utf-8"
_SHIFT_JIS = "shift_jis"
_EUC_JP = "euc-jp"
_ISO_2022_JP = "iso-2022-jp"
# Labels as browsers know them, https://encoding.spec.whatwg.org/#names-and-labels, and others that servers send.
_JAPANESE_LABELS = {
    _SHIFT_JIS: "csshiftjis cp932 ms932 ms_kanji shift-jis shift_jis sjis windows-31j windows-932 x-sjis x-ms-cp932",
    _EUC_JP: "cseucpkdfmtjapanese euc-jp euc_jp eucjp eucjp-ms eucjp-win cp51932 x-euc-jp x-euc",
    _ISO_2022_JP: "csiso2022jp iso-2022-jp iso-2022-jp-1 iso-2022-jp-ms iso2022jp jis x-iso-2022-jp cp50220 cp50221",
}
_JAPANESE = {label: name for name, labels in _JAPANESE_LABELS.items() for label in labels.split()}
# Declared by servers for all their pages, whatever the pages are: what the page itself declares is worth more.
_SERVER_DEFAULTS = ("iso-8859-1", "latin-1", "latin1", "windows-1252", "us-ascii", "ascii")
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, _UTF_8), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Codecs that Python has and no browser knows. Decoding "punycode" takes quadratic time; the others are no text.
_NOT_ENCODINGS_OF_PAGES = ("charmap", "idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7")

_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_MAX_HEAD = 1 << 18  # bytes that are searched for a meta tag; browsers accept a late one too
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_META_CHARSET = re.compile(rb"""<meta\b[^>]{0,500}?\bcharset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)

# Runs of EUC-JP: ASCII, characters of JIS X 0208, half-width katakana (8E), characters of JIS X 0212 (8F), or an error.
_EUC_RUN = re.compile(
    rb"([\x00-\x7f]+)|((?:[\xa1-\xfe]{2})+)|((?:\x8e[\xa1-\xdf])+)|((?:\x8f[\xa1-\xfe]{2})+)|([\x80-\xff])"
)
_ESCAPE = re.compile(rb"\x1b(\(B|\(J|\(I|\$@|\$B|\$\(D)")
_HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]")
_FIRST, _CELLS = 0xA1, 94  # first byte of a row or cell in EUC-JP, cells of a row
_SHIFT_LEAD, _SHIFT_TRAIL = 0x81, 0x40  # first bytes in Shift JIS
_HALF_WIDTH_START, _HALF_WIDTH_LENGTH = 0xA0, 0x40
_DELETE = 0x7F
_TO_EUC = bytes(byte | 0x80 if byte in range(0x21, 0x7F) else byte for byte in range(256))
_REPLACEMENT = "\ufffd"
_ERROR_WEIGHT = 10  # a byte that is no text is worse than half-width katakana, which are rare, not wrong
_MUCH_BETTER = 10  # times fewer faults than with the declared charset
_SAMPLE = 1 << 16  # bytes by which a charset is guessed


def decode_page(html: bytes, content_type: str = "") -> str:
    """Decode an HTML page. Accepts any bytes and never raises on them.

    The byte order mark comes first, then the charset of the header, then that of a meta tag, also a late one. A
    declared charset is set aside where the bytes are clearly text in another one.

    Args:
        html: The body of the response.
        content_type: The value of the Content-Type header.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if html.startswith(mark):
            return html[len(mark) :].decode(encoding, "replace")
    declared = _declared(html, content_type)
    guessed = _guess(html)
    if declared is None or declared == guessed:
        return _decoded(html, guessed)
    text = _decoded(html, declared)
    if (faults := text.count(_REPLACEMENT)) == 0:
        return text
    other = _decoded(html, guessed)
    return other if other.count(_REPLACEMENT) * _MUCH_BETTER < faults else text


def decode_text(raw: bytes) -> str:
    """Decode text that declares no charset: a header, a part of an address, robots.txt. Never raises."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    return _decoded(raw, _guess(raw))


def decode_as(raw: bytes, label: str) -> str | None:
    """Decode bytes by the label of a charset, with U+FFFD for what is no text. None for an unknown label."""
    encoding = _encoding(label)
    return _decoded(raw, encoding) if encoding else None


def _declared(html: bytes, content_type: str) -> str | None:
    """Return the encoding that the header or the page declares, or None."""
    header_match = _HEADER_CHARSET.search(content_type)
    header = header_match[1].lower() if header_match else ""
    from_header = _encoding(header)
    if from_header and header not in _SERVER_DEFAULTS:
        return from_header
    meta = _META_CHARSET.search(_COMMENT.sub(b"", html[:_MAX_HEAD]))
    from_page = _encoding(meta[1].decode("ascii", "replace")) if meta else None
    if from_page and from_page.startswith("utf-16"):
        from_page = _UTF_8  # the meta tag was read as ASCII, so it is wrong: browsers take UTF-8 then
    return from_page or from_header


def _encoding(label: str) -> str | None:
    """Return the name of an encoding from bytes to text, or None where no browser knows the label."""
    label = label.strip().lower()
    if label in _JAPANESE:
        return _JAPANESE[label]
    if label in _SERVER_DEFAULTS:
        return "cp1252"
    try:
        name = resolve_encoding(label) or ""  # by what browsers mean: gb18030 for "gb2312"
        "".encode(name)  # fails for codecs that are not between text and bytes
        b"".decode(name)
    except (LookupError, UnicodeError, ValueError, TypeError):
        return None
    return None if name in _NOT_ENCODINGS_OF_PAGES else name


def _guess(raw: bytes) -> str:
    """Return the encoding by which bytes make the best text: UTF-8, or one of the three that Japanese sites use."""
    if _ESCAPE.search(raw) and raw.isascii():
        return _ISO_2022_JP
    try:
        raw.decode(_UTF_8)
        return _UTF_8
    except UnicodeDecodeError:
        sample = raw[:_SAMPLE]
        return min((_UTF_8, _SHIFT_JIS, _EUC_JP), key=lambda encoding: _faults(sample, encoding))


def _faults(raw: bytes, encoding: str) -> int:
    text = _decoded(raw, encoding)
    return _ERROR_WEIGHT * text.count(_REPLACEMENT) + len(_HALF_WIDTH_KANA.findall(text))


def _decoded(raw: bytes, encoding: str) -> str:
    decode = _DECODERS.get(encoding)
    return decode(raw) if decode else str(raw, encoding, "replace")


def _euc_jp(raw: bytes) -> str:
    return "".join(_euc_run(match) for match in _EUC_RUN.finditer(raw))


def _euc_run(match: re.Match[bytes]) -> str:
    ascii_text, jis0208, katakana, jis0212, _ = match.groups()
    if ascii_text is not None:
        return ascii_text.decode("ascii")
    if jis0208 is not None:
        return _jis0208(jis0208)
    if katakana is not None:
        return katakana.decode("euc_jp", "replace")
    if jis0212 is not None:
        return jis0212.decode("euc_jp", "replace")
    return _REPLACEMENT


def _jis0208(pairs: bytes) -> str:
    """Decode pairs of bytes A1 to FE, row and cell of JIS X 0208 each plus A0, through cp932."""
    shifted = bytearray()
    for row, cell in zip(pairs[::2], pairs[1::2], strict=True):
        # Shift JIS has two rows of 94 cells for each lead byte. It leaves out A0 to DF, and 7F as a second byte.
        pair, position = (row - _FIRST) // 2, cell - _FIRST + _CELLS * ((row - _FIRST) % 2)
        lead, trail = pair + _SHIFT_LEAD, position + _SHIFT_TRAIL
        shifted.append(lead if lead < _HALF_WIDTH_START else lead + _HALF_WIDTH_LENGTH)
        shifted.append(trail if trail < _DELETE else trail + 1)
    return shifted.decode("cp932", "replace")


def _iso_2022_jp(raw: bytes) -> str:
    """Decode text whose escape sequences select ASCII, JIS X 0201, JIS X 0208 or JIS X 0212 (RFC 1468, RFC 2237)."""
    parts = _ESCAPE.split(raw)
    text = [parts[0].decode("ascii", "replace")]
    for escape, data in zip(parts[1::2], parts[2::2], strict=True):
        text.append(_iso_2022_jp_run(escape, data))
    return "".join(text)


def _iso_2022_jp_run(escape: bytes, data: bytes) -> str:
    if escape in (b"(B", b"(J"):
        return data.decode("ascii", "replace")
    high = data.translate(_TO_EUC)
    if escape == b"(I":
        return high.decode("cp932", "replace")
    if escape == b"$(D":
        return _euc_jp(re.sub(rb"([\xa1-\xfe]{2})", b"\x8f\\1", high))
    return _euc_jp(high)


_DECODERS: dict[str, Callable[[bytes], str]] = {
    _SHIFT_JIS: lambda raw: raw.decode("cp932", "replace"),
    _EUC_JP: _euc_jp,
    _ISO_2022_JP: _iso_2022_jp,
}
