"""The style swap: the same facts in plain and in polished words, over pairs written for it (``style.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import NamedTuple

from matcher.audit.variants import Variant
from matcher.models import Criteria, Criterion, Span


class Role(NamedTuple):
    """One posting with its plain résumés, and the polished text of each."""

    criteria: Criteria
    posting: str
    documents: dict[str, str]
    polished: dict[str, str]

    def variants(self, text: str) -> Iterator[Variant[str]]:
        """Yield the polished text of a plain one."""
        yield Variant("polished", "polished", self.polished[text], text, None)


def roles() -> tuple[Role, ...]:
    """Return all roles."""
    table = tomllib.loads(resources.files("matcher.audit").joinpath("style.toml").read_text("utf-8"))
    return tuple(_role(role) for role in table["role"])


def _role(role: dict[str, object]) -> Role:
    posting, title, asked, pairs = (role[name] for name in ("posting", "title", "criteria", "pairs"))
    assert isinstance(asked, list)
    assert isinstance(pairs, list)
    criteria = tuple(
        Criterion.model_validate({"id": f"C{number}", "kind": kind, "text": text, "span": Span(start=0, end=len(text))})
        for number, (kind, text) in enumerate(asked, 1)
    )
    documents = {f"cand:{number:016x}": plain for number, (plain, _) in enumerate(pairs)}
    return Role(
        criteria=Criteria(posting="style", title=str(title), criteria=criteria),
        posting=str(posting),
        documents=documents,
        polished=dict(pairs),
    )
