"""Give python-pptx the parts of a package that are already unpacked.

The public API of python-pptx opens a zip file or a folder only. Packing the unpacked parts again, so that python-pptx
can unpack them, took an eighth of the reading time. This is the only module that uses its private names (python-pptx
1.0.2, ``pptx.opc.package``).
"""

from __future__ import annotations

from typing import Any

from pptx.opc.package import _PackageLoader
from pptx.opc.packuri import PACKAGE_URI, PackURI
from pptx.package import Package
from pptx.util import lazyproperty


def package_of(parts: dict[str, bytes]) -> Package:
    """Build a package from parts.

    Args:
        parts: Name of each part, which begins with a slash, to its content.

    Raises:
        Exception: Whatever ``Package.open`` raises for the same content, for example KeyError for a missing part.
    """
    file: Any = parts  # python-pptx expects a path here
    package = Package(file)
    package._rels.load_from_xml(PACKAGE_URI, *_Loader.load(file, package))
    return package


class _Loader(_PackageLoader):
    @lazyproperty
    def _package_reader(self) -> Any:
        parts: Any = self._pkg_file
        return _Reader(parts)


class _Reader(dict[str, bytes]):
    """Replacement for ``pptx.opc.serialized.PackageReader`` that reads parts in memory."""

    def __missing__(self, name: str) -> bytes:
        raise KeyError(f"no member {name!r} in package")

    def rels_xml_for(self, partname: PackURI) -> bytes | None:
        return self.get(partname.rels_uri)
