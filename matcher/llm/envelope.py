"""Reading a chat completion without believing it: every type is checked before it is used.

Endpoints answer 200 with HTML, with an error object, with no choices, with negative usage; each becomes a fault or is
counted locally, never an exception from somewhere deep.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from matcher.llm.asking import Fault, Request, Usage, estimate_tokens, prompt_tokens

_MOST_BYTES = 8_000_000


@dataclass(frozen=True)
class Envelope:
    """The parts of a completion that the product uses; ``fingerprint`` is the provider's, if it sends one."""

    text: str
    finish: str
    model: str
    usage: Usage
    fingerprint: str = ""
    refused: bool = False


def open_envelope(body: bytes, request: Request) -> Envelope:
    """Return the checked parts of a completion.

    Raises:
        Fault: *retry* for a body that is no completion, *stop* for a quota that is used up.
    """
    data = json_object(body)
    if isinstance(data.get("error"), (dict, str)) and not data.get("choices"):
        raise error_fault(data["error"], 200)
    choice = _first(data.get("choices"))
    message = choice.get("message")
    if not isinstance(message, dict):
        raise Fault("retry", "the endpoint answered without a message", charged=True)
    finish = _text(choice.get("finish_reason")) or "stop"
    refused = finish == "content_filter" or bool(_text(message.get("refusal")))
    text = _said(message, request)
    usage = _usage(data.get("usage"), request, text)
    return Envelope(text, finish, _text(data.get("model")), usage, _text(data.get("system_fingerprint")), refused)


def error_fault(error: Any, status: int) -> Fault:
    """Return the fault that an error object stands for; its text is not repeated, it may quote the prompt."""
    fields = error if isinstance(error, dict) else {"message": error}
    words = " ".join(_text(fields.get(name)) for name in ("code", "type", "message")).lower()
    if "insufficient_quota" in words or "billing" in words or "exceeded your current quota" in words:
        return Fault("stop", "the account has no quota left at the model endpoint: top it up, then run again")
    if status in (401, 403) or "invalid_api_key" in words or "authentication" in words:
        return Fault("stop", "the model endpoint refused the key: set OPENAI_API_KEY, then run again")
    if "context_length" in words or "context length" in words or "maximum context" in words or "too long" in words:
        return Fault("item", "the text is longer than the model can read", reason="too_long")
    if "content_filter" in words or "content management policy" in words or "safety" in words:
        return Fault("item", "the endpoint refused this text", reason="refused")
    return Fault("retry", "the endpoint reported an error", charged=False)


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that a body holds. Raises Fault."""
    if len(body) > _MOST_BYTES:
        raise Fault("item", "the endpoint sent more than 8 MB", charged=True)
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Fault("retry", "the endpoint did not answer with JSON", charged=True) from error
    if not isinstance(data, dict):
        raise Fault("retry", "the endpoint did not answer with a JSON object", charged=True)
    return data


def _first(choices: Any) -> dict[str, Any]:
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise Fault("retry", "the endpoint answered without a choice", charged=True)
    return choices[0]


def _said(message: dict[str, Any], request: Request) -> str:
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict) and function.get("name") == request.schema_name:
            return _text(function.get("arguments"))
    content = message.get("content")
    if isinstance(content, list):
        return "".join(_text(part.get("text")) for part in content if isinstance(part, dict))
    return _text(content)


def _text(value: Any) -> str:
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def _usage(usage: Any, request: Request, text: str) -> Usage:
    fields = usage if isinstance(usage, dict) else {}
    details = fields.get("prompt_tokens_details")
    prompt = _count(fields.get("prompt_tokens"))
    completion = _count(fields.get("completion_tokens"))
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else None
    prompt = prompt_tokens(request) if prompt is None else prompt
    completion = estimate_tokens(text) if completion is None else completion
    return Usage(prompt, completion, min(cached or 0, prompt))


def _count(value: Any) -> int | None:
    plausible = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10_000_000
    return value if plausible else None
