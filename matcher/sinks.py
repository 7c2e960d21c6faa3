"""The only way out for untrusted text: terminal, HTML, CSV, XLSX, e-mail, file name.

Whatever a résumé, a posting or a model says stays literal text in every place where it is shown:

- no control sequence reaches a terminal, no markup a page, no formula a spreadsheet, no second address an e-mail;
- what cannot be shown is left out or replaced by U+FFFD, never passed on, and nothing here raises because of its input.

Formula rules follow the OWASP note on CSV injection, widened by full-width signs and leading white space.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from jinja2 import BaseLoader, Environment
    from openpyxl.cell.cell import Cell

XLSX_CELL_LIMIT = 32_767
"""Characters that a spreadsheet cell holds; Excel counts UTF-16 code units."""
CUT_MARK = " …[cut]"

_JOINERS = "\u200c\u200d"  # Indic and Arabic scripts and emoji need them
_SURROGATES = re.compile("[\ud800-\udfff]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_FORMULA_STARTS = frozenset("=+-@|＝＋－＠｜﹢﹣﹦﹫−")
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_RESERVED_NAMES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in "0123456789¹²³"), *(f"lpt{n}" for n in "0123456789¹²³")]
)


def plain(text: str) -> str:
    """Return ``text`` without invisible characters, line ends as ``\\n``; lone surrogates become U+FFFD."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _INVISIBLE.sub("", _SURROGATES.sub("\ufffd", lines))


def one_line(text: str) -> str:
    """Return ``text`` cleaned, with every run of white space folded into one space."""
    return " ".join(plain(text).split())


def terminal(text: str) -> str:
    """Return ``text`` safe to print on a terminal: line ends and tabs stay, control characters go.

    What followed an escape character stays visible as ordinary text: nothing is hidden by a sequence that never ends.
    """
    return "".join(_printable(c) for c in plain(text))


def _printable(character: str) -> str:
    if character in "\n\t" or character in _JOINERS or character.isprintable():
        return character
    return " " if unicodedata.category(character) == "Zs" else ""


def html(text: str) -> Markup:
    """Return ``text`` cleaned and escaped for element content and quoted attributes; escaping twice changes nothing."""
    return text if isinstance(text, Markup) else escape(plain(text))


def url(text: str) -> str:
    """Return a web or mail address that may become a link; anything else (``javascript:``) gives an empty string."""
    candidate = plain(text).strip()
    if re.fullmatch(r"(?i)https?://[^\s\"'<>`\\]+|mailto:[^\s\"'<>`\\]+", candidate):
        return candidate
    return ""


def templates(loader: BaseLoader) -> Environment:
    """Return a Jinja2 environment that escapes and cleans everything printed and refuses unknown names."""
    from jinja2 import Environment, StrictUndefined

    def finalize(value: object) -> object:
        if isinstance(value, Markup):
            return value
        return plain(value) if isinstance(value, str) else value

    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, finalize=finalize, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True, auto_reload=False,
    )  # fmt: skip


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet might read ``text`` as a formula or a command."""
    if text[:1] in ("\t", "\r", "\n"):
        return True
    return text.lstrip()[:1] in _FORMULA_STARTS and text.strip() != ""


def csv_cell(text: str) -> str:
    """Return ``text`` for a CSV cell: cleaned, and prefixed with an apostrophe where it could be a formula."""
    cleaned = plain(text)
    return f"'{cleaned}" if is_formula(text) or is_formula(cleaned) else cleaned


def csv_document(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV text (RFC 4180, every cell quoted): strings are guarded, None is empty."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in rows:
        writer.writerow([csv_cell(v) if isinstance(v, str) else ("" if v is None else v) for v in row])
    return out.getvalue()


def xlsx_text(text: str) -> str:
    """Return ``text`` as a spreadsheet cell can hold it: no controls, ``_x0041_`` literal, cut with a mark."""
    cleaned = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", plain(text))
    units = len(cleaned.encode("utf-16-le")) // 2
    if units <= XLSX_CELL_LIMIT:
        return cleaned
    kept = cleaned.encode("utf-16-le")[: 2 * (XLSX_CELL_LIMIT - len(CUT_MARK))].decode("utf-16-le", "ignore")
    return kept + CUT_MARK


def xlsx_cell(cell: Cell, text: str) -> None:
    """Write ``text`` into a cell as text: type *s*, and marked so that editing it later makes no formula of it."""
    value = xlsx_text(text)
    cell.value = value
    cell.data_type = "s"
    if is_formula(text) or is_formula(value):
        cell.quotePrefix = True


def email_address(text: str) -> str | None:
    """Return the one plain address in ``text`` (``local@domain``, ≤ 254 characters), or None if it is anything else."""
    candidate = text.strip(" ")
    local = candidate.partition("@")[0]
    return candidate if len(candidate) <= 254 and len(local) <= 64 and _ADDRESS.fullmatch(candidate) else None


def email_header(text: str) -> str:
    """Return ``text`` as one header line: no line end of any kind, no control."""
    return one_line(text)


def file_name(text: str, fallback: str = "file") -> str:
    """Return a file name (≤ 80 characters) that stays in its folder on every system; ``fallback`` if none is left."""
    folded = unicodedata.normalize("NFKC", plain(text)).encode("utf-8", "ignore").decode("utf-8")
    safe = re.sub(r"[^\w.-]+", "-", folded, flags=re.UNICODE)
    safe = re.sub(r"\.{2,}", ".", re.sub(r"-{2,}", "-", safe)).strip("-. ")
    stem, dot, suffix = safe.rpartition(".")
    if len(safe) > 80:
        safe = f"{stem[: 79 - len(suffix)]}.{suffix}" if dot and len(suffix) <= 8 else safe[:80].rstrip("-. ")
    if not safe:
        return fallback
    return f"_{safe}" if safe.split(".")[0].casefold() in _RESERVED_NAMES else safe
