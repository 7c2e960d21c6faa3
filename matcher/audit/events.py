"""What an event may say in clear, and how the rest is committed to.

Numbers, booleans, candidate ids (as the commitment that stands for the person) and the values of the fields listed in
``events.toml`` stand in clear, as long as they look like something a program writes. Every other text becomes
``{"commit": …}``: HMAC-SHA256 under the candidate's key (the log's own key where no candidate is concerned) over field
name ‖ 0x00 ‖ text. Fractions are written as their shortest decimal text, so that a line has one canonical form.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import TypeAlias

from matcher.audit.keys import commit

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"

_CANDIDATE = re.compile(r"cand:[0-9a-f]{16}")
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_.:/+=,#-]{1,200}")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,40}")


@cache
def _table() -> Mapping[str, frozenset[str]]:
    text = resources.files("matcher.audit").joinpath("events.toml").read_text("utf-8")
    return {name: frozenset(words) for name, words in tomllib.loads(text).items()}


def at_once(kind: str) -> bool:
    """Return whether an event of this kind is brought to the disk before the program goes on."""
    return kind in _table()["at_once"]


def subject(key: bytes, name: str) -> str:
    """Return what stands in the log for a candidate or a person."""
    return "sub:" + commit(key, "subject", name)[:32]


class Clearing:
    """Rewrites a body so that it may stand in the log.

    Args:
        key: the key for the texts of this event. subject_of: gives what stands for another candidate id.
    """

    def __init__(self, key: bytes, subject_of: Callable[[str], str]) -> None:
        self._key = key
        self._subject_of = subject_of

    def body(self, body: Mapping[str, JSON]) -> dict[str, JSON]:
        """Return the body with texts committed. Raises ValueError for a field name that no program would use."""
        return {self._field(name): self._value(name, value) for name, value in body.items()}

    def _field(self, name: str) -> str:
        if _CANDIDATE.fullmatch(name):
            return self._subject_of(name)
        if not _FIELD.fullmatch(name):
            raise ValueError("a field name in the audit log is a lower-case word")
        return name

    def _value(self, name: str, value: JSON) -> JSON:
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return repr(value)
        if isinstance(value, str):
            return self._text(name, value)
        if isinstance(value, Mapping):
            return {self._field(key): self._value(key, inner) for key, inner in value.items()}
        return [self._value(name, inner) for inner in value]

    def _text(self, name: str, value: str) -> JSON:
        if _CANDIDATE.fullmatch(value):
            return self._subject_of(value)
        if name in _table()["plain"] and _PLAIN_VALUE.fullmatch(value):
            return value
        return {"commit": commit(self._key, name, value)}
