"""Check the bytes, references and offsets of a release and of a root."""
