"""Names that a text states beside the first one, words for people in other languages, and what stands between them."""

from __future__ import annotations

import pytest

from tests.fakes_structure import shown

TOP = "Ada Moss\nada.moss@example.com"
WORK = "EXPERIENCE\n\nFitter, Elm Works — May 2019 to present\n• Set up nine lathes for the night crew.\n"


@pytest.mark.parametrize(
    ("first", "said", "hidden"),
    [
        ("Ada Moss\nNickname: Weng", "Weng keeps the log", "Weng"),
        ("Ada Moss\nGoes by Tilly.", "Tilly keeps the log", "Tilly"),
        ("Ada Moss (Hannelore)", "Hannelore keeps the log", "Hannelore"),
        ("Ada (Addie) O'Hanrahan", "Dr O'Hanrahan keeps the log", "Hanrahan"),
        ("Ada Moss\nGeburtsname: Qvist", "Qvist hält das Buch", "Qvist"),
        ("Ada Moss, formerly Brandvold", "Brandvold keeps the log", "Brandvold"),
        ("Lim Kheng Huat, Bernhardt\nbernhardtlkh@example.com", "bernhardt also keeps the log", "ernhardt"),
    ],
)
def test_another_name_of_the_person_is_hidden_in_the_work_as_well(first: str, said: str, hidden: str) -> None:
    assert hidden not in shown(f"{first}\nada.moss@example.com\n\n{WORK}• {said}\n")


@pytest.mark.parametrize("end", ["Signed: Ottoline Firth", "Kind regards,\nOttoline Firth", "Name: Ottoline Firth"])
def test_a_name_stated_at_the_end_is_hidden_in_the_work(end: str) -> None:
    assert "Ottoline" not in shown(f"{WORK}• Ottoline hired three.\n• Firth trained four.\n\n{end}\n")


def test_what_is_called_something_in_the_work_keeps_its_name() -> None:
    seen = shown(f"{TOP}\n\n{WORK}• Ran the line known as Falcon, formerly Kestrel.\n")
    assert "known as Falcon, formerly Kestrel" in seen


@pytest.mark.parametrize("said", ["Pani Moss", "Gđa Moss", "dott.ssa Moss", "Qvist Hanım", "Engr. Moss", "Bà Moss"])
def test_a_title_before_or_after_the_name_goes_in_many_languages(said: str) -> None:
    title = said.replace("Moss", "").replace("Qvist", "").strip()
    assert title not in shown(f"Ada Qvist Moss\nada.moss@example.com\n\n{WORK}• {said} keeps the log.\n")


def test_what_stands_between_statements_about_the_person_goes_and_work_beside_them_stays() -> None:
    seen = shown(f"{TOP}\n\n{WORK}\nOTHER\nMuslim, married, zorvanti, aged 41, forklift licence\n")
    assert "zorvanti" not in seen
    assert "forklift licence" in seen


@pytest.mark.parametrize("line", ["Ehliyet: B", "Mother tongue: Tamil", "Körkort: B, C"])
def test_languages_and_driving_licences_among_personal_details_stay(line: str) -> None:
    seen = shown(f"Ada Moss\nada.moss@example.com\nMarital status: single\n{line}\n\n{WORK}")
    assert line.removeprefix("Mother tongue: ") in seen
    assert "single" not in seen


@pytest.mark.parametrize(
    "line",
    [
        "Diwali gift hampers: 4,000 packed",
        "Visa files under subclass 482 for clients",
        "Baby girl clothing line, 300 styles",
        "Single-parent support line, 35 calls a shift",
        "Built mosque domes and church roofs",
        "Military hospital wing fitted in nine weeks",
        "Halal kitchen run for 300 covers",
        "Kosher certification of 14 plants",
        "Turkish language teaching to adults",
        "Mother and baby unit, 12 cots",
    ],
)
def test_work_with_the_same_words_is_read(line: str) -> None:
    assert line in shown(f"{TOP}\n\nEXPERIENCE\n\nLead, Elm Works — May 2019 to present\n• {line}\n")
    assert line in shown(f"{TOP}\n\nLead, Elm Works, 2019 to present: {line}\n")
    assert line in shown(f"{TOP}\n\nSUMMARY\n{line}\n\n{WORK}")


def test_a_line_of_work_that_the_tagger_takes_for_a_family_in_a_profile_is_read_among_the_jobs() -> None:
    line = "Extruder line, two sons of the founder as clients"
    assert line in shown(f"{TOP}\n\nEXPERIENCE\n\nLead, Elm Works — May 2019 to present\n• {line}\n")
    assert line in shown(f"{TOP}\n\nLead, Elm Works, 2019 to present: {line}\n")


@pytest.mark.parametrize("head", ['Dwayne Ottley ("Tree")', 'Dwayne Ottley, "Tree"', "Dwayne Ottley “Tree”"])
def test_an_ordinary_word_in_quotation_marks_beside_the_name_is_a_name(head: str) -> None:
    work = "\n\nEXPERIENCE\n\nNurse, Elm Hospital — May 2019 to present\n• Tree led the night team.\n• Shook a tree.\n"
    seen = shown(f"{head}\nd.ottley@example.com{work}")
    assert "Tree" not in seen
    assert "Shook a tree" in seen
