"""The front door of reading: paths in, one reading per file or member out, in order, whatever the files hold."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from matcher.canonical import sha256_hex
from matcher.errors import InputError
from matcher.models import Document
from matcher.read.find import boxes
from matcher.read.limits import Limits, Unreadable
from matcher.read.reading import Reading
from matcher.read.sandbox import Sandbox
from matcher.read.sources import Source, expand, locate

_AHEAD = 2
"""Files read ahead per worker while the consumer works."""

Skip = Callable[[str], bool]
_Outcome = Reading | list[Source]


def read(
    paths: Sequence[Path], *, limits: Limits | None = None, workers: int = 2, skip: Skip | None = None,
    sandbox: Sandbox | None = None,
) -> Iterator[Reading]:  # fmt: skip
    """Yield one reading per file, in the order of the paths; folders and containers are opened.

    Never raises for what a file holds. ``skip(sha256)`` true means that these bytes are known: they are not parsed
    again and come as status ``known``. Stop iterating (or close the iterator) to end the workers.
    """
    with ExitStack() as stack:
        box = sandbox or stack.enter_context(Sandbox(limits, workers))
        threads = stack.enter_context(ThreadPoolExecutor(workers))
        yield from _stream(expand(paths, box.limits), box, threads, workers * _AHEAD, skip)


def read_one(path: Path, *, limits: Limits | None = None, sandbox: Sandbox | None = None) -> Reading:
    """Read one file that is a document itself; a container is ``unsupported`` here."""
    return _single(path, "read", limits, sandbox)


def read_posting(path: Path, *, limits: Limits | None = None, sandbox: Sandbox | None = None) -> Reading:
    """Read one posting: the text of the document is its description, one sentence, bullet or heading a line."""
    return _single(path, "posting", limits, sandbox)


def fetch(file: str, *, limits: Limits | None = None, sandbox: Sandbox | None = None) -> bytes:
    """Return the bytes of a file as a reading names it, members of containers included.

    Raises:
        InputError: there is no such file any more, or it cannot be opened.
    """
    try:
        source = locate(file)
        if not source.chain:
            return source.path.read_bytes()
        with ExitStack() as stack:
            box = sandbox or stack.enter_context(Sandbox(limits))
            return _member(source, box)
    except (OSError, Unreadable) as error:
        raise InputError(f"The file {file} cannot be opened any more: put it back where it was read from.") from error


def render_quote(
    data: bytes, document: Document, start: int, end: int, *, sandbox: Sandbox | None = None
) -> bytes:  # fmt: skip
    """Return a PNG of the part of a page that holds the text from ``start`` to ``end``, with the text marked.

    Raises:
        InputError: the format has no pages, or the page cannot be drawn.
    """
    found = boxes(document, start, end)
    if not found:
        raise InputError(f"{document.media_type} has no pages to show: read the quote in the text.")
    number = found[0][0]
    page = document.pages[number - 1]
    header = {"task": "draw", "page": number, "size": (page.width, page.height),
              "boxes": [box for n, box in found if n == number]}  # fmt: skip
    try:
        with ExitStack() as stack:
            box = sandbox or stack.enter_context(Sandbox())
            return box.call(header, data)
    except Unreadable as error:
        raise InputError(f"The page cannot be drawn: {error.detail}") from error


# --- one file --------------------------------------------------------------------------------------------------------


def _single(path: Path, task: str, limits: Limits | None, sandbox: Sandbox | None) -> Reading:
    with ExitStack() as stack:
        box = sandbox or stack.enter_context(Sandbox(limits))
        source = next(expand([path], box.limits, walk=False))
        outcome = _outcome(source, box, None, task)
    if isinstance(outcome, Reading):
        return outcome
    detail = "The file holds several files: name one of them, or add the file as a whole."
    return Reading(file=source.label, status="unreadable", reason="unsupported", detail=detail)


def _outcome(source: Source, sandbox: Sandbox, skip: Skip | None, task: str = "read") -> _Outcome:
    size, sha256 = source.size, None
    try:
        if source.failure is not None:
            raise source.failure
        if not source.chain and source.size > sandbox.limits.file_bytes:
            return _members(source, sandbox.call({"task": "members", "path": str(source.path)}), sandbox.limits)
        data = _member(source, sandbox) if source.chain else _bytes(source.path, sandbox.limits)
        size, sha256 = len(data), sha256_hex(data)
        if skip is not None and skip(sha256):
            return Reading(file=source.label, status="known", sha256=sha256, size=size)
        answer = sandbox.call({"task": task, "name": source.name}, data)
        if answer[:1] == b"M":
            return _members(source, answer, sandbox.limits)
        document = Document.model_validate_json(answer[1:])
        return Reading(file=source.label, status="read", sha256=sha256, size=size, document=document)
    except Unreadable as error:
        reason, detail = error.reason, error.detail
    except (ValidationError, ValueError):
        reason, detail = "damaged", "The file makes its parser answer nonsense."
    return Reading(file=source.label, status="unreadable", reason=reason, detail=detail, sha256=sha256, size=size)


def _bytes(path: Path, limits: Limits) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(limits.file_bytes + 1)
    except OSError as error:
        raise Unreadable("vanished", f"The file cannot be opened ({error.strerror}).") from error
    if len(data) > limits.file_bytes:
        raise Unreadable("too_large", f"The file is larger than {limits.file_bytes // 1_000_000} MB.")
    return data


def _member(source: Source, sandbox: Sandbox) -> bytes:
    return sandbox.call({"task": "member", "path": str(source.path), "member": "!".join(source.chain)})


def _members(source: Source, answer: bytes, limits: Limits) -> list[Source]:
    import json

    names = json.loads(answer[1:])
    if not isinstance(names, list) or not names:
        raise Unreadable("empty", "The container holds no files.")
    if len(source.chain) >= limits.depth or (source.chain and PurePosixPath(source.name).suffix.lower() == ".zip"):
        raise Unreadable("unsupported", "The file is a container inside another one: unpack it first.")
    return [source.inner(str(name)) for name in names[: limits.members]]


# --- the stream ------------------------------------------------------------------------------------------------------


def _stream(
    sources: Iterable[Source], sandbox: Sandbox, threads: ThreadPoolExecutor, ahead: int, skip: Skip | None
) -> Iterator[Reading]:
    waiting: deque[Future[_Outcome]] = deque()
    todo = iter(sources)
    try:
        while True:
            while len(waiting) < ahead and (source := next(todo, None)) is not None:
                waiting.append(threads.submit(_outcome, source, sandbox, skip))
            if not waiting:
                return
            outcome = waiting.popleft().result()
            if isinstance(outcome, Reading):
                yield outcome
            else:
                yield from _stream(outcome, sandbox, threads, ahead, skip)
    finally:
        for future in waiting:
            future.cancel()
