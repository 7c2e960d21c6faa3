"""Copies and versions: exact copies are known, likely ones proposed, nobody is merged by a name or an address."""

import random
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from matcher import duplicates
from matcher.models import Document, IdentitySpan, Page, Resume, Span

WORDS = (
    "plan", "lead", "care", "report", "train", "nurse", "ward", "shift", "night", "team", "bed", "unit", "head",
    "check", "list", "hospital", "west", "east", "patient", "doctor", "phone", "rota", "handover", "infection",
    "rate", "daily",
)  # fmt: skip
ALICE = "alice@example.net"


def prose(seed: int, length: int = 220) -> str:
    chosen = random.Random(seed)
    return " ".join(chosen.choice(WORDS) + str(chosen.randrange(30)) for _ in range(length))


def edited(text: str, share: float, seed: int = 9) -> str:
    chosen = random.Random(seed)
    return " ".join("changed" if chosen.random() < share else word for word in text.split())


def entry(
    candidate: str, text: str, email: str = "", name: str = "", phone: str = "", modified: date | None = None
) -> duplicates.Entry:
    document = Document(id="doc:1", name="cv", media_type="text/plain", text=text, modified=modified,
                        pages=(Page(number=1, width=0, height=0, start=0, end=len(text)),))  # fmt: skip
    spans = tuple(
        IdentitySpan(kind=kind, span=Span(start=0, end=0), text=value)
        for kind, value in (("email", email), ("name", name), ("phone", phone)) if value
    )  # fmt: skip
    resume = Resume(candidate=candidate, document="doc:1", language=None, identity=spans, sections=(), positions=(),
                    education=(), lines=())  # fmt: skip
    return duplicates.entry(candidate, document, resume)


@given(st.text(max_size=40))
def test_the_text_hash_knows_no_case_spaces_or_composition(text: str) -> None:
    import unicodedata

    changed = unicodedata.normalize("NFD", text.swapcase()).replace(" ", "\n ")
    if text.swapcase().casefold() == text.casefold():
        assert duplicates.text_hash(changed) == duplicates.text_hash(text)


def test_other_words_give_another_hash() -> None:
    assert duplicates.text_hash("Nurse in Rome") != duplicates.text_hash("Nurse in Bern")


def test_a_signature_is_always_the_same_bytes() -> None:
    assert duplicates.signature(prose(1)) == duplicates.signature(prose(1))
    assert len(duplicates.signature("")) == len(duplicates.signature(prose(1))) == 512


def test_edited_copies_are_linked_and_other_people_are_not() -> None:
    text = prose(1)
    pool = [entry("a", text), entry("b", edited(text, 0.1)), entry("c", prose(2)), entry("d", prose(3))]
    assert [(link.one, link.other, link.kind) for link in duplicates.links(pool)] == [("a", "b", "similar_text")]


def test_the_same_address_or_number_proposes_a_link_and_no_version() -> None:
    pool = [
        entry("alice", prose(1), ALICE, "Alice Example", "+46 31 123 45 67", date(2025, 1, 1)),
        entry("mallory", prose(2), ALICE.title(), "Alice Example", "031-1234567", date(2026, 1, 1)),
    ]
    found = duplicates.links(pool)
    assert [(link.one, link.other, link.kind) for link in found] == [("alice", "mallory", "same_contact")]
    assert duplicates.versions(pool, found) == {}


def test_the_newest_of_three_versions_stands_for_the_others() -> None:
    text = prose(1)
    pool = [
        entry("old", edited(text, 0.05, 1), ALICE, "Alice Example", modified=date(2024, 1, 1)),
        entry("new", text, ALICE, "Example, Alice", modified=date(2026, 1, 1)),
        entry("mid", edited(text, 0.05, 2), ALICE, "alice example", modified=date(2025, 1, 1)),
    ]
    assert duplicates.versions(pool, duplicates.links(pool)) == {"old": "new", "mid": "new"}


def test_versions_without_dates_or_with_one_name_only_stay_proposals() -> None:
    text = prose(1)
    undated = [entry("a", text, "a@example.net", "Alice"), entry("b", edited(text, 0.05), "a@example.net", "Alice")]
    renamed = [entry("a", text, "a@example.net", "Alice", modified=date(2024, 1, 1)),
               entry("b", edited(text, 0.05), "a@example.net", "Bob", modified=date(2025, 1, 1))]  # fmt: skip
    for pool in (undated, renamed):
        found = duplicates.links(pool)
        assert len(found) == 1 and duplicates.versions(pool, found) == {}


def test_an_address_of_an_agency_links_nobody() -> None:
    pool = [entry(f"c{n}", prose(n), "agency@example.net") for n in range(30)]
    assert duplicates.links(pool) == ()


def test_a_flood_of_copies_costs_few_links() -> None:
    text = prose(1)
    pool = [entry(f"c{n:03d}", edited(text, 0.02, n)) for n in range(80)]
    assert len(duplicates.links(pool)) <= 80 * 20


def test_entries_hold_no_name_and_no_address() -> None:
    dumped = entry("a", prose(1), "alice@example.net", "Alice Example", "+46 31 123 45 67").model_dump_json()
    assert "alice" not in dumped.lower() and "1234567" not in dumped
