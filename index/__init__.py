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
from index.fuse import reciprocal_rank, standard, standard_sum
from index.library import Index
from index.pool import Pool
from index.records import Filter, Hit, Info, Item, Passage

__all__ = [
    "BadQuery", "BadVectors", "Embedder", "Filter", "HashEmbedder", "Hit", "Index", "IndexFailure", "Info", "Item",
    "ModelUnavailable", "Passage", "Pool", "StoreDamaged", "StoreFull", "WrongWeights", "open_embedder",
    "reciprocal_rank", "standard", "standard_sum",
]  # fmt: skip
