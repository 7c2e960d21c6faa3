"""What stands between a browser and the desk, for every request.

The launch token opens the door once and becomes an HttpOnly, SameSite=Strict cookie; the Host must be ours to the
letter (421, against DNS rebinding); Origin and fetch metadata must not come from elsewhere (403); a write needs our
Origin, the CSRF header and JSON (403), and its body is capped (413). Every answer, errors too, carries the strict
headers.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_CAP = 65_536
HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
_CLOSED = (
    b"This page is open only in the browser in which its link was first used, and the link works once.\n"
    b"Go back to that browser; or stop the program (Ctrl-C), start it again and use its new link. Everything is kept."
)


def _token() -> str:
    return secrets.token_urlsafe(32)


@dataclass
class Keys:
    """The secrets of one run of the server; ``launch`` works once."""

    launch: str = field(default_factory=_token)
    session: str = field(default_factory=_token)
    csrf: str = field(default_factory=_token)
    used: bool = False


class Guard:
    """ASGI middleware that lets only the launched browser through.

    Args:
        app: what is guarded. keys: the secrets. hosts: exact values of the Host header that are ours.
        public_host: the one under which a proxy with TLS reaches us.
    """

    def __init__(self, app: ASGIApp, keys: Keys, hosts: Iterable[str], public_host: str | None = None) -> None:
        self._app = app
        self._keys = keys
        ours, public = frozenset(hosts), frozenset([public_host] if public_host else [])
        self._hosts = ours | public
        self._origins = frozenset([*(f"http://{host}" for host in ours), *(f"https://{host}" for host in public)])
        self.cookie = "matcher_" + secrets.token_hex(4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request and pass it on, or answer it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        status, extra = self._check(scope)
        if status != 200:
            await _answer(send, status, extra)
            return
        body = await _capped(receive)
        if body is None:
            await _answer(send, 413, ())
            return
        await self._app(scope, _replay(body, receive), _with_headers(send))

    def _check(self, scope: Scope) -> tuple[int, tuple[tuple[bytes, bytes], ...]]:
        headers = _Headers(scope["headers"])
        foreign = self._foreign(headers)
        if foreign:
            return foreign, ()
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, ()
        if scope["path"] == "/login" and scope["method"] == "GET":
            return (303, ((b"location", b"/"),)) if self._known(headers) else self._login(scope)
        if not self._known(headers):
            return 401, ()
        if scope["method"] == "POST":
            return self._write(headers), ()
        return 200, ()

    def _foreign(self, headers: _Headers) -> int:
        if headers.only("host") not in self._hosts:
            return 421
        origin = headers.get("origin")
        if origin is not None and origin not in self._origins:
            return 403
        if headers.get("sec-fetch-site") not in (None, "same-origin", "none"):
            return 403
        return 0

    def _login(self, scope: Scope) -> tuple[int, tuple[tuple[bytes, bytes], ...]]:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("t", [""])[0]
        if self._keys.used or not _same(given, self._keys.launch):
            return 401, ()
        self._keys.used = True
        cookie = f"{self.cookie}={self._keys.session}; HttpOnly; SameSite=Strict; Path=/"
        return 303, ((b"location", b"/"), (b"set-cookie", cookie.encode("ascii")))

    def _known(self, headers: _Headers) -> bool:
        try:
            morsel = SimpleCookie(headers.get("cookie") or "").get(self.cookie)
        except CookieError:
            return False
        return morsel is not None and _same(morsel.value, self._keys.session)

    def _write(self, headers: _Headers) -> int:
        if headers.get("origin") is None or not _same(headers.get("x-csrf") or "", self._keys.csrf):
            return 403
        if (headers.get("content-type") or "").split(";")[0].strip().lower() != "application/json":
            return 403
        length = headers.get("content-length")
        if length is not None and (not length.isdigit() or int(length) > BODY_CAP):
            return 413
        return 200


class _Headers:
    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._raw = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw]

    def get(self, name: str) -> str | None:
        return next((value for key, value in self._raw if key == name), None)

    def only(self, name: str) -> str | None:
        """The value of a header that must stand exactly once."""
        values = [value for key, value in self._raw if key == name]
        return values[0] if len(values) == 1 else None


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8"))


async def _capped(receive: Receive) -> bytes | None:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > BODY_CAP:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting = [body]

    async def replay() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replay


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {name for name, _ in HEADERS}
            kept = [(n, v) for n, v in message.get("headers", []) if n.lower() not in ours]
            message = {**message, "headers": [*kept, *HEADERS]}
        await send(message)

    return sending


async def _answer(send: Send, status: int, extra: tuple[tuple[bytes, bytes], ...]) -> None:
    body = _CLOSED if status == 401 else b""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *extra]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *HEADERS]})
    await send({"type": "http.response.body", "body": body})
