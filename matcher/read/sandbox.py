"""A few worker processes behind one call: each can be killed, none can take its neighbours or the parent with it.

Invariants: a request is answered or ends in ``Unreadable``; a worker that died, hung or said nonsense is replaced; the
environment of a worker holds no key; the parent parses JSON only.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from types import TracebackType
from typing import Any, Self

from matcher.models import UnreadReason
from matcher.read.limits import Limits, Unreadable
from matcher.read.worker import receive, send

_REASONS = ("encrypted", "damaged", "no_text", "ocr_missing", "unsupported", "too_large", "limit", "vanished", "empty")
_PASSED_ON = ("PATH", "PYTHONPATH", "HOME", "TESSDATA_PREFIX", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
_REQUESTS_PER_WORKER = 200
_ANSWER_BYTES = 120_000_000
_OUT_OF_MEMORY = (-signal.SIGABRT, -signal.SIGKILL)


class Sandbox:
    """A pool of ``workers`` disposable processes; use as a context manager, from any number of threads."""

    def __init__(self, limits: Limits | None = None, workers: int = 1) -> None:
        self.limits = limits or Limits()
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._all = [_Worker(self.limits) for _ in range(workers)]
        for worker in self._all:
            self._idle.put(worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers."""
        for worker in self._all:
            worker.stop()

    def call(self, header: dict[str, Any], body: bytes = b"") -> bytes:
        """Run one task in a worker.

        Raises:
            Unreadable: as the task says, or ``limit`` and ``damaged`` where the worker did not survive it.
        """
        answer, payload = self._ask(header, body)
        if "ok" not in answer:
            raise Unreadable(_reason(answer.get("reason")), str(answer.get("detail", ""))[:300])
        return payload

    def enforced(self) -> dict[str, bool]:
        """Return which limits the operating system enforces on the workers (``memory``, ``network``)."""
        answer, _ = self._ask({"task": "enforced"}, b"")
        return {str(name): bool(value) for name, value in dict(answer["ok"]).items()}

    def _ask(self, header: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        worker = self._idle.get()
        try:
            return worker.ask(header, body)
        finally:
            self._idle.put(worker)


def _reason(word: object) -> UnreadReason:
    for reason in _REASONS:
        if word == reason:
            return reason  # type: ignore[return-value]
    return "damaged"


class _Worker:
    """One process, started when it is first needed and replaced when it is spent."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0

    def ask(self, header: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        if self._served >= _REQUESTS_PER_WORKER:
            self.stop()
        process = self._process or self._start()
        self._served += 1
        expired = threading.Event()
        clock = threading.Timer(self._limits.wall_seconds, self._expire, (process, expired))
        clock.daemon = True
        clock.start()
        try:
            return self._exchange(process, header, body) or self._bury(process, expired)
        finally:
            clock.cancel()

    def _exchange(
        self, process: subprocess.Popen[bytes], header: dict[str, Any], body: bytes
    ) -> tuple[dict[str, Any], bytes] | None:
        assert process.stdin is not None and process.stdout is not None
        try:
            send(process.stdin, header, body)
            return receive(process.stdout, _ANSWER_BYTES)
        except (OSError, ValueError):
            return None

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment.update(LC_ALL="C.UTF-8", OMP_THREAD_LIMIT="1", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        command = [sys.executable, "-B", "-P", "-m", "matcher.read.worker", self._limits.model_dump_json()]
        self._served = 0
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
            start_new_session=True,
        )  # fmt: skip
        return self._process

    def _expire(self, process: subprocess.Popen[bytes], expired: threading.Event) -> None:
        expired.set()
        _kill(process)

    def _bury(self, process: subprocess.Popen[bytes], expired: threading.Event) -> tuple[dict[str, Any], bytes]:
        """Say why the worker gave no answer, and forget it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(2.0)
        code = process.poll()
        self.stop()
        if expired.is_set():
            detail = f"Reading took longer than {self._limits.wall_seconds:g} seconds and was stopped."
        elif code == -getattr(signal, "SIGXCPU", 0):
            detail = f"Reading took more than {self._limits.cpu_seconds:g} seconds of processor time and was stopped."
        elif code in _OUT_OF_MEMORY:
            detail = "Reading the file needs more memory than it may have."
        else:
            return {"reason": "damaged", "detail": "The file makes its parser crash."}, b""
        return {"reason": "limit", "detail": detail}, b""

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        process.wait()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                stream.close() if stream is not None else None


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a worker and the programs it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
