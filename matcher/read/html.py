"""HTML → lines: what a browser would show, block by block; what it would not show goes to ``hidden``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from matcher.models import HiddenReason
from matcher.read.css import Look, declarations, restyle, rules, settled, specificity
from matcher.read.draft import Draft
from matcher.read.limits import Limits
from matcher.read.plain import decode

Node = Any
"""A node of selectolax, which has no types."""

_WHITE = re.compile(r"[ \t\n\r\f]+")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_\-]{2,40})""", re.IGNORECASE)
_IGNORED_CHARSETS = frozenset({"utf-7", "utf7", "unicode-1-1-utf-7", "csunicode11utf7", "utf-16", "utf-32"})
_DROPPED = frozenset((
    "head", "script", "style", "template", "iframe", "object", "embed", "svg", "math", "canvas", "audio", "video",
    "map", "noembed", "noframes", "datalist", "select", "title",
))  # fmt: skip
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "li", "main", "menu", "nav",
    "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul", "caption", "option",
))  # fmt: skip
_SPACED = frozenset((
    "p", "ul", "ol", "table", "section", "article", "blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "footer",
))  # fmt: skip
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_BOLD = frozenset(("b", "strong"))
_PROSE_WORDS = 5
_DEPTH = 600
BULLET = "• "


def read_html(data: bytes, draft: Draft, limits: Limits | None = None) -> None:
    """Add the visible text of a résumé in HTML."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(decode_html(data, draft))
    draft.page()
    if tree.root is not None:
        find_external(tree, draft)
        HtmlWalk(draft, styles_of(tree)).walk(tree.root)


def decode_html(data: bytes, draft: Draft) -> str:
    """Return the text of an HTML file; a declared one-byte charset is believed where UTF-8 does not fit."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = _CHARSET.search(data[:4096])
    name = declared.group(1).decode("ascii").lower() if declared else ""
    if name and name not in _IGNORED_CHARSETS and not name.startswith("utf"):
        try:
            return data.decode("cp1252" if name in ("iso-8859-1", "latin1", "ascii") else name, "replace")
        except LookupError:
            pass
    text, guessed = decode(data)
    if guessed:
        draft.find("encoding_guessed", f"The encoding was guessed ({guessed}): check names and accents.")
    return text


def find_external(tree: Node, draft: Draft) -> None:
    """Record that the page holds scripts or pulls in content; nothing is ever fetched or run."""
    if tree.css_first("script:not([type*=json])") is not None:
        draft.find("active_content", "The page holds a script; it was not run.")
    if tree.css_first("iframe,object,embed,img[src^=http],link[rel=stylesheet],meta[http-equiv=refresh]") is not None:
        draft.find("external_content", "The page refers to outside content; nothing was fetched.")


@dataclass
class Sheet:
    """What the style sheets of a page declare: per element (by node id), and the values of custom properties."""

    declared: dict[int, dict[str, str]] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)


def styles_of(tree: Node) -> Sheet:
    """Return what the style sheets of a page declare; of two rules the more specific one wins, then the later one."""
    found = Sheet()
    listed = [rule for sheet in tree.css("style") for rule in rules(sheet.text() or "")]
    for selector, style in sorted(listed, key=lambda rule: specificity(rule[0])):
        found.variables.update({name: value for name, value in style.items() if name.startswith("--")})
        for node in _select(tree, selector):
            found.declared.setdefault(node.mem_id, {}).update(style)
    return found


def _select(tree: Node, selector: str) -> Iterable[Node]:
    try:
        return list(tree.css(selector))
    except Exception as error:
        if type(error).__module__.startswith("selectolax") or isinstance(error, ValueError):
            return ()  # a selector that the parser does not know
        raise


class HtmlWalk:
    """Walks a tree and adds its visible lines to a draft.

    ``left_out`` are ids of nodes whose text is visible but not wanted (navigation around a posting).
    """

    def __init__(
        self, draft: Draft, styles: Sheet, *, bullets: bool = True,
        left_out: frozenset[int] = frozenset(),
    ) -> None:  # fmt: skip
        self._draft = draft
        self._styles = styles
        self._bullets = bullets
        self._left_out = left_out

    def walk(self, node: Node) -> None:
        """Add everything under ``node``."""
        self._element(node, Look(), 0)
        self._draft.block()

    def _children(self, node: Node, look: Look, depth: int) -> None:
        child = node.child
        while child is not None:
            tag = child.tag
            if tag == "-text":
                self._text(child.text_content or "", look, node.tag == "pre")
            elif tag == "-comment":
                self._aside(child.comment_content or "", "comment")
            elif tag not in _DROPPED and child.mem_id not in self._left_out:
                self._element(child, look, depth + 1)
            child = child.next

    def _element(self, node: Node, look: Look, depth: int) -> None:
        tag = node.tag
        if tag == "br":
            self._draft.line()
            return
        if tag == "noscript":
            self._aside(node.text(separator=" "), "hidden_style")
            return
        inside = self._look(node, tag, look)
        if depth > _DEPTH:
            self._text(node.text(separator=" "), inside, False)
            return
        self._open(tag)
        with ExitStack() as stack:
            for kind, level in self._kinds(tag):
                stack.enter_context(self._draft.marked(kind, level))
            self._children(node, inside, depth)
        self._open(tag)

    def _look(self, node: Node, tag: str, look: Look) -> Look:
        attributes = node.attributes
        inline = declarations(attributes.get("style") or "")
        style = settled({**self._styles.declared.get(node.mem_id, {}), **inline}, self._styles.variables)
        if "hidden" in attributes or (tag == "dialog" and "open" not in attributes):
            style.setdefault("display", "none")
            return Look(hidden="hidden_attribute") if style["display"] == "none" else restyle(look, style)
        if attributes.get("aria-hidden") == "true" and len(node.text().split()) >= _PROSE_WORDS:
            return Look(hidden="hidden_attribute")  # not meant as content: programs that read aloud are told to skip it
        if "color" in attributes and "color" not in style:
            style["color"] = (attributes.get("color") or "").lower()
        if "bgcolor" in attributes and "background" not in style:
            style["background"] = (attributes.get("bgcolor") or "").lower()
        return restyle(look, style)

    def _open(self, tag: str) -> None:
        if tag in _SPACED:
            self._draft.block()
        elif tag in _BLOCKS or tag in _HEADINGS:
            self._draft.line()
        elif tag in ("td", "th"):
            self._draft.gap("\t")

    def _kinds(self, tag: str) -> list[tuple[Any, int]]:
        if tag in _HEADINGS:
            return [("heading", _HEADINGS[tag])]
        if tag in _BOLD:
            return [("bold", 0)]
        if tag == "table":
            return [("table", 0)]
        if tag == "li":
            if self._bullets:
                self._bullet = True
            return [("list", 0)]
        return []

    _bullet = False

    def _text(self, text: str, look: Look, keep_lines: bool) -> None:
        visible = text if keep_lines else _WHITE.sub(" ", text)
        if not visible.strip():
            self._draft.gap(" " if visible else "")
            return
        reason = look.reason
        if reason is not None:
            self._draft.hide(visible.strip(), reason)
            return
        if self._bullet:
            self._bullet = False
            self._draft.add(BULLET if visible.lstrip()[:1] not in "•-–*·" else "")
        self._draft.add(visible)

    def _aside(self, text: str, reason: HiddenReason) -> None:
        """Comments and noscript: kept only where they hold prose; tools leave short notes and conditions there."""
        words = text.split()
        if len(words) >= _PROSE_WORDS and not any(c in text for c in "<>{}") and not text.lstrip().startswith("["):
            self._draft.hide(" ".join(words), reason)
