"""What leaves the desk as a file: pictures of pages, originals and the hand-over pack; never shown inline as a page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

from matcher import sinks
from matcher.errors import InputError
from matcher.review import phrases
from matcher.review.acts import Reviewer
from matcher.review.desk import Desk

if TYPE_CHECKING:
    from starlette.requests import Request as Asked
    from starlette.responses import Response
    from starlette.routing import Route

_STATIC = {
    "review.css": "text/css; charset=utf-8",
    "review.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}


class Room(Protocol):
    """The parts of the room that files come from."""

    desk: Desk
    who: Reviewer | None
    pack: Callable[[str, str], bytes] | None


def file_routes(room: Room) -> list[Route]:
    """Return the routes of everything that is not a page."""
    from starlette.routing import Route

    return [
        Route("/picture/{candidate}/{start:int}/{end:int}", _guarded(room, _picture)),
        Route("/original/{candidate}", _guarded(room, _original)),
        Route("/pack/{name}", _guarded(room, _pack)),
        Route("/static/{name}", _static),
    ]


def _guarded(room: Room, make: Callable[[Room, Asked], Awaitable[Response]]) -> Callable[[Asked], Awaitable[Response]]:
    from starlette.responses import PlainTextResponse

    async def endpoint(asked: Asked) -> Response:
        try:
            return await make(room, asked)
        except (InputError, KeyError, ValueError):
            return PlainTextResponse("There is nothing to show here.", 404)

    return endpoint


async def _picture(room: Room, asked: Asked) -> Response:
    from starlette.responses import Response

    candidate = _uncovered(room, asked)
    case = room.desk.case
    document, data = case.document(candidate), case.original(candidate)
    start, end = asked.path_params["start"], asked.path_params["end"]
    if data is None or not 0 <= start < end <= len(document.text):
        raise KeyError(candidate)
    png = await asyncio.to_thread(case.picture, data, document, start, end)
    if png is None:
        raise KeyError(candidate)
    return Response(png, media_type="image/png")


async def _original(room: Room, asked: Asked) -> Response:
    candidate = _uncovered(room, asked)
    data = room.desk.case.original(candidate)
    if data is None:
        raise KeyError(candidate)
    return _attachment(data, room.desk.shortlist().entry(candidate).file.rpartition("/")[2])


async def _pack(room: Room, asked: Asked) -> Response:
    name = asked.path_params["name"]
    if room.who is None or room.pack is None or name not in phrases.PACKS:
        raise KeyError(name)
    return _attachment(room.pack(name, room.who.name), name)


def _uncovered(room: Room, asked: Asked) -> str:
    """The candidate of an address, if the person at the desk has uncovered the name."""
    candidate = str(asked.path_params["candidate"])
    if room.who is None or candidate not in room.desk.book.unblinded(room.who.name):
        raise KeyError(candidate)
    return candidate


def _attachment(data: bytes, name: str) -> Response:
    from starlette.responses import Response

    safe = sinks.file_name(name).encode("ascii", "replace").decode("ascii").replace("?", "_")
    headers = {"Content-Disposition": f'attachment; filename="{safe}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


@cache
def _static_bytes(name: str) -> bytes:
    return files("matcher.review").joinpath("static", name).read_bytes()


async def _static(asked: Asked) -> Response:
    from starlette.responses import PlainTextResponse, Response

    name = asked.path_params["name"]
    if name not in _STATIC:
        return PlainTextResponse("There is nothing to show here.", 404)
    return Response(_static_bytes(name), headers={"Content-Type": _STATIC[name]})
