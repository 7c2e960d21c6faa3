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
    ("1", "met: the résumé shows it"),
    ("2", "partial: it shows a part, or less of it"),
    ("3", "not shown: it says nothing of it"),
    ("4", "contradicted: it says the opposite"),
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
TOOLS: tuple[tuple[str, str], ...] = (
    ("e", "next quote"),
    ("s", "take as evidence"),
    ("r", "reason"),
    ("u", "undo"),
    ("p", "previous"),
    ("n", "next"),
    ("f", "flag"),
    ("b", "uncover"),
    ("?", "all keys"),
)
SAID: dict[DecisionKind, str] = {
    "flag": "Flagged.", "unblind": "Uncovered.", "advance": "Advance, kept.", "hold": "Hold, kept.",
    "decline": "Decline, kept.", "reviewed_below_cut": "Kept.",
}  # fmt: skip
ACTS: dict[DecisionKind, str] = {
    "first_look": "your first answer", "verdict": "your answer", "agree": "your agreement",
    "second_look": "your reading", "adjudicate": "your ruling", "flag": "your flag", "advance": "Advance",
    "hold": "Hold", "decline": "Decline", "reviewed_below_cut": "your answer", "unblind": "uncovering",
    "undo": "undoing", "sign": "the seal",
}  # fmt: skip
BELOW: tuple[tuple[str, str, str], ...] = (
    ("1", "met", "Belongs on the list"),
    ("2", "partial", "Unclear from the résumé"),
    ("3", "not_shown", "Stays below"),
)
PACKS_WITH_NAMES = ("shortlist.html", "summary.html", "shortlist.xlsx", "shortlist.csv", "shortlist.json")
PACKS: dict[str, str] = {
    "shortlist.html": "Report, to read and print",
    "blind.html": "Blind copy for a panel",
    "summary.html": "Two pages for the hiring manager",
    "shortlist.xlsx": "Workbook",
    "shortlist.csv": "CSV",
    "shortlist.json": "JSON",
}


def job(from_ago: int, to_ago: int, *, exact: bool) -> str:
    """Return how long a job lasted and how long ago it ended, given both ends in whole months ago."""
    lasted = f"{'' if exact else 'about '}{months(max(from_ago - to_ago, 1))}"
    return f"{lasted}, until now" if to_ago == 0 else f"{lasted}, until {months(to_ago)} ago"


def months(number: int) -> str:
    """Return a number of months in years and months."""
    years, rest = divmod(number, 12)
    parts = [f"{n} {noun}{'' if n == 1 else 's'}" for n, noun in ((years, "year"), (rest, "month")) if n]
    return " ".join(parts) or "less than a month"


def day(when: str) -> str:
    """Return a moment (ISO 8601 UTC) as people write it."""
    return f"{when[:10]}, {when[11:16]} UTC" if len(when) >= 16 else when
