"""Every format can be read with the tools that its users have."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from lxml import etree
from publications import HOSTILE, document, publication, released, with_guides
from published_editions import two_editions

from aisi_ingest.publish.formats import nested_path
from aisi_ingest.publish.schema import TABLES, json_schema
from aisi_ingest.publish.sqlite import ALIGNED_BLOCKS, FIND
from aisi_ingest.publish.tmx import xml_text
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.text.search_terms import match_expression

NOW = datetime(2026, 11, 22, 3, 17, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "dataset.md"

# The elements and attributes of TMX 1.4b, level 1 and 2, as the specification lists them.
TMX_DTD = """
<!ELEMENT tmx (header, body)> <!ATTLIST tmx version CDATA #FIXED "1.4">
<!ELEMENT header (note | prop | ude)*>
<!ATTLIST header creationtool CDATA #REQUIRED creationtoolversion CDATA #REQUIRED
  segtype (block | paragraph | sentence | phrase) #REQUIRED o-tmf CDATA #REQUIRED adminlang CDATA #REQUIRED
  srclang CDATA #REQUIRED datatype CDATA #REQUIRED o-encoding CDATA #IMPLIED creationdate CDATA #IMPLIED
  creationid CDATA #IMPLIED changedate CDATA #IMPLIED changeid CDATA #IMPLIED>
<!ELEMENT body (tu*)>
<!ELEMENT tu ((note | prop)*, tuv+)>
<!ATTLIST tu tuid CDATA #IMPLIED o-encoding CDATA #IMPLIED datatype CDATA #IMPLIED usagecount CDATA #IMPLIED
  lastusagedate CDATA #IMPLIED creationtool CDATA #IMPLIED creationtoolversion CDATA #IMPLIED
  creationdate CDATA #IMPLIED creationid CDATA #IMPLIED changedate CDATA #IMPLIED
  segtype (block | paragraph | sentence | phrase) #IMPLIED changeid CDATA #IMPLIED o-tmf CDATA #IMPLIED
  srclang CDATA #IMPLIED>
<!ELEMENT tuv ((note | prop)*, seg)>
<!ATTLIST tuv xml:lang CDATA #REQUIRED o-encoding CDATA #IMPLIED datatype CDATA #IMPLIED usagecount CDATA #IMPLIED
  lastusagedate CDATA #IMPLIED creationtool CDATA #IMPLIED creationtoolversion CDATA #IMPLIED
  creationdate CDATA #IMPLIED creationid CDATA #IMPLIED changedate CDATA #IMPLIED o-tmf CDATA #IMPLIED
  changeid CDATA #IMPLIED>
<!ELEMENT seg (#PCDATA | bpt | ept | it | ph | hi | ut)*>
<!ELEMENT note (#PCDATA)> <!ATTLIST note o-encoding CDATA #IMPLIED xml:lang CDATA #IMPLIED>
<!ELEMENT prop (#PCDATA)> <!ATTLIST prop type CDATA #REQUIRED xml:lang CDATA #IMPLIED o-encoding CDATA #IMPLIED>
<!ELEMENT ude (map+)> <!ATTLIST ude name CDATA #REQUIRED base CDATA #IMPLIED>
<!ELEMENT map EMPTY> <!ATTLIST map unicode CDATA #REQUIRED code CDATA #IMPLIED ent CDATA #IMPLIED subst CDATA #IMPLIED>
<!ELEMENT bpt (#PCDATA | sub)*> <!ATTLIST bpt i CDATA #REQUIRED x CDATA #IMPLIED type CDATA #IMPLIED>
<!ELEMENT ept (#PCDATA | sub)*> <!ATTLIST ept i CDATA #REQUIRED>
<!ELEMENT it (#PCDATA | sub)*> <!ATTLIST it pos (begin | end) #REQUIRED x CDATA #IMPLIED type CDATA #IMPLIED>
<!ELEMENT ph (#PCDATA | sub)*> <!ATTLIST ph assoc CDATA #IMPLIED x CDATA #IMPLIED type CDATA #IMPLIED>
<!ELEMENT hi (#PCDATA | bpt | ept | it | ph | hi | ut)*> <!ATTLIST hi x CDATA #IMPLIED type CDATA #IMPLIED>
<!ELEMENT sub (#PCDATA | bpt | ept | it | ph | hi | ut)*> <!ATTLIST sub datatype CDATA #IMPLIED type CDATA #IMPLIED>
<!ELEMENT ut (#PCDATA | sub)*> <!ATTLIST ut x CDATA #IMPLIED>
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(with_guides(two_editions()), tmp_path_factory.mktemp("root"))


def lines(release: Path, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (release / f"{table}.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("table", TABLES)
def test_every_row_fits_the_published_json_schema(release: Path, table: str) -> None:
    schema = json.loads((release / "schema" / f"{table}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for row in lines(release, table):
        validator.validate(row)
        for field in row:
            short = {name: value for name, value in row.items() if name != field}
            assert not validator.is_valid(short), f"{field} may be missing"
        assert not validator.is_valid(row | {"unknown": 1})


def test_the_nested_json_has_sections_blocks_mentions_and_blocks_outside_of_sections(release: Path) -> None:
    tree = json.loads((release / nested_path("guide/1.0/ja")).read_text("utf-8"))
    first = tree["sections"][0]
    assert tree["id"] == "guide/1.0/ja" and first["title"] == "はじめに"
    block = next(block for block in first["blocks"] if block["mentions"])
    for mention in block["mentions"]:
        assert block["text"][mention["start"] : mention["end"]] == mention["text"]
    assert {block["kind"] for block in tree["outside"]} == {"title", "furniture", "paragraph"}
    count = sum(len(section["blocks"]) for section in tree["sections"]) + len(tree["outside"])
    assert count == len([row for row in lines(release, "blocks") if row["document"] == "guide/1.0/ja"])


@pytest.mark.parametrize("table", TABLES)
def test_parquet_has_the_same_rows_with_types(release: Path, table: str) -> None:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(release / "parquet" / f"{table}.parquet")
    assert file.read().to_pylist() == lines(release, table)
    assert all(file.metadata.row_group(0).column(i).compression == "ZSTD" for i in range(file.metadata.num_columns))


def test_parquet_has_types_for_numbers_flags_and_lists(release: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pq.read_schema(release / "parquet" / "blocks.parquet")
    assert schema.field("page").type == pa.int64() and schema.field("hidden").type == pa.bool_()
    assert schema.field("bbox").type == pa.list_(pa.float64())


def test_tables_without_rows_have_their_columns(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    release = released(publication(documents=(document("en"),), alignments=(), comparisons=()), tmp_path)
    empty = pq.read_table(release / "parquet" / "alignments.parquet")
    assert empty.num_rows == 0 and "score" in empty.column_names
    assert (release / "alignments.jsonl").read_bytes() == b""


def test_tmx_is_valid_against_its_dtd(release: Path) -> None:
    tree = etree.parse(BytesIO((release / "bitext.tmx").read_bytes()), etree.XMLParser(load_dtd=False))
    dtd = etree.DTD(BytesIO(TMX_DTD.encode()))
    assert dtd.validate(tree), dtd.error_log
    assert tree.docinfo.doctype == '<!DOCTYPE tmx SYSTEM "tmx14.dtd">'


def test_tmx_opens_in_a_translation_tool_with_every_pair_of_the_bitext(release: Path) -> None:
    from translate.storage.tmx import tmxfile

    memory = tmxfile.parsefile(str(release / "bitext.tmx"))
    pairs = [(unit.source, unit.target) for unit in memory.units]
    assert pairs == [(row["ja"], row["en"]) for row in lines(release, "bitext")]
    assert ("はじめに", "Introduction") in pairs
    assert (HOSTILE, HOSTILE) in pairs


def test_characters_that_xml_does_not_allow_are_replaced() -> None:
    safe = xml_text("x\x00\x0b\ufffe<&>y")
    assert etree.fromstring(f"<a>{safe}</a>").text == "x\ufffd\ufffd\ufffd<&>y"


def test_sqlite_has_the_rows_and_valid_foreign_keys(release: Path) -> None:
    database = sqlite3.connect(release / "dataset.sqlite")
    for table in TABLES:
        assert database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == len(lines(release, table))
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert database.execute("PRAGMA foreign_key_list(mentions)").fetchall()
    assert database.execute("SELECT source_url, licence_name FROM documents WHERE id = 'guide/1.0/ja'").fetchone() == (
        "https://example.org/guide_ja.pdf",
        "PDL 1.0",
    )


@pytest.mark.parametrize("words", ["安全性評価", "手引き", "language models", "EVALUATING", "評価"])
def test_sqlite_finds_japanese_and_english_text(release: Path, words: str) -> None:
    database = sqlite3.connect(release / "dataset.sqlite")
    assert database.execute(FIND, {"words": words}).fetchall()
    assert database.execute("SELECT id FROM search WHERE search MATCH ?", (match_expression(words),)).fetchall()


@pytest.mark.parametrize("word", ["安全", "評価", "手引"])
def test_two_japanese_characters_are_found_by_a_plain_match(release: Path, word: str) -> None:
    # The trap of an index of trigrams: it answers two characters with nothing, and says nothing.
    database = sqlite3.connect(release / "dataset.sqlite")
    found = database.execute("SELECT text FROM search WHERE search MATCH ?", (word,)).fetchall()
    assert found and all(word in text for (text,) in found)


def test_the_sqlite_index_finds_an_entity_by_each_of_its_names(release: Path) -> None:
    database = sqlite3.connect(release / "dataset.sqlite")
    for name in ("EXI", "見本研究所"):
        query = "SELECT id FROM search WHERE kind = 'entity' AND search MATCH ?"
        assert ("exi",) in database.execute(query, (match_expression(name),)).fetchall()


def test_sqlite_finds_the_database_whole(release: Path) -> None:
    database = sqlite3.connect(release / "dataset.sqlite")
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_the_sqlite_index_omits_hidden_text_and_furniture(release: Path) -> None:
    database = sqlite3.connect(release / "dataset.sqlite")
    assert database.execute(FIND, {"words": "見えない文字"}).fetchall() == []


def test_the_queries_for_datasette_run(release: Path) -> None:
    database = sqlite3.connect(release / "dataset.sqlite")
    metadata = json.loads((release / "datasette.json").read_text("utf-8"))["databases"]["dataset"]
    assert set(metadata["tables"]) == set(TABLES)
    for table, about in metadata["tables"].items():
        columns = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
        assert set(about["facets"]) | {about.get("label_column", "id")} <= columns
    pairs = database.execute(ALIGNED_BLOCKS, {"work": "guide"}).fetchall()
    assert [row[2:] for row in pairs][:2] == [
        ("AIの安全性評価の手引き", "A Guide to Evaluating AI Safety"),
        ("はじめに", "Introduction"),
    ]


def test_the_sums_name_every_file_and_sha256sum_accepts_them(release: Path) -> None:
    named = {line.split("  ", 1)[1] for line in (release / "SHA256SUMS").read_text("utf-8").splitlines()}
    files = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    assert named == files - {"SHA256SUMS"}
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=release, check=True)


def test_the_card_states_licence_attribution_source_and_that_the_text_was_edited(release: Path) -> None:
    card = (release / "README.md").read_text("utf-8")
    assert "extracted from the publishers' files automatically and edited" in card
    assert "Example Institute, “Guide”" in card and "https://example.org/guide\\_ja.pdf" in card
    assert card.startswith("---\npretty_name:")


def test_the_queries_in_the_documentation_run(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    monkeypatch.chdir(release)
    queries = [part.partition("```")[0] for part in DOCS.read_text("utf-8").split("```sql\n")[1:]]
    assert len(queries) >= 3
    for query in queries:
        if "dataset.sqlite" in query.splitlines()[0]:
            assert sqlite3.connect("dataset.sqlite").execute(query).fetchall(), query
        else:
            assert duckdb.execute(query).fetchall(), query


def test_an_empty_text_is_a_value_in_the_data_package_not_a_missing_one(release: Path) -> None:
    package = json.loads((release / "datapackage.json").read_text("utf-8"))
    assert all(resource["schema"]["missingValues"] == [] for resource in package["resources"])


def test_a_view_has_mentions_with_the_names_of_their_documents_and_entities(release: Path) -> None:
    database = sqlite3.connect(release / "dataset.sqlite")
    query = "SELECT title, name_en, url FROM named_mentions WHERE value = 'exi' AND lang = 'ja' ORDER BY id"
    title, name, url = database.execute(query).fetchone()
    assert title == "AIの安全性評価の手引き" and "Example Institute" in name
    assert url == "https://example.org/guide_ja.pdf#page=1"


def test_the_front_page_describes_the_data_set_for_search_engines(release: Path) -> None:
    page = (release / "site" / "index.html").read_text("utf-8")
    text = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    description = json.loads(text)
    assert description["@type"] == "Dataset" and description["license"] == ["https://example.org/terms"]
    assert all((release / "site" / each["contentUrl"]).is_file() for each in description["distribution"])


def test_dcat_names_the_files_with_their_sums(release: Path) -> None:
    description = json.loads((release / "dcat.jsonld").read_text("utf-8"))
    assert description["@type"] == "dcat:Dataset"
    files = {each["dct:title"]: each for each in description["dcat:distribution"]}
    assert files["bitext.jsonl"]["spdx:checksum"]["spdx:checksumValue"] == sha256_of(release / "bitext.jsonl")
    assert files["bitext.jsonl"]["dcat:byteSize"] == (release / "bitext.jsonl").stat().st_size


def test_the_citation_file_names_each_document_with_publisher_and_address(release: Path) -> None:
    cited = yaml.safe_load((release / "CITATION.cff").read_text("utf-8"))
    assert cited["cff-version"] == "1.2.0" and cited["type"] == "dataset"
    first = cited["references"][0]
    assert first["title"] == "A Guide to Evaluating AI Safety" and first["url"] == "https://example.org/guide_en.pdf"
    assert first["authors"] and first["date-released"] == "2024-09-25"


@pytest.mark.slow
def test_cffconvert_finds_the_citation_file_valid(release: Path) -> None:
    validated("cffconvert", "setuptools<81", command=["cffconvert", "--validate", "-i", str(release / "CITATION.cff")])


def test_the_head_of_the_card_has_licence_link_size_and_a_config_for_each_table(release: Path) -> None:
    head = yaml.safe_load((release / "README.md").read_text("utf-8").split("---\n")[1])
    assert head["license_link"] == "https://example.org/terms" and head["size_categories"] == ["n<1K"]
    assert {each["config_name"] for each in head["configs"]} == set(TABLES)


@pytest.fixture(params=["small", "real"])
def any_release(request: pytest.FixtureRequest) -> Path:
    """The small release, and that of the real documents where they exist."""
    return Path(request.getfixturevalue("release" if request.param == "small" else "shared_release"))


def validated(*packages: str, command: list[str]) -> str:
    """Run a validator in its own environment, because its pinned packages conflict with ours."""
    if not shutil.which("uv"):
        pytest.skip("uv is not installed, which creates the environment of the validator")
    options = [option for package in packages for option in ("--with", package)]
    base = ["uv", "run", "--quiet", "--isolated", "--no-project", *options]
    probe = subprocess.run([*base, "python", "-c", ""], capture_output=True, text=True, timeout=280)
    if probe.returncode:
        pytest.skip(f"{packages} could not be installed: {probe.stderr.strip()[-200:]}")
    done = subprocess.run([*base, *command], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_frictionless_finds_the_data_package_valid(any_release: Path) -> None:
    out = validated(
        "frictionless[json]", command=["frictionless", "validate", str(any_release / "datapackage.json"), "--json"]
    )
    report = json.loads(out)
    assert report["valid"] and report["stats"]["tasks"] == len(TABLES)


@pytest.mark.slow
def test_mlcroissant_loads_the_records_of_every_table(any_release: Path) -> None:
    script = (
        "import json, sys, mlcroissant\n"
        "data = mlcroissant.Dataset(sys.argv[1])\n"
        "assert not data.metadata.issues.errors, data.metadata.issues.errors\n"
        "print(json.dumps({r.uuid: sum(1 for _ in data.records(r.uuid)) for r in data.metadata.record_sets}))"
    )
    out = validated(
        "mlcroissant>=1.1", "pyarrow", command=["python", "-c", script, str(any_release / "croissant.json")]
    )
    assert json.loads(out) == {table: len(lines(any_release, table)) for table in TABLES}


@pytest.mark.slow
def test_mlcroissant_reads_lists_and_objects(release: Path) -> None:
    script = (
        "import json, sys, mlcroissant\n"
        "data = mlcroissant.Dataset(sys.argv[1])\n"
        "def plain(value):\n"
        "    return value.decode() if isinstance(value, bytes) else value.tolist()\n"
        "for table in ('blocks', 'documents', 'entities', 'bitext'):\n"
        "    print(json.dumps(next(iter(data.records(table))), default=plain))"
    )
    out = validated("mlcroissant>=1.1", "pyarrow", command=["python", "-c", script, str(release / "croissant.json")])
    block, document_row, entity, row = map(json.loads, out.splitlines())
    assert len(block["blocks/bbox"]) == 4
    assert document_row["documents/licence"]["documents/licence/name"] == "PDL 1.0"
    assert entity["entities/names"]["entities/names/en"]
    assert row["bitext/en_regions"]


def loaded_by_datasets(release: Path, cache: Path) -> dict[str, int]:
    """Return the number of rows of each config that the library ``datasets`` finds in a release folder."""
    script = (
        "import json, os, sys\n"
        "os.environ |= {'HF_HUB_OFFLINE': '1', 'HF_HOME': sys.argv[2]}\n"
        "from datasets import get_dataset_config_names, load_dataset\n"
        "names = get_dataset_config_names(sys.argv[1])\n"
        "print(json.dumps({n: load_dataset(sys.argv[1], n, split='train').num_rows for n in names}))"
    )
    out = validated("datasets", command=["python", "-c", script, str(release), str(cache)])
    rows: dict[str, int] = json.loads(out.strip().splitlines()[-1])
    return rows


@pytest.mark.slow
def test_datasets_loads_every_table_of_the_release_folder(any_release: Path, tmp_path: Path) -> None:
    written = {table: len(lines(any_release, table)) for table in TABLES if lines(any_release, table)}
    assert loaded_by_datasets(any_release, tmp_path) == written


@pytest.mark.slow
def test_datasets_is_offered_no_table_without_rows_and_loads_the_others(tmp_path: Path) -> None:
    release = released(publication(documents=(document("en"),), alignments=(), comparisons=()), tmp_path / "root")
    empty = {table for table in TABLES if not lines(release, table)}
    rows = loaded_by_datasets(release, tmp_path / "cache")
    assert "alignments" in empty and not empty & set(rows)
    assert rows == {table: len(lines(release, table)) for table in TABLES if table not in empty}


@pytest.mark.slow
def test_datasette_opens_the_database_with_its_metadata(release: Path) -> None:
    script = (
        "import asyncio, json, sys\n"
        "from datasette.app import Datasette\n"
        "async def main():\n"
        "    site = Datasette([sys.argv[1]], metadata=json.load(open(sys.argv[2])))\n"
        "    for path in sys.argv[3:]:\n"
        "        response = await site.client.get(path)\n"
        "        print(json.dumps([response.status_code, response.text.count('AIの安全性評価の手引き')]))\n"
        "asyncio.run(main())"
    )
    paths = ["/dataset/documents", "/dataset/find?words=%E8%A9%95%E4%BE%A1", "/dataset/blocks?_facet=kind"]
    files = [str(release / "dataset.sqlite"), str(release / "datasette.json")]
    out = validated("datasette", "setuptools", command=["python", "-c", script, *files, *paths])
    responses = [json.loads(line) for line in out.splitlines()]
    assert [status for status, _ in responses] == [200, 200, 200]
    assert all(count >= 1 for _, count in responses)


def test_each_schema_describes_its_row() -> None:
    for table in TABLES:
        assert json_schema(table)["$defs"][TABLES[table].__name__]["description"]
