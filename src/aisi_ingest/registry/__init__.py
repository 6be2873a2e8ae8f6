"""Read ``registry.toml``, which lists the entities that are recognised by name, and find their names in text.

Each line describes one entity, so that an error can name its line::

    [org]
    meti = {ja = ["経済産業省", "経産省"], en = ["Ministry of Economy, Trade and Industry"], both = ["METI"]}

- ``ja`` and ``en`` are names in that language, the preferred one first. ``both`` are spellings used in either.
- ``shared`` are names of several entities ("AISI"). The tagger decides by context, with ``country``.
- ``[untagged]`` lists names of initiatives and products, in which nothing is tagged.
- Countries and their names come from the Unicode CLDR (package babel). Lines under ``[place]`` whose id is an
  ISO 3166-1 code add spellings to them.
"""

from __future__ import annotations

from aisi_ingest.registry.entities import Alias, Entry, Match, Registry, RegistryError
from aisi_ingest.registry.loader import default_path, load, parse
from aisi_ingest.registry.matcher import compact

__all__ = ["Alias", "Entry", "Match", "Registry", "RegistryError", "compact", "default_path", "load", "parse"]
