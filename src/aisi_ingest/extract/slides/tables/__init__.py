"""Find tables and timelines that a slide builds from text boxes, lines and shapes."""
