"""Run the stages in order: fetch, extract, tag, pair, align, compare, publish."""
