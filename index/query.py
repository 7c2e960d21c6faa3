"""Search expressions: ``AND``, ``OR``, ``NOT``, parentheses, "phrases" and words.

    expression = term { OR term } ;  term = factor { [AND] factor } ;  factor = [NOT] ( "(" expression ")" | atom )

Operators are capitals. Without any operator, parenthesis or quotation mark a text is free: it restricts nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.errors import BadQuery
from index.words import words

_TOKEN = re.compile(r'\(|\)|"[^"]*"|[^\s()"]+|"')
_OPERATORS = frozenset({"AND", "OR", "NOT"})
_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand one after another; a single word is a phrase of one."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Both:
    """All of these hold."""

    inner: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these holds."""

    inner: tuple[Node, ...]


Node = Phrase | Not | Both | Either


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed search: the restriction (None: none) and the words that are wanted, for ordering."""

    node: Node | None
    words: str


def expression(text: str) -> Expression:
    """Parse a search. Raises BadQuery with what is wrong."""
    pieces = _TOKEN.findall(text)
    if not any(piece in _OPERATORS or piece in "()" or piece.startswith('"') for piece in pieces):
        return Expression(None, text.strip())
    parser = _Parser(pieces)
    node = parser.either(0)
    if parser.peek() is not None:
        raise BadQuery(f"The search has {parser.peek()} where nothing can follow: check the parentheses.")
    return Expression(node, " ".join(_wanted(node)))


class _Parser:
    def __init__(self, pieces: list[str]) -> None:
        self._pieces, self._at = pieces, 0

    def peek(self) -> str | None:
        return self._pieces[self._at] if self._at < len(self._pieces) else None

    def either(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise BadQuery("The search has too many parentheses inside each other.")
        parts = [self._both(depth)]
        while self.peek() == "OR":
            self._at += 1
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self, depth: int) -> Node:
        parts = [self._factor(depth)]
        while self.peek() not in (None, "OR", ")"):
            if self.peek() == "AND":
                self._at += 1
            parts.append(self._factor(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _factor(self, depth: int) -> Node:
        negations = 0
        while self.peek() == "NOT":
            self._at += 1
            negations += 1
        node = self._atom(depth)
        return Not(node) if negations % 2 else node

    def _atom(self, depth: int) -> Node:
        piece = self.peek()
        if piece is None or piece in ("AND", "OR", ")"):
            raise BadQuery(f"The search misses a word before {piece or 'its end'}.")
        self._at += 1
        if piece == "(":
            node = self.either(depth + 1)
            if self.peek() != ")":
                raise BadQuery("The search has a parenthesis that is not closed.")
            self._at += 1
            return node
        if piece == '"':
            raise BadQuery("The search has a quotation mark that is not closed.")
        found = tuple(words(piece))
        if not found:
            raise BadQuery(f"The search holds {piece}, which is no word.")
        return Phrase(found)


def _wanted(node: Node) -> list[str]:
    """Return the words of an expression that are not negated, in order."""
    if isinstance(node, Phrase):
        return list(node.words)
    if isinstance(node, Not):
        return []
    return [word for part in node.inner for word in _wanted(part)]
