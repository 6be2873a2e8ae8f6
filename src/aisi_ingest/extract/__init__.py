"""Read PDF and PPTX files into blocks, sections and tables. Only this package knows these formats."""
