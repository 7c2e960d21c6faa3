"""The local web app: routes from addresses to pages and acts; the guard stands before all of them.

Everything that touches the desk runs in the one event loop, so that acts come one at a time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from matcher.errors import InputError, MatcherError
from matcher.report import words
from matcher.review import phrases, wire
from matcher.review.acts import Request, Reviewer
from matcher.review.desk import Desk
from matcher.review.downloads import file_routes
from matcher.review.guard import Guard, Keys
from matcher.review.list_view import labels
from matcher.review.pages import Pages
from matcher.review.plan import CellKey

if TYPE_CHECKING:
    from starlette.requests import Request as Asked
    from starlette.responses import Response

Endpoint = Callable[["Asked"], Awaitable["Response"]]
STAYS = ("first_look", "flag", "unblind")
"""Acts after which the person stays where they are."""


@dataclass
class Room:
    """What one run of the server holds: the desk, the pages, and who sits at it.

    ``pack`` makes a file of the hand-over pack for a named person; ``on_sign`` keeps the sealed list.
    """

    desk: Desk
    pages: Pages
    pack: Callable[[str, str], bytes] | None = None
    on_sign: Callable[[], None] | None = None
    who: Reviewer | None = field(default=None)

    @property
    def reviewer(self) -> Reviewer:
        """Who sits at the desk. Raises InputError if nobody does."""
        if self.who is None:
            raise InputError("Say who you are first.")
        return self.who


def build(room: Room, keys: Keys, hosts: tuple[str, ...], public_host: str | None = None) -> Guard:
    """Return the guarded app for a room that is reached under these hosts (and through a proxy, under one more)."""
    from starlette.applications import Starlette
    from starlette.routing import Route

    pages = room.pages
    get: dict[str, Callable[[Asked], str]] = {
        "/start": lambda _: pages.start(),
        "/": lambda q: pages.people(room.reviewer, dict(q.query_params)),
        "/cell/{candidate}/{criterion:path}": lambda q: pages.cell(room.reviewer, CellKey(*_path(q))),
        "/person/{candidate}": lambda q: pages.person(room.reviewer, *_path(q)),
        "/below": lambda _: pages.below(room.reviewer, None),
        "/below/{candidate}": lambda q: pages.below(room.reviewer, *_path(q)),
        "/compare": lambda q: pages.compare(room.reviewer, q.query_params.getlist("c")),
        "/disagreements": lambda _: pages.queue(room.reviewer),
        "/agreement": lambda _: pages.agreement(room.reviewer),
        "/finish": lambda _: pages.finish(room.reviewer, tuple(phrases.PACKS) if room.pack else ()),
    }
    post: dict[str, Callable[[bytes], dict[str, str]]] = {
        "/api/start": lambda body: _start(room, body),
        "/api/act": lambda body: _act(room, body),
        "/api/undo": lambda _: _undo(room),
        "/api/sign": lambda body: _sign(room, body),
    }
    routes = [
        *(Route(path, _page(room, make)) for path, make in get.items()),
        Route("/next", _next(room)),
        *(Route(path, _api(room, take), methods=["POST"]) for path, take in post.items()),
        *file_routes(room),
        Route("/{rest:path}", _nowhere(room)),
    ]
    return Guard(Starlette(routes=routes), keys, hosts, public_host)


def _nowhere(room: Room) -> Endpoint:
    from starlette.responses import HTMLResponse

    async def nowhere(asked: Asked) -> Response:
        return HTMLResponse(room.pages.trouble("There is no such page.", room.who), 404)

    return nowhere


def _path(asked: Asked) -> list[str]:
    return [str(value) for value in asked.path_params.values()]


def _page(room: Room, make: Callable[[Asked], str]) -> Endpoint:
    from starlette.responses import HTMLResponse, RedirectResponse

    async def page(asked: Asked) -> Response:
        room.desk.refresh()
        if room.who is None and asked.url.path != "/start":
            return RedirectResponse("/start", 303)
        try:
            return HTMLResponse(make(asked))
        except InputError as error:
            return HTMLResponse(room.pages.trouble(str(error), room.who), 404)

    return page


def _next(room: Room) -> Endpoint:
    from starlette.responses import RedirectResponse

    async def following(asked: Asked) -> Response:
        room.desk.refresh()
        return RedirectResponse(_address(_onward(room, None)) if room.who else "/start", 303)

    return following


def _api(room: Room, take: Callable[[bytes], dict[str, str]]) -> Endpoint:
    from starlette.responses import JSONResponse

    async def api(asked: Asked) -> Response:
        room.desk.refresh()
        try:
            return JSONResponse(take(await asked.body()))
        except InputError as error:
            return JSONResponse({"error": str(error)}, 400)
        except MatcherError as error:
            return JSONResponse({"error": f"Nothing was kept. {error}"}, 503)

    return api


def _start(room: Room, body: bytes) -> dict[str, str]:
    who = wire.read_start(body, room.desk)
    room.desk.begin(who)
    room.who = who
    return {"next": "/", "said": f"Welcome, {who.name}."}


def _act(room: Room, body: bytes) -> dict[str, str]:
    who = room.reviewer
    request = wire.read_act(body, room.desk, who)
    kept = room.desk.act(who, request)
    word = words.ANSWER[kept.verdict].word if kept.verdict else ""
    said = phrases.SAID.get(kept.kind) or f"{'Agreed: ' if kept.kind == 'agree' else ''}{word}, kept."
    if kept.kind == "first_look":
        said = f"First answer kept: {word}. Now see the machine's, and give your final one."
    return {"said": said, **_arrival(room, _after(room, request))}


def _arrival(room: Room, where: CellKey | str) -> dict[str, str]:
    """Where to go (empty: stay), and for a cell its page as well, so that a key is answered in one exchange."""
    if isinstance(where, str):
        return {"next": where}
    return {"next": _address(where), "page": room.pages.cell(room.reviewer, where)}


def _after(room: Room, request: Request) -> CellKey | str:
    key = CellKey(request.candidate, request.criterion) if request.criterion else None
    if request.kind in STAYS:
        return key or ""
    if request.kind == "reviewed_below_cut":
        return "/below"
    return _onward(room, key) if key else f"/person/{quote(request.candidate)}"


def _onward(room: Room, after: CellKey | None) -> CellKey | str:
    who = room.reviewer
    if who.role == "adjudicator":
        open_ = room.desk.book.disagreements()
        return open_[0] if open_ else "/disagreements"
    return room.desk.next_open(who, after) or "/finish"


def _undo(room: Room) -> dict[str, str]:
    who = room.reviewer
    act = room.desk.undo(who)
    where: CellKey | str = f"/person/{quote(act.candidate)}"
    if act.kind == "reviewed_below_cut":
        where = f"/below/{quote(act.candidate)}"
    elif act.criterion:
        where = CellKey(act.candidate, act.criterion)
    name = labels(room.desk, who).get(act.candidate, "")
    return {"said": f"Taken back: {phrases.ACTS[act.kind]}, {name}.", **_arrival(room, where)}


def _sign(room: Room, body: bytes) -> dict[str, str]:
    who = room.reviewer
    room.desk.act(who, wire.read_sign(body, who))
    if room.on_sign is not None:
        room.on_sign()
    return {"next": "/finish", "said": "Signed."}


def _address(where: CellKey | str) -> str:
    if isinstance(where, str):
        return where
    return f"/cell/{quote(where.candidate)}/{quote(where.criterion, safe='')}"
