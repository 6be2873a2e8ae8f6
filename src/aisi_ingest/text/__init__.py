"""Normalise, split and measure Japanese and English text, and read the numbers in it."""
