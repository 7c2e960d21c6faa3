"""Identity: who the person is, kept apart from what the person has done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from matcher.models import Document, IdentityKind, IdentitySpan, Span
from matcher.structure.contacts import EMAIL, HANDLE, LINK, POSTAL, addresses, phones
from matcher.structure.lines import ContentLine
from matcher.structure.names import occurrences
from matcher.structure.persons import extra_words, find_name, hints, name_particles, name_parts
from matcher.structure.sections import heading_kind
from matcher.timeline import find_ranges

TOP_LINES = 14


def own_words(
    document: Document, lines: Sequence[ContentLine]
) -> tuple[tuple[tuple[int, int], ...], tuple[str, ...], tuple[str, ...]]:
    """Return where the name is first stated, the single words that stand for the person, and the name's particles."""
    text = document.text
    found = find_name(lines, text, hints(text, document.name), document.marks)
    named = [part for _, value in found for part in name_parts(value)]
    words = dict.fromkeys([*named, *extra_words(named, text, document.name)])
    particles = dict.fromkeys(part for _, value in found for part in name_particles(value))
    return tuple((offset, offset + len(value)) for offset, value in found), tuple(words), tuple(particles)


def contacts(text: str) -> tuple[IdentitySpan, ...]:
    """Return e-mail addresses, links and telephone numbers: found in the same way in any language."""
    found = [
        *_spans("email", text, (m.span() for m in EMAIL.finditer(text))),
        *_spans("link", text, (m.span() for pattern in (LINK, HANDLE) for m in pattern.finditer(text))),
        *_spans("phone", text, phones(text)),
    ]
    return tuple(disjoint(found))


def places(text: str, lines: Sequence[ContentLine]) -> tuple[IdentitySpan, ...]:
    """Return street addresses anywhere and postal codes of the top of the document."""
    head = _head(lines)
    found = [
        *_spans("address", text, addresses(text)),
        *_spans("postal_code", text, (m.span() for m in POSTAL.finditer(text[:head]))),
    ]
    return tuple(disjoint(found))


def _head(lines: Sequence[ContentLine]) -> int:
    """Where the top of the document ends: before the first heading of content or the first dates, after some lines."""
    end = 0
    for line in lines[:TOP_LINES]:
        kind = heading_kind(line.text)
        dated = any(found.kind == "range" for found in find_ranges(line.text))
        if end and (dated or (kind is not None and kind != "personal")):
            break
        end = line.end
    return end


def identity(
    text: str,
    lines: Sequence[ContentLine],
    named: Sequence[tuple[int, int]],
    words: Sequence[str],
    particles: Sequence[str] = (),
) -> tuple[IdentitySpan, ...]:
    """Return every place that says who the person is, in order of appearance, without overlaps."""
    first = disjoint([*contacts(text), *_spans("name", text, named)])
    again = _spans("name", text, _besides(text, occurrences(text, words, particles), named))
    return tuple(disjoint([*first, *again, *places(text, lines)]))


def _besides(
    text: str, found: Iterable[tuple[int, int]], named: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Yield what of the places of a name lies outside the ranges that are known already."""
    for start, end in found:
        for first, last in named:
            if start < first < end:
                yield start, first
            if start < last and first < end:
                start = max(start, last)
        while start < end and not text[start].isalpha():
            start += 1
        if start < end:
            yield start, end


def _spans(kind: IdentityKind, text: str, found: Iterable[tuple[int, int]]) -> Iterator[IdentitySpan]:
    for start, end in found:
        yield IdentitySpan(kind=kind, span=Span(start=start, end=end), text=text[start:end])


def disjoint(found: Sequence[IdentitySpan]) -> list[IdentitySpan]:
    """Return the spans in order of place; one that overlaps an earlier one of the list is left out."""
    kept: list[IdentitySpan] = []
    for item in found:
        if all(item.span.end <= other.span.start or other.span.end <= item.span.start for other in kept):
            kept.append(item)
    return sorted(kept, key=lambda item: item.span.start)
