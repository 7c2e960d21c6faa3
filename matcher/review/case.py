"""What lies on the recruiter's desk: the pool of one run and, on demand, the text and the original of a candidate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matcher.models import BlindView, Document, Quote, Span
from matcher.score import Pool


@dataclass(frozen=True)
class Case:
    """One run as given to the desk.

    Attributes:
        pool: what the shortlist is made of. document, view: the visible text and the blind view of a candidate.
        original: the bytes of the candidate's file, or None if it is gone or no longer the same.
        picture: a PNG of the page around a range of the text, or None where the format has no pages.
    """

    pool: Pool
    document: Callable[[str], Document]
    view: Callable[[str], BlindView]
    original: Callable[[str], bytes | None]
    picture: Callable[[bytes, Document, int, int], bytes | None]

    def quote(self, candidate: str, span: Span) -> Quote:
        """Cut a quote from a candidate's text, white space at its ends left off.

        Raises:
            ValueError: nothing but white space, or outside the text.
        """
        document = self.document(candidate)
        if span.end > len(document.text):
            raise ValueError("the quote ends after the text")
        raw = document.text[span.start : span.end]
        text = raw.strip()
        if not text:
            raise ValueError("a quote needs words")
        start = span.start + raw.index(text)
        end = start + len(text)
        return Quote(
            line=self._line(candidate, start, end), text=text, page=document.page_at(start), start=start, end=end
        )

    def _line(self, candidate: str, start: int, end: int) -> str:
        for line in self.view(candidate).lines:
            if line.span.start < end and start < line.span.end:
                return line.id
        return ""
