"""Documents and résumés made for the tests of structure, timeline and the blind view."""

from __future__ import annotations

from datetime import date
from functools import cache

from matcher.blind import blind
from matcher.models import BlindView, Document, Page
from matcher.structure import structure

AS_OF = date(2026, 11, 1)


def document(text: str, name: str = "resume.txt") -> Document:
    """A plain-text document of one page without layout."""
    page = Page(number=1, width=0, height=0, start=0, end=len(text))
    return Document(id="doc:test", name=name, media_type="text/plain", text=text, pages=(page,))


@cache
def view(text: str, name: str = "resume.txt", **options: bool) -> BlindView:
    """The blind view of a text as of the reference day."""
    made = document(text, name)
    return blind(made, structure(made), AS_OF, **options)


def shown(text: str, name: str = "resume.txt", **options: bool) -> str:
    """Everything a judge may read of a text: lines, titles, organisations, fields."""
    made = view(text, name, **options)
    jobs = [f"{job.title} | {job.organisation}" for job in made.positions]
    return "\n".join([*(line.text for line in made.lines), *jobs, *(str(e.field) for e in made.education)])


PERSON = """{full}
Operations Manager | Springfield, Illinois | {mail} | 312-555-0147

SUMMARY
{first} led three warehouses through a change of system. Colleagues describe {first} as calm.
Grant writing and budget control. Will report to the board. Hope House volunteer since 2019.

EXPERIENCE

Operations Manager, Prairie Cold Storage, Springfield — March 2019 to present
• {full} was asked to open the second site within nine weeks and did so in seven weeks flat.
• Mark-downs fell by 18%; the joy of customers rose in every survey.
• Mr. {last} received the safety award of the region in 2023.

Shift Lead, Lakeside Freight — 2014 to February 2019
• Planned 40 loads a day for nine docks.

EDUCATION
B.S. Logistics, Prairie State University, 2013
"""
