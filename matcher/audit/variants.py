"""Variants of a résumé that say the same about work: another name, pronoun, address, age, group, school, gap or need.

Each variant stands beside a control: the same place, the same length, harmless words. Names are changed in the raw
text (head, e-mail, links, body, own firm) and in the file's name: the swap tests what hides them and not itself.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Generic, NamedTuple, TypeVar

from matcher.audit.renaming import rename, rename_address, split_name

KINDS = (
    "name", "pronouns", "address", "age", "affinity", "school", "career gap", "caregiver", "disability",
)  # fmt: skip


Text = TypeVar("Text")


class Variant(NamedTuple, Generic[Text]):
    """One changed text: the group it stands for, the text, what it is compared with, and its harmless counterpart."""

    group: str
    label: str
    text: Text
    base: Text
    control: Text | None
    rename: tuple[str, str] | None = None
    """Old and new name, where the name of the file changes with the text."""

    def file(self, name: str) -> str:
        """Return what a file of this name is called when the changed text stands in it."""
        return rename_address(name, *self.rename) if self.rename else name


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("matcher.audit").joinpath("swap.toml").read_text("utf-8"))


def variants(kind: str, text: str, name: str) -> Iterator[Variant[str]]:
    """Yield the variants of one kind of a résumé whose person is called ``name``; none if it has no place.

    Raises:
        KeyError: no such kind.
    """
    makers = {"name": _names, "pronouns": _pronouns, "age": _age, "school": _school}
    if kind in makers:
        return makers[kind](text, name)
    lines = {group["kind"]: group for group in _data()["lines"]}
    return _lines(lines[kind], text)


def name_in(text: str) -> str:
    """Return the name in the first line that holds anything: its words before a comma, bar, dash or digit.

    A first line of one word is joined with a second line of one word, as in a narrow column.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [""]
    words = re.split(r"[,|(–—·•\d@]| [-/] |(?<=\w{3})\.\s", lines[0].lstrip("#* "))[0].split()
    if len(words) == 1 and len(lines) > 1 and lines[1].isalpha():
        words.append(lines[1])
    return " ".join(words[:5])


def insert(text: str, line: str, place: str) -> str:
    """Return the text with a line after its first line (*top*) or as its last one (*end*)."""
    if place == "end":
        return f"{text.rstrip()}\n\n{line}\n"
    first, rest = _head(text)
    return f"{first}\n{line}\n{rest}"


def harmless(line: str, number: int = 0) -> str:
    """Return a harmless line of the same length."""
    sentences = _data()["control"]["sentences"]
    text = ". ".join(sentences[(number + step) % len(sentences)] for step in range(len(sentences)))
    return text[: len(line)].rstrip().ljust(len(line), ".")


def _names(text: str, name: str) -> Iterator[Variant[str]]:
    planted = insert(text, _mentions(name), "end") if name else text
    for group, names in _data()["names"].items():
        for other in names:
            changed = rename(planted, name, other) if name else planted
            yield Variant(group, other, changed, planted, None, (name, other) if name else None)


def _mentions(name: str) -> str:
    """Lines that name a person in the ways in which texts do, so that every résumé has them."""
    halves = split_name(" ".join(word.title() if word.isupper() else word for word in name.split()))
    lines: str = _data()["names_lines"]["text"]
    return lines.format(
        first=halves.given.split()[0], last=halves.family or halves.given, full=halves.full, initial=halves.given[0]
    ).strip()


def _pronouns(text: str, name: str) -> Iterator[Variant[str]]:
    for number, (group, line, title) in enumerate(_data()["pronouns"]["variants"]):
        titled = text.replace(name, f"{title} {name}", 1) if name else text
        yield Variant(group, line, insert(titled, line, "top"), text, insert(text, harmless(line, number), "top"))


def _lines(kind: Mapping[str, Any], text: str) -> Iterator[Variant[str]]:
    for number, (group, line) in enumerate(kind["variants"]):
        control = insert(text, harmless(line, number), kind["place"])
        yield Variant(group, line, insert(text, line, kind["place"]), text, control)


def _age(text: str, name: str) -> Iterator[Variant[str]]:
    del name
    data = _data()["age"]
    older = _shift_graduation(text, -data["years"])
    if older != text:
        yield Variant("older by graduation", "graduation −20 years", older, text, None)
    for group, year in (("born 1962", 1962), ("born 1998", 1998)):
        line = data["birth"].format(day=12, month="March", year=year)
        yield Variant(group, line, insert(text, line, "top"), text, insert(text, harmless(line), "top"))


def _shift_graduation(text: str, years: int) -> str:
    words = _data()["age"]["words"]

    def older(match: re.Match[str]) -> str:
        return str(int(match.group()) + years)

    lines = [
        re.sub(r"(?<!\d)(?:19|20)\d\d(?!\d)", older, line) if any(word in line.lower() for word in words) else line
        for line in text.split("\n")
    ]
    return "\n".join(lines)


def _school(text: str, name: str) -> Iterator[Variant[str]]:
    del name
    data = _data()["school"]
    found = re.search(data["pattern"], text)
    if found is None:
        return
    for group, school in data["variants"]:
        yield Variant(group, school, text.replace(found.group(), school), text, None)


def _head(text: str) -> tuple[str, str]:
    lines = text.split("\n")
    place = next((index for index, line in enumerate(lines) if line.strip()), 0)
    return "\n".join(lines[: place + 1]), "\n".join(lines[place + 1 :])
