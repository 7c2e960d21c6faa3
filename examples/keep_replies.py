"""Keep the readings of examples/readings.toml as the replies that `matcher demo` replays.

usage: python examples/keep_replies.py           write examples/replies.json
       python examples/keep_replies.py ask DIR   write each prompt to DIR, to read it as a model would

The readings name words of lines; here they become the line and position ids of the prompt that is asked today.
Words that stand in no line, or in several, are an error: a reading is never bent to a changed prompt.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from matcher import llm
from matcher.config import Settings
from matcher.models import BlindView
from matcher.pipeline import demo

HERE = Path(__file__).resolve().parent
TARGET = HERE / "replies.json"


def main(arguments: list[str]) -> None:
    """Keep the readings, or write the prompts."""
    readings = tomllib.loads((HERE / "readings.toml").read_text("utf-8"))
    day = date.fromisoformat(readings["as_of"])
    with tempfile.TemporaryDirectory() as work:
        asked = list(demo.questions(Settings(workspace=Path(work) / "w"), day))
    if arguments[:1] == ["ask"]:
        _write_prompts(Path(arguments[1]), asked)
        return
    kept = {
        "about": "Readings of exactly these prompts, made by hand (examples/readings.toml), one candidate at a time.",
        "read_by": readings["read_by"],
        "as_of": readings["as_of"],
        "replies": [_kept(question, readings) for question in asked],
    }
    TARGET.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{len(asked)} replies kept in {TARGET.name}")


def _write_prompts(folder: Path, asked: list[demo.Question]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for question in asked:
        request: llm.Request = question.request
        (folder / f"{question.file}.txt").write_text(f"{request.system}\n\n{request.user}\n", "utf-8")
    print(f"{len(asked)} prompts in {folder}")


def _kept(question: demo.Question, readings: dict[str, Any]) -> dict[str, str]:
    given = readings[question.file]
    answers = [_answer(c.id, given, question.view, readings["silent"]) for c in question.criteria.criteria]
    unknown = set(given) - {answer["id"] for answer in answers}
    if unknown:
        raise SystemExit(f"{question.file}: no such criteria: {sorted(unknown)}")
    reply = json.dumps({"answers": answers}, ensure_ascii=False)
    return {"file": question.file, "key": question.request.key(demo.NAME), "reply": reply}


def _answer(key: str, given: dict[str, str], view: BlindView, silent: str) -> dict[str, Any]:
    if key not in given:
        return {"id": key, "reason": silent, "verdict": "not_shown", "lines": [], "positions": []}
    verdict, reason, lines, positions = ([part.strip() for part in given[key].split("|")] + [""])[:4]
    return {
        "id": key,
        "reason": reason,
        "verdict": verdict,
        "lines": [_line(words.strip(), view) for words in lines.split(";")],
        "positions": [_position(words.strip(), view) for words in positions.split(";") if words.strip()],
    }


def _line(words: str, view: BlindView) -> str:
    found = [line.id for line in view.lines if _fold(words) in _fold(line.text)]
    if len(found) != 1:
        raise SystemExit(f"{words!r} stands in {len(found)} lines")
    return found[0]


def _position(words: str, view: BlindView) -> str:
    found = [position.id for position in view.positions if _fold(words) in _fold(position.title)]
    if len(found) != 1:
        raise SystemExit(f"{words!r} names {len(found)} positions of {[p.title for p in view.positions]}")
    return found[0]


def _fold(text: str) -> str:
    return re.sub(r"\s+", " ", text).casefold()


if __name__ == "__main__":
    main(sys.argv[1:])
