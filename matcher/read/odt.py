"""ODT → lines: header from styles.xml, then the body in document order."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field

from matcher.models import HiddenReason
from matcher.read.archive import Parts
from matcher.read.css import Look, declarations, restyle
from matcher.read.draft import Draft
from matcher.read.html import BULLET
from matcher.read.limits import Limits, Unreadable
from matcher.read.xml import Element, local, parse

_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_SKIPPED = frozenset((
    "tracked-changes", "annotation", "annotation-end", "sequence-decls", "forms", "table-columns", "bookmark",
    "script", "note-citation", "user-field-decls", "variable-decls", "dde-connection-decls", "title", "desc",
    "binary-data",
))  # fmt: skip


@dataclass
class _Style:
    parent: str | None
    declared: dict[str, str] = field(default_factory=dict)
    bold: bool = False


def read_odt(data: bytes, draft: Draft, limits: Limits) -> None:
    """Add the visible text of an OpenDocument text.

    Raises:
        Unreadable: no content, encrypted, damaged or oversized parts.
    """
    parts = Parts(data, limits)
    if b"encryption-data" in (parts.read("META-INF/manifest.xml") or b""):
        raise Unreadable("encrypted", "The file is locked with a password: ask for a copy without one.")
    raw = parts.read("content.xml")
    if raw is None:
        raise Unreadable("damaged", "The file is a ZIP without a document in it.")
    content = parse(raw, "content.xml")
    raw_styles = parts.read("styles.xml")
    shared = parse(raw_styles, "styles.xml") if raw_styles else None
    styles = {**_styles(shared), **_styles(content)}
    if any(name.startswith("Basic/") and name.endswith(".xml") for name in parts.names):
        draft.find("active_content", "The file holds macros; they were not opened.")
    draft.page()
    walk = _Walk(draft, styles)
    if shared is not None:
        for header in shared.iter(f"{_STYLE}header"):
            with draft.marked("page_header"):
                walk.blocks(header, Look())
    body = next((e for e in content.iter() if local(e) == "text" and local(e.getparent()) == "body"), content)
    walk.blocks(body, Look())
    if shared is not None:
        for footer in shared.iter(f"{_STYLE}footer"):
            with draft.marked("page_footer"):
                walk.blocks(footer, Look())


def _styles(root: Element | None) -> dict[str, _Style]:
    found: dict[str, _Style] = {}
    if root is None:
        return found
    for element in root.iter(f"{_STYLE}style", f"{_STYLE}default-style"):
        style = _Style(element.get(f"{_STYLE}parent-style-name"))
        for properties in element:
            if local(properties) in ("text-properties", "paragraph-properties", "table-cell-properties"):
                style.declared.update(_declared(properties))
                style.bold = style.bold or properties.get(f"{_FO}font-weight") == "bold"
        found[element.get(f"{_STYLE}name", "")] = style
    return found


def _declared(properties: Element) -> dict[str, str]:
    known = ((f"{_FO}color", "color"), (f"{_FO}background-color", "background"), (f"{_FO}font-size", "font-size"))
    text = ";".join(f"{name}:{properties.get(key)}" for key, name in known if properties.get(key))
    found = declarations(text)
    if properties.get(f"{_TEXT}display") == "none":
        found["display"] = "none"
    return found


class _Walk:
    def __init__(self, draft: Draft, styles: dict[str, _Style]) -> None:
        self._draft = draft
        self._styles = styles

    def blocks(self, parent: Element, look: Look) -> None:
        for child in parent:
            tag = local(child)
            if tag in ("p", "h"):
                self._paragraph(child, look, tag)
            elif tag == "list":
                self._list(child, look)
            elif tag == "table":
                self._draft.block()
                with self._draft.marked("table"):
                    self.blocks(child, look)
                self._draft.block()
            elif tag == "table-row":
                self._row(child, look)
            elif tag not in _SKIPPED:
                self.blocks(child, self._look(child, look))
            if tag == "tracked-changes":
                self._draft.hide(" ".join("".join(c.itertext()) for c in child.iter() if local(c) == "deletion"),
                                 "deleted")  # fmt: skip

    def _list(self, element: Element, look: Look) -> None:
        for item in element:
            with self._draft.marked("list"):
                if "".join(item.itertext()).strip() and any(local(c) in ("p", "h") for c in item):
                    self._draft.line()
                    self._draft.add(BULLET)
                self.blocks(item, look)

    def _row(self, row: Element, look: Look) -> None:
        cells = [c for c in row if local(c) == "table-cell"]
        texts = [[t for p in c.iter(f"{_TEXT}p", f"{_TEXT}h") if (t := "".join(p.itertext())).strip()] for c in cells]
        in_line = len(cells) > 1 and all(len(t) <= 1 and len("".join(t)) <= 80 for t in texts)
        for index, cell in enumerate(cells):
            inside = self._look(cell, look)
            if not in_line:
                self.blocks(cell, inside)
                self._draft.block()
                continue
            if index:
                self._draft.gap("\t")
            for paragraph in cell.iter(f"{_TEXT}p", f"{_TEXT}h"):
                self._inline(paragraph, self._look(paragraph, inside), [])
        self._draft.line()

    def _paragraph(self, element: Element, look: Look, tag: str) -> None:
        level = element.get(f"{_TEXT}outline-level", "1") if tag == "h" else ""
        frames: list[Element] = []
        with ExitStack() as stack:
            if level:
                self._draft.block()
                stack.enter_context(self._draft.marked("heading", int(level) if level.isdigit() else 1))
            before = self._draft.at
            self._inline(element, self._look(element, look), frames)
        self._draft.line() if self._draft.at > before else self._draft.block()
        for frame in frames:
            self._draft.block()
            self.blocks(frame, look)
            self._draft.block()

    def _inline(self, element: Element, look: Look, frames: list[Element]) -> None:
        self._text(element.text, look)
        for child in element:
            tag = local(child)
            if tag == "tab":
                self._draft.gap("\t")
            elif tag == "s":
                self._draft.gap()
            elif tag == "line-break":
                self._draft.line()
            elif tag == "text-box":
                frames.append(child)
            elif tag not in _SKIPPED:
                with ExitStack() as stack:
                    if self._bold(child):
                        stack.enter_context(self._draft.marked("bold"))
                    self._inline(child, self._look(child, look), frames)
            self._text(child.tail, look)

    def _text(self, text: str | None, look: Look) -> None:
        if not text:
            return
        reason: HiddenReason | None = look.reason
        if reason is not None:
            self._draft.hide(text.strip(), reason)
        else:
            self._draft.add(" ".join(text.split("\n")))

    def _bold(self, element: Element) -> bool:
        style = self._styles.get(element.get(f"{_TEXT}style-name", ""))
        return style is not None and style.bold

    def _look(self, element: Element, look: Look) -> Look:
        if element.get(f"{_TEXT}display") == "none" or element.get(f"{_TEXT}is-hidden") == "true":
            return Look(hidden="hidden_attribute")
        names = [v for k, v in element.attrib.items() if local_name(k) == "style-name"]
        chain: list[_Style] = []
        name: str | None = names[0] if names else None
        while name in self._styles and len(chain) < 12:
            chain.append(self._styles[name])
            name = chain[-1].parent
        for style in reversed(chain):
            look = restyle(look, style.declared)
        return look


def local_name(key: str) -> str:
    """Return an attribute's name without its namespace."""
    return key.rpartition("}")[2]
