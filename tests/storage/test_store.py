"""The store: raw bytes, locks, the ledger and stage outputs."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from faults import without_override
from growth import growth
from hypothesis import given, settings
from hypothesis import strategies as st

from aisi_ingest.storage import files, store
from aisi_ingest.storage.files import RootError
from aisi_ingest.storage.ledger import Ledger
from aisi_ingest.storage.receipt import Receipt
from aisi_ingest.storage.store import LockedError, Stamp, Store


def receipt(url: str = "https://example.org/a.pdf", state: Any = "fetched", **fields: Any) -> Receipt:
    return Receipt(url=url, time=fields.pop("time", "2026-01-01T00:00:00Z"), source="s", state=state, **fields)


# Raw bytes


@given(st.binary(max_size=5000))
@settings(max_examples=25, deadline=None)
def test_stored_bytes_can_be_read_by_their_sha256(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    root_store = Store(tmp_path_factory.mktemp("root"))
    digest = root_store.put(content)
    assert digest == files.sha256_of(content) and digest in root_store
    assert root_store.path(digest) == root_store.raw / digest[:2] / digest
    assert root_store.read(digest) == content


def test_stored_bytes_are_never_written_again(tmp_path: Path) -> None:
    root_store = Store(tmp_path)
    digest = root_store.put(b"content")
    before = root_store.path(digest).stat()
    assert root_store.put(b"content") == digest
    after = root_store.path(digest).stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)
    assert not after.st_mode & 0o222
    assert not list(root_store.raw.glob("incoming/*"))


def test_a_stored_file_is_copied_and_the_original_stays(tmp_path: Path) -> None:
    original = tmp_path / "a.pdf"
    original.write_bytes(b"content")
    root_store = Store(tmp_path / "root")
    assert root_store.read(root_store.put(original)) == b"content"
    assert original.read_bytes() == b"content"


def test_storing_good_bytes_repairs_damaged_ones(tmp_path: Path) -> None:
    root_store = Store(tmp_path)
    path = root_store.path(root_store.put(b"content"))
    path.chmod(0o644)
    path.write_bytes(b"cont")
    root_store.put(b"content")
    assert path.read_bytes() == b"content"


def test_a_failed_atomic_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "folder" / "a.json"
    files.atomic_write(path, "first")

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RootError, match="no space left on the disk"):
        files.atomic_write(path, "second")
    assert path.read_text() == "first" and [each.name for each in path.parent.iterdir()] == ["a.json"]


# A root that cannot be used


def test_a_root_that_is_a_file_is_rejected_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("a file")
    with pytest.raises(RootError) as refused, Store(tmp_path / "root").lock():
        pass
    assert str(tmp_path / "root") in str(refused.value) and "\n" not in str(refused.value)
    assert "it is not a folder" in str(refused.value)


def test_a_root_without_write_permission_is_rejected_with_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    code = "import sys; from aisi_ingest.storage.store import Store\nwith Store(sys.argv[1]).lock(): pass"
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=without_override)
    assert done.stderr.splitlines()[-1].endswith("raw: cannot be written: no permission to write")


def test_a_root_on_a_read_only_disk_is_rejected_with_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(self: Path, **options: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(self))

    monkeypatch.setattr(Path, "mkdir", read_only)
    with pytest.raises(RootError, match="raw: cannot be written: the file system is read-only"), Store(tmp_path).lock():
        pass


# The lock


def test_a_second_run_is_rejected_with_the_process_of_the_first(tmp_path: Path) -> None:
    with (
        Store(tmp_path).lock(),
        pytest.raises(LockedError, match=rf"in use by process {os.getpid()} on \S+ since 20\d\d-"),
        Store(tmp_path).lock(),
    ):
        pass
    with Store(tmp_path).lock():
        pass  # the lock was released


def test_the_next_run_removes_the_incomplete_files_of_a_killed_run(tmp_path: Path) -> None:
    code = (
        "import sys, time; from aisi_ingest.storage.store import Store; s = Store(sys.argv[1])\n"
        "with s.lock():\n    s.incoming().write_bytes(b'half'); print('held', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None and process.stdout.readline() == b"held\n"
        with pytest.raises(LockedError, match=f"process {process.pid} "), Store(tmp_path).lock():
            pass
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert list(tmp_path.glob("raw/incoming/*.part"))
    stage = Store(tmp_path).stage_path("ab" * 32, "extract").with_name(".half.part")
    stage.parent.mkdir(parents=True)
    stage.write_bytes(b"half")
    with Store(tmp_path).lock():
        assert not list(tmp_path.rglob("*.part"))


# The ledger


def test_receipts_are_read_in_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "receipts.jsonl")
    written = [receipt(f"https://example.org/{number}", title="資料\n二行") for number in range(3)]
    for each in written:
        ledger.append(each)
    assert list(ledger) == written
    assert len((tmp_path / "receipts.jsonl").read_bytes().splitlines()) == 3


def test_the_history_of_a_url_has_the_last_good_bytes_and_all_earlier_ones(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "receipts.jsonl")
    states = [("fetched", "aa"), ("fetched", "bb"), ("unchanged", "bb"), ("fetched", "aa")]
    for number, (state, digest) in enumerate([*states, ("failed", None), ("refused", None)]):
        ledger.append(receipt(state=state, sha256=digest, time=f"2026-01-0{number + 1}T00:00:00Z"))
    history = Ledger(ledger.path).history("https://example.org/a.pdf")
    assert history is not None
    assert history.latest.state == "refused"
    assert history.good is not None and history.good.sha256 == "aa"
    assert history.changed == "2026-01-04T00:00:00Z"
    assert [version.sha256 for version in history.versions] == ["aa", "bb"]


@given(cut=st.integers(1, 400))
@settings(max_examples=30, deadline=None)
def test_a_torn_last_line_is_removed_and_all_others_stay(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("ledger") / "receipts.jsonl"
    ledger = Ledger(path)
    for number in range(3):
        ledger.append(receipt(f"https://example.org/{number}", reason="文" * 20))
    whole = path.read_bytes()
    torn = whole[: max(len(whole) - cut, 0)]
    path.write_bytes(torn)
    kept = torn.count(b"\n")
    again = Ledger(path)
    assert len(again.latest_by_url()) == kept
    again.append(receipt("https://example.org/new"))
    assert [each.url for each in again] == [f"https://example.org/{n}" for n in range(kept)] + [
        "https://example.org/new"
    ]
    assert all(json.loads(line) for line in path.read_bytes().splitlines())


def test_a_damaged_line_in_the_middle_is_skipped_and_its_number_is_listed(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "receipts.jsonl")
    for number in range(3):
        ledger.append(receipt(f"https://example.org/{number}"))
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    lines[1] = b"\xff\x00" + lines[1][2:]
    ledger.path.write_bytes(b"".join(lines))
    again = Ledger(ledger.path)
    assert list(again.latest_by_url()) == ["https://example.org/0", "https://example.org/2"]
    assert again.damaged == [2] and len(list(again)) == 2


def test_the_ledger_of_a_process_killed_while_appending_can_be_continued(tmp_path: Path) -> None:
    path = tmp_path / "receipts.jsonl"
    code = (
        "import sys; from pathlib import Path\n"
        "from aisi_ingest.storage.ledger import Ledger; from aisi_ingest.storage.receipt import Receipt\n"
        "ledger = Ledger(Path(sys.argv[1])); n = 0\n"
        "while True:\n"
        "    ledger.append(Receipt(url=f'u{n}', time='t', source='s', state='unchanged', reason='x' * 2000)); n += 1"
    )
    for _ in range(2):
        before = path.stat().st_size if path.exists() else 0
        process = subprocess.Popen([sys.executable, "-c", code, str(path)])
        while not path.exists() or path.stat().st_size < before + 100_000:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        ledger = Ledger(path)
        ledger.append(receipt())
        assert not ledger.damaged and ledger.history("https://example.org/a.pdf")
        decoder = msgspec.json.Decoder(Receipt)
        assert all(decoder.decode(line) for line in path.read_bytes().splitlines())


def test_concurrent_writers_lose_no_line(tmp_path: Path) -> None:
    path = tmp_path / "receipts.jsonl"

    def write(writer: int) -> None:
        ledger = Ledger(path)
        for number in range(50):
            ledger.append(receipt(f"{writer}/{number}", "unchanged"))

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {each.url for each in Ledger(path)} == {f"{w}/{n}" for w in range(4) for n in range(50)}


def test_a_reader_sees_lines_appended_by_another_object(tmp_path: Path) -> None:
    writer, reader = Ledger(tmp_path / "l"), Ledger(tmp_path / "l")
    assert reader.history("https://example.org/a.pdf") is None
    writer.append(receipt())
    assert reader.history("https://example.org/a.pdf")


def test_a_long_ledger_is_read_from_its_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aisi_ingest.storage.ledger._INDEX_EVERY", 1000)
    path = tmp_path / "receipts.jsonl"
    ledger = Ledger(path)
    for number in range(50):
        ledger.append(receipt(f"https://example.org/{number % 20}", sha256=f"{number}"))
    expected = dict(ledger.latest_by_url())
    ledger.close()
    first = path.read_bytes()
    path.write_bytes(b"#" * 100 + first[100:])  # lines that the index covers are not read again
    again = Ledger(path)
    assert again.latest_by_url() == expected and not again.damaged
    again.append(receipt("https://example.org/new"))
    assert set(again.latest_by_url()) == {*expected, "https://example.org/new"}
    path.write_bytes(first[: len(first) // 2])  # another ledger with the same name: the index does not fit
    assert len(Ledger(path).latest_by_url()) == 20
    path.with_suffix(".index").write_bytes(b"torn")
    path.write_bytes(first)
    assert Ledger(path).latest_by_url() == expected


# States


def test_states_have_a_row_for_every_document_and_none_for_index_pages(tmp_path: Path) -> None:
    root_store = Store(tmp_path)
    root_store.prepare()
    root_store.ledger.append(receipt("https://example.org/", kind="page"))
    root_store.ledger.append(receipt(sha256="aa", file="a.pdf", time="2026-01-01T00:00:00Z"))
    root_store.ledger.append(receipt(state="failed", reason="503 Service Unavailable", time="2026-01-02T00:00:00Z"))
    (row,) = root_store.states()
    assert (row.state, row.reason, row.file, row.sha256) == ("failed", "503 Service Unavailable", "a.pdf", "aa")
    assert (row.last_seen, row.last_good, row.last_changed) == (
        "2026-01-02T00:00:00Z",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z",
    )


def test_the_states_of_four_times_the_documents_cost_about_four_times_the_time(tmp_path: Path) -> None:
    encoder = msgspec.json.Encoder()
    for count in (2_500, 10_000):
        (tmp_path / str(count) / "raw").mkdir(parents=True)
        with (tmp_path / str(count) / "raw" / "receipts.jsonl").open("wb") as file:
            for number in range(count):
                url = f"https://example.org/{number}.pdf"
                one = receipt(url, sha256=f"{number:064}", title="資料" * 10, etag='"x"')
                file.write(encoder.encode(one) + b"\n")

    def work(count: int) -> None:
        assert len(Store(tmp_path / str(count)).states()) == count

    assert growth(work, 2_500) < 8


# Stamps


def test_an_output_is_up_to_date_only_if_its_stamp_is_equal(tmp_path: Path) -> None:
    root_store = Store(tmp_path)
    path = root_store.stage_path("ab" * 32, "extract")
    stamp = Stamp(("ab" * 32,), "1", {"options": "x"})
    assert not store.load_fresh(path, stamp)
    root_store.write_output(path, "{}", stamp)
    assert store.load_fresh(path, stamp) and store.read_stamp(path) == stamp
    for other in (
        Stamp(("cd" * 32,), "1", {"options": "x"}),
        Stamp(("ab" * 32,), "2", {"options": "x"}),
        Stamp(("ab" * 32,), "1", {"options": "y"}),
        Stamp(("ab" * 32,), "1"),
    ):
        assert not store.load_fresh(path, other)


def test_an_output_that_is_missing_or_has_a_torn_stamp_is_not_up_to_date(tmp_path: Path) -> None:
    root_store, stamp = Store(tmp_path), Stamp(("ab" * 32,), "1")
    path = root_store.stage_path("ab" * 32, "extract")
    root_store.write_output(path, "{}", stamp)
    store.stamp_path(path).write_bytes(store.stamp_path(path).read_bytes()[:-3])
    assert not store.load_fresh(path, stamp)
    root_store.write_output(path, "{}", stamp)
    path.unlink()
    assert not store.load_fresh(path, stamp)


def test_an_output_without_a_stamp_is_not_up_to_date_after_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root_store, stamp = Store(tmp_path), Stamp(("ab" * 32,), "1")
    path = root_store.stage_path("ab" * 32, "extract")
    root_store.write_output(path, "old", stamp)

    def crash(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "write_stamp", crash)
    with pytest.raises(KeyboardInterrupt):
        root_store.write_output(path, "new", stamp)
    assert not store.load_fresh(path, stamp)
