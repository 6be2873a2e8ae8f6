"""Find and cite texts of a published release: search by words, names and meaning; passages, citations, links."""
