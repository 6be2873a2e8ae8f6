"""Rows about two documents: alignments and findings."""

from __future__ import annotations

from collections.abc import Mapping

from aisi_ingest.model import Alignment, Bead, Comparison, Finding
from aisi_ingest.publish.schema import AlignmentRow, FindingRow
from aisi_ingest.publish.schema_fields import ValuesField

_SCORE_DIGITS = 4


def pair_id(ja: str, en: str) -> str:
    """Return an id for a pair of documents.

    It is ``<work>/<edition>``, followed by what else distinguishes the pair: another edition, the form of the file, or
    the language where both documents have the same.
    """
    base, _, ja_lang = ja.rpartition("/")
    other, _, en_lang = en.rpartition("/")
    (ja_lang, _, ja_form), (en_lang, _, en_form) = ja_lang.partition("."), en_lang.partition(".")
    forms = [ja_form] if ja_form == en_form else [ja_form or "pdf", en_form or "pdf"]
    name = base if base == other else f"{base}+{other.rpartition('/')[2]}"
    return ".".join([name, *filter(None, forms), *([ja_lang] if ja_lang == en_lang else [])])


def alignment_rows(alignment: Alignment, editions: Mapping[str, str | None]) -> tuple[AlignmentRow, ...]:
    """Return one row for each bead, in the order of the alignment.

    Args:
        alignment: The alignment of two documents.
        editions: Document id to the printed edition.
    """
    pair = pair_id(alignment.ja, alignment.en)
    return tuple(
        AlignmentRow(
            id=f"{pair}#a{number}",
            work=pair.partition("/")[0],
            edition=editions.get(alignment.ja),
            unit=bead.unit,
            ja_document=alignment.ja,
            en_document=alignment.en,
            ja=_side(alignment.ja, bead.ja),
            en=_side(alignment.en, bead.en),
            score=_score(bead),
            evidence=bead.evidence,
        )
        for number, bead in enumerate(alignment.beads, 1)
    )


def _score(bead: Bead) -> float:
    return min(max(round(bead.score, _SCORE_DIGITS), 0.0), 1.0) + 0.0


def _side(document: str, ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each if "#" in each else f"{document}#{each}" for each in ids)


def finding_rows(comparison: Comparison, editions: Mapping[str, str | None]) -> tuple[FindingRow, ...]:
    """Return one row for each finding, in the order of the comparison.

    Args:
        comparison: The findings about two documents.
        editions: Document id to the printed edition.
    """
    pair = pair_id(comparison.ja, comparison.en)
    return tuple(
        _finding_row(f"{pair}#f{number}", comparison, each, editions)
        for number, each in enumerate(comparison.findings, 1)
    )


def _finding_row(
    row_id: str, comparison: Comparison, finding: Finding, editions: Mapping[str, str | None]
) -> FindingRow:
    return FindingRow(
        id=row_id,
        work=row_id.partition("/")[0],
        edition=editions.get(comparison.ja),
        kind=finding.kind,
        ja_document=comparison.ja,
        en_document=comparison.en,
        ja=_side(comparison.ja, finding.ja),
        en=_side(comparison.en, finding.en),
        detail=ValuesField(ja=finding.detail.get("ja"), en=finding.detail.get("en")),
        severity=finding.severity,
        message=ValuesField(ja=finding.message.get("ja"), en=finding.message.get("en")),
        confidence=finding.confidence,
        suppressed=finding.suppressed,
        evidence=finding.evidence,
        status=finding.status,
    )
