"""What the tools show: the workspace, the installation, and a prompt."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from matcher import __version__, prompting, read
from matcher.config import Settings
from matcher.errors import ConfigError, MatcherError
from matcher.pipeline import matching
from matcher.pipeline.session import models_cache, session
from matcher.workspace import Workspace


@dataclass(frozen=True)
class Fact:
    """One line of `doctor` or `info`; ``good`` is False where something should be done."""

    name: str
    value: str
    good: bool = True


# --- info ------------------------------------------------------------------------------------------------------------


def info(settings: Settings) -> list[Fact]:
    """Return what the workspace holds and how it is searched."""
    with session(settings, "read") as opened:
        rows = opened.workspace.files()
        index = opened.index.info()
        unread = [row for row in rows if row.status == "unreadable"]
        last = opened.workspace.meta("last_run")
        size = sum(path.stat().st_size for path in settings.workspace.rglob("*") if path.is_file())
        return [
            Fact("workspace", str(settings.workspace)),
            Fact("files", f"{len(rows)} ({len(unread)} unreadable)"),
            Fact("candidates", str(len(opened.workspace.candidates()))),
            Fact("passages", str(index.passages)),
            Fact("embedding", index.fingerprint),
            Fact("index", f"{index.method}: {index.reason}"),
            Fact("waiting", f"{index.waiting} résumés to embed under this model"),
            Fact("last run", last or "none"),
            Fact("acts of people", str(len(opened.workspace.decisions()))),
            Fact("audit log", f"{opened.log.size} events"),
            Fact("on disk", f"{size / 1e6:.1f} MB"),
        ]


# --- doctor ----------------------------------------------------------------------------------------------------------


def doctor(settings: Settings) -> list[Fact]:
    """Return the state of the installation: packages, programs, model, endpoint, workspace."""
    return [
        Fact("matcher", __version__),
        Fact("python", sys.version.split()[0]),
        _same_place(),
        *(_package(name) for name in ("openai", "sentence-transformers", "faiss-cpu", "onnxruntime", "pypdfium2")),
        *(_program(*pair) for pair in (("tesseract", "scanned pages"), ("antiword", "old .doc files"))),
        _embedder(settings),
        *_networks(),
        _endpoint(settings),
        _workspace(settings),
    ]


def _same_place() -> Fact:
    """The three packages have everyday names: another distribution could stand in front of ours."""
    places = {name: Path(str(import_module(name).__file__)).parent.parent for name in ("matcher", "index", "prompts")}
    one = len(set(places.values())) == 1
    return Fact("packages", str(places["matcher"]) if one else f"come from different places: {places}", one)


def _package(name: str) -> Fact:
    try:
        return Fact(name, version(name))
    except PackageNotFoundError:
        return Fact(name, "missing: install candidate-matcher again", False)


def _program(name: str, purpose: str) -> Fact:
    found = shutil.which(name)
    return Fact(name, found or f"not installed: needed for {purpose} only")


def _embedder(settings: Settings) -> Fact:
    import index

    try:
        made = index.open_embedder(settings.embedder, cache=models_cache(), precision=settings.precision)
        return Fact("embedder", made.fingerprint)
    except index.IndexFailure as error:
        return Fact("embedder", str(error), False)


def _networks() -> Iterator[Fact]:
    """The two networks of our own, each file compared with its published checksum."""
    from matcher.blind.tagger import Tagger
    from matcher.justify.reader_network import Network

    for name, weights in (("tagger", Tagger().weights), ("reader", Network())):
        try:
            for file in weights.sums:
                weights.file(file)
            yield Fact(name, weights.fingerprint)
        except MatcherError as error:
            yield Fact(name, str(error), False)


def _endpoint(settings: Settings) -> Fact:
    address = os.environ.get("OPENAI_BASE_URL", "the default of the openai client")
    key = "with a key" if os.environ.get("OPENAI_API_KEY") else "without a key"
    return Fact("model", "none: offline reader" if settings.llm == "none" else f"{settings.llm} at {address}, {key}")


def _workspace(settings: Settings) -> Fact:
    if not (settings.workspace / "matcher.db").exists():
        return Fact("workspace", f"none yet at {settings.workspace}")
    try:
        with Workspace.open(settings.workspace):
            return Fact("workspace", f"{settings.workspace} is sound")
    except MatcherError as error:
        return Fact("workspace", str(error), False)


# --- prompt ----------------------------------------------------------------------------------------------------------


def prompt(name: str | None) -> str:
    """Return the newest text of a prompt, or the list of prompts."""
    if name is None:
        return "\n".join(f"{one} v{max(prompting.versions(one))}" for one in prompting.names())
    return prompting.load(name).text


def rendered_prompt(settings: Settings, posting: Path, resume: Path) -> Iterator[str]:
    """Yield exactly what a model would be asked about one résumé, message by message."""
    from matcher import blind, justify, llm, structure

    job = matching.read_job(posting)
    reading = read.read_one(resume)
    if reading.document is None:
        raise ConfigError(f"{resume} cannot be read: {reading.reason} {reading.detail}".strip() + ".")
    day = settings.as_of or matching.today()
    view = blind.blind(reading.document, structure.structure(reading.document), day)
    for request in justify.ModelJudge(llm.FunctionLLM(lambda _: "")).requests(view, job.criteria):
        yield f"{request.system}\n\n{request.user}"
