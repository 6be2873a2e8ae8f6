"""Train the models of ``aisi_ingest.tagging.learned`` (``make train``)."""
