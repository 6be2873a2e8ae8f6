"""Group the characters of a page into lines of text, and decide their spaces, ruby and hyphens."""
