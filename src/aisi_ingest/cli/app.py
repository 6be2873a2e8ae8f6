"""All commands. Heavy imports are inside the commands, so that ``--help`` is fast."""

from __future__ import annotations

from typing import Annotated

import typer

from aisi_ingest.cli import cite, corrections, health, inspect, mend, page, run, search, serve, single_file

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
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
      0    everything succeeded
      1    something failed; the messages name it
      2    nothing was done, for example because an option or a configuration file is invalid
      130  stopped with Ctrl-C; finished work is kept""",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from aisi_ingest import __version__

        typer.echo(f"aisi-ingest {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """The options in front of a command; the help text of the program is that of ``app``."""


run.register(app)
inspect.register(app)
search.register(app)
cite.register(app)
serve.register(app)
mend.register(app)
corrections.register(app)
single_file.register(app)
page.register(app)
health.register(app)
