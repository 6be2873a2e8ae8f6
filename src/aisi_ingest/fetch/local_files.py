"""Add local files to the store."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from msgspec.structs import replace

from aisi_ingest import media_types
from aisi_ingest.fetch.listings import Fetched, fetched_of
from aisi_ingest.model import Issue
from aisi_ingest.sources import MANUAL
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.storage.receipt import Receipt
from aisi_ingest.storage.store import Store, now

# A host and a path: ``example.org/guide.pdf``.
_LOOKS_LIKE_URL = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?/", re.IGNORECASE)
_FOLDER_DIGEST_LENGTH = 8  # hex digits that stand for the folder of a local file


def add_file(path: Path, store: Store, original: Path | None = None) -> Fetched:
    """Copy a local file into the store, with a receipt.

    Its address is ``file:``, its name, and a few digits that stand for its folder. The same name in another folder is
    another document; other bytes at the same path are a new edition. A file that cannot be added leaves no receipt. The
    caller closes the ledger.

    Args:
        path: The file.
        store: The store.
        original: The file of which this is a copy, for the address; None: the file itself.

    Raises:
        RootError: The store cannot be written.
    """
    store.prepare()
    named = original or path
    folder = hashlib.sha256(str(named.resolve().parent).encode("utf-8", "surrogateescape")).hexdigest()
    name = named.name.encode("utf-8", "replace").decode()
    url = f"file:{name}#{folder[:_FOLDER_DIGEST_LENGTH]}"
    attempt = Receipt(url=url, time=now(), source=MANUAL, state="failed", file=name)
    reason = file_problem(path)
    if reason is not None:
        return not_added(replace(attempt, state="refused", reason=reason))
    try:
        receipt = _receipt_of_file(path, attempt, store)
    except OSError as error:
        return not_added(replace(attempt, reason=f"cannot be read: {error.strerror or error}"))
    store.ledger.append(receipt)
    return fetched_of(receipt, None, store, changed=receipt.state == "fetched")


def file_problem(path: Path) -> str | None:
    """Return why a local file cannot be added, or None."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8; rename it"
    try:
        if path.is_dir():
            return "it is a folder without PDF and PPTX files"
        if not path.exists():
            hint = f"; for a URL, write https://{path}" if _LOOKS_LIKE_URL.match(str(path)) else ""
            return f"there is no such file{hint}"
        return media_types.refusal_of_named_file(path) if path.is_file() else "it is not a regular file"
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}"


def not_added(receipt: Receipt) -> Fetched:
    """Report on something that was named on the command line. It never enters the ledger: it may be a mistake."""
    text = f"{receipt.file or receipt.url}: {receipt.reason}; it was not added"
    return Fetched(receipt, None, issues=(Issue("fetch", "error", receipt.state, text),))


def _receipt_of_file(path: Path, attempt: Receipt, store: Store) -> Receipt:
    """Copy a file into the store, unless its bytes are there already, and return the receipt."""
    history = store.ledger.history(attempt.url)
    sha256 = sha256_of(path)
    if not store.has_intact(sha256):
        part = store.incoming()
        shutil.copyfile(path, part)
        sha256 = store.keep(part)
    good = history.good if history else None
    if good is not None and good.sha256 == sha256:
        return replace(good, time=attempt.time, state="unchanged", reason=None)
    kept = store.path(sha256)
    media_type, size = media_types.media_type(kept), kept.stat().st_size
    return replace(attempt, state="fetched", sha256=sha256, bytes=size, media_type=media_type)
