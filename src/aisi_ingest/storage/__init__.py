"""The folders below a root: raw bytes, the ledger of fetch attempts, stage outputs and processed documents."""
