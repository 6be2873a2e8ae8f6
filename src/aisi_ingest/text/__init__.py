"""Normalise, split, measure and read numbers in Japanese and English text."""
