"""Compare two languages of one edition, or two editions of one work."""
