"""Opening PDFs: damaged ones are repaired once, and what a file could do besides being read is reported."""

from __future__ import annotations

import io
from typing import Any

from matcher.read.draft import Draft
from matcher.read.limits import Unreadable

_PASSWORD_ERROR = 4
_ACTIVE = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/RichMedia", b"/SubmitForm", b"/ImportData")


def open_pdf(data: bytes, draft: Draft) -> Any:
    """Open a PDF with what it does noted in the draft.

    Raises:
        Unreadable: ``encrypted``, ``damaged``.
    """
    pdf, repaired = open_repaired(data)
    if repaired:
        draft.find("repaired", "The PDF was damaged and has been repaired; parts may be missing.")
    elif b"%%EOF" not in data[-2048:]:
        draft.find("repaired", "The PDF is cut short or damaged at its end; parts may be missing.")
    if not data[:1024].lstrip().startswith(b"%PDF-"):
        draft.find("type_mismatch", "Other content stands before the PDF in the file; it was ignored.")
    _find_active(data, pdf, draft)
    return pdf


def open_repaired(data: bytes) -> tuple[Any, bool]:
    """Return an open PDF, and whether it had to be repaired.

    Raises:
        Unreadable: ``encrypted``, ``damaged``.
    """
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
        if len(pdf) > 0:
            return pdf, False
        pdf.close()
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD_ERROR or "assword" in str(error):
            raise Unreadable("encrypted", "The PDF is locked with a password: ask for a copy without one.") from error
    try:
        pdf = pypdfium2.PdfDocument(_repair(data))
    except pypdfium2.PdfiumError as error:
        raise Unreadable("damaged", "The PDF is damaged or cut short and cannot be repaired.") from error
    if len(pdf) == 0:
        pdf.close()
        raise Unreadable("damaged", "The PDF is damaged: it has no pages.")
    return pdf, True


def _repair(data: bytes) -> bytes:
    """Save the file anew through another library, which rebuilds its table of objects."""
    import pikepdf

    out = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as opened:
            opened.save(out)
    except pikepdf.PasswordError as error:
        raise Unreadable("encrypted", "The PDF is locked with a password: ask for a copy without one.") from error
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, OSError) as error:
        raise Unreadable("damaged", "The PDF is damaged or cut short and cannot be repaired.") from error
    return out.getvalue()


def without_actual_text(data: bytes) -> bytes | None:
    """Return the PDF without replacement texts (ActualText), so that what is painted can be read; None if it fails."""
    import pikepdf

    out = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as opened:
            for item in opened.objects:
                if isinstance(item, pikepdf.Dictionary) and "/ActualText" in item:
                    del item["/ActualText"]
            for page in opened.pages:
                _strip_marks(page, opened)
            for item in opened.objects:
                if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form":
                    item.write(_stripped(item))
            opened.save(out)
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, KeyError):
        return None
    return out.getvalue()


def _strip_marks(page: Any, opened: Any) -> None:
    for properties in (page.resources.get("/Properties") or {}).values():
        if "/ActualText" in properties:
            del properties["/ActualText"]
    page.Contents = opened.make_stream(_stripped(page))


def _stripped(content: Any) -> bytes:
    import pikepdf

    kept = []
    for operands, operator in pikepdf.parse_content_stream(content):
        if str(operator) in ("BDC", "DP") and len(operands) == 2 and isinstance(operands[1], pikepdf.Dictionary):
            properties = dict(operands[1].items())
            properties.pop("/ActualText", None)
            operands = [operands[0], pikepdf.Dictionary(properties)]
        kept.append((operands, operator))
    return bytes(pikepdf.unparse_content_stream(kept))


def _find_active(data: bytes, pdf: Any, draft: Draft) -> None:
    from pypdfium2 import raw

    scripts = raw.FPDFDoc_GetJavaScriptActionCount(pdf.raw) > 0
    if scripts or any(word in data for word in _ACTIVE):
        draft.find("active_content", "The PDF holds a script or an action; it was not run.")
    if raw.FPDFDoc_GetAttachmentCount(pdf.raw) > 0 or b"/EmbeddedFile" in data:
        draft.find("active_content", "The PDF carries attached files; they were not opened.")
