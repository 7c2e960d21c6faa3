"""XML parts of office files: no entities, no network, no external definitions, libxml2's own depth and size limits."""

from __future__ import annotations

from typing import Any

from matcher.read.limits import Unreadable

Element = Any
"""An lxml element; its stubs do not cover what is used here."""


def parse(data: bytes, part: str) -> Element:
    """Return the root element of an XML part.

    Raises:
        Unreadable: ``damaged`` (not XML, or it brings its own definitions), ``limit`` (nested or long beyond reason).
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if "xcessive depth" in str(error) or "too long" in str(error) or "uge" in str(error):
            raise Unreadable("limit", f"The part {part} is nested or long beyond reason.") from error
        raise Unreadable("damaged", f"The part {part} is not valid XML.") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("damaged", f"The part {part} brings its own definitions (DTD), which no résumé needs.")
    return root


def local(element: Element) -> str:
    """Return the tag without its namespace ("" for what is no element)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
