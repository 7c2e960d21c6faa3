"""A posting's file → its description as lines: structured data where the page has it, else the page itself.

Navigation, footers, cookie notices and forms are left out; a hidden block is not read.
"""

from __future__ import annotations

import re
from typing import Any

from matcher.models import Document
from matcher.read import jsonld
from matcher.read.document import read_document
from matcher.read.draft import Draft
from matcher.read.html import HtmlWalk, decode_html, find_external, styles_of
from matcher.read.limits import Limits, Unreadable
from matcher.read.sniff import sniff

_BOILERPLATE = (
    "nav,footer,aside,form,dialog,button,select,[role=navigation],[role=banner],[role=contentinfo],[role=dialog],"
    "[role=complementary],[role=search],[id*=cookie],[class*=cookie],[id*=consent],[class*=consent],[class*=gdpr],"
    "[class*=breadcrumb],[class*=share],[class*=social],[class*=newsletter],[class*=related],[class*=similar],"
    "[class*=recommend],[id*=onetrust],body>header"
)
_ENOUGH = 200
"""Characters of a structured description below which the page itself is preferred."""
_SITE_NAME = re.compile(r" [|–—-] (?![^()]*\))")
"""What follows a dash or bar in a page's title is the site, unless it stands in brackets."""


def read_posting_document(data: bytes, name: str, limits: Limits) -> Document:
    """Return a posting: its text holds one requirement, sentence or heading a line.

    Raises:
        Unreadable: as for any file.
    """
    if not data:
        raise Unreadable("empty", "The file is empty.")
    if sniff(data, name) != "html" and not _is_markup(data):
        return read_document(data, name, limits)
    from selectolax.lexbor import LexborHTMLParser

    draft = Draft(limits)
    tree = LexborHTMLParser(decode_html(data, draft))
    find_external(tree, draft)
    draft.page()
    heading = _heading(tree)
    found = _structured(tree, heading, draft)
    if found is not None:
        head, markup = found
        _add_title(head or heading, markup, draft)
        part = LexborHTMLParser(markup)
        HtmlWalk(draft, styles_of(part), bullets=False).walk(part.root)
    elif tree.root is not None:
        if tree.css_first("h1,h2") is None:
            _add_title(_SITE_NAME.split(heading)[0], "", draft)
        left_out = frozenset(node.mem_id for node in tree.css(_BOILERPLATE) if not _holds_most(node, tree))
        HtmlWalk(draft, styles_of(tree), bullets=False, left_out=left_out).walk(tree.root)
    return draft.build(data, name, "text/html")


def _is_markup(data: bytes) -> bool:
    return data.lstrip()[:1] == b"<" and b"</" in data


def _heading(tree: Any) -> str:
    for selector in ("h1", "h2", "title"):
        node = tree.css_first(selector)
        if node is not None and node.text().strip():
            return " ".join(node.text().split())
    return ""


def _structured(tree: Any, heading: str, draft: Draft) -> tuple[str, str] | None:
    """Title and description (HTML) of the one posting in the page's data, or None."""
    found: list[dict[str, Any]] = []
    for script in tree.css("script[type*=json]"):
        found += jsonld.postings(jsonld.load(script.text() or ""))
    found = [p for p in found if len(jsonld.description(p)) >= _ENOUGH]
    if found:
        best = max(found, key=lambda p: _likeness(jsonld.title(p), heading))
        if len(found) > 1 and len({jsonld.title(p) for p in found}) > 1:
            draft.find(
                "other", f"The page holds {len(found)} postings; the one titled {jsonld.title(best)!r} was read."
            )
        return jsonld.title(best), jsonld.description(best)
    data = tree.css_first("#__NEXT_DATA__")
    text = jsonld.longest_text(jsonld.load(data.text() or "")) if data is not None else ""
    shown = tree.body.text(strip=True) if tree.body is not None else ""
    return (heading, f"<div>{text}</div>") if text and len(text) > len(shown) else None


def _likeness(title: str, heading: str) -> float:
    words, others = set(title.lower().split()), set(heading.lower().split())
    return len(words & others) / max(1, len(words | others))


def _add_title(title: str, markup: str, draft: Draft) -> None:
    if title and title.lower() not in markup[:400].lower():
        with draft.marked("heading", 1):
            draft.add(title)
        draft.block()


def _holds_most(node: Any, tree: Any) -> bool:
    whole = len(tree.body.text()) if tree.body is not None else 0
    return len(node.text()) > 0.6 * whole
