"""All commands. Heavy imports stay inside them: ``--help`` answers at once."""

from __future__ import annotations

import typer

from aisi_ingest.cli import inspect, run, single_file

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

run.register(app)
inspect.register(app)
single_file.register(app)
