"""Japanese names that no registry has, by their shape: ``〜審議会``, ``〜に関する〜ガイドライン``, ``〜サミット``.

A name is a run of nouns that ends in a head (``委員会``, ``白書``, ``会合``). Which words a run is made of
decides whether it is a name: ``運営委員会`` alone is generic, ``個人情報保護委員会`` is not.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from aisi_ingest.model import Label
from aisi_ingest.tagging.spans import Span
from aisi_ingest.tagging.words import words
from aisi_ingest.text.normalise import is_japanese

Morpheme = tuple[int, int, str]


class _Head(NamedTuple):
    label: Label
    strength: int  # how many telling words must stand before it; 0: a name of its own kind (株式会社)


_HEADS: dict[str, _Head] = {}
for _label, _strength, _words in (
    ("ORG", 1, 
        "法律事務所 特許事務所 研究室 省 庁 審議会 研究所 学会 機構 協会 連盟 連合会 財団 大学 大学校 研究科"
        " 研究院 公社 公庫 銀行 新聞社 製作所 取引所 高等専門学校"
    ),
    ("ORG", 2, 
        "局 委員会 協議会 研究会 検討会 懇談会 懇話会 センター 推進本部 戦略本部 対策本部 競争本部 部会"
        " 分科会 小委員会 ワーキンググループ WG SWG ワーキング・グループ サブワーキンググループ"
    ),
    ("ORG", 2, 
        "タスクフォース コンソーシアム アライアンス ファウンデーション インスティテュート 事務局 推進室"
        " 組合 連絡会 連絡会議 推進会議 戦略会議 諮問会議 調整会議 有識者会議"
    ),
    ("ORG", 2, 
        "検討チーム 戦略チーム ホールディングス 工業会 実現会議 競争会議 社会原則会議 専門調査会 調査会"
        " 作業部会 スタディグループ 検討委員会 ラボ ラボラトリー 戦略室 専門家会議 円卓会議"
    ),
    ("GUIDE", 1, 
        "ガイドライン ガイドブック ガイダンス 白書 行動規範 憲章 宣言 条約 法律 年次報告書 年次報告"
        " ホワイトペーパー ハンドブック ガイド プレイブック クロスウォーク 保護法 基本法 推進法 規制法"
        " 防止法 促進法 禁止法 取締法 特別措置法 整備法 事業法 権利法 施行令 施行規則 協定"
    ),
    ("GUIDE", 2, 
        "原則 指針 基本計画 行動計画 ロードマップ フレームワーク 枠組み 報告書 レポート マニュアル 手引き"
        " 手引 戦略 標準 規格 規則 指令 勧告 基準 綱領 大綱 ビジョン 提言 とりまとめ 取りまとめ 論点整理"
        " 覚書 チェックリスト ツールキット 法案 条例 声明 手引書 説明書 手順書 コミュニケ 工程表 重点計画"
        " 実施計画 推進計画 計画"
    ),
    ("GUIDE", 1, 
        "車両法 機器法 機器等法 生産法 取引法 通信法 業法 基準法 派遣法 表示法 訴訟法 税法 教育法 交通法"
        " 公務員法 手続法 公開法 競争法 販売法 決済法 管理法 支援法 救済法 契約法 信託法 研究法 製造法"
        " 処罰法 移転防止法 対処法 利用法 登記法 保険法 衛生法 申合せ 申し合わせ"
    ),
    ("EVENT", 1, "サミット シンポジウム 首脳会合 閣僚会合 大臣会合 閣僚会議 首脳会議 博覧会 万博 カンファレンス"),
    ("EVENT", 2, 
        "会合 ワークショップ フォーラム 国際会議 総会 セミナー ハッカソン ミートアップ 展示会"
        " ラウンドテーブル 閣僚理事会 対話"
    ),
):  # fmt: skip
    _HEADS.update((word, _Head(_label, _strength)) for word in _words.split())  # type: ignore[arg-type]
_HEAD = re.compile("|".join(sorted(map(re.escape, _HEADS), key=len, reverse=True)))
_LEGAL_FORM = (
    "株式会社|有限会社|合同会社|一般社団法人|公益社団法人|一般財団法人|公益財団法人|独立行政法人"
    "|国立研究開発法人|国立大学法人|公立大学法人"
    "|大学共同利用機関法人|地方独立行政法人|特定非営利活動法人|NPO法人|学校法人|医療法人|社会福祉法人"
    "|認定NPO法人|有限責任監査法人|社団法人|財団法人|弁護士法人"
)
_FORM = re.compile(_LEGAL_FORM)

# Words of which any committee, guideline or meeting may be made.
_COMMON = words(
    """
    運営 専門 小 準備 実行 関係 関連 各 当該 本 同 他 両 全 諸 民間 研究 教育 医療 金融 公的 公共 地方 国際 国内
    海外 外部 第三者 第三 者 専門家 家 政府 行政 規制 監督 認証 認定 評価 監査 標準 化 開発 技術 産業 業界 企業
    事業 大学 有識者 有識 検討 調査 推進 連絡 調整 諮問 部門 担当 管理 倫理 審査 取締役 取締 役 経営 執行 中央
    独立 共同 合同 任意 支援 相談 窓口 作業 分科 全国 データ 情報 コール カスタマー サポート ユーザ ユーザー
    テスト AI 人工 知能 生成 システム 社内 内部 社外 安全 安全性 性 品質 運用 利用 活用 導入 実施 実装 設計 制度
    法 法的 的 基本 共通 統一 統合 総合 業務 手順 操作 契約 調達 セキュリティ リスク ガバナンス プライバシー
    モデル 学習 機械 言語 大規模 会社 団体 組織 機関 府 省 庁 区 市 町 村 府省 省庁 主要 主な 具体 詳細 最終
    中間 年次 年度 月次 定期 定例 個別 各種 既存 新規 新 旧 最新 簡易 実践 実務 参考 公式 公開 一般 特定 個人
    法人 国 世界 社会 市場 政策 戦略 計画 ビジネス 設定 判断 選定 策定 作成 対策 対応 対象 要求 要件 機能 性能
    目的 目標 行動 倫理 技術的 数値 判定 採点 整備 向け 用 等 上 下 内 外 後 前 別 系 型 式 ツール サービス
    プロジェクト チーム グループ ワーキング 会 員 委員 会議 説明 報告 レポート 編 集 基盤 環境 処理 解析 分析
    測定 検証 確認 承認 許可 申請 登録 更新 変更 改善 向上 強化 促進 普及 育成 人材 サイバー インシデント 脆弱
    攻撃 防御 監視 レッド チーミング クラウド ソフトウェア ハードウェア アプリ アプリケーション ウェブ Web IT
    ICT DX 論点 方針 指針 ガイド ライン 案 版 資料 文書 素案 たたき台 概要 全体 個々 双方 複数 以下 以上 今後
    透明 公平 信頼 説明 責任 人間 中心 多様 持続 可能 倫理 原則 原子 自主 自律 相互 運用 認識 意思 決定 長期
    短期 中期 中長期 初期 当初 現行 現状 将来 次世代 次期 投資 経済 財政 ハイ レベル ハイレベル 国 等 主催 共催
    開催 参加 出席 実証 成長 競争 力 テーマ 部局
    消費 者 保護 権利 義務 免責 適用 準拠 遵守 違反 対話 意見 交換 法令 業法
    法規 事例 自己 首脳 閣僚 大臣 会合 声明 現場 暫定 先進 優良 成功 失敗 国民 住民 市民 学校 病院 図書館 自治
    体
    """
)
_STOP_POS = ("副詞可能", "代名詞", "助数詞", "非自立可能")
_SHORT_COUNTRIES = frozenset("日米英中韓豪印加独仏伊星")
_NO_FIELD = words("別 関係 関連 担当 所管 主務 中央 各種 社内 既存 国内 海外 共通 独自 行政 政府 規制 監督 当局 他")
_KATAKANA = re.compile("[ァ-ヺー]+$")
_DEMONSTRATIVE = words(
    """
    各 本 同 当 両 諸 該 当該 全 他 某 弊 御 貴 各国 我が国 諸外国 各社 わが国 自社 当社 弊社 各省 各府省
    関係府省 貴社 他国 同国 英米 日米 日本国内 上記 下記 以下 以上 前述 後述 これら それぞれ 別添 別紙 海外 国内
    既存
    """
)
# What may stand between two parts of a guide's name.
_BRIDGE = re.compile(r"(?:に関する|にかかる|に係る|に向けた|のための)$")
_ROLES = re.compile(
    r"\s?(?:理事長|理事|所長|副所長|長官|大臣|副大臣|会長|副会長|委員長|委員|教授|准教授|特任|名誉|社長"
    r"|代表|部長|課長|局長|室長|主任|主席|研究員|職員|フェロー|センター長|事務局|総裁|学長"
    r"|総長|座長|構成員|主催|共催|編|資料|作成|公表|発行|策定|提供|設立|主導|主査|参事|政務|事務|幹事"
    r"|次長|審議官|補佐|企画官|専門官|顧問|名|内|等|ほか|他|側|及|並|殿|様|御中|版|案|等|向|用|を|に|の"
    r"|は|が|で|と|も|へ|や|か|な)"
)
_QUOTED = re.compile(r"「([^「」\n]{2,120})」|『([^『』\n]{2,120})』")
_VERSION = re.compile(
    r"\s?(?:[Vv]er(?:sion)?\.?\s?[0-9]{1,2}(?:\.[0-9]{1,3}){0,2}|第\s?[0-9.]{1,5}\s?版"
    r"|(?<=\s)[0-9]\.[0-9]{1,2}(?![0-9.%])|(?:19|20)[0-9]{2}(?![0-9年./-]))"
)


def names(text: str, morphemes: list[Morpheme]) -> Iterator[Span]:
    """Organisations, guides and events in ``text`` by their Japanese shape."""
    ends = {end: i for i, (_, end, _) in enumerate(morphemes)}
    for m in _HEAD.finditer(text):
        yield from _before_head(text, m, morphemes, ends)
    for m in _FORM.finditer(text):
        yield from _company(text, m, morphemes)
    for m in _QUOTED.finditer(text):
        group = 1 if m[1] is not None else 2
        inside = m[group]
        version = next((v for v in _VERSION.finditer(inside) if v.end() == len(inside)), None)
        base = inside[: version.start()] if version else re.sub(r"[（(][^（）()]{1,20}[)）]$", "", inside)
        bare = base.removesuffix("案")  # a draft is named with its 案
        head = next((h for h in _HEAD.finditer(bare) if h.end() == len(bare)), None)
        if (
            head is None
            or head.start() == 0
            or re.match(r"本|当該|この|各|共通の|第\s?[0-9一二三四五六七八九十]+\s?[部章節条]", inside)
            or re.search(r"[。？！]", inside)
        ):
            continue
        label = _HEADS[head.group()].label
        if label == "GUIDE" or (
            label == "ORG" and len(inside) > len(head.group()) + 3 and "、" not in inside and "別" not in inside
        ):
            yield Span(
                m.start(group),
                m.start(group) + len(base) + (len(version.group()) if version else 0),
                label,
                "shape.quoted",
            )


_PLACE_SUFFIX = frozenset(("市", "町", "村", "区", "県", "郡", "州", "府", "都", "島", "半島", "湾"))


def places(text: str, morphemes: list[Morpheme]) -> Iterator[Span]:
    """Towns and regions: UniDic's place names with what they are, a prefecture before them included."""
    for index, (before_start, before_end, before) in enumerate(morphemes[:-1], 1):
        if "固有名詞,地名" not in before:
            continue
        start, end, _ = morphemes[index]
        word = text[start:end]
        if (
            before_end != start
            or word not in _PLACE_SUFFIX
            or (
                index + 1 < len(morphemes)
                and morphemes[index + 1][0] == end
                and (morphemes[index + 1][2].startswith("接尾辞") and text[end] not in "内側外")
            )
        ):
            continue
        first = index - 1
        while (
            first > 0
            and morphemes[first - 1][1] == morphemes[first][0]
            and (
                "固有名詞,地名" in morphemes[first - 1][2]
                or text[morphemes[first - 1][0] : morphemes[first - 1][1]] in ("都", "道", "府", "県", "市")
            )
        ):
            first -= 1
        if "固有名詞,地名" not in morphemes[first][2]:
            first = index - 1
        if end - before_start > 2 or first < index - 1:
            yield Span(morphemes[first][0], end, "PLACE", "place.unidic")


# No name is longer, in tokens.
_LONGEST = 30


def _noun(feature: str) -> bool:
    return feature.startswith(("名詞", "接頭辞", "接尾辞", "形状詞,一般", "記号,一般", "未知語")) or not feature.strip()


def _before_head(text: str, head: re.Match[str], morphemes: list[Morpheme], ends: dict[int, int]) -> Iterator[Span]:
    if head.end() not in ends or not _ends_here(text, head.end(), morphemes, ends[head.end()]):
        return
    kind = _HEADS[head.group()]
    at = ends[head.end()]
    while at >= 0 and morphemes[at][0] > head.start():
        at -= 1
    if at < 0 or morphemes[at][0] > head.start():
        return
    # Words in katakana are one token however long (ソウルサミット); a head in kanji is cut out of another word.
    cut_out = morphemes[at][0] < head.start() and morphemes[at][1] - morphemes[at][0] > len(head.group()) + 2
    cut_out = cut_out and not _KATAKANA.match(head.group())
    if cut_out and kind.label != "GUIDE":  # the head is a part of a longer word (情報処理学 + 会)
        return
    first = at
    bridged = False
    telling: list[str] = [text[morphemes[at][0] : head.start()]] if morphemes[at][0] < head.start() else []
    while first > max(0, at - _LONGEST):
        start, end, feature = morphemes[first - 1]
        gap = text[end : morphemes[first][0]]
        word = text[start:end]
        if gap and not (gap == " " and word.isascii() and (text[morphemes[first][0]].isascii() or word[-1].isalnum())):
            break
        if (word in _SHORT_COUNTRIES and first == at) or (word in _SHORT_COUNTRIES and not is_japanese(text[end])):
            pass  # 日ASEAN, 日EU
        elif _noun(feature) and not any(p in feature for p in _STOP_POS[:2]):
            if word in _DEMONSTRATIVE:
                break
            if (
                feature.startswith("名詞,数詞")
                and first - 1 > 0
                and text[morphemes[first - 2][0] : morphemes[first - 2][1]] == "第"
            ):
                break  # 第3回AISI運営委員会: the number is not part of the name
            if feature.startswith("接尾辞,名詞的,助数詞") or word in (
                "回",
                "度",
                "等",
                "ため",
                "こと",
                "もの",
                "以降",
                "以前",
                "現在",
                "際",
                "中",
                "後",
            ):
                break
        elif word in ("・", "＆", "&", "-", "/", "+", ".") and first - 1 > 0:
            pass
        elif kind.label == "GUIDE" and _BRIDGE.search(text[max(0, end - 6) : end]):
            bridge = _BRIDGE.search(text[max(0, end - 6) : end])
            assert bridge is not None
            cut = end - len(bridge.group())
            back = first - 1
            while back > 0 and morphemes[back][0] > cut:
                back -= 1
            if morphemes[back][0] != cut or back == 0:
                break
            bridged, first = True, back
            continue
        elif bridged and word in ("の", "及び", "と", "や") and first - 1 > 0:
            pass
        else:
            break
        first -= 1
    while first <= at and (
        morphemes[first][2].startswith(("名詞,数詞", "補助記号"))
        or "①" <= text[morphemes[first][0]] <= "⓿"
        or text[morphemes[first][0] : morphemes[first][1]]
        in ("・", "の", "及び", "と", "や", "-", "/", "+", ".", "&", "＆")
        or (
            morphemes[first][2].startswith(("接尾辞", "接頭辞"))
            and text[morphemes[first][0] : morphemes[first][1]] in _DEMONSTRATIVE | {"等", "的", "化", "者", "用"}
        )
    ):
        first += 1
    start = morphemes[first][0]
    if start >= head.start():
        return
    parts = [m for m in morphemes[first:at] if _noun(m[2])]
    # A country says whose guideline it is, not which one.
    parts = [m for m in parts if not (kind.label == "GUIDE" and "地名" in m[2])]
    telling += [text[a:b] for a, b, f in parts if text[a:b] not in _COMMON and not f.startswith("名詞,数詞")]
    proper = any("固有名詞" in f or (_latin(text[a:b]) and text[a:b] not in _COMMON) for a, b, f in parts)
    if head.group() in ("省", "庁"):  # any ministry has a field before it, and fields are common words
        telling += [text[a:b] for a, b, _ in parts if b - a > 1 and text[a:b] not in _NO_FIELD]
    elif head.group().startswith("ガイド") and any(text[a:b] == "AI" for a, b, _ in parts):
        telling += [text[a:b] for a, b, _ in parts if b - a > 1 and text[a:b] not in _NO_FIELD][1:]
    count = sum(len(word) > 1 or not is_japanese(word) for word in telling)
    # One telling word beside others says which one (湖沼 in 湖沼政策局); alone it needs a strong head.
    if count < kind.strength and not (count and len(parts) > 1) and not (proper and (kind.strength == 1 or count)):
        return
    if kind.label == "GUIDE" and kind.strength == 2 and not proper and not bridged:
        return
    if bridged and count < 1 and not proper:
        return
    if head.group() in ("法律", "条例", "規則") and text.startswith("第", head.end()):
        return  # 平成15年法律第57号 is a number, not a name
    if (head.group() in "庁局" and text[head.start() - 1] in "省部") or (
        _FORM.search(text, start, head.start()) and not head.group().startswith("研究")
    ):
        return
    if kind.label == "EVENT" and not proper and count < 2:
        return
    end = head.end()
    if kind.label != "ORG":
        version = _VERSION.match(text, end)
        if version:
            end = version.end()
    yield Span(start, end, kind.label, f"shape.{kind.label.lower()}")


def _latin(word: str) -> bool:
    return word.isascii() and word[:1].isalpha() and len(word) > 1


def _ends_here(text: str, end: int, morphemes: list[Morpheme], index: int) -> bool:
    """Whether the name ends at ``end`` and no longer word goes on (委員会規則, 庁舎, 大学生)."""
    if index + 1 >= len(morphemes) or morphemes[index + 1][0] > end:
        return True
    following = morphemes[index + 1]
    if not following[2].startswith(("名詞", "接尾辞", "形状詞")):
        return True
    return bool(_ROLES.match(text, end)) or bool(_VERSION.match(text, end))


def _company(text: str, form: re.Match[str], morphemes: list[Morpheme]) -> Iterator[Span]:
    """株式会社〜 or 〜株式会社: nouns that touch the legal form on one side."""
    after = _run_forward(text, form.end(), morphemes)
    before = _run_backward(text, form.start(), morphemes)
    if after > form.end() + 1 and before == form.start():
        yield Span(form.start(), after, "ORG", "shape.company")
    elif before < form.start() - 1:
        yield Span(before, form.end(), "ORG", "shape.company")


def _run_forward(text: str, start: int, morphemes: list[Morpheme]) -> int:
    end = start
    begin = bisect_left(morphemes, (start,))
    for a, b, feature in morphemes[begin : begin + _LONGEST]:
        gap = text[end:a]
        word = text[a:b]
        if gap and not (gap == " " and end > start and text[end - 1].isascii() and word.isascii()):
            break
        if not (_noun(feature) or word in ("・", "＆", "&", "-", ".") or feature.startswith("補助記号,ＡＡ")) or (
            _ROLES.match(text, a) and word not in ("の",) and end > start and len(word) > 1
        ):
            break
        if "副詞可能" in feature or word in ("CEO", "CTO", "CIO", "COO", "CISO", "CFO"):
            break
        end = b
    return end


def _run_backward(text: str, end: int, morphemes: list[Morpheme]) -> int:
    start = end
    last = bisect_left(morphemes, (end,)) - 1
    for index in range(last, max(-1, last - _LONGEST), -1):
        a, b, feature = morphemes[index]
        gap = text[b:start]
        word = text[a:b]
        if gap and not (gap == " " and start < end and text[start].isascii() and word.isascii()):
            break
        if not (_noun(feature) or word in ("・", "＆", "&", "-", ".")) or "副詞可能" in feature:
            break
        start = a
    return start
