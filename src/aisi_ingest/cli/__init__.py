"""The command line. Each command reports what it did. The exit code is 0 only if everything succeeded.

Commands that change the root are in ``run``, commands that inspect it in ``inspect``, commands that need none in
``single_file``. This module imports nothing at the top, because each worker process imports it again.
"""

from __future__ import annotations

import io
import sys

_INTERRUPTED = 130  # exit code of a program ended by Ctrl-C: 128 + SIGINT


def main() -> None:
    """Run a command. An error that the user can fix is reported in one line, without a traceback."""
    from aisi_ingest.cli.app import app
    from aisi_ingest.cli.options import fail
    from aisi_ingest.corrections.reading import CorrectionsError
    from aisi_ingest.registry import RegistryError
    from aisi_ingest.sandbox import pool
    from aisi_ingest.sources import SourcesError
    from aisi_ingest.storage.files import RootError
    from aisi_ingest.storage.store import LockedError

    for stream in (sys.stdout, sys.stderr):  # a file name may have bytes that are not UTF-8
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except (RootError, LockedError, RegistryError, SourcesError, CorrectionsError, pool.LimitsError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("stopped; finished work is kept, and the next run continues from there", code=_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # the program that read our output has ended, for example `| head`
        sys.exit(1)
    finally:
        pool.close_shared()
