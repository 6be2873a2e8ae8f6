"""Which pictures are worth reading, and how finely: the same in PDF and PPTX."""

from __future__ import annotations

# Smaller pictures are icons and logos (points, and share of the page). On the decks and reports at hand the smallest
# picture with text to read covers 3 % of its page; between 1 and 2 % there are logos alone.
WIDTH, HEIGHT, SHARE = 80.0, 24.0, 0.015
REPEATED = 3  # pages that show a picture in the same place: then it is furniture
FEW = 20  # characters of text on a page that is a picture: a footer, a stamp
COVERED = 0.4  # share of such a page that pictures cover
PATHS = 60  # drawn shapes on a page without text and pictures: letters turned into outlines have hundreds
# Megapixels that are read of one document: 45 full pages, 70 to 140 processor seconds, within the reader's limits.
BUDGET = 125.0
DENSITY = 200 / 72  # pixels a point: print of 8 point is read as well as at 300 dpi
