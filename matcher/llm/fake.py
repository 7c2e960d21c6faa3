"""A model that is a function: the public fake, which enters by the front door."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from matcher.llm.asking import Failure, Reply, Request, Store
from matcher.llm.gateway import Gateway

Answer = str | bytes | Mapping[str, Any]


class FunctionLLM:
    """An endpoint that answers with ``function(request)``: a text, a JSON object, or raw bytes of a completion.

    It is an Endpoint (for a Gateway) and an Asker (used alone, with a store of its own if one is given).
    """

    def __init__(
        self, function: Callable[[Request], Answer], name: str = "function", store: Store | None = None
    ) -> None:
        self.identity = name
        self.name = name
        self.requests: list[Request] = []
        self._function = function
        self._gateway = Gateway(self, store)

    def send(self, request: Request, deadline: float) -> bytes:
        """Return the function's answer as the bytes of a completion."""
        self.requests.append(request)
        answer = self._function(request)
        return answer if isinstance(answer, bytes) else completion(answer, self.name)

    def ask(self, request: Request, *, candidate: str | None = None) -> Reply | Failure:
        """Ask through a gateway of its own."""
        return self._gateway.ask(request, candidate=candidate)


def completion(answer: str | Mapping[str, Any], model: str = "function") -> bytes:
    """Return the bytes of an OpenAI chat completion that says ``answer``."""
    text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
    body = {"model": model, "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": text}}]}
    return json.dumps(body).encode("utf-8")
