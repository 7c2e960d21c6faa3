"""Files of the OpenAI Batch API: the same questions for a night run at half price, the replies into the same store.

The id of a line is the key of its reply, so that a file can be read twice, late, cut, or mixed with others: what is
good is stored, what is missing is written into the next file, what nobody asked for is counted and left alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from matcher.canonical import canonical_json
from matcher.llm.asking import Fault, Request, Store
from matcher.llm.envelope import open_envelope
from matcher.llm.openai_endpoint import OpenAIEndpoint

Asked = tuple[Request, str]
"""A request and the candidate it is about."""


@dataclass(frozen=True)
class BatchOutcome:
    """What a batch file held: lines by what became of them, and the keys that must be asked again."""

    stored: int = 0
    known: int = 0
    unknown: int = 0
    damaged: int = 0
    missing: tuple[str, ...] = ()

    def said(self) -> str:
        """Return the counts in one sentence."""
        return (
            f"{self.stored} replies stored, {self.known} were there already, {self.unknown} of other runs, "
            f"{self.damaged} lines unusable, {len(self.missing)} requests still open."
        )


def batch_lines(asked: Iterable[Asked], endpoint: OpenAIEndpoint, store: Store) -> Iterator[str]:
    """Yield one line of JSON per request that the store cannot answer, in order, each once."""
    written: set[str] = set()
    for request, _ in asked:
        key = request.key(endpoint.identity)
        if key in written or store.get(key) is not None:
            continue
        written.add(key)
        body = endpoint.arguments(request)
        line = {"custom_id": key, "method": "POST", "url": "/v1/chat/completions", "body": body}
        yield canonical_json(line).decode("utf-8")


def read_batch(lines: Iterable[str], asked: Iterable[Asked], endpoint: OpenAIEndpoint, store: Store) -> BatchOutcome:
    """Store the replies of a batch output file; a line that cannot be used leaves its request open."""
    wanted = {request.key(endpoint.identity): (request, candidate) for request, candidate in asked}
    stored = known = unknown = damaged = 0
    for line in lines:
        if not line.strip():
            continue
        key, body = _reply_of(line)
        if key is None:
            damaged += 1
        elif key not in wanted:
            unknown += 1
        elif store.get(key) is not None:
            known += 1
        elif body is not None and _keep(key, body, wanted[key], endpoint.identity, store):
            stored += 1
        else:
            damaged += 1
    return BatchOutcome(stored, known, unknown, damaged, tuple(key for key in wanted if store.get(key) is None))


def _keep(key: str, body: bytes, asked: Asked, identity: str, store: Store) -> bool:
    request, candidate = asked
    try:
        envelope = open_envelope(body, request)
    except Fault:
        return False
    meta: dict[str, object] = {
        "asked": identity,
        "batch": True,
        "cached_tokens": envelope.usage.cached,
        "completion_tokens": envelope.usage.completion,
        "finish": envelope.finish,
        "fingerprint": envelope.fingerprint,
        "model": envelope.model,
        "prompt_tokens": envelope.usage.prompt,
    }
    store.put(key, body, meta, candidate)
    return True


def _reply_of(line: str) -> tuple[str | None, bytes | None]:
    """The id and the completion of one output line; None where there is none."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None, None
    fields: Mapping[str, Any] = data if isinstance(data, dict) else {}
    key, response = fields.get("custom_id"), fields.get("response")
    good = isinstance(response, dict) and response.get("status_code") == 200
    body = response.get("body") if good and isinstance(response, dict) else None
    return (key if isinstance(key, str) else None), json.dumps(body).encode("utf-8") if body is not None else None
