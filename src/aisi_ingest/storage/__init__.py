"""Folders of a root: raw bytes, the ledger of attempts, stage outputs and processed documents."""
