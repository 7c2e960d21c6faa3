"""The only way out for untrusted text: terminal, HTML, CSV, XLSX, e-mail, file name."""

from __future__ import annotations


def terminal(text: str) -> str:
    """Return ``text`` without control sequences, safe to print on a terminal."""
    return "".join(c for c in text if c in "\n\t" or (c.isprintable() and c not in "\u2028\u2029"))
