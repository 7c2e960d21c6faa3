"""The demonstration: the bundled examples with kept replies, so that a newcomer sees everything without key or network.

``examples/replies.json`` holds honest readings of exactly the prompts that the product makes for the examples, keyed by
the hash of what is asked, with their provenance. Another prompt or another example has another key, and its cells are
then *not assessed*: a kept reply is never passed off as an answer to a question that was not asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from matcher import justify, llm
from matcher.config import Settings
from matcher.errors import ConfigError
from matcher.models import BlindView, Criteria
from matcher.pipeline import intake, judges, matching
from matcher.pipeline.run import Outcome, run_in
from matcher.pipeline.session import Progress, no_progress, session

NAME = "kept-replies"
READ_IN_DEPTH = 12
"""Fewer than there are examples, so that a newcomer sees what it means to be below the cut."""


class KeptReplies:
    """An endpoint that answers from a file, and only what that file was asked."""

    identity = NAME

    def __init__(self, kept: dict[str, Any]) -> None:
        self.note = (
            f"A demonstration: these replies were written by {kept.get('read_by') or 'nobody yet'} and kept; no model"
            " has read anything. Code checked every reply."
        )
        self._texts = {entry["key"]: str(entry["reply"]) for entry in kept["replies"]}

    def send(self, request: llm.Request, deadline: float) -> bytes:
        """Return the kept completion. Raises Fault where there is none for exactly this question."""
        del deadline
        text = self._texts.get(request.key(self.identity))
        if text is None:
            raise llm.Fault("item", "there is no kept reply to this question")
        return llm.completion(text, NAME)


def examples() -> Path:
    """Return the folder of the examples: inside the installed package, or beside a checkout.

    Raises:
        ConfigError: neither is there.
    """
    packed = Path(str(files("matcher"))) / "examples"
    beside = packed.parent.parent / "examples"
    for folder in (packed, beside):
        if (folder / "posting.html").exists():
            return folder
    raise ConfigError("The examples are not part of this installation: use a checkout, or install the wheel.")


def demo(settings: Settings, out: Path, progress: Progress = no_progress) -> Outcome:
    """Run the examples with their kept replies."""
    folder = examples()
    kept = json.loads((folder / "replies.json").read_text("utf-8"))
    job = matching.read_job(folder / "posting.html")
    day, top = date.fromisoformat(kept["as_of"]), min(settings.top, READ_IN_DEPTH)
    chosen = settings.model_copy(update={"llm": NAME, "as_of": day, "top": top})
    with session(chosen, "write", progress) as opened, judges.store(opened) as replies:
        gateway = llm.Gateway(KeptReplies(kept), replies)
        return run_in(opened, job, folder / "posting.html", [folder / "resumes"], out, gateway)


@dataclass(frozen=True)
class Question:
    """What the demonstration asks about one example résumé."""

    file: str
    view: BlindView
    criteria: Criteria
    request: llm.Request


def questions(settings: Settings, day: date) -> Iterator[Question]:
    """Yield what the demonstration asks, one question per example résumé."""
    folder = examples()
    job = matching.read_job(folder / "posting.html")
    with session(settings.model_copy(update={"as_of": day}), "write") as opened:
        judge = justify.ModelJudge(llm.Gateway(KeptReplies({"replies": []})))
        taken = intake.add(opened, [folder / "resumes"], day)
        for row in taken.rows:
            if row.status == "read" and row.candidate:
                view, _ = matching.view_of(opened, row.candidate, day)
                for request in judge.requests(view, job.criteria):
                    yield Question(row.file.rsplit("/", 1)[-1], view, job.criteria, request)
