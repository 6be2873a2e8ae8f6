"""The facts that a citation states about a document."""

from __future__ import annotations

from aisi_ingest.publish.schema import DocumentRow, EntityRow


def source_facts(head: DocumentRow, publisher: EntityRow | None) -> list[str]:
    """Return publisher, title, edition and date of a document, without those that are not known.

    Args:
        head: The row of the document.
        publisher: The row of its publisher. Without one, the id of the publisher is stated.
    """
    facts = [publisher_name(head, publisher), head.title, _edition(head), head.date]
    return [each for each in facts if each]


def publisher_name(head: DocumentRow, publisher: EntityRow | None) -> str | None:
    """Return the name of a publisher in the language of the document, else in the other one, else its id."""
    if publisher is None:
        return head.publisher
    names = publisher.names
    order = (*names.ja, *names.en) if head.lang == "ja" else (*names.en, *names.ja)
    return next(iter(order), head.publisher)


def _edition(head: DocumentRow) -> str | None:
    if head.edition is None or head.edition in head.title:
        return None
    return f"第{head.edition}版" if head.lang == "ja" else f"edition {head.edition}"
