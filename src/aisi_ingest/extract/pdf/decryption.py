"""Make a copy of an encrypted PDF without its encryption, in the sandbox."""

from __future__ import annotations

import io
from pathlib import Path

from aisi_ingest import media_types
from aisi_ingest.model import Issue, Result
from aisi_ingest.sandbox import pool
from aisi_ingest.sandbox.tasks import task


def without_password(path: Path, password: str) -> Result[bytes]:
    """Return the bytes of a PDF without its encryption. They are the same each time.

    Args:
        path: A file.
        password: The user or owner password.

    Returns:
        The bytes; empty if the file is no encrypted PDF. None with an issue if it cannot be opened.
    """
    try:
        if not path.is_file() or media_types.media_type(path) != media_types.PDF:
            return Result(b"")
        with pool.shared(workers=1).session(path) as session:
            return session.call(_decrypted, str(path), password)
    except OSError as error:
        return _error("unreadable", f"it cannot be read: {error.strerror or error}")
    except pool.LimitExceeded as stopped:
        return _error(stopped.code, str(stopped))


@task
def _decrypted(path: str, password: str) -> Result[bytes]:
    """Decrypt a file. This runs in a worker."""
    import pikepdf

    try:
        with pikepdf.open(path, password=password, suppress_warnings=True) as file:
            if not file.is_encrypted:
                return Result(b"")
            copy = io.BytesIO()
            file.save(copy, encryption=False, deterministic_id=True)
            return Result(copy.getvalue())
    except pikepdf.PasswordError:
        return _error("password_needed", "the password is wrong")
    except pikepdf.PdfError as error:
        reason = str(error).replace(path, "the file")
        return _error("damaged", f"its encryption cannot be removed: {reason}")


def _error(code: str, message: str) -> Result[bytes]:
    return Result(None, (Issue("extract", "error", code, message),))
