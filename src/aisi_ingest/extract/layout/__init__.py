"""Turn the lines of a report into blocks: paragraphs, headings, lists, notes and furniture, in sections."""
