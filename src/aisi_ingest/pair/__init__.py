"""Find the files that are the same work and edition, in two languages, forms and editions."""
