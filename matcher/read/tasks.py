"""What a worker can be asked for: a document or the members of a container, a posting, one member, a picture."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from matcher.read.containers import Container, open_container, open_path
from matcher.read.document import read_document
from matcher.read.limits import Limits, Unreadable
from matcher.read.picture import draw
from matcher.read.posting import read_posting_document

DOCUMENT, MEMBERS = b"D", b"M"

_Task = Callable[[dict[str, Any], bytes, Limits], bytes]


def _read(header: dict[str, Any], body: bytes, limits: Limits) -> bytes:
    """The document in ``body`` (``D`` and its JSON), or the names of its members (``M`` and a JSON list)."""
    container = open_container(body, header["name"], limits)
    if container is not None:
        return MEMBERS + json.dumps(container.names()).encode()
    return DOCUMENT + read_document(body, header["name"], limits).model_dump_json().encode("utf-8")


def _posting(header: dict[str, Any], body: bytes, limits: Limits) -> bytes:
    return DOCUMENT + read_posting_document(body, header["name"], limits).model_dump_json().encode("utf-8")


def _members(header: dict[str, Any], body: bytes, limits: Limits) -> bytes:
    return MEMBERS + json.dumps(open_path(header["path"], limits).names()).encode()


def _member(header: dict[str, Any], body: bytes, limits: Limits) -> bytes:
    """The bytes of a member; ``member!inner`` goes through containers inside the container."""
    return _descend(open_path(header["path"], limits), header["member"], limits)


def _descend(container: Container, wanted: str, limits: Limits) -> bytes:
    names = container.names()
    if wanted in names:
        return container.read(wanted)
    for name in names:
        if wanted.startswith(f"{name}!"):
            inner = open_container(container.read(name), name, limits)
            if inner is not None:
                return _descend(inner, wanted[len(name) + 1 :], limits)
    raise Unreadable("vanished", "The member is not in the container any more.")


def _draw(header: dict[str, Any], body: bytes, limits: Limits) -> bytes:
    return draw(body, header["page"], [tuple(box) for box in header["boxes"]], header["size"], limits)


TASKS: Mapping[str, _Task] = {
    "read": _read, "posting": _posting, "members": _members, "member": _member, "draw": _draw,
}  # fmt: skip
