"""Read characters, drawings, visibility and annotations of PDF pages through PDFium."""
