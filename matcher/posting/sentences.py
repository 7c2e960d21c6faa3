"""Requirements that stand in paragraphs: sentences, and clauses of sentences, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matcher.models import Span
from matcher.posting.blocks import Block, starts_with_verb
from matcher.posting.sections import PartKind
from matcher.posting.words import fold, has_phrase, words

_END = re.compile(r"(?:(?<=[.!?])[\"”’)]?\s+(?=[A-ZÀ-Þ\d\"“(])|;\s+(?=[A-ZÀ-Þ\d]))")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|incl|approx|Mr|Ms|Mrs|Dr|St|No|vs|p\.m|a\.m|U\.S|z\.B|d\.h)\.|\b[A-Z]\.)$"
)
_CLAUSE = re.compile(
    r",?\s+and (?:you |it )?will (?:entail |involve |include |also )?(?=\w)|,?\s+as well as (?=\w+ing\b)"
)
_LEAD = re.compile(
    r"^(?:in (?:this|the)[^,]{3,50}(?:role|position|job)|as (?:the|a|an|our)[^,]{3,60}|and|plus|also),?\s+",
    re.IGNORECASE,
)
_REPORTS = re.compile(r"^(?:(?:you|this role|the role) (?:will )?)?report(?:s|ing)? to\b", re.IGNORECASE)
_REST = re.compile(r",\s+as (?:is|are)\s+|\s+or\s+(?=time\b)")
_MIN_WORDS = 3


def split(text: str) -> Iterator[Span]:
    """Yield the sentences of a text as spans, not breaking after abbreviations."""
    start = 0
    for match in _END.finditer(text):
        if _ABBREVIATION.search(text[start : match.start()]):
            continue
        if text[start : match.start()].strip():
            yield Span(start=start, end=match.start())
        start = match.end()
    if text[start:].strip():
        yield Span(start=start, end=len(text))


def requirements(block: Block, raw: str, kind: PartKind) -> Iterator[tuple[PartKind, Span]]:
    """Yield the requirements of one paragraph as (kind, span in the document).

    ``raw`` is the document's text at the block's span. Under a known heading a sentence counts when it says what the
    person will do or must have; elsewhere only when it says so in strong words.
    """
    for sentence in split(raw):
        words_of = raw[sentence.start : sentence.end]
        found = _classify(words_of, kind)
        if found is None:
            continue
        for clause in _clauses(words_of, found):
            start = block.span.start + sentence.start
            yield found, Span(start=start + clause.start, end=start + clause.end)


def _classify(sentence: str, kind: PartKind) -> PartKind | None:
    folded, table = fold(sentence), words()["sentences"]
    if has_phrase(folded, table["never"]) and not has_phrase(folded, table["hard_need"] + ["partner"]):
        only_reports = "report to" in folded and has_phrase(folded, table["duty"])
        if not only_reports:
            return None
    if len(folded.split()) < _MIN_WORDS and kind not in ("preferred", "minimum"):
        return None
    wish = has_phrase(folded, table["preferred"])
    return _IN_PART[kind](sentence, folded, wish)


def _in_duties(sentence: str, folded: str, wish: bool) -> PartKind | None:
    duty = has_phrase(folded, words()["sentences"]["duty"]) or starts_with_verb(sentence)
    if duty and not _is_lead_in(folded):
        return "responsibility"
    return None


def _in_minimum(sentence: str, folded: str, wish: bool) -> PartKind | None:
    if wish:
        return "preferred"
    return "minimum" if has_phrase(folded, words()["sentences"]["need"]) else None


def _in_preferred(sentence: str, folded: str, wish: bool) -> PartKind | None:
    return "preferred"


def _in_profile(sentence: str, folded: str, wish: bool) -> PartKind | None:
    if wish:
        return "preferred" if not folded.startswith("it helps") else None
    return "minimum" if has_phrase(folded, words()["sentences"]["hard_need"]) else None


def _elsewhere(sentence: str, folded: str, wish: bool) -> PartKind | None:
    strong = has_phrase(folded, ["must", "authorized to work", "authorised to work", "right to work"])
    person = has_phrase(folded, ["you", "applicants", "candidates", "the successful candidate"])
    return "minimum" if strong and person else None


def _nowhere(sentence: str, folded: str, wish: bool) -> PartKind | None:
    return None


_IN_PART = {
    "responsibility": _in_duties,
    "minimum": _in_minimum,
    "preferred": _in_preferred,
    "profile": _in_profile,
    "unknown": _elsewhere,
    "boilerplate": _nowhere,
}


def _is_lead_in(folded: str) -> bool:
    return folded in ("you will", "you will also", "you ll", "you ll also") or len(folded.split()) < _MIN_WORDS


def _clauses(sentence: str, kind: PartKind) -> Iterator[Span]:
    """Cut a compound duty or wish into its parts, and leave out lead-ins and who one reports to."""
    start = 0
    lead = _LEAD.match(sentence)
    if lead:
        start = lead.end()
    cuts = _CLAUSE if kind == "responsibility" else _REST if kind == "preferred" else None
    bounds = [start]
    if cuts is not None:
        for match in cuts.finditer(sentence, start):
            bounds += [match.start(), match.end()]
    bounds.append(len(sentence))
    for left, right in zip(bounds[::2], bounds[1::2], strict=True):
        piece = sentence[left:right]
        if len(piece.split()) >= _MIN_WORDS - (kind != "responsibility") and not _REPORTS.match(piece.strip()):
            end = right - (len(piece) - len(piece.rstrip()))
            yield Span(start=left + len(piece) - len(piece.lstrip()), end=end)
