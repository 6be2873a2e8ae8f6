"""Header rows that only their words show: short names over columns of values, dates or longer texts."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from statistics import median

from aisi_ingest.text.measure import width

Rows = Sequence[Sequence[str]]
Cells = Sequence[Sequence[Hashable]]
"""What identifies the cell of each square, in the shape of the rows; merged squares have the same."""

MOST_HEADER_ROWS = 4
_LONGEST_HEAD, _LONGEST_OVER_VALUES = 60, 100  # half-width characters
_FEWEST_HEADS = 2
_VALUE_SHARE = 0.6  # of the cells of a column of values
_DIGIT_SHARE, _NUMBER_SHARE = 0.3, 0.5  # of the characters of a value, and of one that is no name
_LONGER = 3.0  # times the length of the head: the median text of a column of sentences ...
_SENTENCE_LENGTH = 30  # ... of this many half-width characters, at least
_FEWEST_ROWS = 2  # below a head that only the length of its words shows
_SENTENCE_END = re.compile(r'[。!?！？][」』）)"”]*$|\w{3}.{20,}\w{3}\.["”)]*$')  # "Std. Dev." is no sentence
_MARKS = re.compile(
    r"[-–—―‐−－ー…・/／*※○◯〇◎●☆★△▲▽▼×✕✓✔✗✘☑☐□■◇◆有無可否要不済未 　]+|n/?a|tbd|なし|あり|yes|no|x", re.IGNORECASE
)
# A row of units between heads and numbers.
_UNITS = re.compile(
    r"[(（]?(?:[千万億]|百万|十億|兆)?(?:円|人|件|台|個|戸|世帯|ドル|[%％‰]|㎡|[kcm]?m|ha|[kt]?g|kWh|USD|EUR)[)）]?"
)
_YEAR = re.compile(
    r"(?:FY|CY)\s?'?\d{2,4}(?:\s?[-–/～〜~]\s?\d{2,4})?|[12]\d{3}(?:\s?[-–/～〜~]\s?\d{2,4})?\s?(?:FY|年度?(?:\s?\d{1,2}月)?)?"
    r"|(?:令和|平成|昭和|[RHS])\s?(?:元|\d{1,2})(?:\s?年度?)?|\d{1,2}月|Q[1-4]|第[1-4一二三四]四半期"
)
_NUMBERED = re.compile(r"[(（]?(?:\d{1,3}|[A-Za-z])[)）.．]\s*\S|[A-Z]{1,2}-?\d|第?\d+[章節条回]")
# Words that name a column. Collected from the heads of tables of reports in general, in both languages.
_NAMES = re.compile(
    r"id|no\.?|\#|items?|names?|descriptions?|(?:sub)?categor(?:y|ies)|types?|terms?|definitions?|dates?|time|place|location|venue|subjects?"
    r"|title|summary|examples?|notes?|remarks?|comments?|values?|total|units?|years?|month|amount|number|quantity|price|cost|country"
    r"|organi[sz]ation|role|status|sources?|references?|url|version|author|results?|requirements?|actions?|owner|step|phase"
    r"|measures?|questions?|answers?|kind|scope|target|fields?|details?|contents?|purpose|method|criteri(?:a|on)|risks?|indicators?"
    r"|objectives?|activit(?:y|ies)|participants|level|reason|response|components?|features?|functions?|techniques?|variables?"
    r"|parameters?",
    re.IGNORECASE,
)
_NAME_ENDINGS = re.compile(
    r"(?:項目|事項|内容|備考|摘要|担当|番号|項番|名称|区分|分類|種類|種別|対象|説明|概要|解説|用語|定義|氏名|所属|役職|日時|日付"
    r"|年月日|開催日|場所|会場|議題|年度|金額|単価|数量|件数|人数|割合|比率|合計|出典|事例|具体例|目的|理由|結果|条件|要件|方法|手法"
    r"|機能|対策|課題|時期|期間|単位|順位|品名|国名|組織名|機関名|団体名|部署|資料名|頁|ページ|章・節|条項|観点|指標|基準|状況|分野|タイトル|欄)$|^No\.?$"
)


def named_header_rows(rows: Rows, cells: Cells, above_rule: int = 0) -> int:
    """Count the rows at the top whose words show that they name the columns.

    Rows of which one cell covers the whole table are titles. They count if a row of heads follows them.

    Args:
        rows: Texts of the table; merged cells are repeated.
        cells: The cell of each square, in the shape of ``rows``.
        above_rule: Number of rows above a rule that divides them from rows without rules between them.
    """
    count = len(rows)
    if 0 < above_rule < count and not any(_is_no_name(text) for row in rows[:above_rule] for text in row if text):
        return above_rule
    first = 0
    while first < count - 1 and len(set(cells[first])) == 1 and len(cells[first]) > 1:
        first += 1
    last = min(first + MOST_HEADER_ROWS, count - 1)
    found = 0
    row = first
    columns = list(range(len(cells[0])))
    while row < last and columns:
        end = _end_of_merged(cells, row, count)
        if end >= count or not _are_names(rows, row, end, cells, columns):
            break
        found = end
        columns = _columns_with_sub_heads(cells[end - 1])
        row = end
    return found


def _end_of_merged(cells: Cells, row: int, count: int) -> int:
    """Return the row after those that a cell of a row covers if each of them but the last has sub-heads."""
    end = row + 1
    while end < count and end - row < MOST_HEADER_ROWS and set(cells[end]) & set(cells[row]):
        end += 1
    return end


def _columns_with_sub_heads(row: Sequence[Hashable]) -> list[int]:
    """Return the columns of the cells that are merged over some columns: the next row may name each of them."""
    return [j for j, number in enumerate(row) if 1 < sum(other == number for other in row) < len(row)]


def _are_names(rows: Rows, start: int, end: int, cells: Cells, named: Sequence[int]) -> bool:
    """Return whether rows ``start`` to ``end`` (excluded) hold the names of the columns below them.

    Most of the columns ``named`` must have one.
    """
    heads = rows[end - 1]
    body = rows[end:]
    texts = {cells[i][j]: rows[i][j].strip() for i in range(start, end) for j in range(len(rows[i]))}
    written = [text for text in texts.values() if text]
    places = {cells[i][j] for i in range(start, end) for j in named}
    if len(written) < _FEWEST_HEADS or 2 * sum(bool(texts[place]) for place in places) < len(places):
        return False
    columns = [[row[j].strip() for row in body if row[j].strip()] for j in range(len(heads))]
    if any(map(_is_no_name, written)) or any(
        _is_year(head) and _is_year_column(column) for head, column in zip(heads, columns, strict=True)
    ):
        return False
    pairs = [(head, column) for head, column in zip(heads, columns, strict=True) if head and column]
    over_values = any((_is_year(head) or not _is_number(head)) and _is_value_column(column) for head, column in pairs)
    if over_values or _counts_up(columns[0]):
        return True
    if max(map(width, written)) > _LONGEST_HEAD:
        return False
    return _have_known_names(written, columns[0]) or _are_short(pairs, len(body))


def _is_no_name(text: str) -> bool:
    """Return whether a text cannot name a column: a number, a sentence or an item of a numbered list."""
    if _is_year(text):
        return False
    is_sentence = bool(_SENTENCE_END.search(text)) and not _is_name(text)
    return width(text) > _LONGEST_OVER_VALUES or is_sentence or _is_number(text) or bool(_NUMBERED.match(text))


def _is_name(text: str) -> bool:
    """Return whether a text is a usual name of a column."""
    plain = re.sub(r"\s+", " ", text.strip())
    return bool(_NAMES.fullmatch(plain)) or bool(_NAME_ENDINGS.search(plain.replace(" ", "")))


def _is_value(text: str) -> bool:
    """Return whether a text is a number, a date, or a mark such as a circle or a dash."""
    if _MARKS.fullmatch(text) or _UNITS.fullmatch(text):
        return True
    digits = sum(character.isdigit() for character in text)
    return digits > _DIGIT_SHARE * len(text)


def _is_year(text: str) -> bool:
    return bool(text) and bool(_YEAR.fullmatch(text))


def _is_number(text: str) -> bool:
    """Return whether a text is a number with its unit, a date or a mark; ``1 Rooms`` is a name with a number."""
    digits = sum(character.isdigit() for character in text)
    return bool(_MARKS.fullmatch(text)) or digits >= _NUMBER_SHARE * len(text)


def _is_value_column(column: Sequence[str]) -> bool:
    return sum(map(_is_value, column)) >= _VALUE_SHARE * max(1, len(column))


def _counts_up(column: Sequence[str]) -> bool:
    """Return whether a column numbers the rows: 1, 2, 3."""
    return len(column) >= _FEWEST_ROWS and list(column) == [str(n) for n in range(1, len(column) + 1)]


def _is_year_column(column: Sequence[str]) -> bool:
    return sum(map(_is_year, column)) >= _VALUE_SHARE * max(1, len(column))


def _have_known_names(heads: Sequence[str], first_column: Sequence[str]) -> bool:
    """Return whether heads are usual names of columns, and not a label and its text, as in a form."""
    known = sum(map(_is_name, heads))
    return known >= _FEWEST_HEADS or (known > 0 and not any(map(_is_name, first_column)))


def _are_short(pairs: Sequence[tuple[str, Sequence[str]]], rows: int) -> bool:
    """Return whether heads are as short as the texts below them, and one is much shorter than sentences below it."""
    if rows < _FEWEST_ROWS or len(pairs) < _FEWEST_HEADS or any(map(_is_name, pairs[0][1])):
        return False
    if any(width(head) > 2 * max(map(width, column)) for head, column in pairs):
        return False
    return any(
        width(head) <= min(map(width, column))
        and median(map(width, column)) >= max(_SENTENCE_LENGTH, _LONGER * width(head))
        for head, column in pairs
    )
