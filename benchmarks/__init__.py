"""Compare speed and quality with other programs, as ratios to baselines measured in the same run: ``make bench``."""
