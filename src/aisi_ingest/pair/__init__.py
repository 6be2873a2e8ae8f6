"""Decide which files are the same work and edition, in two languages, forms and editions."""
