"""Opening an endpoint as the settings name it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matcher.errors import ModelUnreachable
from matcher.llm.asking import Fault, Store
from matcher.llm.budget import Budget
from matcher.llm.gateway import Gateway, Pace
from matcher.llm.openai_endpoint import OpenAIEndpoint


def open_gateway(
    model: str, *, store: Store | None = None, budget: int | None = None, deadline: float = 120.0
) -> Gateway:
    """Return a gateway to ``model`` at OPENAI_BASE_URL with OPENAI_API_KEY; ``close()`` it.

    Raises:
        ConfigError: no key, or an address that would show résumés to others.
    """
    endpoint = OpenAIEndpoint(model, store=store)
    return Gateway(endpoint, store, budget=Budget(budget), pace=Pace(deadline=deadline))


def embed_texts(model: str, endpoint: OpenAIEndpoint | None = None) -> Callable[[Sequence[str]], list[list[float]]]:
    """Return a function from texts to vectors, 64 texts a call, three attempts each, in the order of the texts.

    Raises (when called):
        ModelUnreachable: the endpoint does not answer with vectors.
    """
    opened = endpoint or OpenAIEndpoint(model)

    def embed(texts: Sequence[str]) -> list[list[float]]:
        vectors: list[list[float]] = []
        for first in range(0, len(texts), 64):
            vectors += _patiently(opened, list(texts[first : first + 64]))
        return vectors

    return embed


def _patiently(endpoint: OpenAIEndpoint, texts: list[str]) -> list[list[float]]:
    import time

    for attempt in range(3):
        try:
            return endpoint.embed(texts)
        except Fault as fault:
            if fault.kind != "retry" or attempt == 2:
                raise ModelUnreachable(f"The embedding endpoint cannot be used: {fault.detail}.") from fault
            time.sleep(min(fault.after or 2.0**attempt, 20.0))
    raise AssertionError("unreachable")
