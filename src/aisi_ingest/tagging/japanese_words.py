"""Words of Japanese names, and words that are part of no name."""

from __future__ import annotations

import re
from typing import NamedTuple

from aisi_ingest.model import Label
from aisi_ingest.tagging.words import words


class Head(NamedTuple):
    """What a head word shows about a name that ends in it.

    Attributes:
        label: The kind of entity.
        specific_words: How many words that say which one it is must come before it.
    """

    label: Label
    specific_words: int


# Heads that need one specific word are strong: they hardly occur in general text.
HEADS: dict[str, Head] = {}
for _label, _specific, _words in (
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
        "検討チーム 戦略チーム プロジェクトチーム"
        " ホールディングス 工業会 実現会議 競争会議 社会原則会議 専門調査会 調査会"
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
        " ラウンドテーブル 閣僚理事会 対話 ステークホルダー会議"
    ),
):  # fmt: skip
    HEADS.update((word, Head(_label, _specific)) for word in _words.split())  # type: ignore[arg-type]
HEAD = re.compile("|".join(sorted(map(re.escape, HEADS), key=len, reverse=True)))

# Heads of guides of which every organisation has its own.
MANUALS = words("手順書 手引 手引き 手引書 説明書 マニュアル チェックリスト")

# Words of which the name of any committee, guideline or meeting may be made. They do not say which one it is.
COMMON = words(
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
    体 イベント 本社 当社 自社 全社
    """
)
# Words before 省, 庁 and ガイド〜 that do not say which one it is. All others do, also those of COMMON.
NO_FIELD = words("別 関係 関連 担当 所管 主務 中央 各種 社内 既存 国内 海外 共通 独自 行政 政府 規制 監督 当局 他")
# Words that point at something; a name begins after them.
DEMONSTRATIVE = words(
    """
    各 本 同 当 両 諸 該 当該 全 他 某 弊 御 貴 各国 我が国 諸外国 各社 わが国 自社 当社 弊社 各省 各府省
    関係府省 貴社 他国 同国 英米 日米 日本国内 上記 下記 以下 以上 前述 後述 これら それぞれ 別添 別紙 海外 国内 国内外
    既存
    """
)
# Nouns that end a name: it begins after them. (第3回, 3年度, 検討中, ...)
NOT_IN_NAMES = words("回 度 等 ため こと もの 以降 以前 現在 際 中 後")
# What may come after a name: a role, a particle, a word such as "published by".
ROLE_OR_PARTICLE = re.compile(
    r"\s?(?:理事長|理事|所長|副所長|長官|大臣|副大臣|会長|副会長|委員長|委員|教授|准教授|特任|名誉|社長"
    r"|代表|部長|課長|局長|室長|主任|主席|研究員|職員|フェロー|センター長|事務局|総裁|学長"
    r"|総長|座長|構成員|主催|共催|編|資料|作成|公表|発行|策定|提供|設立|主導|主査|参事|政務|事務|幹事"
    r"|次長|審議官|補佐|企画官|専門官|顧問|名|内|等|ほか|他|側|及|並|殿|様|御中|版|案|等|向|用|を|に|の"
    r"|は|が|で|と|も|へ|や|か|な)"
)
# UniDic has these as tokens after the name of a place.
PLACE_SUFFIXES = frozenset(("市", "町", "村", "区", "県", "郡", "州", "府", "都", "島", "半島", "湾"))
