"""Find tables on the pages of a report: grids between drawn lines, and columns without any lines."""
