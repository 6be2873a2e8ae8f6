"""Group characters into lines of text with their spaces, ruby and hyphens."""
