"""Runs the desk on a loopback port until it is stopped, and opens the browser with the link that works once."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from matcher.errors import ConfigError
from matcher.review.app import Room, build
from matcher.review.guard import Guard, Keys

if TYPE_CHECKING:
    import uvicorn

_LOOPBACK_NAMES = ("localhost",)


def bind(host: str, port: int, *, allow_network: bool = False) -> socket.socket:
    """Return a listening socket (port 0: any free one).

    Raises:
        ConfigError: an address that other machines reach, without the flag that allows it; or a port that is taken.
    """
    if not _is_loopback(host) and not allow_network:
        raise ConfigError(
            f"The review shows personal data and listens on this machine only; {host} would open it to others."
            " Use --allow-network behind a proxy with TLS if that is meant."
        )
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(64)
    except OSError as error:
        made.close()
        raise ConfigError(f"Port {port} on {host} cannot be used: {error.strerror}. Name another --port.") from error
    return made


def hosts_of(listening: socket.socket) -> tuple[str, ...]:
    """Return the exact Host headers under which this socket is ours."""
    address, port = listening.getsockname()[:2]
    name = f"[{address}]" if ":" in address else address
    names = [name, *(_LOOPBACK_NAMES if _is_loopback(address) else ())]
    return tuple(f"{n}:{port}" for n in names)


def server(app: Guard) -> uvicorn.Server:
    """Return a server for the app: quiet, without its own headers, closing at once when stopped."""
    import uvicorn

    config = uvicorn.Config(
        app, log_level="critical", access_log=False, server_header=False, date_header=False, lifespan="off",
        timeout_graceful_shutdown=2, ws="none", h11_max_incomplete_event_size=16_384,
    )  # fmt: skip
    return uvicorn.Server(config)


def run(
    room: Room,
    keys: Keys,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    allow_network: bool = False,
    public_host: str | None = None,
    started: Callable[[str], None] = lambda link: None,
) -> None:
    """Serve until interrupted; ``started`` is given the link that opens the door once.

    ``public_host`` is the Host header with which a proxy with TLS passes requests on, where there is one.
    """
    with bind(host, port, allow_network=allow_network) as listening:
        hosts = hosts_of(listening)
        where = f"https://{public_host}" if public_host else f"http://{hosts[0]}"
        started(f"{where}/login?t={keys.launch}")
        server(build(room, keys, hosts, public_host)).run(sockets=[listening])


def _is_loopback(host: str) -> bool:
    if host in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
