"""What of held-out texts can still be read in the blind view: rules alone (the baseline), tagger alone, both.

usage: python -m benchmarks.blind [--rounds FILE...] [--misses] [--gold FOLDER]
Prints for each round and each way the share of names and of other statements that is hidden, and how many lines of
evidence are lost or cut; with ``--gold`` what the tagger changes in lines of other texts, and the time a view takes.
"""

from __future__ import annotations

import argparse
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from matcher.blind import blind, masks
from matcher.models import BlindView, Document, Page
from matcher.structure import structure

HELDOUT = Path(__file__).resolve().parents[1] / "tests" / "heldout"
AS_OF = date(2026, 11, 1)
RULES = ("find", "neighbour_masks")
WAYS = {"rules": ("tagged_masks", "doubted"), "tagger": RULES, "both": ()}
"""What is left out of ``matcher.blind.masks`` for each way."""


def _view(text: str, name: str) -> BlindView:
    page = Page(number=1, width=0, height=0, start=0, end=len(text))
    made = Document(id=f"doc:{name}", name=name, media_type="text/plain", text=text, pages=(page,))
    return blind(made, structure(made), AS_OF)


def _nothing(*_: Any) -> tuple[Any, ...]:
    return ()


class Way:
    """A context in which some finders of masks find nothing."""

    def __init__(self, name: str) -> None:
        self._kept = {part: getattr(masks, part) for part in WAYS[name]}

    def __enter__(self) -> None:
        for part in self._kept:
            setattr(masks, part, _nothing)

    def __exit__(self, *_: object) -> None:
        for part, kept in self._kept.items():
            setattr(masks, part, kept)


def measured(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return totals and misses by category, and evidence lost (no line holds it) or cut (the line reads otherwise)."""
    total, missed = Counter[str](), list[tuple[str, str, str]]()
    lost, cut = list[tuple[str, str]](), list[tuple[str, str]]()
    for entry in entries:
        view = _view(entry["text"], entry["file"])
        jobs = [f"{job.title} | {job.organisation}" for job in view.positions]
        seen = "\n".join([*(line.text for line in view.lines), *jobs, *(str(e.field) for e in view.education)])
        for category, words in entry.items():
            if category not in ("file", "text", "keep"):
                total[category] += len(words)
                missed += [(category, entry["file"], one) for one in words if one in seen]
        for words in entry["keep"]:
            start = entry["text"].index(words)
            holding = [x for x in view.lines if x.span.start <= start and start + len(words) <= x.span.end]
            if len(holding) != 1:
                lost.append((entry["file"], words))
            elif words not in holding[0].text:
                cut.append((entry["file"], words))
        total["keep"] += len(entry["keep"])
    return {"total": total, "missed": missed, "lost": lost, "cut": cut}


def shares(found: dict[str, Any]) -> str:
    """Return the figures of one way as one line."""
    total, missed = found["total"], Counter(category for category, _, _ in found["missed"])
    others = sum(total.values()) - total["name"] - total["keep"]
    left = sum(missed.values()) - missed["name"]
    name = total["name"] - missed["name"]
    return (
        f"names {name}/{total['name']} ({name / total['name']:.1%}), others {others - left}/{others} "
        f"({1 - left / others:.1%}), evidence lost {len(found['lost'])}, cut {len(found['cut'])} of {total['keep']}"
    )


def _rounds(paths: Sequence[Path], misses: bool) -> None:
    for path in paths:
        entries = tomllib.loads(path.read_text("utf-8"))["text"]
        for way in WAYS:
            with Way(way):
                found = measured(entries)
            print(f"{path.stem} {way}: {shares(found)}")
            missed = Counter(category for category, _, _ in found["missed"])
            table = [f"{c} {n - missed[c]}/{n}" for c, n in sorted(found["total"].items()) if c != "keep"]
            print("   " + ", ".join(table))
            if misses:
                for row in sorted(found["missed"]):
                    print("   missed", *row)
                for kind in ("lost", "cut"):
                    for row in found[kind]:
                        print("  ", kind, *row)


def _changed(folder: Path, misses: bool) -> None:
    """What the tagger adds to the rules in texts that neither was made from, and what both cost."""
    files = sorted(folder.glob("*/c*.txt"))
    texts = [path.read_text("utf-8") for path in files]
    views: dict[str, list[BlindView]] = {}
    seconds = {}
    for way in ("rules", "both"):
        with Way(way):
            _view(texts[0], files[0].name)
            begun = time.process_time()
            views[way] = [_view(text, path.name) for text, path in zip(texts, files, strict=True)]
            seconds[way] = (time.process_time() - begun) / len(files)
    lines = changed = 0
    for path, one, other in zip(files, views["rules"], views["both"], strict=True):
        after = {line.span.start: line.text for line in other.lines}
        for line in one.lines:
            lines += 1
            if after.get(line.span.start) != line.text:
                changed += 1
                if misses:
                    print(
                        f"   {path.parent.name[:8]}/{path.stem[:3]} {line.section}: {line.text} => "
                        f"{after.get(line.span.start)}"
                    )
    print(
        f"gold: the tagger changes {changed} of {lines} lines; structure and view {seconds['both'] * 1000:.0f} ms "
        f"({seconds['both'] / seconds['rules']:.1f} times the rules alone)"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=Path, nargs="*", default=sorted(HELDOUT.glob("round*.toml")))
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--gold", type=Path)
    options = parser.parse_args(arguments)
    _rounds(options.rounds, options.misses)
    if options.gold is not None:
        _changed(options.gold, options.misses)


if __name__ == "__main__":
    main()
