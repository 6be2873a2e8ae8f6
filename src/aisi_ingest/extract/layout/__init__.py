"""Turn the lines of a report into paragraphs, headings, notes, furniture and sections."""
