"""Make a shortlist again from what was kept, without a model, and compare it byte for byte."""

from __future__ import annotations

from collections.abc import Callable

from matcher.canonical import sha256_hex
from matcher.models import Record

_AROUND = 40


class Replay(Record):
    """Whether the bytes are the same; where they first differ, and what stands there in each."""

    same: bool
    kept_sha256: str
    replayed_sha256: str
    first_difference: int | None = None
    kept_there: str = ""
    replayed_there: str = ""


def replay(kept: bytes, rerun: Callable[[], bytes]) -> Replay:
    """Compare the kept bytes with those that ``rerun`` makes from kept replies.

    ``rerun`` must not reach a model or the network: it raises where a reply is missing, and that error goes through.
    """
    made = rerun()
    place = _first_difference(kept, made)
    return Replay(
        same=place is None,
        kept_sha256=sha256_hex(kept),
        replayed_sha256=sha256_hex(made),
        first_difference=place,
        kept_there=_around(kept, place),
        replayed_there=_around(made, place),
    )


def _first_difference(one: bytes, other: bytes) -> int | None:
    if one == other:
        return None
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))


def _around(data: bytes, place: int | None) -> str:
    return "" if place is None else data[max(0, place - _AROUND) : place + _AROUND].decode("utf-8", "replace")
