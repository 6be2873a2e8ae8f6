"""Read index pages and download documents. Only this package uses the network.

- ``source`` follows one source, ``crawler`` reads its index pages, and ``client`` sends one request.
- ``download`` writes a response body, ``network`` makes the connections, and ``hosts`` keeps the delays of a run.
- ``pages``, ``links``, ``link_context``, ``sitemaps`` and ``urls`` parse without a network.
"""
