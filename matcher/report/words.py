"""The words and signs with which people read closed values; colour is never the only sign."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

from matcher.models import (
    CriterionKind,
    DuplicateReason,
    EntryStatus,
    FindingKind,
    Gate,
    GateState,
    Justification,
    NotAssessedReason,
    UnreadReason,
    Verdict,
)

Answer = Literal["met", "partial", "not_shown", "contradicted", "not_assessed"]


class Word(NamedTuple):
    """A sign and a word for the same thing, and the fill colour (RRGGBB) that goes with them."""

    sign: str
    word: str
    fill: str


ANSWER: dict[Answer, Word] = {
    "met": Word("●", "Met", "CFE8D5"),
    "partial": Word("◐", "Partial", "FBE7B2"),
    "not_shown": Word("○", "Not shown", "E9EBEE"),
    "contradicted": Word("✕", "Contradicted", "F4CFCB"),
    "not_assessed": Word("–", "Not assessed", "FFFFFF"),
}
GATE: dict[GateState, Word] = {
    "met": Word("●", "shown", ANSWER["met"].fill),
    "partial": Word("◐", "partly shown", ANSWER["partial"].fill),
    "open": Word("○", "not shown in the résumé: ask", ANSWER["not_shown"].fill),
    "contradicted": Word("✕", "contradicted", ANSWER["contradicted"].fill),
    "not_assessed": Word("–", "not assessed", ANSWER["not_assessed"].fill),
}
KIND: dict[CriterionKind, str] = {
    "responsibility": "Responsibility",
    "minimum": "Minimum qualification",
    "preferred": "Preferred qualification",
}
STATUS: dict[EntryStatus, str] = {
    "ranked": "Ranked",
    "below_cut": "Below the cut: not read in depth",
    "not_assessed": "Too little was assessed for a score",
}
NOT_ASSESSED: dict[NotAssessedReason, str] = {
    "no_judge": "Nobody has judged this yet; the nearest lines are shown.",
    "unsure": "The reader was not sure; a person should decide.",
    "call_failed": "The model did not answer.",
    "reply_invalid": "The model's answer could not be used.",
    "refused": "The model refused to answer.",
    "budget": "The budget was reached before this was read.",
    "too_long": "The résumé is longer than the reader accepts.",
    "check_failed": "The answer did not pass the checks that code makes.",
    "pending": "Not read yet.",
}
UNREAD: dict[UnreadReason | DuplicateReason, str] = {
    "encrypted": "needs a password",
    "damaged": "damaged",
    "no_text": "holds no readable text",
    "ocr_missing": "is a scan and no OCR program is installed",
    "unsupported": "of a kind that is not read",
    "too_large": "too large",
    "limit": "stopped at a safety limit",
    "vanished": "was gone when it was to be read",
    "empty": "empty",
    "erased": "erased on request",
    "same_bytes": "the same file",
    "same_text": "the same text",
    "older_version": "an older version",
}
FINDING: dict[FindingKind, str] = {
    "hidden_text": "Hidden text",
    "invisible_characters": "Invisible characters",
    "mixed_script": "Letters of mixed scripts",
    "type_mismatch": "File type does not match its name",
    "active_content": "Active content (not run)",
    "external_content": "External content (not fetched)",
    "ocr_text": "Text read from an image",
    "instruction_like": "Text that addresses the reader or a machine",
    "copied_from_posting": "Copied from the posting",
    "keyword_list": "Long keyword list",
    "limit_reached": "A safety limit was reached",
    "repaired": "File was repaired",
    "text_render_mismatch": "Text differs from what is drawn",
    "structure_unsure": "Structure unsure",
    "reading_order_unsure": "Reading order unsure",
    "encoding_guessed": "Encoding guessed",
    "other": "Note",
}
LANGUAGE: dict[str, str] = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "ms": "Malay", "nb": "Norwegian",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sk": "Slovak", "sl": "Slovenian", "so": "Somali", "sr": "Serbian", "sv": "Swedish", "ta": "Tamil", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
CHECK: dict[str, str] = {
    "ids exist": "The named lines are in the résumé",
    "lines are evidence": "They are evidence, no keyword list and no copy of the posting",
    "evidence is named": "At least one line is named",
    "positions count": "The jobs that count are named",
    "years": "Years, counted from the dated jobs",
    "degree": "Degree, as stated",
    "in force": "Nothing of it has lapsed",
    "plain words agree": "The résumé’s plain words agree",
    "reason is grounded": "The reason says nothing that the lines do not",
    "second reader": "A second reader agrees",
    "stated facts": "Facts, as stated",
    "asked again": "Asked a second time",
}
"""What a check is about, by its name in the records; a name that is not here is shown as it stands."""
GROUP: dict[CriterionKind, str] = {"responsibility": "Duties", "minimum": "Minimum", "preferred": "Nice to have"}
DECISION: dict[str, str] = {"advance": "Advance", "hold": "Hold", "decline": "Decline"}
COUNT: dict[str, str] = {"files": "files", "read": "read", "duplicate": "duplicates", "unreadable": "unreadable"}

NOT_COMPARABLE = "Scores compare candidates of this posting only; they are not comparable between postings."
DECIDES_NOTHING = "This list decides nothing: it rejects nobody, and every decision is made by a named person."
SILENCE = "“Not shown” means that this résumé does not show it, never that the person lacks it."


def answer(cell: Justification | None) -> Answer:
    """Return the verdict of a cell, or *not_assessed*."""
    verdict: Verdict | None = None if cell is None or cell.status != "done" else cell.verdict
    return verdict or "not_assessed"


def gates_line(gates: Iterable[Gate], hidden: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return where somebody stands on the must-haves in a few words, each with its sign; none for no must-haves."""
    by_state: dict[str, list[str]] = {}
    for gate in gates:
        by_state.setdefault("hidden" if gate.criterion in hidden else gate.state, []).append(gate.criterion)
    total, shown = sum(map(len, by_state.values())), len(by_state.get("met", []))
    phrases = (("partial", "◐", "partly"), ("open", "○", "ask about"), ("contradicted", "✕", "contradicted"),
               ("not_assessed", "–", "not assessed"), ("hidden", "?", "you first"))  # fmt: skip
    made = [("●", f"all {total} shown" if shown == total else f"{shown} of {total} shown")] if total else []
    made += [(sign, f"{word} {', '.join(by_state[state])}") for state, sign, word in phrases if state in by_state]
    return made


def languages(codes: Iterable[str]) -> str:
    """Return languages by name, a code that is not known as it stands."""
    return ", ".join(LANGUAGE.get(code, code) for code in codes)


def why_not(cell: Justification | None) -> str:
    """Return in words why a cell was not assessed, or an empty string for one that was."""
    if cell is None:
        return NOT_ASSESSED["pending"]
    return NOT_ASSESSED[cell.why_not_assessed] if cell.why_not_assessed else ""


def check(name: str, passed: bool, detail: str = "") -> str:
    """Return in plain words what a check found; verdicts in the detail are written as people read them."""
    plain = name.replace("_", " ")
    about = CHECK.get(plain, plain)
    for verdict, word in ANSWER.items():
        detail = detail.replace(f"says {verdict}", f"says {word.word.lower()}")
    if passed:
        return f"✓ {about}: {detail}" if detail else f"✓ {about}"
    return f"✗ {detail[0].upper()}{detail[1:]}" if detail else f"✗ Not so: {about[0].lower()}{about[1:]}"
