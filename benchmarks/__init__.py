"""Speed and quality beside other programs, as ratios to anchors measured in the same run: ``make bench``."""
