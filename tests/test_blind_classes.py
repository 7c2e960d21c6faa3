"""Whole classes of personal statements: where a résumé may hold one, it is left out; work that sounds alike stays."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.fakes_structure import shown

FORMS = tomllib.loads((Path(__file__).parent / "heldout" / "classes.toml").read_text("utf-8"))
TOP = "Ada Moss\nada.moss@example.com"
WORK = "EXPERIENCE\n\nFitter, Elm Works — May 2019 to present\n• Set up nine lathes for the night crew.\n"


@pytest.mark.parametrize(("fragment", "hidden"), FORMS["addresses"])
def test_no_form_of_address_is_read_at_the_top(fragment: str, hidden: str) -> None:
    assert hidden not in shown(f"{TOP} | {fragment} | 937-555-0114\n\n{WORK}")
    assert hidden not in shown(f"Ada Moss\n{fragment}\nada.moss@example.com\n\n{WORK}")


@pytest.mark.parametrize(("fragment", "hidden"), FORMS["personal"])
def test_no_statement_about_the_person_is_read_wherever_it_stands(fragment: str, hidden: str) -> None:
    at_the_top = f"{TOP} | {fragment} | 937-555-0114\n\n{WORK}"
    of_a_profile = f"{TOP}\n\nPROFILE\nFitter of lathes and mills. {fragment}.\n\n{WORK}"
    of_interests = f"{TOP}\n\n{WORK}\nINTERESTS\nChess; {fragment}; running.\n"
    at_the_end = f"{TOP}\n\nFitter, Elm Works, 2019 to present. Set up nine lathes.\n{fragment}.\n"
    for text in (at_the_top, of_a_profile, of_interests, at_the_end):
        assert hidden not in shown(text)


@pytest.mark.parametrize(("line", "hidden"), FORMS["last"])
def test_the_last_line_under_a_heading_may_be_about_the_person(line: str, hidden: str) -> None:
    studies, words = "EDUCATION\nBSc Physics, Elm University, 2012", "SKILLS\nLathes, mills"
    for text in (f"{WORK}{line}", f"{WORK}\n{line}", f"{WORK}\n{studies}\n{line}", f"{WORK}\n{words}\n{line}"):
        assert hidden not in shown(f"{TOP}\n\n{text}\n")


@pytest.mark.parametrize("line", FORMS["survives"])
def test_work_that_sounds_personal_is_read_word_for_word(line: str) -> None:
    assert line in shown(f"{TOP}\n\nEXPERIENCE\n\nLead, Elm Works — May 2019 to present\n• {line}\n")
    assert line in shown(f"{TOP}\n\nLead, Elm Works, 2019 to present: {line}\n")
    assert line in shown(f"{TOP}\n\nSUMMARY\n{line}\n\n{WORK}")
