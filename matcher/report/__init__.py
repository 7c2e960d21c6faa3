"""Pure: a shortlist as HTML, XLSX, CSV and JSON; the same shortlist always gives the same bytes."""

from __future__ import annotations

from matcher.report import words
from matcher.report.as_csv import render_csv
from matcher.report.as_html import render_html, render_summary
from matcher.report.as_json import SCHEMA, render_json
from matcher.report.as_xlsx import render_xlsx
from matcher.report.view import display_name

__all__ = [
    "SCHEMA",
    "display_name",
    "render_csv",
    "render_html",
    "render_json",
    "render_summary",
    "render_xlsx",
    "words",
]
