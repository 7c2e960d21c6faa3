"""The words of the desk: reasons, roles, sections, and what the keys do."""

from __future__ import annotations

from matcher.models import DecisionKind, ReasonCode, SectionKind
from matcher.review.acts import Role

REASONS: dict[ReasonCode, str] = {
    "evidence_missed": "The résumé shows it in another place",
    "evidence_wrong": "The quote does not support the verdict",
    "too_generous": "Too generous",
    "too_strict": "Too strict",
    "criterion_misread": "The requirement was misread",
    "other_source": "Known from another source, named in the note",
    "mistake": "A slip of mine before",
    "other": "Another reason, given in the note",
}
ROLES: dict[Role, str] = {
    "reviewer": "Reviewer",
    "second": "Second reviewer",
    "adjudicator": "Ruling on disagreements",
}
SECTIONS: dict[SectionKind, str] = {
    "header": "Opening lines", "summary": "Summary", "experience": "Experience", "education": "Education",
    "skills": "Skills", "certificates": "Certificates", "languages": "Languages", "projects": "Projects",
    "publications": "Publications", "volunteering": "Volunteering", "awards": "Awards", "interests": "Interests",
    "references": "References", "personal": "Personal", "other": "Other",
}  # fmt: skip
KEYS: tuple[tuple[str, str], ...] = (
    ("1", "met"),
    ("2", "partial"),
    ("3", "not shown"),
    ("4", "contradicted"),
    ("Space", "agree with the machine"),
    ("e", "light the next quote"),
    ("s", "take the selected words (or the lit quote) as evidence"),
    ("r", "give a reason"),
    ("u", "undo my last act"),
    ("n", "next cell"),
    ("p", "previous cell"),
    ("f", "flag this cell"),
    ("b", "uncover the name (asks why)"),
    ("?", "this help"),
)
SAID: dict[DecisionKind, str] = {
    "flag": "Flagged.", "unblind": "Uncovered.", "advance": "Advance, kept.", "hold": "Hold, kept.",
    "decline": "Decline, kept.", "reviewed_below_cut": "Kept.",
}  # fmt: skip
BELOW: tuple[tuple[str, str, str], ...] = (
    ("1", "met", "Belongs on the list"),
    ("2", "partial", "Unclear from the résumé"),
    ("3", "not_shown", "Stays below"),
)
PACKS: dict[str, str] = {
    "shortlist.html": "Report, to read and print",
    "blind.html": "Blind copy for a panel",
    "summary.html": "Two pages for the hiring manager",
    "shortlist.xlsx": "Workbook",
    "shortlist.csv": "CSV",
    "shortlist.json": "JSON",
}
