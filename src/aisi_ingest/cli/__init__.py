"""The command line. Each command says what it did; the exit code is 0 only if all of it went well.

Commands that change the root are in ``work``, those that look at it in ``look``, those that need none in
``on_the_spot``. Nothing is imported here: each worker process imports this module once more.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point: errors that a person can mend are one line, without a traceback."""
    from aisi_ingest.cli.app import app
    from aisi_ingest.cli.options import fail
    from aisi_ingest.registry import RegistryError
    from aisi_ingest.sandbox import pool
    from aisi_ingest.sources import SourcesError
    from aisi_ingest.storage.store import LockedError, RootError

    try:
        app()
    except (RootError, LockedError, RegistryError, SourcesError, pool.LimitsError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("stopped; what was done is kept, the next run goes on from there", code=130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output left, e.g. `| head`
        sys.exit(1)
    finally:
        pool.close_shared()
