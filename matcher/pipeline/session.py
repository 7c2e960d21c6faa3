"""One open workspace with its tools: log, embedder, index; the errors of the index library become the product's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from platformdirs import user_cache_path

from matcher.audit.log import Log
from matcher.config import Settings
from matcher.errors import ConfigError, InputError, MatcherError, ModelMismatch, WorkspaceError
from matcher.workspace import Mode, Workspace

if TYPE_CHECKING:
    from index import Embedder, Index


class Progress(Protocol):
    """Where long work reports: a stage in a word, how much is done, of how much (None where nobody knows)."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Report; must not raise."""
        ...


def no_progress(stage: str, done: int, total: int | None) -> None:
    """Report to nobody."""


class Session:
    """A workspace that is open for one command, with its settings and tools (made on first use)."""

    def __init__(self, settings: Settings, workspace: Workspace, log: Log, progress: Progress) -> None:
        self.settings = settings
        self.workspace = workspace
        self.log = log
        self.progress = progress

    @cached_property
    def embedder(self) -> Embedder:
        """The configured embedder (see ``open_embedder``)."""
        return open_embedder(self.settings)

    @cached_property
    def reading_embedder(self) -> Embedder:
        """The packaged embedder that the offline reader was calibrated with, whatever the index is made with."""
        pinned = self.settings.model_copy(update={"embedder": "minilm", "precision": "fp32"})
        return self.embedder if pinned == self.settings else open_embedder(pinned)

    def use_embedder(self, embedder: Embedder) -> None:
        """Put another embedder of the same fingerprint in front, before the index is first used."""
        self.__dict__["embedder"] = embedder

    @cached_property
    def index(self) -> Index:
        """The index of this workspace under the configured embedder."""
        from index import Index

        with product_errors():
            return Index(self.workspace.connection, self.workspace.cache, self.embedder)


def open_embedder(settings: Settings) -> Embedder:
    """Open the embedder that the settings name.

    Raises:
        ModelMismatch: weights with another hash. ConfigError: no such model on this machine.
    """
    import index
    from matcher import llm

    def by_api(model: str, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return llm.embed_texts(model)(texts)

    with product_errors():
        return index.open_embedder(settings.embedder, cache=models_cache(), precision=settings.precision, embed=by_api)


@contextmanager
def session(settings: Settings, mode: Mode = "write", progress: Progress = no_progress) -> Iterator[Session]:
    """Open the configured workspace and its log.

    Raises:
        WorkspaceError, WorkspaceLocked, LogError: as the workspace and the log say.
    """
    with (
        Workspace.open(settings.workspace, mode) as workspace,
        Log.open(settings.workspace / "audit") as log,
        product_errors(),
    ):
        yield Session(settings, workspace, log, progress)


@contextmanager
def product_errors() -> Iterator[None]:
    """Turn the errors of the index library into those of the product, message unchanged."""
    from index.errors import IndexFailure

    try:
        yield
    except IndexFailure as error:
        raise _FAMILIES.get(error.kind, WorkspaceError)(str(error)) from error


_FAMILIES: dict[str, Callable[[str], MatcherError]] = {
    "weights": ModelMismatch,
    "model": ConfigError,
    "query": InputError,
}


def models_cache() -> Path:
    """Where exported embedding graphs are kept: a cache folder of the user, safe to delete."""
    return user_cache_path("candidate-matcher", ensure_exists=True)
