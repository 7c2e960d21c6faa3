"""What a refusal means: try again, ask in another way, skip this one, or stop the run.

Error texts of endpoints are read but never repeated: they may quote the prompt.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from matcher.llm.asking import Fault
from matcher.llm.envelope import error_fault

_REFUSED_PARAMETER = (
    "unsupported", "not supported", "not support", "unrecognized", "unrecognised", "unknown", "invalid", "unexpected",
    "not allowed", "not permitted", "extra", "deprecated", "does not", "should be", "cannot", "no endpoints",
    "too large",
)  # fmt: skip
_FORMS = ("response_format", "json_schema", "json_object", "tool", "function", "guided", "grammar", "schema")


def fault_of(status: int, headers: Mapping[str, str], body: bytes) -> Fault:
    """Return the fault that an HTTP status stands for."""
    if 300 <= status < 400:
        return Fault("stop", "the model endpoint redirects to another address: put the final one in OPENAI_BASE_URL")
    error = _error(body)
    known = error_fault(error, status)
    if known.kind != "retry":
        return known
    if status == 404:
        return Fault("stop", "the model endpoint does not know this model or address: check the model's name")
    if status in (408, 409, 425, 429) or status >= 500:
        detail = "the endpoint is overloaded" if status == 429 else f"the endpoint failed with status {status}"
        return Fault("retry", detail, after=_retry_after(headers))
    return Fault("item", f"the endpoint refused this request with status {status}")


def unsupported(status: int, body: bytes, asked: Mapping[str, Any]) -> str | None:
    """Return the name of the parameter (or ``form`` for the rung) that a refusal complains about, or None.

    llama.cpp's server reports an unknown ``response_format`` with status 500.
    """
    if status not in (400, 404, 415, 422, 500, 501):
        return None
    error = _error(body)
    if error_fault(error, status).reason == "too_long":
        return None
    fields = error if isinstance(error, dict) else {}
    words = json.dumps(error, ensure_ascii=False).lower() if error else ""
    if not any(sign in words for sign in _REFUSED_PARAMETER):
        return None
    named = str(fields.get("param") or "")
    for name in ("max_completion_tokens", "max_tokens", "temperature", "seed", "stream"):
        if name in asked and (named == name or _mentions(words, name)):
            return name
    if ("response_format" in asked or "tools" in asked) and any(form in words for form in _FORMS):
        return "form"
    return None


def _mentions(words: str, name: str) -> bool:
    return f"'{name}'" in words or f'"{name}' in words or f"`{name}`" in words or f" {name} " in f" {words} "


def _error(body: bytes) -> Any:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(data, dict):
        return data.get("error") or data.get("detail") or data.get("message") or data
    return None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    lower = {name.lower(): value for name, value in headers.items()}
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(lower[name]) * unit
        except (KeyError, ValueError):
            continue
        if 0 <= seconds < 1_000_000:
            return seconds
    return None
