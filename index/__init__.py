"""A retrieval library that knows nothing of résumés: embed, store, search, fuse.

``Index`` keeps items in the caller's SQLite file; ``Index.pool`` gives a frozen view that scores every item exactly.
"""

from index.embedding import Embedder, HashEmbedder, open_embedder
from index.errors import (
    BadQuery,
    BadVectors,
    IndexFailure,
    ModelUnavailable,
    StoreDamaged,
    StoreFull,
    WrongWeights,
)  # fmt: skip
from index.fixed import cosine
from index.fuse import reciprocal_rank
from index.library import Index
from index.policy import Policy
from index.pool import Pool
from index.query import expression
from index.records import Filter, Info, Item, Passage

__all__ = [
    "BadQuery", "BadVectors", "Embedder", "Filter", "HashEmbedder", "Index", "IndexFailure", "Info", "Item",
    "ModelUnavailable", "Passage", "Policy", "Pool", "StoreDamaged", "StoreFull", "WrongWeights", "cosine",
    "expression", "open_embedder", "reciprocal_rank",
]  # fmt: skip
