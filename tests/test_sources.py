"""sources.toml: valid files, and the line and reason of every error."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisi_ingest import sources
from aisi_ingest.sources import SourcesError

GOOD = """\
contact = "https://example.org/about"

[[source]]
id = "one"
publisher = "j-aisi"
index = ["https://example.org/pub/", "https://example.org:8443/en/"]
expect = { documents = 3 }

[[source]]
id = "two"
files = ["https://example.net/a_ja.pdf", "https://example.net/a_en.pdf"]
pairs = [["a_ja.pdf", "a_en.pdf"]]
delay = 0.5

[source.licence]
name = "CC BY 4.0"
url = "https://creativecommons.org/licenses/by/4.0/"
attribution = "Example"
"""


def test_missing_keys_get_defaults_and_hosts_are_those_of_the_urls() -> None:
    one, two = sources.parse(GOOD)
    assert one.hosts == ("example.org", "example.org:8443") and one.contact == "https://example.org/about"
    assert one.licence is None and one.expect.documents == 3
    assert two.hosts == ("example.net",) and two.pairs == (("a_ja.pdf", "a_en.pdf"),)
    assert two.licence and two.licence.name == "CC BY 4.0" and two.delay == 0.5
    assert not one.allow_private


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("expect =", "expects =", 7, 'unknown key "expects"'),
        ("documents = 3", "documnets = 3", 7, 'unknown key "documnets"'),
        ('publisher = "j-aisi"', "publisher = 3", 5, "publisher: Expected str | null, got int"),
        ("delay = 0.5", 'delay = "fast"', 13, "delay: Expected float, got str"),
        ("delay = 0.5", "delay = -1", 13, "delay = -1.0: must be 0 or more"),
        ("delay = 0.5", "delay = nan", 13, "delay = nan: must be 0 or more"),
        ("contact =", "kontact =", 1, 'unknown key "kontact"'),
        ('attribution = "Example"', 'attributions = "Example"', 15, 'key "attribution" is missing'),
        ('attribution = "Example"', 'attribution = "Example"\ncolour = 1', 19, 'unknown key "colour" in licence'),
        ('id = "two"\n', "", 9, 'key "id" is missing'),
        ('id = "two"', 'id = "one"', 10, 'id "one" is used twice'),
        ('id = "two"', 'id = "Two Words"', 10, 'id "Two Words": may only have lower-case letters'),
        ('id = "two"', 'id = "index-two"', 10, 'are reserved for run --index'),
        ('id = "two"', 'id = "manual"', 10, 'id "manual" is reserved for files and URLs added by hand'),
        ("https://example.net/a_ja.pdf", "example.net/a_ja.pdf", 11, "has no host"),
        ("https://example.net/a_ja.pdf", "ftp://example.net/a.pdf", 11, "does not begin with https:// or http://"),
        ("https://example.net/a_ja.pdf", "https://me:pw@example.net/a.pdf", 11, "must not contain a user name"),
        ("delay = 0.5", 'hosts = ["example.org"]', 13, "example.net, the host of https://example.net/a_ja.pdf, is"),
        ("delay = 0.5", 'hosts = ["https://example.net"]', 13, "is not a host such as"),
        ("delay = 0.5", "languages = ['fr']", 13, "languages: Invalid enum value 'fr'"),
        ('[["a_ja.pdf", "a_en.pdf"]]', '[["a_ja.pdf"]]', 12, "pairs: Expected array of length 2, got 1"),
        ("[[source]]\nid = \"one\"", "[[source]\nid = \"one\"", 3, "Expected ']]' at the end of an array declaration"),
        ("about\"", "日本語\"", 1, "contact: may only have printable ASCII characters"),
    ],
)  # fmt: skip
def test_an_error_is_reported_with_its_line(old: str, new: str, line: int, reason: str) -> None:
    assert old in GOOD
    with pytest.raises(SourcesError) as rejected:
        sources.parse(GOOD.replace(old, new), "my/sources.toml")
    assert str(rejected.value).startswith(f"my/sources.toml:{line}: ")
    assert reason in str(rejected.value) and "\n" not in str(rejected.value)


def test_a_source_without_urls_is_rejected() -> None:
    with pytest.raises(SourcesError, match=r'^sources.toml:3: source "x" has neither index nor files$'):
        sources.parse('\n[[source]]\nid = "x"\n')


def test_an_empty_file_is_rejected() -> None:
    with pytest.raises(SourcesError, match="there is no source"):
        sources.parse("# nothing\n")


def test_a_missing_file_is_reported_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SourcesError, match=r"none\.toml: cannot be read: No such file"):
        sources.load(tmp_path / "none.toml")


def test_a_file_in_another_encoding_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_bytes("# 資料".encode("cp932"))
    with pytest.raises(SourcesError, match="is not UTF-8 text"):
        sources.load(path)


@given(st.text(max_size=80), st.integers(0, len(GOOD)))
@settings(max_examples=150, deadline=None)
def test_any_edit_is_accepted_or_reported_with_a_line(edit: str, at: int) -> None:
    try:
        sources.parse(GOOD[:at] + edit + GOOD[at:])
    except SourcesError as rejected:
        assert str(rejected).startswith("sources.toml:")


def test_the_shipped_file_is_valid_and_lists_both_languages() -> None:
    shipped = sources.load(Path(__file__).parents[1] / "sources.toml")
    (aisi,) = shipped
    assert aisi.publisher == "j-aisi" and set(aisi.languages) == {"ja", "en"} and aisi.hosts == ("aisi.go.jp",)
    assert aisi.licence and "not confirmed" in aisi.licence.name
    assert aisi.delay >= 1 and aisi.expect.documents > 0


def test_the_commented_examples_of_the_shipped_file_are_valid() -> None:
    text = (Path(__file__).parents[1] / "sources.toml").read_text(encoding="utf-8")
    start = text.index("# [[source]]")
    examples = sources.parse("".join(f"{line[2:]}\n" for line in text[start:].splitlines()))
    assert len(examples) >= 2


def test_index_pages_of_the_command_line_need_no_file_and_may_be_private() -> None:
    source = sources.from_index(["http://127.0.0.1:8000/", "http://127.0.0.1:8000/en/"])
    assert source.allow_private and source.delay == 0 and source.hosts == ("127.0.0.1:8000",)
    assert sources.from_index(["https://example.org/"]).delay == 1.0


def test_index_pages_of_the_command_line_have_an_id_of_their_own() -> None:
    assert sources.from_index(["https://example.org/"]).id == "index-example-org"
    assert sources.from_index(["https://example.org/en/pub.html"]).id == "index-example-org-en-pub-html"
    long = [f"https://example.org/{number}/" for number in range(30)]
    assert sources.from_index(long).id != sources.from_index(long[:-1]).id
    assert len(sources.from_index(long).id) < 70


def test_an_invalid_url_on_the_command_line_is_rejected() -> None:
    with pytest.raises(SourcesError, match="has no host"):
        sources.from_index(["site/index.html"])


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.org/x", "example.org"),
        ("https://example.org:443/", "example.org"),
        ("http://example.org:443/", "example.org:443"),
        ("http://[::1]:80/", "[::1]"),
        ("https://例え.jp/", "xn--r8jz45g.jp"),
    ],
)
def test_different_spellings_of_a_host_are_unified(url: str, host: str) -> None:
    assert sources.authority(url) == host


def test_every_key_is_explained_in_the_documentation() -> None:
    text = (Path(__file__).parents[1] / "docs" / "fetching.md").read_text(encoding="utf-8")
    for key in sources.SourceSpec.__struct_fields__:
        assert f"`{key}`" in text or f"`{key}." in text, key
