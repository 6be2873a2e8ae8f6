"""The command line. Each command says what it did; the exit code is 0 only if all of it went well.

Heavy imports stay inside the commands: ``--help`` answers at once. Commands that change the root are
in ``work``, those that look at it in ``look``, those that need none in ``on_the_spot``.
"""

from __future__ import annotations

import sys

import typer

from aisi_ingest.cli import look, on_the_spot, work
from aisi_ingest.cli.options import fail

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="""Japanese and English publications on AI safety as aligned, tagged, versioned data.

    \b
    Begin with:
      aisi-ingest demo                                       the sample site, start to end
      aisi-ingest run --index https://example.org/reports/   follow an index page
      aisi-ingest extract report.pdf                         one file to JSON, on the spot

    Everything is kept below --root: what was fetched in raw/, what was made of it in processed/.
    processed/latest is the last release, processed/latest/site/index.html a page to look at.""",
)

work.register(app)
look.register(app)
on_the_spot.register(app)


def main() -> None:
    """Entry point: errors that a person can mend are one line, without a traceback."""
    from aisi_ingest.extract import sandbox
    from aisi_ingest.registry import RegistryError
    from aisi_ingest.sources import SourcesError
    from aisi_ingest.store import LockedError, RootError

    try:
        app()
    except (RootError, LockedError, RegistryError, SourcesError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("stopped; what was done is kept, the next run goes on from there", code=130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output left, e.g. `| head`
        sys.exit(1)
    finally:
        sandbox.close_shared()
