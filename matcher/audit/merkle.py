"""Merkle tree of RFC 6962: roots, growing frontiers and inclusion proofs over SHA-256.

A leaf is hashed as SHA-256(0x00 ‖ data), a node as SHA-256(0x01 ‖ left ‖ right); the root of nothing is SHA-256("").
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf (32 bytes)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (32 bytes)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that only grows: keeps the roots of its complete subtrees, so that adding a leaf costs O(log n)."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add one leaf by its hash."""
        node, index = leaf, self.size
        while index & 1:
            node = node_hash(self._peaks.pop(), node)
            index >>= 1
        self._peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over everything added so far."""
        if not self._peaks:
            return EMPTY_ROOT
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = node_hash(peak, node)
        return node


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over these leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_paths(leaves: Sequence[bytes], indexes: Sequence[int]) -> tuple[tuple[bytes, ...], ...]:
    """Return the audit path of each leaf (from 0), nearest node first (RFC 6962, 2.1.1); the tree is hashed once.

    Raises:
        IndexError: no such leaf.
    """
    roots: dict[tuple[int, int], bytes] = {}
    return tuple(_path(leaves, index, roots) for index in indexes)


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected_root: bytes) -> bool:
    """Return whether ``leaf`` stands at ``index`` in the tree of ``size`` leaves with this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, position, last = leaf, index, size - 1
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and node == expected_root


def _path(leaves: Sequence[bytes], index: int, roots: dict[tuple[int, int], bytes]) -> tuple[bytes, ...]:
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        split = low + _largest_power_below(high - low)
        if index < split:
            path.append(_range_root(leaves, split, high, roots))
            high = split
        else:
            path.append(_range_root(leaves, low, split, roots))
            low = split
    return tuple(reversed(path))


def _range_root(leaves: Sequence[bytes], low: int, high: int, roots: dict[tuple[int, int], bytes]) -> bytes:
    if high - low == 1:
        return leaves[low]
    known = roots.get((low, high))
    if known is None:
        split = low + _largest_power_below(high - low)
        known = node_hash(_range_root(leaves, low, split, roots), _range_root(leaves, split, high, roots))
        roots[low, high] = known
    return known


def _largest_power_below(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)
