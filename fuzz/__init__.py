"""Fuzz the parts and the whole of the program: ``make fuzz``."""
