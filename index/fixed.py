"""Vectors in fixed point, so that a similarity is an exact integer and an order can be repeated to the byte.

A unit vector is stored as ``round(4000 · x)`` in 16-bit integers. Every partial sum of a dot product of two such
vectors is an integer of at most ‖a‖·‖b‖ ≤ 4060² < 2²⁴ (Cauchy–Schwarz), and float32 holds these without rounding:
whatever order, block size, thread count or fused operation a matrix product uses, the result is the same.
The price is a cosine error of about 1e-4, as with bfloat16, in the two bytes per number that float16 would take.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from index.errors import BadVectors, StoreDamaged

SCALE = 4000
UNIT = float(SCALE * SCALE)
"""The dot product of a vector with itself: divide by it to get a cosine."""
_BOUND = 2**24

Fixed = NDArray[np.int16]
Floats = NDArray[np.float32]


def to_fixed(rows: Floats) -> Fixed:
    """Return unit rows in fixed point. Raises BadVectors for rows that are not finite or far from unit length."""
    fixed = np.rint(rows.astype(np.float64) * SCALE)
    squares = np.sum(fixed * fixed, axis=1)
    if not np.isfinite(squares).all() or (squares >= _BOUND).any() or (squares < UNIT * 0.9).any():
        raise BadVectors("A vector is not a finite unit vector: it is not stored.")
    return fixed.astype(np.int16)


def cosine(rows: NDArray[np.int16], queries: NDArray[np.int16]) -> Floats:
    """Return the cosine of every row with every query, shape (rows, queries)."""
    similar: Floats = rows.astype(np.float32) @ queries.astype(np.float32).T / UNIT
    return similar


def pack(rows: Fixed) -> bytes:
    """Return the bytes of one item's vectors, closed by a checksum."""
    body = np.ascontiguousarray(rows, dtype="<i2").tobytes()
    return body + zlib.crc32(body).to_bytes(4, "little")


def unpack(blob: bytes, dimension: int) -> Fixed:
    """Return the vectors of one item, shape (passages, dimension). Raises StoreDamaged if the bytes changed."""
    body = memoryview(blob)[:-4]
    if len(blob) < 4 or len(body) % (2 * dimension) or zlib.crc32(body).to_bytes(4, "little") != blob[-4:]:
        raise StoreDamaged("Stored vectors do not match their checksum: restore a copy, or add the files again.")
    return np.frombuffer(body, dtype="<i2").reshape(-1, dimension)
