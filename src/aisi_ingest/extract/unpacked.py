"""Hand python-pptx the parts of a package that are unpacked already.

Its public ways in are a zip file and a folder: to pack what was just unpacked, for it to unpack again,
took an eighth of the reading. This is the one module that builds on its private names (1.0.2, ``pptx.opc.package``).
"""

from __future__ import annotations

from typing import Any

from pptx.opc.package import _PackageLoader
from pptx.opc.packuri import PACKAGE_URI, PackURI
from pptx.package import Package


class Unpacked(Package):
    """A package whose parts are in memory."""

    @classmethod
    def of(cls, parts: dict[str, bytes]) -> Unpacked:
        """The package of these parts by their names, which begin with a slash. Raises what ``Package.open`` raises."""
        package: Any = parts  # where a path is expected
        return cls(package)._load()

    def _load(self) -> Unpacked:
        relations, parts = _Loader.load(self._pkg_file, self)
        self._rels.load_from_xml(PACKAGE_URI, relations, parts)
        return self


class _Loader(_PackageLoader):
    def __init__(self, parts: Any, package: Package) -> None:
        super().__init__(parts, package)
        self._reader = _Reader(parts)

    @property
    def _package_reader(self) -> Any:
        return self._reader


class _Reader(dict[str, bytes]):
    """What ``pptx.opc.serialized.PackageReader`` is, of bytes in memory."""

    def __missing__(self, name: str) -> bytes:
        raise KeyError(f"no member {name!r} in package")

    def rels_xml_for(self, partname: PackURI) -> bytes | None:
        return self.get(partname.rels_uri)
