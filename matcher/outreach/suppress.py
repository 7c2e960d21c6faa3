"""The suppression file: people who must not be written to. It is honoured before anything is drafted.

One entry a line, ``#`` begins a remark. An entry is an e-mail address, ``@domain``, a telephone number, a profile
link, a candidate id, or ``sha256:`` and the hash of one of these in its normal form, so that the list itself need
not name anybody. A file that cannot be read is an error, never an empty list.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from matcher.canonical import sha256_hex
from matcher.errors import CompanyError

_PHONE_DIGITS = 7


class Suppression:
    """The entries of a suppression file, in normal form."""

    def __init__(self, entries: Iterable[str]) -> None:
        kept = [entry.split("#", 1)[0].strip() for entry in entries]
        self._entries = frozenset(normal(entry) for entry in kept if entry)

    @classmethod
    def load(cls, path: Path, *, required: bool = False) -> Self:
        """Read the file. Raises CompanyError if it cannot be read, or is required and absent."""
        try:
            return cls(path.read_text("utf-8-sig").splitlines())
        except FileNotFoundError as error:
            if required:
                raise CompanyError(f"There is no suppression file {path}: correct the path, or make one.") from error
            return cls(())
        except (OSError, UnicodeDecodeError) as error:
            message = f"The suppression file {path} cannot be read as UTF-8 text: no draft is made until it can."
            raise CompanyError(message) from error

    def __len__(self) -> int:
        return len(self._entries)

    def blocks(self, *identifiers: str) -> bool:
        """Return whether one of a person's identifiers (addresses, numbers, links, candidate ids) is listed."""
        return any(form in self._entries for identifier in identifiers for form in _forms(identifier))


def normal(entry: str) -> str:
    """Return the normal form of an entry: lower case, digits of a number, a link without scheme and final slash."""
    text = unicodedata.normalize("NFKC", entry).strip().casefold()
    if text.startswith("sha256:"):
        return text
    if "@" in text:
        return text.removeprefix("mailto:")
    digits = re.sub(r"\D", "", text)
    if len(digits) >= _PHONE_DIGITS and re.fullmatch(r"(?:tel:)?[\d\s()+./\-–x]+", text):
        # With and without country code a number is the same: its last nine digits decide.
        return "tel:" + digits[-9:]
    return re.sub(r"^[a-z]+://(?:www\.)?|^www\.", "", text).rstrip("/")


def _forms(identifier: str) -> set[str]:
    plain = normal(identifier)
    forms = {plain}
    if "@" in plain:
        local, _, domain = plain.rpartition("@")
        forms |= {f"@{domain}", f"{local.split('+', 1)[0]}@{domain}"}
    return forms | {"sha256:" + sha256_hex(form.encode("utf-8")) for form in forms}


def add(path: Path, identifiers: Iterable[str]) -> int:
    """Append identifiers as hashes to the file (made if absent) and return how many were new.

    Raises:
        CompanyError: the file cannot be read or written.
    """
    known = Suppression.load(path)
    new = [form for form in dict.fromkeys(normal(i) for i in identifiers) if form and not known.blocks(form)]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            for form in new:
                file.write(f"sha256:{sha256_hex(form.encode('utf-8'))}\n")
    except OSError as error:
        raise CompanyError(f"The suppression file {path} cannot be written: {error.strerror}.") from error
    return len(new)
