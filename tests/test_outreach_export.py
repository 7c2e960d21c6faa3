"""Drafts as text, e-mail, mail merge and JSON; approval and edits by file."""

# ruff: noqa: E501 - a wording stands on one line, so that it can be read as it would be sent

import csv
import email
import email.policy
import io
import json

import pytest
from fakes_outreach import COMPANY, PEOPLE, case, material, order

from matcher.errors import InputError
from matcher.outreach import (
    Draft,
    Outreach,
    approve,
    approved_fact,
    as_csv,
    as_eml,
    as_json,
    as_text,
    as_xlsx,
    compose,
    edit,
    from_text,
    lint,
)  # fmt: skip
from matcher.outreach.records import NoDraft

HOSTILE = (
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "＝1+1",
    "a\r\nBcc: all@example.com",
    "\x1b[31mred",
)


class Notebook:
    """A recorder that keeps what it was told."""

    def __init__(self):
        self.events = []

    def record(self, kind, *, actor, candidate=None, criterion=None, body=None):
        self.events.append((kind, actor, candidate, body))
        return len(self.events)


@pytest.fixture(scope="module")
def one():
    return case(PEOPLE[0])


@pytest.fixture(scope="module")
def draft(one) -> Draft:
    made = compose(order(one, "email"), material(one))
    assert isinstance(made, Draft)
    return made


# --- e-mail ----------------------------------------------------------------------------------------------------------


def test_an_eml_has_exactly_one_recipient_and_is_marked_unsent(draft):
    message = email.message_from_bytes(as_eml(draft, COMPANY), policy=email.policy.SMTP)
    assert [a.addr_spec for a in message["To"].addresses] == ["person@example.com"]
    assert message["Cc"] is None
    assert message["Bcc"] is None
    assert message["X-Unsent"] == "1"
    assert message["Subject"] == draft.subject
    assert message.get_content().replace("\r\n", "\n").strip() == draft.text.strip()


@pytest.mark.parametrize("recipient", [
    None, "", "a@example.com, b@example.com", "a@example.com\r\nBcc: b@example.com", "a@example.com\u2028b@example.com",
    "Jo <a@example.com>", "a@example.com b@example.com", "a@example.com;b@example.com", "not an address", "a@@example.com",
])  # fmt: skip
def test_anything_but_one_plain_address_gives_no_eml(draft, recipient):
    with pytest.raises(InputError):
        as_eml(draft.model_copy(update={"recipient": recipient}), COMPANY)


def test_an_inmail_is_no_eml(one):
    made = compose(order(one), material(one))
    assert isinstance(made, Draft)
    with pytest.raises(InputError):
        as_eml(made, COMPANY)


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_subject_stays_one_header_line(draft, words):
    message = email.message_from_bytes(
        as_eml(draft.model_copy(update={"subject": words}), COMPANY), policy=email.policy.SMTP
    )
    assert message["Bcc"] is None
    assert len(message["To"].addresses) == 1


# --- mail merge ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", HOSTILE)
def test_merge_files_hold_no_formula(draft, words):
    from openpyxl import load_workbook

    hostile = draft.model_copy(update={"subject": words, "file": words})
    rows = list(csv.reader(io.StringIO(as_csv([hostile]))))
    assert len(rows) == 2
    assert all(
        not cell.lstrip().startswith(("=", "+", "-", "@", "＝")) and not cell.startswith(("\t", "\r"))
        for cell in rows[1]
    )
    sheet = load_workbook(io.BytesIO(as_xlsx([hostile]))).active
    assert all(cell.value is None or cell.data_type == "s" for cell in sheet[2])


def test_merge_rows_have_stable_ids_and_no_open_field(draft):
    rows = list(csv.DictReader(io.StringIO(as_csv([draft]))))
    assert rows[0]["draft"] == draft.id
    assert rows[0]["status"] == "draft"
    assert rows[0]["email"] == "person@example.com"
    assert "{" not in rows[0]["text"]


def test_json_holds_sentences_with_facts_and_those_without_a_draft(draft):
    none = NoDraft(candidate="cand:2", file="b.pdf", channel="email", reason="in the suppression file")
    body = json.loads(as_json(Outreach(drafts=(draft,), none=(none,))))
    assert body["schema"] == "matcher.outreach/1"
    ids = {fact["id"] for fact in body["drafts"][0]["facts"]}
    cited = {i for sentence in body["drafts"][0]["sentences"] for i in sentence["facts"]}
    assert cited
    assert cited <= ids
    assert body["none"][0]["reason"] == "in the suppression file"


# --- by file ---------------------------------------------------------------------------------------------------------


def test_a_text_file_comes_back_as_it_went(draft):
    found, subject, text = from_text(as_text(draft))
    assert (found, subject) == (draft.id, draft.subject)
    assert text.split() == draft.text.split()


def test_a_text_file_shows_counters_and_the_facts_beside_each_sentence(draft):
    text = as_text(draft)
    assert "words (50 to 125)" in text
    for fact in draft.facts:
        assert fact.text.split()[0] in text
    assert "not approved" in text


def test_approving_names_a_person_and_is_logged(one, draft):
    book = Notebook()
    approved = approve(draft, one.facts, COMPANY, "Ann Reyes", book)
    assert approved.approved_by == "Ann Reyes"
    kind, actor, candidate, body = book.events[0]
    assert (kind, actor, candidate) == ("outreach_approved", "human:Ann Reyes", draft.candidate)
    assert body["draft"] == draft.id


@pytest.mark.parametrize(("who", "suppressed"), [("", False), ("  ", False), ("Ann", True)])
def test_nobody_approves_for_nobody_and_never_a_suppressed_person(one, draft, who, suppressed):
    book = Notebook()
    with pytest.raises(InputError):
        approve(draft, one.facts, COMPANY, who, book, suppressed=suppressed)
    assert book.events == []


def test_a_blocked_draft_cannot_be_approved(one, draft):
    changed = draft.model_copy(update={"subject": "A role at Google"})
    with pytest.raises(InputError, match="Google"):
        approve(changed, one.facts, COMPANY, "Ann", Notebook())


def test_a_draft_without_a_name_of_who_approved_cannot_be_built(draft):
    with pytest.raises(ValueError, match="approved"):
        Draft.model_validate({**draft.model_dump(), "status": "approved"})


def test_a_clean_edit_is_kept_with_its_difference(one, draft):
    book = Notebook()
    text = draft.text.replace("Regards,", "Kind regards,")
    edited = edit(draft, draft.subject, text, one.facts, COMPANY, "Ann", book)
    assert edited.problems == ()
    assert edited.draft.author == "person"
    assert any(line.startswith("+") and "Kind regards" in line for line in edited.diff)
    assert book.events[0][0] == "outreach_edited"
    assert not edited.draft.approved_by


@pytest.mark.parametrize(
    "words", ["You also ran SAP at Siemens.", "We guarantee you the job.", "See http://evil.example."]
)
def test_an_edit_that_adds_what_nobody_verified_is_blocked_and_logged(one, draft, words):
    book = Notebook()
    at = next(s.text for s in draft.sentences if s.part == "detail")
    edited = edit(draft, draft.subject, draft.text.replace(at, f"{at} {words}"), one.facts, COMPANY, "Ann", book)
    assert edited.problems
    assert book.events[0][3]["blocked"]


def test_what_a_reviewer_states_and_answers_for_may_be_said(one, draft):
    at = next(s.text for s in draft.sentences if s.part == "detail")
    words = "You mentioned the Copenhagen conference on early mobility."
    text = draft.text.replace(at, f"{at} {words}")
    assert edit(draft, draft.subject, text, one.facts, COMPANY, "Ann", Notebook()).problems
    stated = approved_fact("mentioned the Copenhagen conference on early mobility", "Ann", one.candidate)
    edited = edit(draft, draft.subject, text, (*one.facts, stated), COMPANY, "Ann", Notebook())
    assert edited.problems == ()
    assert lint(edited.draft, (*one.facts, stated), COMPANY) == ()
