"""Read PPTX files."""
