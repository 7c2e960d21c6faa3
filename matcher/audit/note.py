"""Signed checkpoints in the C2SP note form: the log's size and root, signed with Ed25519.

::

    <origin>\\n<size>\\n<base64 of the root>\\n\\n— <origin> <base64 of key id ‖ signature>\\n

The key is made once in the audit folder (mode 0600) and never leaves it; the verifier key is public and printed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from matcher.errors import LogError
from matcher.models import Record

_ALGORITHM = b"\x01"
_KEY_ID = 4
_SIGNATURE = 64


class Checkpoint(Record):
    """What the log held at one moment: ``note`` is the whole signed text, ``key`` the public verifier key."""

    origin: str
    size: int
    root: str
    """Root of the tree as 64 hexadecimal digits."""
    note: str
    key: str

    @property
    def line(self) -> str:
        """The checkpoint in one line, for a report's foot."""
        return f"{self.origin} {self.size} {self.root}"


class Signer:
    """Signs checkpoints of one log."""

    def __init__(self, origin: str, private: Ed25519PrivateKey) -> None:
        self.origin = origin
        self._private = private
        self.key = _verifier_key(origin, private.public_key().public_bytes_raw())

    @classmethod
    def open(cls, folder: Path) -> Signer:
        """Read the key of this folder, or make it (mode 0600).

        Raises:
            LogError: the key cannot be read or written.
        """
        path = folder / "signing.key"
        try:
            if not path.exists():
                _write_private(path, Ed25519PrivateKey.generate().private_bytes_raw())
            private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text("ascii").strip()))
        except (OSError, ValueError) as error:
            raise LogError(
                f"The signing key {path} cannot be used: restore it from a copy of the workspace."
            ) from error
        public = private.public_key().public_bytes_raw()
        return cls(f"matcher.log/{hashlib.sha256(public).hexdigest()[:16]}", private)

    def sign(self, size: int, root: bytes) -> Checkpoint:
        """Return the signed checkpoint of a log with this size and root."""
        text = f"{self.origin}\n{size}\n{base64.b64encode(root).decode()}\n"
        _, key_id, _ = _parse_key(self.key)
        signature = base64.b64encode(key_id + self._private.sign(text.encode())).decode()
        note = f"{text}\n— {self.origin} {signature}\n"
        return Checkpoint(origin=self.origin, size=size, root=root.hex(), note=note, key=self.key)


def parse_note(note: str, key: str) -> Checkpoint:
    """Read a checkpoint and check its signature with a verifier key.

    Raises:
        LogError: not a checkpoint, or not signed by this key.
    """
    try:
        text, signatures = note.split("\n\n", 1)
        origin, size, root = (text + "\n").splitlines()[:3]
        checkpoint = Checkpoint(origin=origin, size=int(size), root=base64.b64decode(root).hex(), note=note, key=key)
        name, key_id, public = _parse_key(key)
        signed = _signature_by(name, key_id, signatures)
        if origin == name and signed is not None:
            Ed25519PublicKey.from_public_bytes(public).verify(signed, (text + "\n").encode())
            return checkpoint
    except (ValueError, binascii.Error) as error:
        raise LogError(
            "This is not a checkpoint of an audit log: give the file that --checkpoint-out wrote."
        ) from error
    except InvalidSignature as error:
        raise LogError(
            "The signature of the checkpoint is wrong: the checkpoint or the log's key was changed."
        ) from error
    raise LogError("The checkpoint was signed by another key: it belongs to another log, or the key was replaced.")


def _signature_by(name: str, key_id: bytes, signatures: str) -> bytes | None:
    for line in signatures.splitlines():
        mark, signer, encoded = line.split(" ")
        raw = base64.b64decode(encoded)
        if mark == "—" and signer == name and raw[:_KEY_ID] == key_id and len(raw) == _KEY_ID + _SIGNATURE:
            return raw[_KEY_ID:]
    return None


def _verifier_key(name: str, public: bytes) -> str:
    key_id = hashlib.sha256(name.encode() + b"\n" + _ALGORITHM + public).digest()[:_KEY_ID]
    return f"{name}+{key_id.hex()}+{base64.b64encode(_ALGORITHM + public).decode()}"


def _parse_key(key: str) -> tuple[str, bytes, bytes]:
    name, key_id, encoded = key.split("+", 2)
    return name, bytes.fromhex(key_id), base64.b64decode(encoded)[1:]


def _write_private(path: Path, key: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
