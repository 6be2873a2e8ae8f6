"""Render documents, releases and their state for the terminal."""
