"""The rules in spaCy pipelines, with components of the user."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tagged import KNOWN, content

from aisi_ingest import tagging


def test_a_users_component_adds_mentions_that_rank_below_the_rules() -> None:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

    @Language.component("test_colours")
    def colours(doc: Doc) -> Doc:
        doc.ents = [Span(doc, t.i, t.i + 1, label="PLACE") for t in doc if t.text in ("Verdania", "NIST")]
        return doc

    pipelines = tagging.pipelines(KNOWN)
    pipelines["en"].add_pipe("test_colours", last=True)
    found = (
        tagging.tag(content("Verdania and NIST met."), KNOWN, date=None, publisher=None, pipelines=pipelines).value
        or ()
    )
    assert [(m.label, m.text, m.rule) for m in found] == [("PLACE", "Verdania", "spacy"), ("ORG", "NIST", "registry")]


def test_the_spacy_pipelines_give_the_same_mentions_as_the_rules_without_spacy() -> None:
    lines = (
        "AI\u3000セーフティ・インスティテュート（AISI）の鈴木一郎氏は2024年5月、東京で",
        "NIST met Dr. Ann Reed in Paris.",
        "﨑\x00",
    )
    text = " ".join(lines) + " " + " / ".join(lines[::-1])
    alone = tagging.tag(content(*lines, text), KNOWN, date=None, publisher=None)
    carried = tagging.tag(content(*lines, text), KNOWN, date=None, publisher=None, pipelines=tagging.pipelines(KNOWN))
    assert len(alone.value or ()) > 8
    assert carried == alone


def test_tagging_does_not_import_spacy() -> None:
    code = (
        "import sys; from aisi_ingest import single_file; single_file.tag_text('2024年、AISI');"
        "sys.exit(any(name in sys.modules for name in ('spacy', 'pandas', 'prefect')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(
    "text",
    ["独立行政法人　情報処理推進機構", " a  b\n日本 AI\t語 ", "㈱髙﨑①", "AI\u3000ＡＩ", "日本\ud800東京\x00米国"],
)
def test_tokens_of_the_japanese_pipeline_have_exact_offsets(text: str) -> None:
    doc = tagging.pipelines(KNOWN)["ja"].make_doc(text)
    assert len(doc.text) == len(text)
    assert all(doc.text[a:b] for a, b, _ in doc.user_data["unidic"])
