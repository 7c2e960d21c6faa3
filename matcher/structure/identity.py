"""Identity: who the person is, kept apart from what the person has done.

The name is looked for in labels, then in the first lines, with the e-mail address and the file's name as witnesses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from matcher.models import IdentityKind, IdentitySpan, Span
from matcher.structure.lines import ContentLine
from matcher.structure.sections import heading_kind
from matcher.structure.titles import looks_like_title
from matcher.structure.words import alternatives, pattern, table

EMAIL = re.compile(r"[\w.+'%-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\s?\.\s?[\w-]+)+")
LINK = re.compile(
    r"(?:https?://|www\.)[^\s,;|)>\]]+|(?<![\w@.])(?:[\w-]+\.)+(?:com|org|net|io|dev|me|co|edu|gov|info|ai|app|de|fr|es|it|pt|nl|se|uk|eu|us|ca|ch|at|be|in|br|mx)(?:/[^\s,;|)>\]]*)?(?![\w@])",
    re.IGNORECASE,
)
HANDLE = re.compile(
    r"(?:linkedin|github|gitlab|twitter|x|skype|telegram|instagram|xing|whatsapp|orcid)\s*[:/@]\s*[\w./@-]+",
    re.IGNORECASE,
)
POSTAL = re.compile(
    r"(?<![\w-])(?:[A-Z]{2}\s+\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d|\d{4}\s?[A-Z]{2}(?=\s+[A-Z])|(?:[A-Z]{1,2}-)?\d{5}(?=\s+[A-ZÀ-Þ])|\d{3}\s\d{2}(?=\s+[A-ZÀ-Þ])|\d{5}-\d{3}|\d{4}-\d{3}|\d{6}|(?<=\s)\d{5}(?:-\d{4})?)(?![\w-])"
)
HEADER_LINES = 12
_SPLIT = re.compile(r"\s*[|•·★/]\s*|\s+[-–—→]\s+|\t+|\s{2,}|,\s+|\.\s+(?=[A-ZÀ-Þ\d])|;\s*")
_WORD = re.compile(r"[^\W\d_][^\s\d_,|•·]*")


@cache
def _address() -> re.Pattern[str]:
    words = table("identity")
    number = r"\d{1,5}\s?[a-zA-Z]?(?:[-/]\d{1,4})?"
    after = rf"(?:{number},?\s+(?:[NSEW]\.?\s+)?(?:[\w'’.-]+\s+){{0,4}}?(?:block\s+of\s+(?:[\w'’.-]+\s+){{1,3}})?{alternatives(words['address_words'])}(?![\w]))"
    before = rf"(?:(?:{number},?\s+(?:bis\s+|ter\s+)?)?(?<!\w){alternatives(words['address_prefixes'])}\s+(?:[\w'’.º°-]+,?\s+){{0,5}}?(?:n[.º°]?\s*)?{number}(?!\w))|(?:{number},?\s+(?:bis,?\s+|ter,?\s+)?{alternatives(words['address_prefixes'])}\s+(?:(?:de|du|des|la|le|les|l'|d'|del|della|dos|da|do)\s+)*[\w'’-]+(?:\s+[A-ZÀ-Þ][\w'’-]+)*)"
    suffix = rf"(?:(?:[A-ZÀ-Þ][\w.'’-]*[\s-]+){{0,3}}[A-ZÀ-Þ]?[\w'’-]*{alternatives(words['address_suffixes'])}\s+{number}(?!\w))"
    return re.compile(f"{after}|{before}|{suffix}", re.IGNORECASE)


def folded(text: str) -> str:
    """Lower case without accents: how names are compared."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def name_words(text: str) -> tuple[str, ...]:
    """The words of a name, without titles, letters after it and punctuation."""
    words = table("identity")
    skip = {*words["titles"], *words["letters"], *words["suffixes"]}
    bare = re.sub(r"[\"“”„'‘’(]([^\"“”„'‘’()]+)[\"“”„'‘’)]", r" \1 ", text)
    return tuple(
        word.strip(".,;:()")
        for word in re.split(r"[\s,]+", bare)
        if word.strip(".,;:()") and word.casefold() not in skip
    )


def _named(text: str) -> bool:
    """Whether a fragment is written like a name: two to five words of letters (or one word in another script)."""
    words = name_words(text)
    if not words or len(words) > 6 or len(text) > 60 or re.search(r"[\d@:/#$%&=<>\[\]{}]", text):
        return False
    if pattern("identity", "no_name").search(text) or heading_kind(text) is not None:
        return False
    particles = set(table("identity")["particles"])
    if not all(word.casefold() in particles or word[0].isupper() or not word[0].islower() for word in words):
        return False
    if len(words) == 1:
        return _foreign_script(words[0]) or False
    return not looks_like_title(" ".join(words))


def _foreign_script(word: str) -> bool:
    return len(word) >= 2 and all(
        not c.isascii() and c.isalpha() and "LATIN" not in unicodedata.name(c, "") for c in word
    )


def _witness(fragment: str, hints: str) -> bool:
    """Whether a word of the fragment stands in the e-mail address or the file's name."""
    return any(len(folded(word)) > 2 and folded(word) in hints for word in re.split(r"[\s,.-]+", fragment))


def _hints(text: str, name: str) -> str:
    stem = name.rsplit("/", 1)[-1].rsplit("!", 1)[-1].rsplit(".", 1)[0]
    mails = [m.group().split("@")[0] for m in EMAIL.finditer(text)]
    return folded(" ".join([stem, *mails]))


def _fragments(line: ContentLine, source: str) -> Iterator[tuple[int, str]]:
    """Fragments of a header line with their offsets."""
    text, at = source[line.start : line.end], 0
    for match in [*_SPLIT.finditer(text), None]:
        stop = match.start() if match else len(text)
        piece = text[at:stop]
        if piece.strip():
            yield line.start + at + len(piece) - len(piece.lstrip()), piece.strip()
        at = match.end() if match else stop


def _labelled(lines: Sequence[ContentLine], source: str) -> Iterator[tuple[int, str]]:
    label = re.compile(rf"^\W*{alternatives(table('identity')['name_labels'])}\s*[:：]\s*(.+)$", re.IGNORECASE)
    for line in lines[: 2 * HEADER_LINES]:
        text = source[line.start : line.end]
        match = label.match(text)
        if match:
            value = re.split(r"\s{3,}|\t|\s*[|•]\s*", match.group(1))[0].strip()
            if value and not re.search(r"[@\d]", value):
                yield line.start + match.start(1), value


def _name(lines: Sequence[ContentLine], source: str, hints: str) -> tuple[tuple[int, str], ...]:
    """Where the person's name stands (several places where it is labelled in parts)."""
    labelled = tuple(_labelled(lines, source))
    candidates = [(offset, piece) for line in lines[:HEADER_LINES] for offset, piece in _fragments(line, source)]
    plain = [(offset, piece) for offset, piece in candidates if _named(piece)]
    vouched = [found for found in plain if _witness(found[1], hints)]
    first_line_end = lines[0].end if lines else 0
    in_first = [found for found in plain if found[0] < first_line_end]
    best = vouched[:1] or in_first[:1] or plain[:1]
    loose = [
        f for f in candidates[:2] if _witness(f[1], hints) and not re.search(r"[@\d:]", f[1]) and len(f[1].split()) <= 4
    ]
    return labelled + tuple(best or loose[:1])


def phones(text: str, region: str) -> Iterator[tuple[int, int]]:
    """Yield where valid telephone numbers stand; ``region`` is used for numbers without a country code."""
    import phonenumbers

    seen: set[tuple[int, int]] = set()
    for country in dict.fromkeys((region, "US")):
        for match in phonenumbers.PhoneNumberMatcher(text, country, leniency=phonenumbers.Leniency.VALID):
            if (match.start, match.end) not in seen:
                seen.add((match.start, match.end))
                yield match.start, match.end
    for match in re.finditer(
        r"(?<![\w/.-])(?:\+\d{1,3}[\s.-]?)?(?:\(\d{2,5}\)|\d{3})[\s./-]{1,2}\d{3}[\s./-]\d{4}(?!\w)", text
    ):
        yield match.start(), match.end()


REGIONS = {"en": "US", "de": "DE", "fr": "FR", "es": "ES", "it": "IT", "pt": "PT", "nl": "NL", "sv": "SE"}


def _spans(kind: IdentityKind, text: str, found: Iterable[tuple[int, int]]) -> Iterator[IdentitySpan]:
    for start, end in found:
        yield IdentitySpan(kind=kind, span=Span(start=start, end=end), text=text[start:end])


def identity(lines: Sequence[ContentLine], text: str, name: str, language: str | None) -> tuple[IdentitySpan, ...]:
    """Return every place that says who the person is, in order of appearance; ``name`` is the file's name."""
    hints = _hints(text, name)
    named = ((offset, offset + len(piece)) for offset, piece in _name(lines, text, hints))
    head = lines[min(len(lines), HEADER_LINES) - 1].end if lines else 0
    out = [
        *_spans("name", text, named),
        *_spans("email", text, (m.span() for m in EMAIL.finditer(text))),
        *_spans("phone", text, phones(text, REGIONS.get(language or "en", "US"))),
        *_spans("link", text, (m.span() for pattern in (LINK, HANDLE) for m in pattern.finditer(text))),
        *_spans("address", text, (m.span() for m in _address().finditer(text[:head]))),
        *_spans("postal_code", text, (m.span() for m in POSTAL.finditer(text[:head]))),
        *_spans("birth", text, _births(text)),
    ]
    return tuple(_disjoint(out))


def _births(text: str) -> Iterator[tuple[int, int]]:
    labels = alternatives(table("identity")["birth_labels"])
    for match in re.finditer(rf"(?<!\w){labels}(?!\w)\s*[:：]?\s*[^\n|•;]*\d[^\n|•;]*", text, re.IGNORECASE):
        if re.match(r"(?i)age\b\s*[^:\s\d]", match.group()):
            continue
        yield match.span()


def _disjoint(found: Sequence[IdentitySpan]) -> Iterator[IdentitySpan]:
    """In order, a span that overlaps an earlier one of the list left out."""
    kept: list[IdentitySpan] = []
    for item in found:
        if all(item.span.end <= other.span.start or other.span.end <= item.span.start for other in kept):
            kept.append(item)
    return iter(sorted(kept, key=lambda item: item.span.start))
