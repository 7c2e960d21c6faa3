"""Hard facts: what a document states about place, languages, degree, licences, years and permission to work."""

from __future__ import annotations

import re
from datetime import date

from matcher.models import DegreeLevel, Document, HardFacts, Resume, SectionKind
from matcher.structure.education import LEVELS
from matcher.structure.words import alternatives, pattern, table
from matcher.timeline import ago, union_months


def _lines(document: Document, resume: Resume, kinds: frozenset[SectionKind]) -> list[str]:
    """Texts of the content lines in sections of these kinds, headings left out."""
    out: list[str] = []
    for section in resume.sections:
        if section.kind not in kinds:
            continue
        for span in resume.lines:
            inside = section.span.start <= span.start < section.span.end
            if inside and span != section.heading:
                out.append(re.sub(r"\s+", " ", document.text[span.start : span.end]))
    return out


def work_authorisation(text: str) -> str | None:
    """Return what a text says about permission to work, in neutral words without nationality, or None."""
    words = table("authorisation")
    for neutral in words["states"]:
        found = re.search(rf"(?<!\w){alternatives(neutral['words'])}(?!\w)", text, re.IGNORECASE)
        if found:
            return str(neutral["says"])
    return None


def _languages(lines: list[str]) -> tuple[str, ...]:
    names = table("authorisation")["languages"]
    text = "\n".join(lines)
    found = {
        code for code, words in names.items() if re.search(rf"(?<!\w){alternatives(words)}(?!\w)", text, re.IGNORECASE)
    }
    return tuple(sorted(found))


def _degree(resume: Resume) -> DegreeLevel | None:
    held = [entry.level for entry in resume.education if entry.complete and entry.level is not None]
    return max(held, key=LEVELS.index, default=None)


def hard_facts(document: Document, resume: Resume, as_of: date) -> HardFacts:
    """Return the stated facts that stand beside the fit; years are those of all dated jobs together."""
    spans = [ago(p.start, p.end, p.current, as_of) for p in resume.positions]
    months = union_months((f, t) for f, t, _ in spans if f is not None and t is not None)
    licences = _lines(document, resume, frozenset({"certificates"}))
    return HardFacts(
        location=_location(document, resume),
        languages=_languages(_lines(document, resume, frozenset({"languages"}))),
        degree=_degree(resume),
        licences=tuple(line for line in licences if pattern("authorisation", "licence").search(line)),
        years=round(months / 12, 1) if months else None,
        work_authorisation=work_authorisation(document.text),
    )


_PLACE = re.compile(
    r"(?<![\w@])([A-ZÀ-Þ][\w'’.-]+(?:[ -][A-ZÀ-Þ][\w'’.-]+){0,3}),?\s+"
    r"\(?([A-Z]{2}|[A-ZÀ-Þ][\w'’.]+(?: [A-ZÀ-Þ][\w'’.]+){0,2})\)?(?=\s*(?:$|[|•·★/,;.–—-]|\s{2}))"
)


def _location(document: Document, resume: Resume) -> str | None:
    """The first place of the header: a city with a state or a country."""
    names = [item.span for item in resume.identity if item.kind == "name"]
    for span in resume.lines[:8]:
        for match in _PLACE.finditer(document.text[span.start : span.end].replace("\n", " ")):
            start = span.start + match.start()
            if any(start < name.end and name.start < start + len(match.group()) for name in names):
                continue
            if pattern("regions", "all").search(match.group(2)):
                return f"{match.group(1)}, {match.group(2)}"
    return None
