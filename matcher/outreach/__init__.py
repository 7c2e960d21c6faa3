"""Verified evidence → short drafts in which every claim is tied to a fact; a linter blocks the rest.

Nothing here sends anything: there is no mail, no HTTP and no socket in this package.
"""

from __future__ import annotations

from matcher.outreach.approve import approve, edit
from matcher.outreach.company import Company, load_company
from matcher.outreach.compose import compose
from matcher.outreach.export import as_csv, as_eml, as_json, as_text, as_xlsx, from_text
from matcher.outreach.facts import approved_fact, person_facts, role_facts, sender_facts
from matcher.outreach.linter import counters, lint
from matcher.outreach.order import Material, Order
from matcher.outreach.records import Clock, Draft, Fact, NoDraft, Outreach, Problem, Sentence, draft_id
from matcher.outreach.suppress import Suppression
from matcher.outreach.write import REPLY_SCHEMA, write

__all__ = [
    "REPLY_SCHEMA",
    "Clock",
    "Company",
    "Draft",
    "Fact",
    "Material",
    "NoDraft",
    "Order",
    "Outreach",
    "Problem",
    "Sentence",
    "Suppression",
    "approve",
    "approved_fact",
    "as_csv",
    "as_eml",
    "as_json",
    "as_text",
    "as_xlsx",
    "compose",
    "counters",
    "draft_id",
    "edit",
    "from_text",
    "lint",
    "load_company",
    "person_facts",
    "role_facts",
    "sender_facts",
    "write",
]
