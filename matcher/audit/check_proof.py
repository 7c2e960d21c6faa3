#!/usr/bin/env python3
"""Check the proof that one person's records stand in an audit log. Needs Python 3.9 or newer and nothing else.

    python3 check_proof.py PROOF.json [CHECKPOINT_FILE]

A proof holds some records (lines) of a log, for each the hashes that lead from it to the root of a Merkle tree, and a
checkpoint: the size and root of the log, signed. This script checks
  1. that the checkpoint is signed by the key that the proof names (Ed25519, RFC 8032);
  2. that each record leads to that root (RFC 6962): it has stood in the log since the checkpoint was signed;
  3. that each record is about the person of the proof: HMAC-SHA256(person's key, "subject" 0x00 id);
  4. that each text listed in the proof is the one that its record committed to: HMAC-SHA256(key, field 0x00 text).
Give the checkpoint that you were handed at the time (a report prints it) as the second argument: only then do you know
that the log was not written anew. Exit code 0: everything holds. 1: something does not, and is named.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

# Ed25519 verification, RFC 8032 section 5.1, in plain integers.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def add(a: Point, b: Point) -> Point:
    """Add two points of the curve in extended coordinates."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return i * j % P, k * m % P, j * k % P, i * m % P


def times(number: int, point: Point) -> Point:
    """Multiply a point."""
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def point_of(data: bytes) -> Point | None:
    """Read a point from its 32 bytes, or None."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if (x & 1) != sign else x
    return x, y, 1, x * y % P


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the signature of the message is by this public key."""
    key, r, s = point_of(public), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    base = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    if base is None or key is None or r is None or s >= ORDER or len(signature) != 64:
        return False
    digest = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = times(s, base), add(r, times(digest, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def checkpoint(note: str, verifier_key: str) -> tuple[int, bytes] | None:
    """Return size and root of a signed checkpoint, or None where its signature is not by this key."""
    name, _, key = verifier_key.split("+", 2)
    text, signatures = note.split("\n\n", 1)
    origin, size, root = text.split("\n")[:3]
    for line in signatures.splitlines():
        signature = base64.b64decode(line.split(" ")[2])[4:]
        if origin == name and signed(base64.b64decode(key)[1:], (text + "\n").encode(), signature):
            return int(size), base64.b64decode(root)
    return None


def leads_to_root(leaf: bytes, index: int, size: int, path: Sequence[str], root: bytes) -> bool:
    """Follow the path from a leaf to the root (RFC 9162, section 2.1.3.2)."""
    node, last = leaf, size - 1
    if not 0 <= index < size:
        return False
    for step in path:
        sibling = bytes.fromhex(step)
        if last == 0:
            return False
        if index & 1 or index == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        index, last = index >> 1, last >> 1
    return last == 0 and node == root


def canonical(event: dict[str, Any]) -> bytes:
    """Return the one form in which an event is written and hashed."""
    return json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def commitment(key: str, role: str, text: str) -> str:
    """Return what stands in the log for a text."""
    return hmac.new(bytes.fromhex(key), role.encode() + b"\x00" + text.encode("utf-8"), hashlib.sha256).hexdigest()


def problems(proof: dict[str, Any], outside: str | None = None) -> Iterator[str]:
    """Yield everything that does not hold."""
    sealed = checkpoint(outside or proof["checkpoint"], proof["verifier_key"])
    if sealed is None or (outside and outside.strip() != proof["checkpoint"].strip()):
        yield "the checkpoint is not the one of this proof, or not signed by its key"
        return
    subject = "sub:" + commitment(proof["key"], "subject", proof["candidate"])[:32]
    for record in proof["records"]:
        event = json.loads(record["line"])
        whole = canonical(event) == record["line"].encode()
        claimed = event.pop("hash", "")
        leaf = hashlib.sha256(b"\x00" + canonical(event)).digest()
        stands = leads_to_root(leaf, record["index"], sealed[0], record["path"], sealed[1])
        if not (whole and stands and leaf.hex() == claimed):
            yield f"record {record['index']} does not stand in the log of the checkpoint"
        if subject not in record["line"]:
            yield f"record {record['index']} is not about this person"
        for opened in record["texts"]:
            if commitment(proof["key"], opened["field"], opened["text"]) not in record["line"]:
                yield f"a text of record {record['index']} is not the one that was recorded"


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    found = list(problems(given, Path(sys.argv[2]).read_text("utf-8") if len(sys.argv) > 2 else None))
    sys.stdout.write("\n".join(found or [f"{len(given['records'])} records stand in the log, unchanged."]) + "\n")
    sys.exit(1 if found else 0)
