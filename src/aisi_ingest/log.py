"""Structured logs: the ``logging`` of the standard library, one JSON object per line.

Modules log to ``logging.getLogger(__name__)`` and pass fields such as document, stage and seconds through ``extra=``.
Importing the package installs no handler: a run opens one with ``writing``. structlog was not chosen, because Prefect
and Dask can forward the records of the standard library only.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aisi_ingest.storage.files import append_line, with_checksum, write_errors

ROOT = "aisi_ingest"  # name of the package's logger
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON: time (UTC), level, logger, message, then the fields."""

    def __init__(self, **fields: Any) -> None:
        super().__init__()
        self._fields = fields

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
        time = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line: dict[str, Any] = {
            "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self._fields,
            **{name: value for name, value in vars(record).items() if name not in _STANDARD and value is not None},
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class _AppendHandler(logging.Handler):
    """Appends checksummed lines to a file. Each line is complete or absent.

    If the disk is full, a line is dropped silently; the run itself reports what it could not write.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            append_line(self._file, with_checksum(self.format(record).encode("utf-8", "backslashreplace")) + b"\n")
        except OSError:
            return
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        super().close()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


@contextlib.contextmanager
def writing(path: Path, level: int = logging.INFO, **fields: Any) -> Iterator[None]:
    """Append the records of the package to a file while the ``with`` block is active.

    Creates the folder of the file if necessary.

    Args:
        path: The log file.
        level: Lowest level to write.
        fields: Fields to add to each record, for example ``run``.

    Raises:
        RootError: The file cannot be written.
    """
    with write_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _AppendHandler(path)
    handler.setFormatter(JsonLines(**fields))
    handler.setLevel(level)
    logger = logging.getLogger(ROOT)
    level_before = logger.level
    logger.addHandler(handler)
    if logger.getEffectiveLevel() > level:
        logger.setLevel(level)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level_before)
        handler.close()
