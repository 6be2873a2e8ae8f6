"""Align the sections, blocks and sentences of two language versions of a text."""
