"""Structured logs: the standard library's ``logging``, a JSON object a line, with run, document, stage, seconds.

Modules log to ``logging.getLogger(__name__)`` and pass fields through ``extra=``. Nobody who imports the
package gets a handler: a run opens one with ``writing``.
The standard library rather than structlog, since Prefect and Dask can pass its records on.
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

from aisi_ingest.storage.files import append_line, summed, told

ROOT = "aisi_ingest"
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """A record as one line: time (UTC), level, logger, message, then the fields."""

    def __init__(self, **fields: Any) -> None:
        super().__init__()
        self._fields = fields

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self._fields,
            **{name: value for name, value in vars(record).items() if name not in _STANDARD and value is not None},
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class _Appending(logging.Handler):
    """Lines at the end of a file, each whole or not there and with its own sum.

    Where the disk is full a line is lost without a word: the run itself says what it could not write.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            append_line(self._file, summed(self.format(record).encode("utf-8", "backslashreplace")) + b"\n")
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
    """Append the package's records to a file while inside, each with these fields, e.g. ``run``.

    Makes the folder. Raises RootError where the file cannot be written.
    """
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _Appending(path)
    handler.setFormatter(JsonLines(**fields))
    handler.setLevel(level)
    logger = logging.getLogger(ROOT)
    before = logger.level
    logger.addHandler(handler)
    if logger.getEffectiveLevel() > level:
        logger.setLevel(level)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        handler.close()
