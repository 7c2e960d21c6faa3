"""JSON Resume → lines under headings; fields in the order of the schema, unknown fields as label and value."""

from __future__ import annotations

import json
from typing import Any

from matcher.read.draft import Draft
from matcher.read.html import BULLET
from matcher.read.limits import Limits, Unreadable
from matcher.read.plain import decode

_HEADS = {
    "work": "Experience", "volunteer": "Volunteering", "education": "Education", "awards": "Awards",
    "certificates": "Certificates", "publications": "Publications", "skills": "Skills", "languages": "Languages",
    "interests": "Interests", "references": "References", "projects": "Projects",
}  # fmt: skip
_TITLE = ("position", "title", "studyType", "area", "name", "institution", "organization", "company", "entity",
          "awarder", "issuer", "publisher", "language", "fluency", "level")  # fmt: skip
_BODY = ("summary", "description", "reference")
_LISTS = ("highlights", "courses", "keywords", "roles")


def read_json(data: bytes, draft: Draft, limits: Limits) -> None:
    """Add the text of a JSON Resume.

    Raises:
        Unreadable: ``damaged`` (not JSON), ``unsupported`` (JSON of another kind).
    """
    try:
        value = json.loads(decode(data)[0])
    except (ValueError, RecursionError) as error:
        raise Unreadable("damaged", "The file is not valid JSON.") from error
    if not isinstance(value, dict) or not isinstance(value.get("basics"), dict):
        raise Unreadable("unsupported", "The file is JSON and not a JSON Resume (it has no `basics`).")
    draft.page()
    _basics(value["basics"], draft)
    for key, entries in value.items():
        if key in _HEADS and isinstance(entries, list) and entries:
            draft.block()
            _line(draft, _HEADS[key], 2)
            for entry in entries:
                _entry(entry, draft, key)


def _basics(basics: dict[str, Any], draft: Draft) -> None:
    _line(draft, _text(basics.get("name")), 1)
    _line(draft, _text(basics.get("label")))
    place = basics.get("location")
    parts = [_text(basics.get(name)) for name in ("email", "phone", "url", "website")]
    if isinstance(place, dict):
        parts.append(", ".join(t for n in ("address", "postalCode", "city", "region", "countryCode")
                               if (t := _text(place.get(n)))))  # fmt: skip
    profiles = basics.get("profiles")
    parts += [_text(p.get("url")) for p in profiles if isinstance(p, dict)] if isinstance(profiles, list) else []
    for part in parts:
        _line(draft, part)
    summary = _text(basics.get("summary"))
    if summary:
        draft.block()
        _line(draft, "Summary", 2)
        _line(draft, summary)


def _entry(entry: Any, draft: Draft, section: str) -> None:
    if not isinstance(entry, dict):
        _line(draft, _text(entry))
        return
    title = [_text(entry.get(name)) for name in _TITLE]
    dates = [_text(entry.get(n)) for n in ("startDate", "endDate", "date", "releaseDate")]
    span = _span(dates[0], dates[1], section in ("work", "volunteer")) or dates[2] or dates[3]
    head = ", ".join(dict.fromkeys(t for t in title if t))
    listed = _lists(entry)
    if section in ("skills", "interests") and listed:
        _line(draft, f"{head}: {', '.join(listed)}" if head else ", ".join(listed))
        return
    _line(draft, " | ".join(t for t in (head, span, _text(entry.get("location"))) if t))
    for name in _BODY:
        _line(draft, _text(entry.get(name)))
    with draft.marked("list"):
        for item in listed:
            _line(draft, BULLET + item)
    draft.block()


def _lists(entry: dict[str, Any]) -> list[str]:
    return [t for name in _LISTS if isinstance(entry.get(name), list) for v in entry[name] if (t := _text(v))]


def _span(start: str, end: str, ongoing: bool) -> str:
    if start and not end:
        return f"{start} – present" if ongoing else start
    return f"{start} – {end}" if start else end


def _line(draft: Draft, text: str, heading: int = 0) -> None:
    if not text:
        return
    if heading:
        with draft.marked("heading", heading):
            draft.add(text)
    else:
        draft.add(text)
    draft.line()


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
