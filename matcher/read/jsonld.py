"""JobPosting records in the scripts of a page, read with tolerance for what job boards really write."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

_FRAME = re.compile(
    r"^\s*(?:/\*\s*)?(?://\s*)?(?:<!\[CDATA\[|<!--)(?:\s*\*/)?|(?:/\*\s*|//\s*)?(?:\]\]>|-->)(?:\s*\*/)?\s*$"
)
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_JSON = Any
_DEPTH = 40
_HEADS = {"responsibilities": "Responsibilities", "qualifications": "Qualifications", "skills": "Skills",
          "experienceRequirements": "Experience", "educationRequirements": "Education"}  # fmt: skip
_ENOUGH = 200


def load(text: str) -> _JSON | None:
    """Parse JSON that may stand in CDATA, hold raw line ends or trailing commas; None where it cannot be read."""
    plain = _FRAME.sub("", _FRAME.sub("", text.strip())).strip().rstrip(";")
    for candidate in (plain, _TRAILING_COMMA.sub(r"\1", plain), html.unescape(plain)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def postings(value: _JSON, depth: int = 0) -> Iterator[dict[str, _JSON]]:
    """Yield every object of type JobPosting in a JSON value, however deep it stands."""
    if depth > _DEPTH:
        return
    if isinstance(value, dict):
        kind = value.get("@type")
        if "JobPosting" in (kind if isinstance(kind, list) else [kind]):
            yield value
        for inner in value.values():
            yield from postings(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from postings(inner, depth + 1)


def description(posting: dict[str, _JSON]) -> str:
    """Return the description as HTML; escaped markup is unescaped once or twice, plain line ends become breaks."""
    text = _text(posting.get("description"))
    for _ in range(2):
        if "<" not in text and "&lt;" in text:
            text = html.unescape(text)
    parts = [text if "<" in text else text.replace("\n", "<br>")]
    for name in _HEADS:
        extra = _text(posting.get(name))
        if extra and _squash(extra) not in _squash(text):
            parts.append(f"<h3>{_HEADS[name]}</h3>" + extra.replace("\n", "<br>"))
    return "<div>" + "</div><div>".join(parts) + "</div>"


def _text(value: _JSON) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "<ul>" + "".join(f"<li>{t}</li>" for v in value if (t := _text(v))) + "</ul>" if value else ""
    if isinstance(value, dict):
        return _text(value.get("description") or value.get("name") or value.get("@value") or "")
    return ""


def _squash(text: str) -> str:
    return "".join(c for c in re.sub(r"<[^<>]{0,2000}>", "", html.unescape(text)).lower() if c.isalnum())


def title(posting: dict[str, _JSON]) -> str:
    """Return the title of a posting ("" where it has none)."""
    return html.unescape(_text(posting.get("title") or posting.get("name"))).strip()


def longest_text(value: _JSON) -> str:
    """Return the longest string in a JSON value, the description in the data of a page that scripts build."""
    best, stack, seen = "", [value], 0
    while stack and seen < 100_000:
        seen += 1
        item = stack.pop()
        if isinstance(item, str):
            best = item if len(item) > len(best) else best
        elif isinstance(item, dict):
            stack += item.values()
        elif isinstance(item, list):
            stack += item
    return best if len(best) >= _ENOUGH else ""
