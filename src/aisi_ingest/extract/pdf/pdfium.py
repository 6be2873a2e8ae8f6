"""PDFium's C functions by address, with prototypes that take plain integers for handles and pointers.

The generated bindings check and wrap each argument; called a million times that is most of the
reading time. The prototypes below are those of fpdfview.h, fpdf_text.h, fpdf_edit.h and fpdf_doc.h.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
from typing import Any

_I, _U, _L, _P, _S = ctypes.c_int, ctypes.c_uint, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_char_p
_H = ctypes.c_size_t  # a handle that comes back: 0 where there is none, which c_void_p would make None

# name: (result, arguments). Pointers to memory are addresses.
_PROTOTYPES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "FPDF_LoadDocument": (_H, (_S, _S)),
    "FPDF_CloseDocument": (None, (_P,)),
    "FPDF_GetLastError": (_L, ()),
    "FPDF_GetPageCount": (_I, (_P,)),
    "FPDF_GetMetaText": (_L, (_P, _S, _P, _L)),
    "FPDF_LoadPage": (_H, (_P, _I)),
    "FPDF_ClosePage": (None, (_P,)),
    "FPDF_GetPageBoundingBox": (_I, (_P, _P)),
    "FPDFPage_GetRotation": (_I, (_P,)),
    "FPDFPage_GetAnnotCount": (_I, (_P,)),
    "FPDFPage_GetAnnot": (_H, (_P, _I)),
    "FPDFPage_CloseAnnot": (None, (_P,)),
    "FPDFAnnot_GetSubtype": (_I, (_P,)),
    "FPDFAnnot_GetFlags": (_I, (_P,)),
    "FPDFAnnot_GetRect": (_I, (_P, _P)),
    "FPDFAnnot_GetStringValue": (_L, (_P, _S, _P, _L)),
    "FPDFPage_CountObjects": (_I, (_P,)),
    "FPDFPage_GetObject": (_H, (_P, _I)),
    "FPDFFormObj_CountObjects": (_I, (_P,)),
    "FPDFFormObj_GetObject": (_H, (_P, _L)),
    "FPDFPageObj_GetType": (_I, (_P,)),
    "FPDFPageObj_GetMatrix": (_I, (_P, _P)),
    "FPDFPageObj_GetBounds": (_I, (_P, _P, _P, _P, _P)),
    "FPDFPageObj_GetFillColor": (_I, (_P, _P, _P, _P, _P)),
    "FPDFPageObj_GetStrokeColor": (_I, (_P, _P, _P, _P, _P)),
    "FPDFPageObj_GetStrokeWidth": (_I, (_P, _P)),
    "FPDFPageObj_CountMarks": (_I, (_P,)),
    "FPDFPageObj_GetMark": (_H, (_P, _L)),
    "FPDFPageObjMark_GetName": (_I, (_P, _P, _L, _P)),
    "FPDFPageObj_SetIsActive": (_I, (_P, _I)),
    "FPDFBitmap_CreateEx": (_H, (_I, _I, _I, _P, _I)),
    "FPDFBitmap_Destroy": (None, (_P,)),
    "FPDF_RenderPageBitmap": (None, (_P, _P, _I, _I, _I, _I, _I, _I)),
    "FPDFPath_CountSegments": (_I, (_P,)),
    "FPDFPath_GetPathSegment": (_H, (_P, _I)),
    "FPDFPath_GetDrawMode": (_I, (_P, _P, _P)),
    "FPDFPathSegment_GetPoint": (_I, (_P, _P, _P)),
    "FPDFPathSegment_GetType": (_I, (_P,)),
    "FPDFPathSegment_GetClose": (_I, (_P,)),
    "FPDFText_LoadPage": (_H, (_P,)),
    "FPDFText_ClosePage": (None, (_P,)),
    "FPDFText_CountChars": (_I, (_P,)),
    "FPDFText_GetText": (_I, (_P, _I, _I, _P)),
    "FPDFText_GetUnicode": (_U, (_P, _I)),
    "FPDFText_IsGenerated": (_I, (_P, _I)),
    "FPDFText_IsHyphen": (_I, (_P, _I)),
    "FPDFText_GetTextObject": (_H, (_P, _I)),
    "FPDFText_GetLooseCharBox": (_I, (_P, _I, _P)),
    "FPDFText_GetCharBox": (_I, (_P, _I, _P, _P, _P, _P)),
    "FPDFText_GetCharOrigin": (_I, (_P, _I, _P, _P)),
    "FPDFText_GetMatrix": (_I, (_P, _I, _P)),
    "FPDFText_GetFillColor": (_I, (_P, _I, _P, _P, _P, _P)),
    "FPDFTextObj_GetFont": (_H, (_P,)),
    "FPDFTextObj_GetFontSize": (_I, (_P, _P)),
    "FPDFTextObj_GetTextRenderMode": (_I, (_P,)),
    "FPDFFont_GetBaseFontName": (_L, (_P, _P, _L)),
    "FPDFFont_GetFlags": (_I, (_P,)),
    "FPDFFont_GetWeight": (_I, (_P,)),
    "FPDFBookmark_GetFirstChild": (_H, (_P, _P)),
    "FPDFBookmark_GetNextSibling": (_H, (_P, _P)),
    "FPDFBookmark_GetTitle": (_L, (_P, _P, _L)),
    "FPDFBookmark_GetDest": (_H, (_P, _P)),
    "FPDFBookmark_GetAction": (_H, (_P,)),
    "FPDFAction_GetDest": (_H, (_P, _P)),
    "FPDFDest_GetDestPageIndex": (_I, (_P, _P)),
    "FPDFDoc_GetJavaScriptActionCount": (_I, (_P,)),
    "FPDFDoc_GetAttachmentCount": (_I, (_P,)),
}


pointer = ctypes.c_void_p.from_param
"""An address as an argument of the unchecked functions."""


class _Library:
    """The functions as attributes, bound on first use: importing this module loads nothing.

    Unchecked, they have no prototypes: numbers go over as C's int, and addresses must be made with
    ``pointer`` beforehand. A call that is made a hundred thousand times then costs 0.1 microseconds, with
    prototypes 0.25.
    """

    def __init__(self, checked: bool) -> None:
        self._checked = checked

    def load(self) -> None:
        """Load and initialise PDFium."""
        if "FPDF_LoadPage" in self.__dict__:
            return
        library = _library()
        for name, (result, arguments) in _PROTOTYPES.items():
            address = ctypes.cast(getattr(library, name), ctypes.c_void_p).value
            assert address is not None
            self.__dict__[name] = ctypes.PYFUNCTYPE(result, *arguments if self._checked else ())(address)

    def __getattr__(self, name: str) -> Any:
        if name not in _PROTOTYPES:
            raise AttributeError(name)
        self.load()
        return self.__dict__[name]


def _library() -> Any:
    """PDFium as pypdfium2 brings it, initialised.

    Its bindings take 45 ms to import, more than a short document takes to read, and are not needed here; where
    the library is not beside them (pypdfium2 built for a system's own PDFium), they know where it is.
    """
    found = importlib.util.find_spec("pypdfium2_raw")
    for folder in (found and found.submodule_search_locations) or ():
        for name in ("libpdfium.so", "libpdfium.dylib", "pdfium.dll"):
            path = os.path.join(folder, name)
            if os.path.exists(path):
                library = ctypes.CDLL(path)
                library.FPDF_InitLibrary()  # does nothing where pypdfium2 has been imported and done it
                return library
    import pypdfium2.raw as raw  # initialises PDFium

    return raw


C, UNCHECKED = _Library(checked=True), _Library(checked=False)
