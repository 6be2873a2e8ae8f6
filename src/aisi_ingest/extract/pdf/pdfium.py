"""Call PDFium's C functions through ctypes, with plain integers as handles and pointers.

pypdfium2's generated bindings check and wrap each argument. A page needs thousands of calls, and those checks
would take most of the reading time. The prototypes below come from PDFium's public headers: fpdfview.h,
fpdf_text.h, fpdf_edit.h, fpdf_annot.h, fpdf_formfill.h, fpdf_attachment.h and fpdf_doc.h.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import os
from typing import Any

from aisi_ingest.extract.pdf import font_source

_I, _U, _L, _P, _S = ctypes.c_int, ctypes.c_uint, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_char_p
_F = ctypes.c_float
_H = ctypes.c_size_t  # a returned handle; 0 means no object (c_void_p would return None instead of 0)

# Function name: (result type, argument types). Pointers are passed as addresses.
_PROTOTYPES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "FPDF_LoadDocument": (_H, (_S, _S)),
    "FPDF_CreateNewDocument": (_H, ()),
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
    "FPDFAnnot_HasKey": (_I, (_P, _S)),
    "FPDFAnnot_CountAttachmentPoints": (_L, (_P,)),
    "FPDFAnnot_GetAttachmentPoints": (_I, (_P, _L, _P)),
    "FPDFAnnot_GetStringValue": (_L, (_P, _S, _P, _L)),
    "FPDF_GetFormType": (_I, (_P,)),
    "FPDFDOC_InitFormFillEnvironment": (_H, (_P, _P)),
    "FPDF_FFLDraw": (None, (_P, _P, _P, _I, _I, _I, _I, _I, _I)),
    "FPDFDOC_ExitFormFillEnvironment": (None, (_P,)),
    "FPDFAnnot_GetFormFieldType": (_I, (_P, _P)),
    "FPDFAnnot_GetFormFieldFlags": (_I, (_P, _P)),
    "FPDFAnnot_GetFormFieldValue": (_L, (_P, _P, _P, _L)),
    "FPDFAnnot_GetOptionCount": (_I, (_P, _P)),
    "FPDFAnnot_GetOptionLabel": (_L, (_P, _P, _I, _P, _L)),
    "FPDFAnnot_IsOptionSelected": (_I, (_P, _P, _I)),
    "FPDFAnnot_IsChecked": (_I, (_P, _P)),
    "FPDFAnnot_GetFontSize": (_I, (_P, _P, _P)),
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
    "FPDFPageObj_HasTransparency": (_I, (_P,)),
    "FPDFPageObj_GetClipPath": (_H, (_P,)),
    "FPDFPageObj_RemoveMark": (_I, (_P, _P)),
    "FPDFPageObjMark_GetParamStringValue": (_I, (_P, _S, _P, _L, _P)),
    "FPDFClipPath_CountPaths": (_I, (_P,)),
    "FPDFClipPath_CountPathSegments": (_I, (_P, _I)),
    "FPDFClipPath_GetPathSegment": (_H, (_P, _I, _I)),
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
    "FPDFFont_GetFamilyName": (_L, (_P, _P, _L)),
    "FPDFFont_GetFlags": (_I, (_P,)),
    "FPDFFont_GetGlyphWidth": (_I, (_P, _U, _F, _P)),
    "FPDFFont_GetWeight": (_I, (_P,)),
    "FPDFFont_GetGlyphPath": (_H, (_P, _U, _F)),
    "FPDFFont_Close": (None, (_P,)),
    "FPDFGlyphPath_CountGlyphSegments": (_I, (_P,)),
    "FPDFGlyphPath_GetGlyphPathSegment": (_H, (_P, _I)),
    "FPDFText_LoadStandardFont": (_H, (_P, _S)),
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
"""Convert an address (int) to an argument for the functions of ``UNCHECKED``."""


class _Library:
    """PDFium's functions as attributes. They are bound on first use, so importing this module loads nothing.

    An unchecked library declares no argument types: ctypes passes numbers as C ``int``, and the caller must
    convert addresses with ``pointer`` first. A call then takes 0.1 microseconds instead of 0.25.
    """

    def __init__(self, checked: bool) -> None:
        """Create a library without loading PDFium.

        Args:
            checked: Declare the argument types of each function.
        """
        self._checked = checked

    def load(self) -> None:
        """Load and initialise PDFium."""
        if "FPDF_LoadPage" in self.__dict__:
            return
        library = _load_library()
        for name, (result, arguments) in _PROTOTYPES.items():
            address = ctypes.cast(getattr(library, name), ctypes.c_void_p).value
            assert address is not None
            self.__dict__[name] = ctypes.PYFUNCTYPE(result, *arguments if self._checked else ())(address)

    def __getattr__(self, name: str) -> Any:
        if name not in _PROTOTYPES:
            raise AttributeError(name)
        self.load()
        return self.__dict__[name]


@functools.cache
def _load_library() -> Any:
    """Load PDFium, initialise it, and make it use the fonts of ``font_source`` only."""
    library = _open_library()
    font_source.install(library)
    return library


def _open_library() -> Any:
    """Open the PDFium library that pypdfium2 installs, and initialise it.

    Opening the library file directly skips pypdfium2's bindings. Their import takes 45 ms, which is longer than
    reading a short document. If the package contains no library file (pypdfium2 can be built for a PDFium of the
    system), the bindings are imported after all, because they know where the library is.
    """
    found = importlib.util.find_spec("pypdfium2_raw")
    for folder in (found and found.submodule_search_locations) or ():
        for name in ("libpdfium.so", "libpdfium.dylib", "pdfium.dll"):
            path = os.path.join(folder, name)
            if os.path.exists(path):
                library = ctypes.CDLL(path)
                library.FPDF_InitLibrary()  # has no effect if pypdfium2 has already initialised PDFium
                return library
    import pypdfium2.raw as raw  # importing it initialises PDFium

    return raw


C, UNCHECKED = _Library(checked=True), _Library(checked=False)
"""PDFium with declared argument types, and without them for calls that are made once per character or object."""
