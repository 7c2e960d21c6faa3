"""From the text of a model's reply to claims: parsed strictly, cell by cell; anything else is refused.

Fences, think-tags and prose around one JSON object are tolerated, because servers add them; duplicate keys, NaN,
numbers of absurd length, unknown verdicts and unknown fields are not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from matcher.models import Criteria, Verdict

MOST_CHARACTERS = 200_000
_THINKING = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```(?:json)?\s*\n?(.*?)```", re.DOTALL | re.IGNORECASE)


class Answer(BaseModel):
    """One entry of a reply."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, frozen=True)

    id: str
    reason: str = Field(max_length=2000)
    verdict: Verdict
    lines: list[str] = Field(default=[], max_length=40)
    positions: list[str] = Field(default=[], max_length=60)


@dataclass(frozen=True)
class Parsed:
    """The usable answers by criterion id, and what was wrong with the rest (id → complaint)."""

    answers: Mapping[str, Answer]
    wrong: Mapping[str, str]


def parse(text: str, ids: Iterable[str]) -> Parsed:
    """Return what can be used of a reply that should answer these criterion ids."""
    wanted = list(ids)
    entries = _entries(text)
    if entries is None:
        return Parsed({}, dict.fromkeys(wanted, "the reply was not one JSON object with a list of answers"))
    answers: dict[str, Answer] = {}
    wrong: dict[str, str] = {}
    for entry in entries:
        name = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(name, str) or name not in wanted:
            continue
        if name in answers or name in wrong:
            answers.pop(name, None)
            wrong[name] = "this requirement was answered twice"
            continue
        try:
            answers[name] = Answer.model_validate(_without_surrogates(entry))
        except ValidationError as error:
            wrong[name] = _complaint(error)
    for name in wanted:
        if name not in answers and name not in wrong:
            wrong[name] = "this requirement was not answered"
    return Parsed(answers, wrong)


def reply_schema(criteria: Criteria, ids: Iterable[str] | None = None) -> dict[str, Any]:
    """Return the JSON schema of a reply, reason before verdict; the same for a whole run unless ``ids`` narrows it."""
    names = [c.id for c in criteria.criteria] if ids is None else list(ids)
    entry = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "enum": names},
            "reason": {"type": "string"},
            "verdict": {"type": "string", "enum": ["met", "partial", "not_shown", "contradicted"]},
            "lines": {"type": "array", "items": {"type": "string"}},
            "positions": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["id", "reason", "verdict", "lines", "positions"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"answers": {"type": "array", "items": entry}},
        "required": ["answers"],
        "additionalProperties": False,
    }


def load_object(text: str) -> dict[str, Any] | None:
    """Return the one JSON object in a text, or None; stricter than ``json.loads`` (see the module docstring)."""
    if len(text) > MOST_CHARACTERS:
        return None
    bare = _THINKING.sub(" ", text).strip()
    fence = _FENCE.search(bare)
    for candidate in (bare, fence[1] if fence else "", bare[bare.find("{") : bare.rfind("}") + 1]):
        value = _load(candidate)
        if isinstance(value, dict):
            return value
    return None


def _entries(text: str) -> list[Any] | None:
    data = load_object(text)
    entries = data.get("answers") if data is not None else None
    return entries if isinstance(entries, list) and len(entries) <= 2000 else None


def _without_surrogates(entry: dict[str, Any]) -> dict[str, Any]:
    reason = entry.get("reason")
    clean = reason.encode("utf-8", "replace").decode("utf-8") if isinstance(reason, str) else reason
    return {**entry, "reason": clean} if "reason" in entry else entry


def _load(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_no_infinity)
    except (ValueError, RecursionError):
        return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError("duplicate keys")
    return dict(pairs)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _no_infinity(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number out of range")
    return value


def _complaint(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    field = str(first["loc"][0]) if first["loc"] else "entry"
    known = field if field in Answer.model_fields else "an unknown field"
    if known == "verdict":
        return "the verdict is not one of met, partial, not_shown, contradicted"
    return f"{known} is missing, too long or of the wrong type"
