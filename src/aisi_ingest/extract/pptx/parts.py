"""Hand python-pptx the parts of a package that are unpacked already.

Its public ways in are a zip file and a folder: to pack what was just unpacked, for it to unpack again,
took an eighth of the reading. This is the one module that builds on its private names (1.0.2, ``pptx.opc.package``).
"""

from __future__ import annotations

from typing import Any

from pptx.opc.package import _PackageLoader
from pptx.opc.packuri import PACKAGE_URI, PackURI
from pptx.package import Package
from pptx.util import lazyproperty


def package_of(parts: dict[str, bytes]) -> Package:
    """The package of these parts by their names, which begin with a slash. Raises what ``Package.open`` raises."""
    file: Any = parts  # where a path is expected
    package = Package(file)
    package._rels.load_from_xml(PACKAGE_URI, *_Loader.load(file, package))
    return package


class _Loader(_PackageLoader):
    @lazyproperty
    def _package_reader(self) -> Any:
        parts: Any = self._pkg_file
        return _Reader(parts)


class _Reader(dict[str, bytes]):
    """What ``pptx.opc.serialized.PackageReader`` is, of bytes in memory."""

    def __missing__(self, name: str) -> bytes:
        raise KeyError(f"no member {name!r} in package")

    def rels_xml_for(self, partname: PackURI) -> bytes | None:
        return self.get(partname.rels_uri)
