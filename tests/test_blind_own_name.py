# ruff: noqa: E501 — the texts stand on lines as people write them
"""A name that is also a word, a place or a trade is masked where it means the person, and only there."""

from __future__ import annotations

import re

import pytest

from tests.fakes_structure import shown, view

PAGE = """{full}
Operations Manager | Springfield, Illinois | {mail} | 312-555-0147

EXPERIENCE

Operations Manager, Prairie Cold Storage, Springfield — March 2019 to present
• Opened the second site within nine weeks and did so in seven weeks flat.

OTHER WORK
{lines}

EDUCATION
B.S. Logistics, Prairie State University, 2013
"""
WORDS = (
    ("Grant", "Banks"), ("Hope", "Young"), ("Jordan", "Washington"), ("Rose", "Becker"), ("Mark", "King"),
    ("Tamika", "Booker"), ("Joy", "Ford"), ("Ben", "Cook"), ("Bo", "Li"), ("Paris", "Israel"), ("Priya", "Das"),
)  # fmt: skip

# Each line names the person, or a firm that is the person's own.
MEANT = (
    "{last} & Sons, family joinery", "{last} and Sons Ltd, joiner", "Owner, {last}'s Bakery, 2012–2016",
    "Co-founder, {last} & Meyer Architects", "{full} Photography (freelance)", "Director, {last} GmbH, 2010 to 2014",
    "{first}'s Kitchen, catering business of my own", "Founder: {last} Labs", "Kitchen hand, {last} family restaurant",
    "{last}, {i}. & Meyer, K. (2018). On queues.", "Meyer, K., {last}, {i}., & Ode, P. (2018). On queues.",
    "{i}. {last}, K. Meyer: On queues, 2018", "{i}. {last} and K. Meyer: On queues, 2018", "Signed: {first}",
    "Manager wrote: “{last} is reliable.”", "“Without {first} we would have closed,” said the director.",
    "Nicknamed “Doc {last}” by the crew.", "Known to pupils as Mrs. {last}", "Taught Ms {last}'s class for a term.",
    "{full} · page 2 of 3", "{last} – Résumé – page 2", "Self-employed as {last} Translations",
    "{last} Holdings, a family business", "When {first} took over, returns fell.", "I am {first}, a nurse by training.",
    "I'm {first} and I build things.", "{first_upper} {last_upper} LISTED FOUR DOCKS", "{last}’s team moved 400 pallets.",
    "{last}' team moved 400 pallets.", "Engineer, {last} Data LLC — 2019 to 2023", "{last} Law, PLLC — associate",
    "Client work through {last} Consulting LLC", "Freelance work as {last} Design Studio", "Ask for {first}.",
    "Bei {last} IT-Beratung e.K. als Inhaber", "Gérant, {last} Conseil SARL, Lyon", "Autónoma, {last} Diseño, Madrid",
    "Managed by {first}, audited by others.", "{first} and two colleagues rebuilt the line.",
    "{last}'s Box of Wonders (self-employed)",
    "{first}, who leads the yard, opened a third dock.", "Thanks to {first}'s patience the handover held.",
)  # fmt: skip

# Each line uses a word of the name for something else: it stays as it is.
NOT_MEANT = {
    ("Grant", "Hope"): (
        "Grant writing and budget control", "Hope House volunteer", "Wrote the Grant Writing Guide",
        "Freelance Grant Writer", "Grant Writer (freelance)", "Grant Thornton LLP, audit senior",
        "Hope College, Michigan", "Federal Grant Management", "A. Grant writing", "U.S. Grant programs",
    ),
    ("Will", "Power"): ("Will report to the board", "Power tools and lifts", "Power BI and Excel"),
    ("Jordan", "Washington"): (
        "Washington Mutual Bank, teller", "Washington Post, freelance writer", "Office in Washington, D.C.",
        "Moved to Washington to open the branch", "Washington State University", "Travelled from Jordan to Egypt",
        "Founder of a school in Washington",
    ),
    ("Mark", "Ford"): ("Ford Motor Company, fitter", "Mark-downs fell by 8%", "Mechanic for Ford trucks"),
    ("Christian", "King"): ("King's College London", "Taught in a Christian school"),
    ("May", "Dean"): ("Dean's List", "Reported to the Dean of Students"),
    ("Rose", "Page"): ("Page design and layout", "Rose Bowl usher", "Front Page Editor (freelance)"),
    ("Chase", "Law"): ("Chase Bank, teller", "Law School, evening course", "Law Office of P. Meyer, paralegal"),
    ("Mary", "English"): ("English, native", "Taught English to refugees.", "Spanish and English, both fluent"),
    ("Sam", "Baker"): ("Baker (self-employed)", "Baker Street Pharmacy, owner", "Head Baker, Elm Bakery"),
    ("Amy", "Young"): ("Young people's club", "Ernst & Young LLP, auditor", "Young Offenders Institution, teacher"),
    ("Tracy", "Ohio"): ("Registered Nurse, Ohio multistate license", "Application for Ohio endorsement was made"),
    ("Sage", "Monday"): ("Sage Lodge, line attendant", "Every Monday I send the list."),
}  # fmt: skip


def _page(first: str, last: str, *lines: str) -> str:
    mail = re.sub(r"[^a-z.]", "", f"{first}.{last}".lower()) + "@example.com"
    parts = {"first": first, "last": last, "full": f"{first} {last}", "i": first[0]}
    filled = [line.format(**parts, first_upper=first.upper(), last_upper=last.upper()) for line in lines]
    return PAGE.format(full=parts["full"], mail=mail, lines="\n\n".join(filled))


def _lines(text: str) -> list[str]:
    return [line.text for line in view(text).lines]


@pytest.mark.parametrize("line", MEANT)
def test_a_line_about_the_person_reads_the_same_whatever_the_name(line: str) -> None:
    plain = _lines(_page("Kwame", "Okonkwo", line))
    assert any("[name]" in text for text in plain)
    for first, last in WORDS:
        assert _lines(_page(first, last, line)) == plain, (first, last)


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in NOT_MEANT.items() for line in lines])
def test_the_word_survives_where_it_means_something_else(name: tuple[str, str], line: str) -> None:
    assert _lines(_page(*name, line)) == _lines(_page("Kwame", "Okonkwo", line))
    assert "[name]" not in shown(_page(*name, line))


@pytest.mark.parametrize("last", ["Okafor", "Banks", "Washington", "Becker", "Grant", "Young", "Li", "Mbeki-Olsen"])
def test_a_firm_named_after_the_person_is_masked_whatever_the_surname(last: str) -> None:
    assert "[name] Consulting LLC" in shown(_page("Tyrone", last, "{last} Consulting LLC — advice to small docks"))


def test_a_firm_once_told_as_the_persons_own_is_so_everywhere() -> None:
    text = _page("Tyrone", "Banks", "Piedmont Mutual (via Banks Works), clerk", "Banks Works is me and a laptop.")
    assert "Banks" not in shown(text)
    assert "Banks Works" in shown(_page("Tyrone", "Banks", "Piedmont Mutual (via Banks Works), clerk"))


@pytest.mark.parametrize("header", [
    "JAMAL WASHINGTON\nSterling, Illinois | 815-555-0176 | teach@example.com",
    "GRANT BANKS\nSterling, Illinois | 815-555-0176 | gb.teach@example.com",
    "Pat Cook\nSterling, Illinois | 815-555-0176 | teach@example.com",
    "Mary Ann Smith\nSterling, Illinois | 815-555-0176 | mary.s@example.com",
    "Mary Ann Baker\nSterling, Illinois | 815-555-0176 | mary.b@example.com",
    "Carpenter Baker\nSterling, Illinois | 815-555-0176 | carpenter.baker@example.com",
    "Anna van der Berg\nSterling, Illinois | 815-555-0176 | anna.v@example.com",
    "Tracy Ohio\nSterling, Illinois | 815-555-0176 | teach@example.com",
])  # fmt: skip
def test_a_name_of_words_is_found_at_the_top(header: str) -> None:
    seen = shown(PAGE.replace("{full}\nOperations Manager | Springfield, Illinois | {mail} | 312-555-0147", header)
                 .format(lines="Nothing more."))  # fmt: skip
    for word in header.split("\n", maxsplit=1)[0].split():
        assert word not in seen


@pytest.mark.parametrize("headline", ["Line Cook", "Senior Engineer", "Customer Service", "Head Nurse"])
def test_a_headline_of_words_is_no_name(headline: str) -> None:
    body = "\n\nEXPERIENCE\n\nCook, Elm Foods — 2019 to present\n• Ran the line.\n"
    assert headline in shown(f"{headline}\nSterling, Illinois\n815-555-0176{body}")
    assert "Tom" not in shown(f"Tom Meyer {headline}\n815-555-0176 | tom.meyer@example.com{body}")
