"""DOCX → lines: body, tables, text boxes, headers and footers in the order of a reader; tracked deletions left out."""

from __future__ import annotations

from contextlib import ExitStack

from matcher.models import HiddenReason, MarkKind
from matcher.read.archive import Parts
from matcher.read.docx_parts import find_active, main_part, optional, page_colour, referenced, relations_of, target
from matcher.read.docx_styles import Format, Styles, W, hidden_reason, read_fill, read_format, read_styles
from matcher.read.draft import Draft
from matcher.read.html import BULLET
from matcher.read.limits import Limits, Unreadable
from matcher.read.xml import Element, local, parse

_SHORT_CELL = 80
_FAR_LEFT, _FAR_RIGHT = 5000, 15_000
"""Indents (1/1440 inch) beyond any margin and any page."""
_LARGE = 1.25
"""A paragraph this many times larger than the body text stands out."""


def read_docx(data: bytes, draft: Draft, limits: Limits) -> None:
    """Add the visible text of a Word file.

    Raises:
        Unreadable: no document part, damaged or oversized parts.
    """
    parts = Parts(data, limits)
    main = main_part(parts)
    body = parts.read(main)
    if body is None:
        raise Unreadable("damaged", "The file is a ZIP without a Word document in it.")
    root = parse(body, main)
    relations = relations_of(parts, main)
    find_active(parts, relations, root, draft)
    styles = read_styles(optional(parts, target(relations, "styles"), draft))
    draft.page()
    walk = DocxWalk(draft, styles, page_colour(root))
    for part in referenced(root, relations, "headerReference"):
        walk.part(optional(parts, part, draft), "page_header")
    walk.blocks(root)
    draft.block()
    for kind in ("footnotes", "endnotes"):
        walk.part(optional(parts, target(relations, kind), draft), None)
    for part in referenced(root, relations, "footerReference"):
        walk.part(optional(parts, part, draft), "page_footer")


class DocxWalk:
    """Walks blocks (paragraphs, tables, content controls) and adds their visible lines to a draft."""

    def __init__(self, draft: Draft, styles: Styles, background: str | None) -> None:
        self._draft = draft
        self._styles = styles
        self._backgrounds: list[str | None] = [background]
        self._away: HiddenReason | None = None
        self._body = styles.format(styles.default_paragraph, styles.default).size or 11.0

    def part(self, root: Element | None, mark: MarkKind | None) -> None:
        """Add a header, footer or notes part."""
        if root is None:
            return
        with ExitStack() as stack:
            if mark is not None:
                stack.enter_context(self._draft.marked(mark))
            self.blocks(root)
        self._draft.block()

    def blocks(self, parent: Element) -> None:
        """Add every block under ``parent``."""
        for child in parent:
            tag = local(child)
            if tag == "p":
                self.paragraph(child)
                self._draft.line()
            elif tag == "tbl":
                self._table(child)
            elif tag in ("del", "moveFrom"):
                self._hide_deleted(child)
            elif tag == "AlternateContent":
                self.blocks(_choice(child))
            elif tag not in ("sectPr", "pPr", "tblPr", "background"):
                self.blocks(child)

    def paragraph(self, element: Element) -> None:
        """Add one paragraph without ending its line; text boxes anchored in it follow as blocks of their own."""
        properties = element.find(f"{W}pPr")
        style_id = _value(properties, "pStyle") or self._styles.default_paragraph
        level = self._styles.level(style_id) or _outline(properties)
        base = self._styles.format(style_id, self._styles.default)
        fill = read_fill(properties.find(f"{W}shd")) if properties is not None else None
        self._backgrounds.append(fill or self._backgrounds[-1])
        away, self._away = self._away, self._away or _off_page(properties)
        boxes: list[Element] = []
        if level:
            self._draft.block()
        with ExitStack() as stack:
            if level:
                stack.enter_context(self._draft.marked("heading", level))
            if not level and self._listed(properties, style_id):
                stack.enter_context(self._draft.marked("list"))
                if _has_text(element):
                    self._draft.add(BULLET)
            before = self._draft.at
            self._inline(element, base, boxes)
        if self._draft.at == before and not boxes:
            self._draft.block()
        self._away = away
        for box in boxes:
            self._text_box(box)
        self._backgrounds.pop()

    def _listed(self, properties: Element | None, style_id: str | None) -> bool:
        numbering = properties.find(f"{W}numPr") if properties is not None else None
        if numbering is not None:
            return _value(numbering, "numId") != "0"
        return self._styles.listed(style_id)

    def _inline(self, parent: Element, base: Format, boxes: list[Element]) -> None:
        for child in parent:
            tag = local(child)
            if tag == "r":
                self._run(child, base, boxes)
            elif tag in ("del", "moveFrom"):
                self._hide_deleted(child)
            elif tag == "AlternateContent":
                self._inline(_choice(child), base, boxes)
            elif tag == "t":  # formulas keep their text outside of runs of this kind
                self._draft.add(child.text or "")
            elif tag not in ("pPr", "rPr", "sdtPr", "fldData"):
                self._inline(child, base, boxes)

    def _run(self, run: Element, base: Format, boxes: list[Element]) -> None:
        properties = run.find(f"{W}rPr")
        shown = base
        if properties is not None:
            shown = read_format(properties).over(self._styles.format(_value(properties, "rStyle"), base))
        text = _run_text(run, boxes)
        reason = self._away or hidden_reason(shown, self._backgrounds[-1])
        if reason is not None:
            self._draft.hide(text.strip(), reason)
            return
        with ExitStack() as stack:
            if shown.bold and text.strip():
                stack.enter_context(self._draft.marked("bold"))
            if shown.size and shown.size >= _LARGE * self._body and text.strip():
                stack.enter_context(self._draft.marked("large", round(shown.size)))
            self._draft.add(text)

    def _text_box(self, content: Element) -> None:
        self._draft.block()
        self._backgrounds.append(_shape_fill(content))
        self.blocks(content)
        self._backgrounds.pop()
        self._draft.block()

    def _hide_deleted(self, element: Element) -> None:
        self._draft.hide(" ".join(e.text or "" for e in element.iter(f"{W}delText", f"{W}t")), "deleted")

    def _table(self, table: Element) -> None:
        self._draft.block()
        with self._draft.marked("table"):
            for row in table.iter(f"{W}tr"):
                if _owner(row) is table:
                    away, self._away = self._away, "vanish" if _hidden_row(row) else self._away
                    self._row([c for c in row.iter(f"{W}tc") if _owner(c) is row])
                    self._away = away
        self._draft.block()

    def _row(self, cells: list[Element]) -> None:
        in_line = len(cells) > 1 and all(_is_short(cell) for cell in cells)
        for index, cell in enumerate(cells):
            self._backgrounds.append(read_fill(cell.find(f"{W}tcPr/{W}shd")) or self._backgrounds[-1])
            if in_line:
                if index:
                    self._draft.gap("\t")
                for paragraph in cell.iter(f"{W}p"):
                    if _has_text(paragraph):
                        self.paragraph(paragraph)
            else:
                self.blocks(cell)
                self._draft.block() if len(cells) > 1 else self._draft.line()
            self._backgrounds.pop()
        self._draft.line()


def _hidden_row(row: Element) -> bool:
    hidden = row.find(f"{W}trPr/{W}hidden")
    return hidden is not None and hidden.get(f"{W}val", "1") not in ("0", "false", "off")


def _off_page(properties: Element | None) -> HiddenReason | None:
    """Whether indents move a paragraph beside the page."""
    indent = properties.find(f"{W}ind") if properties is not None else None
    if indent is None:
        return None
    sides = [indent.get(W + name, "0") for name in ("left", "start", "right", "end", "firstLine")]
    twips = [int(side) for side in sides if side.lstrip("-").isdigit()]
    return "off_page" if any(value < -_FAR_LEFT or value > _FAR_RIGHT for value in twips) else None


def _owner(element: Element) -> Element:
    """The nearest enclosing table (of a row) or row (of a cell)."""
    wanted = "tbl" if local(element) == "tr" else "tr"
    parent = element.getparent()
    while parent is not None and local(parent) != wanted:
        parent = parent.getparent()
    return parent


def _is_short(cell: Element) -> bool:
    """A cell of a table of values, as opposed to a column of a page laid out as a table."""
    if next(cell.iter(f"{W}tbl"), None) is not None or next(cell.iter(f"{W}txbxContent"), None) is not None:
        return False
    texts = [t for p in cell.iter(f"{W}p") if (t := "".join(e.text or "" for e in p.iter(f"{W}t"))).strip()]
    return len(texts) <= 1 and all(len(t) <= _SHORT_CELL for t in texts)


def _has_text(element: Element) -> bool:
    return any((e.text or "").strip() for e in element.iter(f"{W}t"))


def _run_text(run: Element, boxes: list[Element]) -> str:
    text: list[str] = []
    for child in run:
        tag = local(child)
        if tag == "t":
            text.append(child.text or "")
        elif tag in ("tab", "ptab"):
            text.append("\t")
        elif tag in ("br", "cr"):
            text.append("\n")
        elif tag == "noBreakHyphen":
            text.append("-")
        elif tag in ("drawing", "pict", "object"):
            boxes += child.iter(f"{W}txbxContent")
        elif tag == "AlternateContent":
            boxes += _choice(child).iter(f"{W}txbxContent")
    return "".join(text)


def _choice(alternate: Element) -> Element:
    """The first choice; its fallback repeats the same content for old programs."""
    for child in alternate:
        if local(child) == "Choice":
            return child
    return alternate


def _shape_fill(content: Element) -> str | None:
    """The fill of the shape around a text box: a colour, None for the page's own, "" where it cannot be known."""
    shape = content.getparent()
    while shape is not None and local(shape) not in ("wsp", "shape", "rect", "roundrect"):
        shape = shape.getparent()
    if shape is None:
        return None
    if shape.get("fillcolor"):
        return str(shape.get("fillcolor"))
    fills = [child for properties in shape if local(properties) == "spPr" for child in properties]
    for fill in fills:
        if local(fill) == "solidFill":
            colours = [c.get("val", "") for c in fill if local(c) == "srgbClr"]
            return f"#{colours[0]}" if colours else ""
        if local(fill) in ("gradFill", "blipFill", "pattFill"):
            return ""
    return "" if any(local(child) == "style" for child in shape) else None


def _value(parent: Element | None, name: str) -> str | None:
    element = parent.find(W + name) if parent is not None else None
    return None if element is None else element.get(f"{W}val")


def _outline(properties: Element | None) -> int:
    value = _value(properties, "outlineLvl") or ""
    return int(value) + 1 if value.isdigit() and int(value) < 9 else 0
