"""A model server on the loopback that misbehaves: one fault of a named kind on a share of its calls."""

from __future__ import annotations

import hashlib
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from matcher.justify.adversaries import asked_ids, entry, shown_lines
from matcher.llm import Request

Reply = tuple[int, dict[str, str], bytes]


def honest(system: str, user: str) -> dict[str, Any]:
    """Answer *partial* with the first line for every requirement."""
    request = Request(system, user, "answers", {})
    first = list(shown_lines(request))[:1]
    return {"answers": [entry(name, "partial", first, reason="It is in the line.") for name in asked_ids(request)]}


def body(text: str, *, usage: Any = "right", finish: str = "stop", model: str = "served", prompt: str = "") -> bytes:
    counted = {"prompt_tokens": max(1, len(prompt) // 4), "completion_tokens": max(1, len(text) // 4)}
    data: dict[str, Any] = {
        "id": "x", "object": "chat.completion", "model": model,
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}],
    }  # fmt: skip
    if usage != "missing":
        data["usage"] = counted if usage == "right" else usage
    return json.dumps(data).encode()


def error(status: int, message: str, code: str | None = None, **headers: str) -> Reply:
    return status, dict(headers), json.dumps({"error": {"message": message, "code": code}}).encode()


def _cell(change: dict[str, Any]) -> Callable[[dict[str, Any]], str]:
    """A reply whose first entry is changed."""
    return lambda good: json.dumps({"answers": [{**good["answers"][0], **change}, *good["answers"][1:]]})


CONTENT_FAULTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "F75 truncated json": lambda good: json.dumps(good)[:40],
    "F76 empty content": lambda good: "",
    "F77 wrong enum": _cell({"verdict": "MET!!"}),
    "F77 wrong type": _cell({"lines": "L1"}),
    "F77 unknown id": _cell({"id": "Z9"}),
    "F77 extra key": _cell({"score": 99}),
    "F77 duplicate key": lambda good: json.dumps(good).replace(
        '"verdict": "partial"', '"verdict": "met", "verdict": "met"', 1
    ),
    "F77 nan": lambda good: json.dumps(good).replace('"positions": []', '"positions": [NaN]', 1),
    "F77 huge int": lambda good: json.dumps(good).replace('"positions": []', '"positions": [' + "9" * 5000 + "]", 1),
    "F77 deep": lambda good: '{"answers": ' + "[" * 50_000 + "]" * 50_000 + "}",
    "F77 long reason": _cell({"reason": "x" * 800_000}),
    "F78 foreign ids": _cell({"lines": ["L999", "c003:e1"]}),
    "F79 met without evidence": _cell({"verdict": "met", "lines": []}),
    "F79 forged quote": _cell({"quote": "Led a $20M P&L"}),
}
STATUS_FAULTS: dict[str, Callable[[], Reply]] = {
    "F70 429": lambda: error(429, "slow down"),
    "F70 429 with Retry-After": lambda: error(429, "slow down", **{"Retry-After": "0"}),
    "F72 500": lambda: error(500, "internal"),
    "F76 html": lambda: (200, {"Content-Type": "text/html"}, b"<html><body>502 Bad Gateway</body></html>"),
    "F76 error in 200": lambda: error(200, "overloaded"),
    "F76 no choices": lambda: (200, {}, b'{"choices": []}'),
    "F76 null message": lambda: (200, {}, b'{"choices": [{"message": null}]}'),
}
BREAKS = ("F73 reset", "F73 cut body", "F74 drip")
OTHER = ("F80 unasked tool call", "F82 usage missing", "F82 usage negative", "F83 model swapped", "F75 finish length")
STOPS: dict[str, Callable[[], Reply]] = {
    "F71 insufficient quota": lambda: error(429, "You exceeded your current quota", "insufficient_quota"),
    "F81 redirect": lambda: (307, {"Location": "http://127.0.0.1:1/v1/chat/completions"}, b""),
    "401": lambda: error(401, "bad key", "invalid_api_key"),
}
UNASKED_TOOL_CALL = (
    b'{"choices": [{"message": {"content": null, "tool_calls": [{"function": {"name": "delete_candidate", '
    b'"arguments": "{}"}}]}}], "usage": {"prompt_tokens": 9, "completion_tokens": 9}}'
)
ALL = (*CONTENT_FAULTS, *STATUS_FAULTS, *BREAKS, *OTHER)


class FaultServer:
    """Answers honestly, but with fault ``kind`` on this share of the calls (decided by the call's own text)."""

    def __init__(self, kind: str = "", share: float = 0.0, after: int = 0) -> None:
        self.kind, self.share, self.after = kind, share, after
        self.requests: list[dict[str, Any]] = []
        self.billed = 0
        self.good: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._seen: Counter[str] = Counter()

    def __enter__(self) -> FaultServer:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer._serve(self)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _faulty(self, text: str) -> bool:
        """The first attempt at a text fails by its hash, so that a run fails alike whatever the order of threads."""
        with self._lock:
            self._seen[text] += 1
            number = self._seen[text]
            total = sum(self._seen.values())
        if self.kind in STOPS:
            return total > self.after
        digest = hashlib.sha256(f"{self.kind}{number}{text}".encode()).digest()
        return digest[0] < 256 * self.share

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        asked = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
        system, user = (message["content"] for message in asked["messages"])
        with self._lock:
            self.requests.append(asked)
        good = honest(system, user)
        if not self._faulty(user):
            with self._lock:
                self.good[user] += 1
            return self._send(handler, 200, {}, body(json.dumps(good), prompt=system + user), bill=True)
        return self._fail(handler, good, system + user)

    def _fail(self, handler: BaseHTTPRequestHandler, good: dict[str, Any], prompt: str) -> None:
        kind, text = self.kind, json.dumps(good)
        if kind in CONTENT_FAULTS:
            return self._send(handler, 200, {}, body(CONTENT_FAULTS[kind](good), prompt=prompt), bill=True)
        if kind in STATUS_FAULTS or kind in STOPS:
            return self._send(handler, *(STATUS_FAULTS | STOPS)[kind]())
        if kind in BREAKS:
            return self._break(handler, body(text, prompt=prompt))
        special = {
            "F80 unasked tool call": UNASKED_TOOL_CALL,
            "F82 usage missing": body(text, usage="missing"),
            "F82 usage negative": body(text, usage={"prompt_tokens": -5, "completion_tokens": -1}),
            "F83 model swapped": body(text, model="another", prompt=prompt),
            "F75 finish length": body(text[:60], finish="length", prompt=prompt),
        }
        return self._send(handler, 200, {}, special[kind], bill=True)

    def _send(
        self, handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], data: bytes, bill: bool = False
    ) -> None:
        if bill:
            usage = json.loads(data).get("usage") or {}
            with self._lock:
                self.billed += max(0, usage.get("prompt_tokens", 0)) + max(0, usage.get("completion_tokens", 0))
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    def _break(self, handler: BaseHTTPRequestHandler, data: bytes) -> None:
        if self.kind == "F73 reset":
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.connection.close()
            return
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        if self.kind == "F73 cut body":
            handler.wfile.write(data[: len(data) // 2])
            handler.wfile.flush()
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        try:
            for byte in data:
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return
