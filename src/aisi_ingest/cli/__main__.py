"""Entry point of ``python -m aisi_ingest.cli``."""

from aisi_ingest.cli import main

main()
