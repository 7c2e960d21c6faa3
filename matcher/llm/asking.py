"""What is asked of a model and what comes back: requests, replies, failures and faults.

A request's key is the hash of exactly what is asked; the way it is asked (the rung of the schema ladder, the name of
a parameter) is no part of it, so that a stored reply answers whatever the endpoint understands today.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from matcher.canonical import canonical_json, content_id

FailureReason = Literal["call_failed", "refused", "too_long"]
FaultKind = Literal["retry", "stop", "item"]
_BYTES_PER_TOKEN = 3.4
"""Deliberately low (English prose has about four), so that estimates and reservations err on the dear side."""


@dataclass(frozen=True)
class Request:
    """One stateless question: fixed instructions, the material, and the JSON schema of the answer.

    ``sample`` numbers independent readings of the same question (``--passes``); 0 is the first.
    """

    system: str
    user: str
    schema_name: str
    schema: Mapping[str, Any]
    max_tokens: int = 4000
    sample: int = 0

    def key(self, endpoint: str) -> str:
        """Return the tagged hash of what is asked of the endpoint with this identity."""
        asked = {
            "endpoint": endpoint,
            "max_tokens": self.max_tokens,
            "sample": self.sample,
            "schema": self.schema,
            "schema_name": self.schema_name,
            "system": self.system,
            "user": self.user,
        }
        return content_id("reply", canonical_json(asked))


@dataclass(frozen=True)
class Usage:
    """Tokens of one call; ``cached`` is the part of the prompt that the provider had kept."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0

    @property
    def total(self) -> int:
        """Prompt and completion tokens together."""
        return self.prompt + self.completion


@dataclass(frozen=True)
class Reply:
    """What a model said. ``stored`` is true where it came from the store and cost nothing."""

    key: str
    text: str
    finish: str
    model: str
    usage: Usage
    stored: bool = False


@dataclass(frozen=True)
class Failure:
    """A call that gave no reply: a record for the cells that depended on it, never an exception."""

    key: str
    reason: FailureReason
    detail: str


class Fault(Exception):
    """Something an endpoint did instead of answering.

    Attributes:
        kind: *retry* may pass, *stop* ends the run (key, quota, address), *item* concerns this request alone.
        reason: what an *item* becomes. after: seconds the endpoint asked us to wait.
        charged: the provider may have counted the tokens although we got nothing.
    """

    def __init__(
        self,
        kind: FaultKind,
        detail: str,
        *,
        reason: FailureReason = "call_failed",
        after: float | None = None,
        charged: bool = False,
    ) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.reason, self.after, self.charged = kind, detail, reason, after, charged


class Endpoint(Protocol):
    """Something that answers one request with the bytes of an OpenAI chat completion."""

    identity: str
    """Address and model: part of every key."""

    def send(self, request: Request, deadline: float) -> bytes:
        """Return the completion as JSON bytes within ``deadline`` seconds. Raises Fault."""
        ...


class Store(Protocol):
    """Where replies are kept; the workspace is one."""

    def get(self, key: str) -> bytes | None:
        """Return the stored bytes, or None."""
        ...

    def put(self, key: str, body: bytes, meta: dict[str, object], candidate: str | None) -> None:
        """Keep the bytes; the first under a key stays."""
        ...


class Asker(Protocol):
    """The one method that judges and drafters use."""

    name: str

    def ask(self, request: Request, *, candidate: str | None = None) -> Reply | Failure:
        """Return the reply. Raises BudgetReached or ModelUnreachable when the run must stop."""
        ...


@dataclass
class MemoryStore:
    """A store that lives as long as the process; for tests and trials."""

    replies: dict[str, bytes] = field(default_factory=dict)

    def get(self, key: str) -> bytes | None:
        """Return the stored bytes, or None."""
        return self.replies.get(key)

    def put(self, key: str, body: bytes, meta: dict[str, object], candidate: str | None) -> None:
        """Keep the bytes; the first under a key stays."""
        self.replies.setdefault(key, body)


def estimate_tokens(text: str) -> int:
    """Return a number of tokens that this text hardly exceeds (UTF-8 bytes / 3.4, rounded up)."""
    return math.ceil(len(text.encode("utf-8", "replace")) / _BYTES_PER_TOKEN)


def prompt_tokens(request: Request) -> int:
    """Return the estimated prompt tokens of a request, its schema and the message frame included."""
    schema = canonical_json(request.schema).decode("utf-8")
    return estimate_tokens(request.system + request.user + schema) + 16
