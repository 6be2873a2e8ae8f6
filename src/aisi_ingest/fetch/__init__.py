"""Read index pages and download documents. Only this package uses the network."""
