"""Read index pages and download documents. Only this package uses the network.

Data flow: ``source`` (one source) → ``crawler`` (its index pages) → ``client`` (one request) → ``download`` (one
response body) → ``network`` (the connections). ``pages``, ``links``, ``sitemaps`` and ``urls`` parse without a
network.
"""
