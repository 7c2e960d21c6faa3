"""The parts of a Word file and how they refer to each other."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from matcher.read.archive import Parts
from matcher.read.docx_styles import W
from matcher.read.draft import Draft
from matcher.read.limits import Unreadable
from matcher.read.xml import Element, parse

Relations = dict[str, tuple[str, str, bool]]
"""By id: kind, target, and whether the target lies outside of the file."""

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def main_part(parts: Parts) -> str:
    """Return the name of the document part."""
    raw = parts.read("_rels/.rels")
    if raw is not None:
        try:
            for relation in parse(raw, "_rels/.rels"):
                if relation.get("Type", "").endswith("/officeDocument"):
                    return str(relation.get("Target", "")).lstrip("/")
        except Unreadable:
            pass  # the document may still stand where it always stands
    return "word/document.xml"


def relations_of(parts: Parts, main: str) -> Relations:
    """Return the relations of the document part by id: kind, target, and whether it lies outside of the file."""
    folder, name = posixpath.split(main)
    try:
        raw = parts.read(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
        root = parse(raw, "relations") if raw is not None else []
    except Unreadable:
        root = []
    found: Relations = {}
    for relation in root:
        target = relation.get("Target", "")
        outside = relation.get("TargetMode") == "External"
        path = target if outside else posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        found[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], path, outside)
    if not found:
        found = {k: (k, f"word/{k}.xml", False) for k in ("styles", "footnotes", "endnotes")}
    return found


def target(relations: Relations, kind: str) -> str | None:
    """Return the part of this kind inside the file, or None."""
    return next((path for k, path, outside in relations.values() if k == kind and not outside), None)


def referenced(root: Element, relations: Relations, tag: str) -> Iterator[str]:
    """Yield the header or footer parts that sections refer to, each once."""
    seen: set[str] = set()
    for reference in root.iter(W + tag):
        _, path, outside = relations.get(reference.get(f"{_R}id", ""), ("", "", True))
        if not outside and path not in seen:
            seen.add(path)
            yield path


def optional(parts: Parts, path: str | None, draft: Draft) -> Element | None:
    """Return a part that the document can do without; a damaged one is left out and reported.

    Raises:
        Unreadable: ``limit``.
    """
    try:
        raw = parts.read(path) if path else None
        return None if raw is None or path is None else parse(raw, path)
    except Unreadable as error:
        if error.reason == "limit":
            raise
        draft.find("repaired", f"The part {path} is damaged and was left out.")
        return None


def find_active(parts: Parts, relations: Relations, root: Element, draft: Draft) -> None:
    """Report what the file could run or fetch; nothing of it is done."""
    if any(name.endswith(("vbaProject.bin", ".exe", ".js")) or "/embeddings/" in name for name in parts.names):
        draft.find("active_content", "The file holds macros or embedded objects; they were not opened.")
    if any(outside and kind != "hyperlink" for kind, _, outside in relations.values()):
        draft.find("external_content", "The file refers to outside content; nothing was fetched.")
    settings = "word/_rels/settings.xml.rels"
    if settings in parts.names and b"External" in (parts.read(settings) or b""):
        draft.find("external_content", "The file refers to an outside template; nothing was fetched.")
    if next(root.iter(f"{W}altChunk"), None) is not None:
        draft.find("external_content", "The file embeds another document; it was left out.")
    codes = "".join(e.text or "" for e in root.iter(f"{W}instrText")).upper()
    codes += " ".join(e.get(f"{W}instr", "") for e in root.iter(f"{W}fldSimple")).upper()
    if "DDE" in codes or "INCLUDETEXT" in codes or "INCLUDEPICTURE" in codes:
        draft.find("active_content", "The file holds fields that fetch or run something; they were ignored.")
    if any(kind == "comments" for kind, _, _ in relations.values()):
        draft.find("other", "The file holds review comments; they are not part of the text.")


def page_colour(root: Element) -> str | None:
    """Return the colour of the page as a CSS colour, or None where it is white."""
    background = root.find(f"{W}background")
    value = background.get(f"{W}color", "auto") if background is not None else "auto"
    return None if value == "auto" else f"#{value}"
