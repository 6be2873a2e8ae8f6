"""All commands. Heavy imports are inside the commands, so that ``--help`` is fast."""

from __future__ import annotations

import typer

from aisi_ingest.cli import health, inspect, mend, page, run, single_file

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="""Japanese and English publications on AI safety as aligned, tagged, versioned data.

    \b
    First steps:
      aisi-ingest demo                                       process the sample site
      aisi-ingest run --index https://example.org/reports/   process all documents of an index page
      aisi-ingest extract report.pdf                         print one file as JSON

    Files are stored below --root: downloaded files in raw/, results in processed/.
    processed/latest is the latest release. To read it in a browser, open
    processed/latest/site/index.html.

    \b
    Exit codes:
      0  everything succeeded
      1  something failed; the messages name it
      2  nothing was done, for example because an option or a configuration file is invalid""",
)

run.register(app)
inspect.register(app)
mend.register(app)
single_file.register(app)
page.register(app)
health.register(app)
