"""Legal forms of companies and other corporations, in Japanese and English names."""

from __future__ import annotations

import re

_COMPANIES = ("株式会社", "有限会社", "合同会社")
_ASSOCIATIONS = ("一般社団法人", "公益社団法人", "一般財団法人", "公益財団法人")
_PUBLIC_CORPORATIONS = ("独立行政法人", "国立研究開発法人", "国立大学法人", "公立大学法人")
_OTHER_CORPORATIONS = (
    *("大学共同利用機関法人", "地方独立行政法人", "特定非営利活動法人", "NPO法人", "学校法人", "医療法人"),
    *("社会福祉法人", "認定NPO法人", "有限責任監査法人", "社団法人", "財団法人", "弁護士法人"),
)
# Every Japanese legal form. Forms of one name are written before or after it.
JAPANESE_LEGAL_FORM = re.compile("|".join((*_COMPANIES, *_ASSOCIATIONS, *_PUBLIC_CORPORATIONS, *_OTHER_CORPORATIONS)))

JOINT_STOCK_COMPANY = "株式会社"

# A legal form after a company that is known by its shape only; such a company has nothing else that marks it.
ENGLISH_LEGAL_FORM = re.compile(
    r",?\s(?:Inc\.?|Ltd\.?|Corp\.?|LLC|GmbH|K\.K\.|G\.K\.|PLC|plc|S\.A\.|AG|Co\.(?:,\s?Ltd\.?)?|Limited"
    r"|Pte\.?(?:\sLtd\.?)?|B\.V\.|CORPORATION|LIMITED|INC\.?|LTD\.?)(?![A-Za-z])"
)
# Legal forms that are words of a name: they do not show what kind of organisation it names.
ENGLISH_LEGAL_FORM_WORDS = frozenset(("Inc", "Ltd", "Corp", "LLC", "Co"))

# A legal form that is added to a name of the registry. Only forms that occur beside names without them.
LEGAL_FORM_AFTER_KNOWN_NAME = re.compile(
    r"株式会社|合同会社|,?\s(?:Inc|Ltd|Corp|LLC|GmbH|plc|PLC|Co\.,\s?Ltd|Corporation)(?![A-Za-z])\.?"
)
LEGAL_FORM_BEFORE_KNOWN_NAME = re.compile(
    "(?:株式会社|合同会社|国立大学法人|公立大学法人|学校法人|独立行政法人|国立研究開発法人"
    "|一般社団法人|一般財団法人|公益財団法人|公益社団法人|特定非営利活動法人|NPO法人|社会福祉法人|医療法人)$"
)
# Corporations whose units are written after them (独立行政法人〇〇 △△センター).
LEGAL_FORM_OF_PARENT = "株式会社|国立研究開発法人|独立行政法人|国立大学法人"

_IN_FOLDED_NAME = re.compile(
    rf"^(?:{'|'.join(_COMPANIES)}|{'|'.join(_ASSOCIATIONS)}|独立行政法人|国立研究開発法人|国立大学法人"
    rf"|特定非営利活動法人|npo法人)\s?|\s?(?:{'|'.join(_COMPANIES)})$"
    r"|,?\s(?:(?:co|pte)\.?,?\s?)?(?:inc|ltd|corp|llc|gmbh|co|plc|k\.k|incorporated|corporation|limited)\.?$"
)


def without_legal_form(folded: str) -> str:
    """Return a folded name of an organisation without its legal form; a legal form alone stays."""
    return _IN_FOLDED_NAME.sub("", folded) or folded
