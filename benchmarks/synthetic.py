"""Make documents for measuring growth: small PDF files, and long pairs of reports of one shape.

``python -m benchmarks.synthetic one FILE`` · ``site FOLDER COUNT`` (Japanese and English in turn) ·
``long FOLDER PAGES`` (a Japanese and an English report with that many pages) · ``registry FILE NAMES``.
"""

from __future__ import annotations

import datetime
import random
import sys
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

JA, EN = "HeiseiKakuGo-W5", "Helvetica"
_SUBJECTS = [
    ("評価", "evaluation"),
    ("監査", "audit"),
    ("研修", "training"),
    ("調査", "survey"),
    ("試験", "testing"),
    ("報告", "reporting"),
    ("設計", "design"),
    ("運用", "operation"),
    ("契約", "contracts"),
    ("保守", "maintenance"),
]
_PLACES = [("東京", "Tokyo"), ("大阪", "Osaka"), ("札幌", "Sapporo"), ("福岡", "Fukuoka"), ("仙台", "Sendai")]


def paragraph(chance: random.Random) -> tuple[str, str]:
    """Return one paragraph in both languages, with a date and two numbers of its own."""
    day = datetime.date(2015, 1, 1) + datetime.timedelta(days=chance.randrange(3800))
    subject, other = chance.sample(_SUBJECTS, 2)
    place = chance.choice(_PLACES)
    people, percent = chance.randrange(12, 980), chance.randrange(3, 97)
    ja = (
        f"{day.year}年{day.month}月{day.day}日に{place[0]}で{subject[0]}に関する会合が開かれ、{people}名が参加した。"
        f"参加者の{percent}%は{other[0]}の経験があり、手順を見直すことで意見が一致した。"
        f"次の{subject[0]}では、今回の{other[0]}の結果を踏まえて対象を広げることとした。"
    )
    en = (
        f"On {day:%B} {day.day}, {day.year} a meeting on {subject[1]} was held in {place[1]}, and {people} people took "
        f"part. Of them {percent}% had experience with {other[1]} and agreed that the procedure should be reviewed. "
        f"The next {subject[1]} will cover more, in the light of what the {other[1]} showed this time."
    )
    return ja, en


class _Writer:
    """Write text on A4 pages, line by line."""

    def __init__(self, path: Path, japanese: bool) -> None:
        self.font, self.japanese = (JA, True) if japanese else (EN, False)
        self.canvas = Canvas(str(path), pagesize=(595, 842), invariant=1)
        self.y = 770.0
        self.page = 1

    def write(self, text: str, size: float) -> None:
        for line in self.lines(text, size):
            if self.y < 80:
                self.break_page()
            self.canvas.setFont(self.font, size)
            self.canvas.drawString(72, self.y, line)
            self.y -= size * 1.6
        self.y -= 6

    def lines(self, text: str, size: float) -> list[str]:
        out = [""]
        for word in list(text) if self.japanese else text.split(" "):
            joined = out[-1] + ("" if self.japanese or not out[-1] else " ") + word
            if pdfmetrics.stringWidth(joined, self.font, size) > 451 and out[-1]:
                out.append(word)
            else:
                out[-1] = joined
        return out

    def break_page(self) -> None:
        self.canvas.setFont(self.font, 9)
        self.canvas.drawCentredString(297, 45, str(self.page))
        self.canvas.showPage()
        self.page += 1
        self.y = 770.0

    def close(self) -> None:
        self.break_page()
        self.canvas.save()


def one(path: Path, number: int, japanese: bool) -> None:
    """Make a page with a title, two headings and two paragraphs."""
    chance = random.Random(number)
    writer = _Writer(path, japanese)
    writer.write(f"会合の記録 第{number}号" if japanese else f"Record of Meetings No. {number}", 20)
    for at, title in enumerate((("概要", "Summary"), ("詳細", "Details")), 1):
        writer.write(f"{at}. {title[0] if japanese else title[1]}", 14)
        writer.write(paragraph(chance)[0 if japanese else 1], 10.5)
    writer.close()


def site(folder: Path, count: int) -> None:
    """Make ``count`` files of one page: ``record_00001_ja.pdf``, ``record_00001_en.pdf``, ..."""
    folder.mkdir(parents=True, exist_ok=True)
    for at in range(count):
        lang = "ja" if at % 2 == 0 else "en"
        one(folder / f"record_{at // 2 + 1:05d}_{lang}.pdf", at // 2 + 1, lang == "ja")


def long(folder: Path, pages: int) -> None:
    """Make a report of ``pages`` pages or more in both languages: six paragraphs a section, ten sections a chapter."""
    folder.mkdir(parents=True, exist_ok=True)
    for at, lang in enumerate(("ja", "en")):
        chance = random.Random(pages)
        writer = _Writer(folder / f"long_{pages}_{lang}.pdf", lang == "ja")
        section = 0
        while writer.page <= pages:
            chapter, inside = divmod(section, 10)
            subject = chance.choice(_SUBJECTS)[at]
            if inside == 0:
                writer.write(f"{chapter + 1}. {subject}", 18)
            title = f"{subject}の経過" if lang == "ja" else f"Course of the {subject}"
            writer.write(f"{chapter + 1}.{inside + 1} {title}", 14)
            for _ in range(6):
                writer.write(paragraph(chance)[at], 10.5)
            section += 1
        writer.close()


def registry(path: Path, names: int) -> None:
    """Make a registry of ``names`` spellings that occur in no text, two in each language for each organisation."""
    lines = ["[org]"]
    for number in range(names // 4):
        subject, place = _SUBJECTS[number % len(_SUBJECTS)], _PLACES[number // len(_SUBJECTS) % len(_PLACES)]
        ja = f'"{place[0]}第{number}{subject[0]}協会", "{place[0]}{number}号{subject[0]}会"'
        en = f'"{place[1]} Society No. {number} for {subject[1]}", "Society {number} of {place[1]}"'
        lines.append(f"made-{number} = {{ja = [{ja}], en = [{en}]}}")
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def main() -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(JA))
    what, path, *count = sys.argv[1:]
    if what == "one":
        one(Path(path), 1, japanese=True)
    else:
        {"site": site, "long": long, "registry": registry}[what](Path(path), int(count[0]))


if __name__ == "__main__":
    main()
