"""What a process loads once."""

from __future__ import annotations

from pathlib import Path

from aisi_ingest.pipeline.resources import registry, registry_digest


def test_a_registry_that_was_edited_is_read_again_in_the_same_process(tmp_path: Path) -> None:
    path = tmp_path / "registry.toml"
    path.write_text('[org]\nharbour = {ja = ["港湾協会"]}\n', encoding="utf-8")
    before = registry_digest(str(path))
    assert registry(str(path)) is registry(str(path))
    path.write_text('[org]\nharbour = {ja = ["港湾協会"], en = ["Harbour Association"]}\n', encoding="utf-8")
    assert registry_digest(str(path)) != before
