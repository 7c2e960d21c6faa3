"""An OpenAI-compatible server, asked in whatever way it understands.

The client does none of the protecting (no retries, no redirects, no streaming): status, rung and time are decided here.
The ladder is json_schema → forced tool → json_object with schema → plain; the rung that worked is remembered per
address and model, in memory and in the store. Every HTTP call ends at the deadline, however slowly bytes drip.
"""

from __future__ import annotations

import asyncio
import math
import os
import re
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from matcher.canonical import canonical_json, content_id
from matcher.errors import ConfigError
from matcher.llm.asking import Fault, Request, Store
from matcher.llm.faults import fault_of, unsupported

RUNGS = ("json_schema", "tool", "json_object", "plain")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
PUBLIC_URL = "https://api.openai.com/v1"
_WARM = 0.5
"""Temperature of the second and later samples, so that votes are votes; the first is read at 0."""
_AT_MOST = re.compile(r"(?:at most|less than or equal to|<=|maximum (?:value )?(?:is|of)) *(\d{2,7})")
T = TypeVar("T")


@dataclass
class Dialect:
    """What one address and model understands; learnt from its refusals, shared by all threads."""

    rung: int = 0
    limit_name: str = "max_tokens"
    left_out: set[str] = field(default_factory=set)
    most_tokens: int = 1_000_000
    lock: threading.Lock = field(default_factory=threading.Lock)


class OpenAIEndpoint:
    """One model at one address. ``close()`` it, or use it as a context manager."""

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        store: Store | None = None,
        transport: Any = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.model = model
        self.base_url = checked_url(base_url or os.environ.get("OPENAI_BASE_URL") or PUBLIC_URL)
        self.identity = f"{self.base_url}#{model}"
        self.dialect = Dialect(limit_name=_limit_name(self.base_url))
        self._key = api_key or os.environ.get("OPENAI_API_KEY") or _no_key(self.base_url)
        self._store, self._transport, self._clock = store, transport, clock
        self._memory = content_id("rung", self.identity)
        self._loop = _Loop()
        self._client: Any = None
        self._remembered()

    def __enter__(self) -> OpenAIEndpoint:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close connections and the thread that holds them."""
        if self._client is not None:
            self._loop.run(self._client.close())
            self._client = None
        self._loop.close()

    def send(self, request: Request, deadline: float) -> bytes:
        """Return the completion as JSON bytes, going down the ladder where a rung is not understood. Raises Fault."""
        end = self._clock() + deadline
        for _ in range(2 * len(RUNGS) + 4):
            rung = self.dialect.rung
            asked = self.arguments(request, rung)
            status, headers, body = self._post("/chat/completions", asked, end - self._clock())
            if status == 200:
                self._remember(rung)
                return body
            if not self._learn(status, body, rung, asked):
                raise fault_of(status, headers, body)
        raise Fault("stop", "the model endpoint understands no way of asking that we know")

    def embed(self, texts: list[str], deadline: float = 60.0) -> list[list[float]]:
        """Return one vector per text from the embeddings endpoint. Raises Fault."""
        status, headers, body = self._post("/embeddings", {"input": texts, "model": self.model}, deadline)
        if status != 200:
            raise fault_of(status, headers, body)
        return _vectors(body, len(texts))

    # --- one HTTP call ---------------------------------------------------------------------------------------------

    def _post(self, path: str, body: Mapping[str, Any], deadline: float) -> tuple[int, Mapping[str, str], bytes]:
        if deadline <= 0:
            raise Fault("retry", "no answer within the deadline", charged=False)
        return self._loop.run(self._call(path, body, deadline))

    async def _call(self, path: str, body: Mapping[str, Any], deadline: float) -> tuple[int, Mapping[str, str], bytes]:
        import httpx2
        import openai

        client = self._opened(openai, httpx2)
        try:
            async with asyncio.timeout(deadline):
                response = await client.post(path, body=dict(body), cast_to=httpx2.Response)
                return 200, {}, bytes(response.content)
        except openai.APIStatusError as error:
            return error.status_code, dict(error.response.headers), bytes(error.response.content)
        except openai.APIConnectionError as error:
            raise Fault("retry", _connection_detail(error), charged=not _never_sent(error)) from None
        except TimeoutError:
            raise Fault("retry", "no complete answer within the deadline", charged=True) from None
        except (httpx2.HTTPError, ValueError, UnicodeError):
            raise Fault("retry", "the connection broke in the middle of an answer", charged=True) from None

    def _opened(self, openai: Any, httpx2: Any) -> Any:
        if self._client is None:
            local = urlsplit(self.base_url).hostname in LOOPBACK
            http = httpx2.AsyncClient(
                follow_redirects=False, trust_env=not local, transport=self._transport, timeout=None
            )
            self._client = openai.AsyncOpenAI(
                api_key=self._key, base_url=self.base_url, max_retries=0, timeout=None, http_client=http
            )
        return self._client

    # --- how it is asked -------------------------------------------------------------------------------------------

    def arguments(self, request: Request, rung: int | None = None) -> dict[str, Any]:
        """Return the body of a call: at this rung of the ladder, or at the one that is known to work."""
        rung = self.dialect.rung if rung is None else rung
        messages = [{"role": "system", "content": request.system}, {"role": "user", "content": request.user}]
        asked: dict[str, Any] = {"model": self.model, "messages": messages, "stream": False}
        asked[self.dialect.limit_name] = min(request.max_tokens, self.dialect.most_tokens)
        asked["temperature"] = 0 if request.sample == 0 else _WARM
        asked["seed"] = 7 + request.sample
        asked |= _form(request, RUNGS[rung])
        return {name: value for name, value in asked.items() if name not in self.dialect.left_out}

    def _learn(self, status: int, body: bytes, rung: int, asked: Mapping[str, Any]) -> bool:
        """Change the dialect if this refusal says that a parameter or a rung is not understood."""
        name = unsupported(status, body, asked)
        with self.dialect.lock:
            if name is None:
                return False
            if name in ("max_tokens", "max_completion_tokens"):
                return self._learn_limit(name, body)
            if name != "form":
                self.dialect.left_out.add(name)
                return True
            if rung + 1 >= len(RUNGS):
                return False
            self.dialect.rung = max(self.dialect.rung, rung + 1)
            return True

    def _learn_limit(self, name: str, body: bytes) -> bool:
        """A smaller limit where the refusal names one, else the other name, else none at all."""
        found = _AT_MOST.search(body.decode("utf-8", "replace").lower())
        if found is not None and int(found[1]) < self.dialect.most_tokens:
            self.dialect.most_tokens = int(found[1])
        elif self.dialect.limit_name == name:
            self.dialect.limit_name = "max_completion_tokens" if name == "max_tokens" else "max_tokens"
            self.dialect.left_out.add(name)
        return True

    def _remembered(self) -> None:
        known = self._store.get(self._memory) if self._store is not None else None
        if known is not None and known.decode("ascii", "replace") in RUNGS:
            self.dialect.rung = RUNGS.index(known.decode("ascii"))

    def _remember(self, rung: int) -> None:
        if self._store is not None and rung > 0 and self._store.get(self._memory) is None:
            self._store.put(self._memory, RUNGS[rung].encode("ascii"), {"asked": self.identity}, None)


class _Loop:
    """An event loop in a thread of its own, so that one deadline bounds a whole call."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return the result of a coroutine that runs in the loop's thread."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="model-calls", daemon=True)
                self._thread.start()
            loop = self._loop
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    def close(self) -> None:
        """Stop the loop and its thread."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


def checked_url(url: str) -> str:
    """Return the address without a trailing slash.

    Raises:
        ConfigError: no http(s) address, or plain http to another machine, which would show résumés and key to others.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"OPENAI_BASE_URL is not an address of a model server: {url!r}.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ConfigError(
            f"OPENAI_BASE_URL must begin with https:// (only this machine may use http): {parts.hostname}."
        )
    return url.strip().rstrip("/")


def _limit_name(base_url: str) -> str:
    host = urlsplit(base_url).hostname or ""
    modern = host == "api.openai.com" or host.endswith((".openai.azure.com", ".services.ai.azure.com"))
    return "max_completion_tokens" if modern else "max_tokens"


def _no_key(base_url: str) -> str:
    if urlsplit(base_url).hostname in LOOPBACK:
        return "not-needed"
    raise ConfigError("There is no key for the model endpoint: set OPENAI_API_KEY.")


def _form(request: Request, rung: str) -> dict[str, Any]:
    named = {"name": request.schema_name, "schema": dict(request.schema)}
    if rung == "json_schema":
        return {"response_format": {"type": "json_schema", "json_schema": {**named, "strict": True}}}
    if rung == "tool":
        function = {"name": request.schema_name, "parameters": dict(request.schema)}
        choice = {"type": "function", "function": {"name": request.schema_name}}
        return {"tools": [{"type": "function", "function": function}], "tool_choice": choice}
    if rung == "json_object":
        return {"response_format": {"type": "json_object", "schema": dict(request.schema)}}
    return {}


def _vectors(body: bytes, count: int) -> list[list[float]]:
    from matcher.llm.envelope import json_object

    data = json_object(body).get("data")
    if not isinstance(data, list) or len(data) != count:
        raise Fault("retry", "the endpoint did not send one vector per text")
    found = dict(_vector(place, row) for place, row in enumerate(data))
    if set(found) != set(range(count)):
        raise Fault("retry", "the endpoint did not send one vector per text")
    return [found[index] for index in range(count)]


def _vector(place: int, row: Any) -> tuple[int, list[float]]:
    fields = row if isinstance(row, dict) else {}
    index, vector = fields.get("index", place), fields.get("embedding")
    numbers = isinstance(vector, list) and all(isinstance(x, (int, float)) and math.isfinite(x) for x in vector)
    if not isinstance(index, int) or not isinstance(vector, list) or not vector or not numbers:
        raise Fault("retry", "the endpoint sent something that is no vector")
    return index, [float(x) for x in vector]


def _never_sent(error: Exception) -> bool:
    cause = type(error.__cause__).__name__
    return cause in ("ConnectError", "ConnectTimeout", "PoolTimeout")


def _connection_detail(error: Exception) -> str:
    return "the endpoint cannot be reached" if _never_sent(error) else "the connection broke before an answer"


def describe(endpoint: OpenAIEndpoint) -> str:
    """Return the address, model and rung in one line, for ``matcher doctor``."""
    state = {"rung": RUNGS[endpoint.dialect.rung], "limit": endpoint.dialect.limit_name}
    return f"{endpoint.identity} {canonical_json(state).decode()}"
