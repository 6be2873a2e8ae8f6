"""Corrections by hand: entries in ``corrections/`` of a root, applied to what the stages have found."""
