"""The project's own small bilingual site: text under ``text/``, drawn to ``site/`` by ``python -m samples.draw``."""
