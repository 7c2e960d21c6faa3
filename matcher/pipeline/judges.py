"""Which reader reads: the configured model, or offline the reading model with facts by code."""

from __future__ import annotations

import os
from dataclasses import dataclass

from matcher import justify, llm
from matcher.errors import ConfigError
from matcher.justify import Judge, SecondReader
from matcher.models import Ranking
from matcher.pipeline.session import Session


@dataclass(frozen=True)
class Readers:
    """The judge, an optional second reader, and the gateway whose spending is reported (None offline)."""

    judge: Judge
    second: SecondReader | None = None
    gateway: llm.Gateway | None = None


class WorkspaceReplies:
    """The workspace as the gateway's store of replies."""

    def __init__(self, session: Session) -> None:
        self._workspace = session.workspace
        self._log = session.log

    def get(self, key: str) -> bytes | None:
        """Return a stored reply."""
        return self._workspace.reply(key)

    def put(self, key: str, body: bytes, meta: dict[str, object], candidate: str | None) -> None:
        """Keep a reply and log that there was one."""
        self._workspace.put_reply(key, body, meta, candidate)
        known = {name: meta[name] for name in sorted(meta) if isinstance(meta[name], str | int)}
        self._log.record("llm_call", actor="system", candidate=candidate, body={"reply": key, **known})


def readers(session: Session, ranking: Ranking) -> Readers:
    """Return the readers that the settings ask for.

    Raises:
        ConfigError: a model is named and no key or endpoint is given.
    """
    settings = session.settings
    if settings.llm == "none":
        return Readers(offline(session, ranking))
    if not os.environ.get("OPENAI_API_KEY") and not os.environ.get("OPENAI_BASE_URL"):
        raise ConfigError(
            f"The model {settings.llm} needs OPENAI_API_KEY (and OPENAI_BASE_URL for another endpoint than OpenAI's):"
            " set them, or run with --llm none."
        )
    gateway = llm.Gateway(
        llm.OpenAIEndpoint(settings.llm),
        WorkspaceReplies(session),
        budget=llm.Budget(settings.budget_tokens),
        pace=llm.Pace(deadline=settings.deadline),
    )
    judge = justify.ModelJudge(gateway, passes=settings.passes)
    second: SecondReader = justify.AsSecond(offline(session, ranking))
    if settings.verify:
        second = justify.ModelVerifier(gateway)
    return Readers(judge, second, gateway)


def offline(session: Session, ranking: Ranking) -> Judge:
    """Return the offline reader."""
    del session
    return justify.EvidenceJudge({entry.candidate: entry.nearest for entry in ranking.ranked})
