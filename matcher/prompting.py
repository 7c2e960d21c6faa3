"""Loads prompt templates from ``prompts/<name>/v<N>.md`` and fills them, exactly.

Templates use ``string.Template``; the variables given must be the variables used, no more and no fewer.
A prompt's reference (``name/vN@hash``) stands beside every verdict, and ``prompts/RELEASED`` freezes released wording.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from string import Template

from matcher.canonical import sha256_hex
from matcher.errors import InputError

_NAME = re.compile(r"[a-z][a-z_-]*")
_VERSION = re.compile(r"v([1-9][0-9]*)\.md")


@dataclass(frozen=True)
class Prompt:
    """One version of one template."""

    name: str
    version: int
    text: str

    @property
    def hash(self) -> str:
        """SHA-256 of the template's text."""
        return sha256_hex(self.text.encode("utf-8"))

    @property
    def ref(self) -> str:
        """Name, version and the first digits of the hash."""
        return f"{self.name}/v{self.version}@{self.hash[:12]}"

    @property
    def variables(self) -> frozenset[str]:
        """The names that the template expects."""
        return frozenset(Template(self.text).get_identifiers())

    def render(self, **variables: str) -> str:
        """Return the text with every variable filled in; the values are never read as templates.

        Raises:
            ValueError: a variable is missing or is not used.
        """
        if set(variables) != self.variables:
            wrong = sorted(set(variables) ^ self.variables)
            raise ValueError(f"prompt {self.name}/v{self.version}: missing or unknown variables {wrong}")
        return Template(self.text).substitute(variables)


def load(name: str, version: int | None = None) -> Prompt:
    """Return a prompt; the newest version where none is named.

    Raises:
        InputError: there is no such prompt; the message lists what there is.
    """
    found = versions(name)
    chosen = max(found, default=0) if version is None else version
    if chosen not in found:
        raise InputError(f"There is no prompt {name} v{version or '?'}: there are {', '.join(names())}.")
    return Prompt(name, chosen, (files("prompts") / name / f"v{chosen}.md").read_text("utf-8"))


def names() -> tuple[str, ...]:
    """Return the names of all prompts."""
    folders = (entry.name for entry in files("prompts").iterdir() if entry.is_dir())
    return tuple(sorted(name for name in folders if versions(name)))


def versions(name: str) -> tuple[int, ...]:
    """Return the versions of a prompt in order; empty where there is none."""
    folder = files("prompts") / name
    if not _NAME.fullmatch(name) or not folder.is_dir():
        return ()
    found = (_VERSION.fullmatch(entry.name) for entry in folder.iterdir())
    return tuple(sorted(int(match[1]) for match in found if match))


def released() -> tuple[tuple[str, int, str], ...]:
    """Return name, version and SHA-256 of every released prompt, as ``prompts/RELEASED`` lists them."""
    lines = (files("prompts") / "RELEASED").read_text("utf-8").splitlines()
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return tuple((name, int(version.removeprefix("v")), digest) for name, version, digest in rows)
