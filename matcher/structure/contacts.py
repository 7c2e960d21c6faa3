"""Where contacts, addresses and birth dates stand in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from matcher.structure.words import alternatives, table
from matcher.timeline import find_ranges

EMAIL = re.compile(
    r"(?<![\w.+'%-])[\w.+'%-]{1,64}\s?(?:@|\(at\)|\[at\]|\{at\})\s?[\w-]+(?:\s?(?:\.|\(dot\)|\[dot\])\s?[\w-]+)+"
)
_DOMAINS = (
    "com|org|net|io|dev|me|co|edu|gov|info|ai|app|de|fr|es|it|pt|nl|se|uk|eu|us|ca|ch|at|be|in|br|mx|no|dk|fi|pl|ie|au"
    "|nz|jp|kr|cn|tech|blog|page|online|site|xyz"
)
LINK = re.compile(
    rf"(?:https?://|www\.)[^\s,;|)>\]]+|(?<![\w@.-])(?:[\w-]{{1,63}}\.){{1,8}}(?:{_DOMAINS})(?:/[^\s,;|)>\]]*)?(?![\w@])",
    re.IGNORECASE,
)
HANDLE = re.compile(
    r"(?<!\w)(?:linkedin|github|gitlab|twitter|skype|telegram|instagram|xing|whatsapp|orcid|behance|dribbble"
    r"|stack overflow|researchgate|medium|facebook)"
    r"(?:\s*(?:id|profile|handle)?\s*[:/]\s*@?[\w./@-]+|\s+@[\w./-]+)|(?<![\w@])@[A-Za-z]\w{2,}(?![\w.@])|\bin/[\w-]{4,}",
    re.IGNORECASE,
)
POSTAL = re.compile(
    r"(?<![\w-])(?:[A-Z]{2}\s+\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d"
    r"|\d{4}\s?[A-Z]{2}(?=\s+[A-Z])|[A-Z]{1,2}-\d{4,5}(?=\s+[A-ZÀ-Þ])|(?!(?:19|20)\d\d)\d{4}(?=\s+[A-ZÀ-Þ])|\d{3}\s\d{2}(?=\s+[A-ZÀ-Þ])"
    r"|\d{5}-\d{3,4}|\d{4}-\d{3}|\d{2}-\d{3}(?=\s+[A-ZÀ-Þ])|\d{6}|\d{5}|\d{3}-\d{4}(?=\s+[A-ZÀ-Þ]))(?![\w-])"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_PHONE = re.compile(
    r"(?<![\w/.-])(?:\+\d{1,3}[\s.-]?)?(?:\(0?\d{2,5}\)|\d{3})[\s./-]{1,3}\d{3}[\s./-]\d{4}(?!\w)|(?<![\w.])\+\d{1,3}(?:[\s./()-]{1,2}\d{1,5}){2,6}(?!\w)"
)


@cache
def _address() -> re.Pattern[str]:
    """Street and number in the orders of several countries; most words count with a capital only."""
    words = table("identity")
    kinds = alternatives(word.capitalize() for word in words["address_words"])
    lower = [word for word in words["address_prefixes"] if word not in words["plain_words"]]
    prefixes = alternatives([*lower, *(word.capitalize() for word in words["address_prefixes"])])
    glued = alternatives(words["address_suffixes"])
    apart = alternatives(word.capitalize() for word in words["address_suffixes"])
    number, name = (
        r"(?!\d{1,2}/(?:19|20)\d\d)\d{1,5}\s?[a-zA-Z]?(?:\s?[-/]\s?\d{1,4}[a-zA-Z]?)?",
        r"[A-ZÀ-Þ0-9][\w'’.-]*",
    )
    small = r"(?:(?:de|du|des|la|le|les|del|della|dos|das|da|do|di)\s+)*(?:[dlDL]['’])?"
    found = (
        rf"(?<!\w)(?:P\.?\s?O\.?\s?B(?:ox|OX)\s+\d+|{number},?\s+(?:block\s+of\s+)?(?:[NSEW]\.?\s+)?(?:{name}\s+){{0,4}}?{kinds}(?!\w)"
        rf"|{number},?\s+(?:bis,?\s+|ter,?\s+)?{prefixes}\s+{small}[\w'’-]+(?:[\s-]+{name})*"
        rf"|{prefixes}\s+(?:[\w'’.º°-]+,?\s+){{0,6}}?(?:n[.º°o]*\s*)?{number}(?!\w)"
        rf"|(?:{name}[\s-]+){{0,3}}(?:[A-ZÀ-Þ][\w'’-]*{glued}|{name}[\s-]{apart})\s+{number}(?!\w))"
    )
    return re.compile(found.replace(r"\s", r"[^\S\n]").replace(r"[[^\S\n]-]", r"[ -]"))


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a street with a number stands (years are no house numbers)."""
    for match in _address().finditer(text):
        numbers = re.findall(r"\d+", match.group())
        if any(not _YEAR.fullmatch(number) for number in numbers) and "\n" not in match.group():
            yield match.span()


REGIONS = ("US", "GB", "DE", "FR", "ES", "IT")
"""Numbering plans tried for a number without a country code."""


TOP = 1500
"""Characters in which numbers without a country code are tried by other plans than the first."""
LEAST_DIGITS = 8
"""Digits of a number without a country code; shorter ones are sizes, dates and prices more often than telephones."""


def phones(text: str) -> Iterator[tuple[int, int]]:
    """Yield where telephone numbers stand, with or without a country code; never a date."""
    import phonenumbers

    if sum(c.isdigit() for c in text) < LEAST_DIGITS:
        return
    dates = [(found.start, found.end) for found in find_ranges(text) if found.kind != "single"]
    candidates = [match.span() for match in _PHONE.finditer(text)]
    for number, country in enumerate(REGIONS):
        searched = text if number == 0 else text[:TOP]
        matcher = phonenumbers.PhoneNumberMatcher(searched, country, leniency=phonenumbers.Leniency.VALID)
        candidates += [(found.start, found.end) for found in matcher]
    for start, end in candidates:
        digits = sum(c.isdigit() for c in text[start:end])
        if digits >= LEAST_DIGITS and not any(start < stop and begin < end for begin, stop in dates):
            yield start, end
