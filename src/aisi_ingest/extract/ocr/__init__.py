"""Recognise text in pictures and on pages without text."""
