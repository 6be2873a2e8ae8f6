"""What is printed on a terminal: nothing in a document or an address may act as a command."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import Site

from aisi_ingest.console.terminal import escaped, escaped_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07\x1b[31m", r"\x1b]0;title\x07\x1b[31m"),
        ("invoice\u202efdp.exe", r"invoice\u202efdp.exe"),
        ("a\u200bb\ufeffc\u00add", r"a\u200bb\ufeffc\xadd"),
        ("\U000e0041", r"\U000e0041"),
        ("\x9b2J\x7f\r", r"\x9b2J\x7f\x0d"),
        ("caf\udce9.pdf", r"caf\xe9.pdf"),
        ("評価の手引き①　第１版", "評価の手引き①　第１版"),
    ],
)
def test_invisible_characters_are_shown_as_their_codes(text: str, shown: str) -> None:
    assert escaped(text) == shown


@given(st.text())
def test_no_printed_line_has_a_control_or_format_character(text: str) -> None:
    assert not {unicodedata.category(char) for char in escaped_line(text)} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_a_name_with_a_line_end_does_not_look_like_two_messages() -> None:
    assert escaped_line("a.pdf\nerror: b.pdf") == r"a.pdf\nerror: b.pdf"


def test_a_title_and_a_name_from_a_server_reach_no_terminal_as_commands(web: Site, tmp_path: Path) -> None:
    evil = "\u202e\u200b\u0085".join(("guide", "draft", "x"))
    web["/"] = f'<html lang="en"><meta charset="utf-8"><a href="{evil}.pdf">{evil}\x1b]0;x\x07</a></html>'.encode()
    sources = tmp_path / "sources.toml"
    sources.write_text(f'[[source]]\nid = "s"\nindex = ["{web.url}/"]\nallow_private = true\ndelay = 0.0\n')
    root = ["--root", str(tmp_path)]
    outputs = ""
    for words in (
        ["sources", "check", str(sources), *root],
        ["run", "--sources", str(sources), *root],
        ["status", *root],
    ):
        done = subprocess.run([sys.executable, "-m", "aisi_ingest.cli", *words], capture_output=True, check=False)
        outputs += (done.stdout + done.stderr).decode("utf-8")
    assert "guide" in outputs and "Traceback" not in outputs
    assert {unicodedata.category(char) for char in outputs.replace("\n", "")}.isdisjoint({"Cc", "Cf", "Cs"})
