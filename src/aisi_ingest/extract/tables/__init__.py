"""Find tables on report pages: grids of rules and columns without rules."""
