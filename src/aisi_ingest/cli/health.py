"""The command ``health``: what confines the workers that read documents, on this system."""

from __future__ import annotations

import sys

import typer

from aisi_ingest.cli.options import AsJson, print_json
from aisi_ingest.console.terminal import say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(health)


def health(as_json: AsJson = False) -> None:
    """Check whether this system can confine the workers that read documents.

    Starts a worker, tries in it what must be prevented, and lists each mechanism. The exit code is 1 if one is
    missing: documents are read even so, but a document that takes over its worker can do more. See SECURITY.md.
    """
    from aisi_ingest.sandbox import confinement, pool, probe

    sandbox = pool.shared(workers=1)
    missing = {*sandbox.missing(), *sandbox.call(probe.open_ways)}
    if as_json:
        print_json({"mechanism": each, "works": each not in missing} for each in confinement.MECHANISMS)
        sys.exit(1 if missing else 0)
    for mechanism in confinement.MECHANISMS:
        state = f"missing  {confinement.consequence(mechanism)}" if mechanism in missing else "works"
        say(f"{mechanism:<20} {state}")
    sys.exit(1 if missing else 0)
