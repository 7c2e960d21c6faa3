"""Every error that this library raises on purpose.

::

    IndexFailure            kind
    ├── WrongWeights        weights    model weights whose SHA-256 is not the expected one
    ├── ModelUnavailable    model      no such model here, or one in a form that is not loaded (pickle, remote code)
    ├── BadVectors          vectors    a model returned vectors that are not finite unit rows of its dimension
    ├── StoreDamaged        damaged    tables or rows that cannot be trusted, or of another version
    ├── StoreFull           full       no space left; nothing was changed
    └── BadQuery            query      a search expression that cannot be read

``kind`` is a closed word for callers that map these errors onto their own tree and exit codes.
A message says what happened, where, and what to do next; it never holds text of an item.
"""

from __future__ import annotations

from typing import ClassVar, Literal

Kind = Literal["index", "weights", "model", "vectors", "damaged", "full", "query"]


class IndexFailure(Exception):
    """Base of all errors of this library; ``kind`` names the family."""

    kind: ClassVar[Kind] = "index"


class WrongWeights(IndexFailure):
    """Model weights whose SHA-256 is not the expected one."""

    kind = "weights"


class ModelUnavailable(IndexFailure):
    """No such model on this machine, or one in a form that is not loaded."""

    kind = "model"


class BadVectors(IndexFailure):
    """A model returned vectors of another shape, or that are not finite unit rows."""

    kind = "vectors"


class StoreDamaged(IndexFailure):
    """Stored rows that cannot be trusted, or tables of another version."""

    kind = "damaged"


class StoreFull(IndexFailure):
    """No space left on the device; the store is as it was before."""

    kind = "full"


class BadQuery(IndexFailure):
    """A search expression that cannot be read."""

    kind = "query"
