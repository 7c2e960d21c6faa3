"""What a worker gives up before it touches hostile bytes: memory, time, writing, sockets.

Limits come from the operating system where it has them (POSIX ``setrlimit``; Linux seccomp for sockets); what is not
there is reported by ``confine`` and not pretended.
"""

from __future__ import annotations

import contextlib
import ctypes
import platform
import socket
import struct
import sys
import time

from matcher.read.limits import Limits

_NUMBERS = {"x86_64": (0xC000003E, 41, 425), "aarch64": (0xC00000B7, 198, 425)}
"""Audit architecture, and the numbers of ``socket`` and ``io_uring_setup``."""
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER_MODE = 38, 22, 2
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 13
_OPEN_FILES = 64


def confine(limits: Limits) -> dict[str, bool]:
    """Give up what the worker does not need, for good; return what the operating system enforces."""
    return {"memory": _limit_resources(limits), "network": _refuse_sockets()}


def allow_cpu(seconds: float) -> None:
    """Let this process use ``seconds`` more of processor time; then the system ends it (POSIX only)."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, hard))


def _limit_resources(limits: Limits) -> bool:
    try:
        import resource
    except ImportError:
        return False
    wanted = {
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_FSIZE: limits.file_bytes,
    }
    for name, value in wanted.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(name, (value, value))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits.file_bytes))
    return resource.getrlimit(resource.RLIMIT_AS)[0] == limits.memory_bytes


def _refuse_sockets() -> bool:
    socket.socket = _Refused  # type: ignore[assignment,misc]
    known = _NUMBERS.get(platform.machine())
    if not sys.platform.startswith("linux") or known is None:
        return False
    arch, *refused = known
    rules = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, arch), (_RETURN, 0, 0, _REFUSE), (_LOAD, 0, 0, 0)]
    for number in refused:
        rules += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    rules.append((_RETURN, 0, 0, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(rules), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0) == 0)


class _Refused:
    """Stands in for ``socket.socket`` where the system cannot refuse sockets itself."""

    def __init__(self, *_: object, **__: object) -> None:
        raise PermissionError("a reading worker has no network")
