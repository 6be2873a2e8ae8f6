# ruff: noqa: E501 -- a paragraph a line
"""An invented annual report in Japanese and English, for the tests of pairing, alignment and comparison.

Mentions are marked in the text, such as ``{DATE 2024-02-14|2024年2月14日}``. Each line is a block, written as
``kind: text``. A line ``# title`` begins a section, and ``## title`` a subsection.
"""

from __future__ import annotations

import hashlib
import re

from aisi_ingest.model import Block, Box, Content, Document, Lang, Listing, Mention, Section, Source

_MARKED = re.compile(r"\{(DATE|ORG|PERSON|GUIDE|EVENT|PLACE) ([^|}]*)\|([^}]*)\}")
_NUMBER = re.compile(r"^(第\d+[章部]|\d+(?:\.\d+)*)\s+")

JAPANESE = """
# 1 はじめに
paragraph: 本報告書は、{ORG example-institute|架空評価研究所}が{DATE 2024-04/2025-03|2024年度}に行った活動をまとめたものです。研究所は{DATE 2021-07-01|2021年7月1日}に{PLACE jp|日本}で設立され、人工知能の安全性を確かめる方法を調べています。
paragraph: 職員は約45名で、そのうち18名が評価の専門家です。予算は3億2,000万円で、前の年より12パーセント増えました。
list_item: 目的：事故が起きる前に弱点を見つける方法を広めること
list_item: 対象：言語モデルを組み込んだ製品を作る会社と、それを使う役所
# 2 評価の手順
paragraph: 評価は五つの段階に分けて行います。はじめに利用の場面を書き出し、起こりうる害を列挙します。
## 2.1 準備
paragraph: 準備では、評価の責任者を決め、期間と費用の見積もりを作ります。小さな製品では準備に10日ほどかかります。
list_item: 評価する人と開発する人を分ける
list_item: 記録を残す場所を決め、5年間保存する
list_item: 外部の専門家に相談する窓口を用意する
## 2.2 実施
paragraph: 実施では、用意した1,200件の質問をモデルに入力し、答えを二人の評価者が別々に採点します。採点が食い違った答えは三人目が判定します。
table: 段階 | 件数 | 日数\\n質問の作成 | 400 | 6\\n採点 | 1200 | 14\\n再判定 | 90 | 3
paragraph: 採点の一致率は87.5%でした。一致しなかった答えの多くは、医療と法律に関する質問でした。
## 2.3 報告
paragraph: 結果は{ORG example-ministry|架空経済省}と製品の開発者に届けられ、{DATE 2025-01-20|2025年1月20日}に概要が公開されました。
list_item: 重大な弱点は24時間以内に開発者へ知らせる
list_item: 直すまでの期限は30日とする
# 3 国際的な協力
paragraph: {DATE 2024-05-21/2024-05-22|2024年5月21-22日}に{PLACE seoul|ソウル}で開かれた{EVENT example-summit|架空安全サミット}に、{PERSON hanako-yamada|山田花子}所長が参加しました。
paragraph: {PLACE gb|英国}と{PLACE sg|シンガポール}の研究所と覚書を交わし、共通の質問集を作ることで合意しました。
list_item: 翻訳は各国が分担し、完成は{DATE 2025-06|2025年6月}を予定
list_item: 質問集は無償で公開する
# 4 教育と広報
paragraph: 全国の8か所で講習会を開き、延べ650人が参加しました。参加者の9割が内容を業務に役立てられると答えています。
list_item: 入門講座の動画を12本公開した
list_item: {GUIDE example-guide|安全評価の手引き}の第2版を{DATE 2024-11-08|2024年11月8日}に発行した
list_item: 学校向けの教材を貸し出した
# 5 課題
paragraph: 画像や音声を扱うモデルの評価は、まだ方法が定まっていません。費用も文章だけの場合の3倍かかります。
paragraph: 評価者の訓練には長い時間が必要で、経験のある人が足りません。
# 6 今後の計画
paragraph: {DATE 2025-04/2026-03|2025年度}は、自動で採点する仕組みを作り、{DATE 2025-10|2025年10月}に試験を始めます。
list_item: 職員を60名に増やす
list_item: {ORG example-university|架空大学}と共同で研究室を開く
list_item: 評価の記録を誰でも検索できるようにする
# 7 問い合わせ先
paragraph: 本報告書についての質問は、研究所の広報係までお寄せください。電子メールの返事には三営業日ほどかかります。
"""

ENGLISH = """
# 1 Introduction
paragraph: This report summarises what the {ORG example-institute|Fictional Evaluation Institute} did in {DATE 2024-04/2025-03|fiscal year 2024}. The institute was founded in {PLACE jp|Japan} on {DATE 2021-07-01|July 1, 2021}, and studies how to make sure that artificial intelligence is safe.
paragraph: It has about 45 members of staff, 18 of whom are experts in evaluation. The budget was 320 million yen, an increase of 12 percent over the year before.
list_item: Purpose: to spread ways of finding weaknesses before accidents happen
list_item: Audience: companies that build products with language models, and public offices that use them
# 2 How we evaluate
paragraph: An evaluation has five stages. First, the situations of use are written down and the possible harms are listed.
## 2.1 Preparation
paragraph: During preparation, a person in charge of the evaluation is named, and time and cost are estimated. For a small product the preparation takes some 10 days.
list_item: Keep those who evaluate apart from those who develop
list_item: Decide where records are kept, and keep them for 5 years
list_item: Provide a contact for advice from outside experts
## 2.2 Conduct
paragraph: During the conduct, the 1,200 questions prepared are entered into the model, and two evaluators score the answers separately. A third person decides on answers where the scores disagree.
table: Stage | Questions | Days\\nWriting questions | 400 | 6\\nScoring | 1200 | 14\\nDeciding again | 90 | 3
paragraph: The scorers agreed on 87.5% of the answers. Most of the answers on which they did not agree were about medicine and law.
## 2.3 Reporting
paragraph: The results went to the {ORG example-ministry|Fictional Ministry of Economy} and the developer of the product, and an outline was made public on {DATE 2025-01-20|January 20, 2025}.
list_item: Tell the developer about serious weaknesses within 24 hours
list_item: Set a limit of 30 days for the repair
# 3 International cooperation
paragraph: Director {PERSON hanako-yamada|Hanako Yamada} took part in the {EVENT example-summit|Fictional Safety Summit} held in {PLACE seoul|Seoul} on {DATE 2024-05-21/2024-05-22|May 21-22, 2024}.
paragraph: Memoranda were exchanged with the institutes of the {PLACE gb|United Kingdom} and {PLACE sg|Singapore}, and it was agreed to write a common set of questions.
list_item: Each country takes its share of the translation, to be complete in {DATE 2025-06|June 2025}
list_item: The set of questions is published free of charge
# 4 Education and public relations
paragraph: Courses were held in 8 places across the country, with 650 participants in all. Ninety percent of them answered that they could use what they learned at work.
list_item: We published 12 videos of the beginners' course
list_item: We issued the second edition of the {GUIDE example-guide|Handbook of Safety Evaluation} on {DATE 2024-11-08|November 8, 2024}
list_item: We lent out teaching material for schools
# 5 Open problems
paragraph: There is no settled way yet of evaluating models that handle images and sound. It also costs 3 times as much as with text alone.
paragraph: Training evaluators takes a long time, and experienced people are scarce.
# 6 Plans
paragraph: In {DATE 2025-04/2026-03|fiscal year 2025} we will build a system that scores automatically, and start to test it in {DATE 2025-10|October 2025}.
list_item: Increase the staff to 60 people
list_item: Open a laboratory together with the {ORG example-university|Fictional University}
list_item: Make the records of evaluations searchable for everyone
# 7 Contact
paragraph: Please send questions about this report to the public relations office of the institute. Answers to e-mail take about three working days.
"""


def report(text: str, lang: Lang, file: str = "", kind: str = "report") -> Document:
    """Make a document from marked text.

    Args:
        text: The text, as described above.
        lang: The language of the document.
        file: The file name; by default one with the language.
        kind: The kind of the document.
    """
    blocks: list[Block] = []
    sections: list[Section] = []
    mentions: list[Mention] = []
    open_sections: list[Section] = []

    def add_block(kind: str, marked: str) -> None:
        block = f"b{len(blocks) + 1}"
        plain, at = "", 0
        for match in _MARKED.finditer(marked):
            plain += marked[at : match.start()]
            label, value, surface = match.groups()
            mentions.append(
                Mention(
                    id=f"m{len(mentions) + 1}",
                    block=block,
                    start=len(plain),
                    end=len(plain) + len(surface),
                    text=surface,
                    label=label,  # type: ignore[arg-type]
                    rule="test",
                    value=value or None,
                )
            )
            plain += surface
            at = match.end()
        plain += marked[at:]
        section = open_sections[-1].id if open_sections else None
        box = Box(60, 20 * len(blocks), 500, 20 * len(blocks) + 15)
        blocks.append(Block(block, 1, box, kind, plain, lang, section))  # type: ignore[arg-type]

    for line in text.strip().splitlines():
        if line.startswith("#"):
            marks, _, heading = line.partition(" ")
            number = _NUMBER.match(heading)
            while open_sections and open_sections[-1].level >= len(marks):
                open_sections.pop()
            section = Section(
                id=f"s{len(sections) + 1}",
                title=heading[number.end() :] if number else heading,
                level=len(marks),
                pages=(1, 1),
                parent=open_sections[-1].id if open_sections else None,
                number=number[1] if number else None,
            )
            sections.append(section)
            open_sections.append(section)
            add_block("heading", heading)
        elif line:
            block_kind, _, marked = line.partition(": ")
            add_block(block_kind, marked.replace("\\n", "\n"))
    title = sections[0].title if sections else ""
    content = Content(
        kind=kind,  # type: ignore[arg-type]
        form="pdf",
        lang=lang,
        title=title,
        page_sizes=((595.0, 842.0),),
        blocks=tuple(blocks),
        sections=tuple(sections),
    )
    digest = hashlib.sha256((file + lang + text).encode()).hexdigest()
    source = Source(None, file or f"report_{lang}.pdf", digest, len(text), "application/pdf")
    return Document(Listing(source), content, tuple(mentions), id=f"report/1/{lang}", work="report", edition="1")


def both() -> tuple[Document, Document]:
    """Return the report in both languages."""
    return report(JAPANESE, "ja"), report(ENGLISH, "en")
