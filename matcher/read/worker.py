"""The disposable process that parses: reads requests from standard input, answers on standard output, nothing else.

A frame is two lengths (8 bytes each, big endian), a JSON header and raw bytes. The parent never unpickles anything
that a worker says, so that a parser that was taken over can at worst send a wrong document.
"""

from __future__ import annotations

import json
import struct
import sys
from typing import IO, Any

from matcher.read.isolation import allow_cpu, confine
from matcher.read.limits import Limits, Unreadable

LENGTHS = struct.Struct(">QQ")
_RECURSION = 4000


def send(stream: IO[bytes], header: dict[str, Any], body: bytes) -> None:
    """Write one frame."""
    head = json.dumps(header).encode("utf-8")
    stream.write(LENGTHS.pack(len(head), len(body)) + head)
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes], most: int) -> tuple[dict[str, Any], bytes] | None:
    """Read one frame, or None at the end of the stream or for a frame of more than ``most`` bytes."""
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head, body = LENGTHS.unpack(lengths)
    if head + body > most:
        return None
    raw = stream.read(head)
    rest = stream.read(body)
    if len(raw) < head or len(rest) < body:
        return None
    header = json.loads(raw)
    return (header, rest) if isinstance(header, dict) else None


def main() -> None:
    """Serve requests until standard input ends."""
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    sys.setrecursionlimit(_RECURSION)
    limits = Limits.model_validate_json(sys.argv[1])
    enforced = confine(limits)
    while (request := receive(stdin, 2 * limits.file_bytes)) is not None:
        header, body = request
        allow_cpu(limits.cpu_seconds)
        if header.get("task") == "enforced":
            send(stdout, {"ok": enforced}, b"")
            continue
        send(stdout, *_answer(header, body, limits))


def _answer(header: dict[str, Any], body: bytes, limits: Limits) -> tuple[dict[str, Any], bytes]:
    from matcher.read.tasks import TASKS

    try:
        return {"ok": True}, TASKS[header["task"]](header, body, limits)
    except Unreadable as error:
        return {"reason": error.reason, "detail": error.detail}, b""
    except MemoryError:
        return {"reason": "limit", "detail": "Reading the file needs more memory than it may have."}, b""
    except RecursionError:
        return {"reason": "limit", "detail": "The file is nested beyond reason."}, b""
    except Exception as error:  # noqa: BLE001 - the boundary of the batch: whatever a parser raises becomes a row
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{type(error).__name__}, line {place.tb_lineno}" if place else type(error).__name__
        return {"reason": "damaged", "detail": f"The file breaks the rules of its format ({where})."}, b""


if __name__ == "__main__":
    main()
