"""Other names of the person that a text states: nicknames, former names, one in brackets, one at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from matcher.structure.lines import BULLET, ContentLine
from matcher.structure.names import ordinary_words
from matcher.structure.sections import heading_kind
from matcher.structure.titles import looks_like_title
from matcher.structure.words import alternatives, pattern, table

FIRST_LINES = 8
LAST_LINES = 8
_NAME = r"[A-ZÀ-ÞŁŚŻČŠŽĐİ][^\W\d_]*(?:['’ʻ-][^\W\d_]+)*"
_QUOTE = r"[\"“”„‘’']?"
_SPLIT_NAME = re.compile(
    rf"^\W{{0,3}}({_NAME}(?:\s+{_NAME}\.?){{0,2}}\s+[(\"“„‘']{_NAME}(?:\s+{_NAME})?[)\"”’']\s+{_NAME}(?:\s+{_NAME}){{0,2}})"
    r"(?=\s*(?:$|[,|•·;~/(–—-]))"
)
_SECOND = re.compile(rf"^,?[^\S\n]*[(\"“„]{{1,2}}({_NAME}(?:\s+{_NAME})?)[)\"”]{{1,2}}")
Found = tuple[int, str]
"""Offset and text of a name."""


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    words = table("names_stated")
    some = rf"{_QUOTE}({_NAME}(?:\s+{_NAME}){{0,2}})"
    more = rf"{_QUOTE}({_NAME}(?:\s+(?:[A-Z]\.\s+)?{_NAME}){{1,3}})"
    return {
        "label": re.compile(rf"(?:^\W*|[|•;]\s*)(?i:{alternatives(words['labels'])})\s*[:：]\s*{some}"),
        "calls": re.compile(rf"(?<!\w)(?i:{alternatives(words['calls'])}):?\s+{some}"),
        "near": re.compile(rf"(?<!\w)(?i:{alternatives(words['near'])})\s+{some}(?=\s*(?:$|[,;|)(.]))"),
        "end": re.compile(
            rf"(?:^|[.!?]\s+)\W*(?:\w+\s)?(?i:{alternatives(words['ends'])})\s*[,:–—-]\s*{more}(?=\s*(?:$|[,.;]))"
        ),
        "am": re.compile(rf"(?:\b[Ii]['’]m|\bI am|\bThis is)\s+{more}(?=\s*[,.;!])"),
        "signed": re.compile(rf"^\W*(?i:signed|gez\.?|signé|firmado|firmato)\s*[,:]?\s*{some}(?=\s*(?:$|[,.;]))"),
        "above": re.compile(rf"^\W*(?i:{alternatives(words['ends'])})\s*[,.!:]?$"),
        "alone": re.compile(rf"^\W*({_NAME}(?:\s+(?:[A-Z]\.\s+)?{_NAME}){{0,3}})$"),
    }


def _plausible(name: str, *, quoted: bool = False) -> bool:
    """Whether what stands there may be a name: no heading, no role, no place of the lists, no initials of letters.

    A word in quotation marks beside the name is one even if it is an ordinary word ("Tree").
    """
    words = name.split()
    if heading_kind(name) is not None or looks_like_title(name) or pattern("regions", "all").fullmatch(name):
        return False
    letters = {*table("identity")["letters"], *table("identity")["titles"], "hons", "honours"}
    if any(w.strip('()"“”„').casefold() in letters for w in words) or (name.isupper() and len(name) <= 4):
        return False
    ordinary = (w.casefold() in ordinary_words() and w.casefold() not in table("owned")["given"] for w in words)
    return quoted or not all(ordinary)


def _in_line(line: ContentLine, text: str, *, first: bool, last: bool) -> Iterator[Found]:
    if BULLET.match(text):
        return
    wanted = ["calls", *(["label"] if first or last else []), *(["near", "am"] if first else [])]
    wanted += ["end", "signed"] if last else []
    for key in wanted:
        for match in _patterns()[key].finditer(text):
            yield line.start + match.start(1), match.group(1)
    split = _SPLIT_NAME.match(text) if first else None
    if split:
        yield line.start + split.start(1), split.group(1)


def stated_names(lines: Sequence[ContentLine], source: str, known: Sequence[Found]) -> tuple[Found, ...]:
    """Return names of the person beside the one in ``known``, in order of place."""
    out: list[Found] = []
    within: list[Found] = []
    count = len(lines)
    for at, line in enumerate(lines):
        text = source[line.start : line.end]
        last = at >= max(2, count - LAST_LINES)
        out += _in_line(line, text, first=at < FIRST_LINES, last=last)
        below = _patterns()["above"].match(text) if last and at + 1 < count else None
        if below:
            next_line = source[lines[at + 1].start : lines[at + 1].end]
            alone = _patterns()["alone"].match(next_line)
            if alone:
                out.append((lines[at + 1].start + alone.start(1), alone.group(1)))
    for offset, name in known:
        end = offset + len(name)
        second = _SECOND.match(source[end : end + 40].split("\n", 1)[0])
        if second:
            quoted = re.search(r"[\"“„]", second.group()) is not None
            if _plausible(second.group(1), quoted=quoted):
                within.append((offset, source[offset : end + second.end()]))
    within = [w for w in within if not any(at <= w[0] and w[0] + len(w[1]) <= at + len(name) for at, name in out)]
    found = {f for f in out if _plausible(f[1]) and not any(at <= f[0] < at + len(whole) for at, whole in within)}
    return tuple(sorted(found | set(within)))
