"""Find tables and timelines on slides."""
