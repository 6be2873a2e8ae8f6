"""Read index pages and download documents. Only this package uses the network.

- ``source`` follows one source, ``crawler`` reads its index pages, ``attempts`` downloads one document, and ``client``
  sends one ``request``. ``local_files`` adds files without the network.
- ``listings`` gives what the ledger knows about documents.
- ``download`` writes a response body, ``network`` makes the connections, and ``hosts`` keeps the delays of a run.
- ``pages``, ``links``, ``link_context``, ``sitemaps`` and ``urls`` parse without a network.
"""
