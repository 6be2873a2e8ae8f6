"""Decide which pictures are worth reading, and at which resolution: the same for PDF and PPTX files."""

from __future__ import annotations

# Smaller pictures are icons and logos. On the decks and reports at hand the smallest picture with text that matters
# covers 3 % of its page; pictures that cover between 1 and 2 % are all logos.
MINIMUM_WIDTH, MINIMUM_HEIGHT = 80.0, 24.0  # points
MINIMUM_SHARE = 0.015  # of the page's area
REPEATED_PAGES = 3  # a picture at the same place of so many pages is furniture
FEW_CHARACTERS = 20  # text on a page that is a picture: a footer or a stamp has fewer characters
MINIMUM_COVERAGE = 0.4  # share of a page with few characters that pictures cover, from which on it is a scan
# Drawn shapes on a page without text and pictures, from which on they are letters that were converted to outlines:
# such pages have hundreds.
OUTLINE_SHAPES = 60
# Megapixels that are read of one document: 45 full pages or 70 to 140 seconds of processor time, within the limits of
# the extraction process.
MEGAPIXEL_BUDGET = 125.0
PIXELS_PER_POINT = 200 / 72  # 200 dpi: 8 point type is recognised as well as at 300 dpi
