"""Japanese and English publications on AI safety as aligned, tagged, versioned data."""

__version__ = "0.1.0"
