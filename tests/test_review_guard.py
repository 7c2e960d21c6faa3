"""The door of the review, tried with raw requests."""

import asyncio
import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fakes_review as fakes
import pytest

from matcher.errors import ConfigError
from matcher.review.guard import BODY_CAP, HEADERS, Guard, Keys
from matcher.review.serve import bind, hosts_of

Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[fakes.Running]:
    desk, _, workspace = fakes.desk(tmp_path)
    with fakes.running(desk, pack=lambda name, who: b"<script>1</script>") as made:
        yield made
    workspace.close()


def ask(made: fakes.Running, method: str, path: str, headers: dict[str, str | None] | None = None,
        body: bytes | None = None) -> Answer:  # fmt: skip
    """One raw request; a header given as None is left out."""
    connection = http.client.HTTPConnection(made.host, made.port, timeout=10)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    sent: dict[str, str | None] = {"Host": f"{made.host}:{made.port}"} | (headers or {})
    if body is not None and "Content-Length" not in sent:
        sent["Content-Length"] = str(len(body))
    for name, value in sent.items():
        if value is not None:
            connection.putheader(name, value)
    connection.endheaders()
    if body:
        connection.send(body)
    answer = connection.getresponse()
    out = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    connection.close()
    return out


def login(made: fakes.Running) -> dict[str, str]:
    status, headers, _ = ask(made, "GET", f"/login?t={made.keys.launch}")
    assert status == 303
    return {"Cookie": headers["set-cookie"].split(";")[0]}


def write(made: fakes.Running) -> dict[str, str | None]:
    return {**login(made), "Origin": made.url, "X-CSRF": made.keys.csrf, "Content-Type": "application/json"}


START = json.dumps({"name": "Rita"}).encode()


def test_01_without_the_token_nothing_is_shown(server: fakes.Running) -> None:
    status, _, body = ask(server, "GET", "/")
    assert status == 401 and b"C-" not in body and b"csrf" not in body
    assert ask(server, "GET", "/static/review.js")[0] == 401


def test_02_a_foreign_host_is_misdirected(server: fakes.Running) -> None:
    cookie = login(server)
    port = server.port
    for host in (f"evil.example:{port}", f"localhost.evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port}.",
                 f"127.0.0.1:{port + 1}", f"0.0.0.0:{port}", ""):  # fmt: skip
        assert ask(server, "GET", "/", {"Host": host, **cookie})[0] == 421, host


def test_03_a_missing_host_is_misdirected(server: fakes.Running) -> None:
    with socket.create_connection((server.host, server.port)) as raw:
        raw.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert raw.recv(64).split()[1] in (b"400", b"421")


def test_04_two_hosts_are_misdirected(server: fakes.Running) -> None:
    with socket.create_connection((server.host, server.port)) as raw:
        ours = f"Host: {server.host}:{server.port}\r\n"
        raw.sendall(f"GET / HTTP/1.1\r\n{ours}Host: evil.example\r\nConnection: close\r\n\r\n".encode())
        assert raw.recv(64).split()[1] in (b"400", b"421")


def test_05_a_wrong_token_does_not_open(server: fakes.Running) -> None:
    for token in ("", "x", server.keys.launch[:-1], server.keys.launch + "x", "%00", "%C3%A9"):
        assert ask(server, "GET", "/login?t=" + token)[0] == 401
    assert ask(server, "GET", f"/login?t={server.keys.launch}")[0] == 303


def test_06_the_token_works_once_and_leaves_the_address(server: fakes.Running) -> None:
    status, headers, _ = ask(server, "GET", f"/login?t={server.keys.launch}")
    assert (status, headers["location"]) == (303, "/")
    assert ask(server, "GET", f"/login?t={server.keys.launch}")[0] == 401


def test_07_the_cookie_opens_and_scripts_cannot_read_it(server: fakes.Running) -> None:
    _, headers, _ = ask(server, "GET", f"/login?t={server.keys.launch}")
    parts = [part.strip() for part in headers["set-cookie"].split(";")]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(parts)
    assert server.keys.launch not in headers["set-cookie"]
    assert ask(server, "GET", "/start", {"Cookie": parts[0]})[0] == 200
    assert ask(server, "GET", "/start", {"Cookie": parts[0][:-1]})[0] == 401
    assert ask(server, "GET", "/start", {"Cookie": "matcher=" + server.keys.session})[0] == 401


def test_08_requests_from_other_sites_are_refused(server: fakes.Running) -> None:
    cookie = login(server)
    for site in ("cross-site", "same-site"):
        assert ask(server, "GET", "/start", {"Sec-Fetch-Site": site, **cookie})[0] == 403
    for site in ("same-origin", "none"):
        assert ask(server, "GET", "/start", {"Sec-Fetch-Site": site, **cookie})[0] == 200
    assert ask(server, "GET", "/start", {"Origin": "http://evil.example", **cookie})[0] == 403


def test_09_a_write_without_origin_is_refused(server: fakes.Running) -> None:
    assert ask(server, "POST", "/api/start", {**write(server), "Origin": None}, START)[0] == 403


def test_10_a_write_from_a_foreign_or_null_origin_is_refused(server: fakes.Running) -> None:
    good = write(server)
    for origin in ("http://evil.example", "null", f"https://{server.host}:{server.port}", f"http://{server.host}"):
        assert ask(server, "POST", "/api/start", {**good, "Origin": origin}, START)[0] == 403, origin


def test_11_a_write_without_the_csrf_header_is_refused(server: fakes.Running) -> None:
    good = write(server)
    for token in (None, "", "x", server.keys.session):
        assert ask(server, "POST", "/api/start", {**good, "X-CSRF": token}, START)[0] == 403


def test_12_a_write_that_a_form_could_send_is_refused(server: fakes.Running) -> None:
    good = write(server)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None):
        assert ask(server, "POST", "/api/start", {**good, "Content-Type": kind}, START)[0] == 403


def test_13_a_large_body_is_refused_announced_or_not(server: fakes.Running) -> None:
    good = write(server)
    assert ask(server, "POST", "/api/start", good, b'{"name":"' + b"x" * BODY_CAP + b'"}')[0] == 413
    with socket.create_connection((server.host, server.port), timeout=10) as raw:
        lines = [f"{k}: {v}" for k, v in {"Host": f"{server.host}:{server.port}", **good}.items()]
        raw.sendall(("POST /api/start HTTP/1.1\r\n" + "\r\n".join(lines)
                     + "\r\nTransfer-Encoding: chunked\r\n\r\n").encode())  # fmt: skip
        chunk = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"
        raw.sendall(chunk * 20 + b"0\r\n\r\n")
        assert raw.recv(64).split()[1] == b"413"


def test_14_a_good_write_is_taken(server: fakes.Running) -> None:
    status, _, body = ask(server, "POST", "/api/start", write(server), START)
    assert status == 200 and json.loads(body)["next"] == "/"


def test_15_every_answer_carries_the_strict_headers(server: fakes.Running) -> None:
    cookie = login(server)
    answers = [
        ask(server, "GET", "/start", cookie), ask(server, "GET", "/"), ask(server, "GET", "/", {"Host": "x"}),
        ask(server, "GET", "/nowhere", cookie), ask(server, "DELETE", "/", cookie),
        ask(server, "GET", "/static/review.js", cookie), ask(server, "POST", "/api/start", cookie, b"{}"),
    ]  # fmt: skip
    assert [status for status, _, _ in answers] == [200, 401, 421, 404, 405, 200, 403]
    for _, headers, _ in answers:
        for name, value in HEADERS:
            assert headers[name.decode()] == value.decode()
        assert "server" not in headers
    policy = answers[0][1]["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy


def test_originals_and_packs_are_saved_and_never_shown_inline(server: fakes.Running) -> None:
    good = write(server)
    cookie = {"Cookie": good["Cookie"]}
    ask(server, "POST", "/api/start", good, START)
    candidate = server.room.desk.plan(server.room.who).cells[0].candidate
    assert ask(server, "GET", f"/original/{candidate}", cookie)[0] == 404
    body = json.dumps({"kind": "unblind", "candidate": candidate, "text": "to read on"}).encode()
    assert ask(server, "POST", "/api/act", good, body)[0] == 200
    for path in (f"/original/{candidate}", "/pack/shortlist.html"):
        status, headers, _ = ask(server, "GET", path, cookie)
        assert status == 200 and headers["content-type"] == "application/octet-stream"
        assert headers["content-disposition"].startswith("attachment; filename=")
    assert ask(server, "GET", "/pack/../../etc/passwd", cookie)[0] == 404
    assert ask(server, "GET", "/static/..%2f..%2fapp.py", cookie)[0] == 404


def test_only_this_machine_is_served_unless_a_flag_says_otherwise() -> None:
    for host in ("0.0.0.0", "::", "192.0.2.7", "example.org"):  # fmt: skip
        with pytest.raises(ConfigError, match="this machine only"):
            bind(host, 0)
    with bind("127.0.0.1", 0) as made:
        port = made.getsockname()[1]
        assert hosts_of(made) == (f"127.0.0.1:{port}", f"localhost:{port}")
        with pytest.raises(ConfigError, match="cannot be used"):
            bind("127.0.0.1", port)
    with bind("0.0.0.0", 0, allow_network=True) as made:
        assert "localhost" not in " ".join(hosts_of(made))


def test_behind_a_proxy_one_more_host_is_ours_and_only_with_tls(tmp_path: Path) -> None:
    desk, _, workspace = fakes.desk(tmp_path)
    with fakes.running(desk, public_host="review.example") as made:
        good = {**write(made), "Host": "review.example"}
        assert ask(made, "POST", "/api/start", {**good, "Origin": "https://review.example"}, START)[0] == 200
        assert ask(made, "POST", "/api/start", {**good, "Origin": "http://review.example"}, START)[0] == 403
        assert ask(made, "GET", "/start", {**good, "Host": "review.example:80"})[0] == 421
    workspace.close()


@pytest.mark.parametrize(
    ("method", "hosts", "expected"),
    [("GET", (b"a:1",), 200), ("GET", (b"a:1", b"a:1"), 421), ("GET", (), 421), ("PUT", (b"a:1",), 405),
     ("TRACE", (b"a:1",), 405), ("GET", (b"A:1",), 421)],
)  # fmt: skip
def test_the_guard_itself_refuses_doubled_hosts_and_other_methods(
    method: str, hosts: tuple[bytes, ...], expected: int
) -> None:
    keys = Keys(used=True)
    seen: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            seen.append(message["status"])

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    guard = Guard(app, keys, ["a:1"])
    headers = [(b"host", host) for host in hosts] + [(b"cookie", f"{guard.cookie}={keys.session}".encode())]
    scope = {"type": "http", "method": method, "path": "/", "query_string": b"", "headers": headers}
    asyncio.run(guard(scope, receive, send))
    assert seen == [expected]


def test_the_used_link_leads_its_own_browser_back_and_nobody_else_in(server: fakes.Running) -> None:
    cookie = login(server)
    link = f"/login?t={server.keys.launch}"
    status, headers, _ = ask(server, "GET", link, cookie)
    assert (status, headers["location"]) == (303, "/") and "set-cookie" not in headers
    status, headers, body = ask(server, "GET", link)
    assert status == 401 and "set-cookie" not in headers and b"start it again" in body


def test_an_address_that_does_not_exist_gets_a_page_with_the_way_back(server: fakes.Running) -> None:
    status, _, body = ask(server, "GET", "/no/such/page", login(server))
    assert status == 404 and b"There is no such page." in body and b'href="/"' in body
