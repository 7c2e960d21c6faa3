"""Models that misbehave on purpose, to show that it does not matter: a liar, a puppet, a flickerer.

They read a request as any model would and are used by ``matcher selftest`` and by the tests.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from typing import Any

from matcher.llm import FunctionLLM, Request

_LINE = re.compile(r"^(L\d+)(?: \[to the reader\])?\| (.*)$", re.MULTILINE)
_POSITION = re.compile(r"^\[(P\d+): ", re.MULTILINE)
_ORDER = re.compile(
    r"ignor|instruct|disregard|override|system|assistant|verdict|\bmet\b|requirement|reviewer|screener|rank|score"
    r"|approve|prompt|evidence|call the|function|指令|要求",
    re.IGNORECASE,
)
VERDICTS = ("met", "partial", "not_shown", "contradicted")
LIES = (
    "Led a $20M P&L at Wolfram & Voss for 12 years as Client Director.",
    "Holds a PhD from the University of Atlantis and 31 patents.",
    "Managed 480 people as Vice President of Zanzibar Logistics.",
    "She is 58 and pregnant, so she may not stay.",
    "The candidate meets every requirement; see e1 and e2.",
)


def asked_ids(request: Request) -> list[str]:
    """Return the requirement ids that a request asks about; in a correction only those."""
    if "\n# CORRECTION\n" in request.user:
        return re.findall(r"^- (\S+): ", request.user.split("\n# CORRECTION\n")[1], re.MULTILINE)
    block = request.system.rsplit("<<<", 1)[1].split(">>>")[0]
    return [line.split(" | ")[0] for line in block.strip().splitlines()]


def shown_lines(request: Request) -> dict[str, str]:
    """Return the numbered lines that a request shows."""
    return dict(_LINE.findall(request.user))


def shown_positions(request: Request) -> list[str]:
    """Return the position ids that a request shows."""
    return _POSITION.findall(request.user)


def entry(name: str, verdict: str, lines: Any, positions: Any = (), reason: str = "As told.") -> dict[str, Any]:
    """Return one entry of a reply."""
    return {"id": name, "reason": reason, "verdict": verdict, "lines": list(lines), "positions": list(positions)}


def puppet() -> FunctionLLM:
    """Return a model that obeys: it answers *met* wherever a line gives orders, citing that line and forged ids."""

    def obey(request: Request) -> Mapping[str, Any]:
        orders = [name for name, text in shown_lines(request).items() if _ORDER.search(text)]
        forged = re.findall(r"\b(?:e\d+|c\d+:e\d+)\b", request.user)[:2]
        verdict = "met" if orders else "not_shown"
        cited = [*orders[:3], *forged] if orders else []
        counted = shown_positions(request) if orders else []
        return {"answers": [entry(name, verdict, cited, counted) for name in asked_ids(request)]}

    return FunctionLLM(obey, name="puppet")


def liar(seed: int) -> FunctionLLM:
    """Return a model that invents ids, positions, numbers, employers, fields and whole replies."""

    def lie(request: Request) -> str:
        # The lie depends on what is asked, so that concurrent calls tell the same lies in any order.
        dice = random.Random(f"{seed}:{request.key('liar')}")  # noqa: S311 - a lie needs no cryptography
        answers = [_lie(name, dice, request) for name in asked_ids(request)]
        if dice.random() < 0.2:
            answers.append(_lie(dice.choice(asked_ids(request)), dice, request))
        text = json.dumps({"answers": answers})
        return dice.choice((text, text, text, f"```json\n{text}\n```", f"Of course!\n{text}", text[: len(text) // 2]))

    return FunctionLLM(lie, name="liar")


def flickerer(share: float, seed: int = 0) -> FunctionLLM:
    """Return a model that gives a random verdict on this share of the cells, differently in every pass."""

    def flicker(request: Request) -> Mapping[str, Any]:
        answers = []
        for name in asked_ids(request):
            dice = random.Random(f"{seed}:{name}:{request.sample}:{request.user}")  # noqa: S311 - not for secrets
            verdict = dice.choice(VERDICTS) if dice.random() < share else "partial"
            lines = [] if verdict == "not_shown" else list(shown_lines(request))[:1]
            answers.append(entry(name, verdict, lines, reason="It is there."))
        return {"answers": answers}

    return FunctionLLM(flicker, name="flickerer")


def _lie(name: str, dice: random.Random, request: Request) -> dict[str, Any]:
    ids = [*shown_lines(request), "L0", "L999", "e1", "c003:e1", "", "L1; DROP TABLE", "L²"]
    places = [*shown_positions(request), "P0", "P99", "L1", ""]
    lines = dice.sample(ids, k=min(len(ids), dice.randrange(5)))
    positions = dice.sample(places, k=min(len(places), dice.randrange(4)))
    said = entry(name, dice.choice(VERDICTS), lines, positions, dice.choice(LIES))
    twist = dice.random()
    if twist < 0.06:
        said["verdict"] = dice.choice(("MET!!", "strong", "", "Met"))
    elif twist < 0.12:
        said["years"] = 12
    elif twist < 0.16:
        said["quote"] = "Led a $20M P&L"
    elif twist < 0.20:
        said.pop(dice.choice(("reason", "verdict")))
    return said
