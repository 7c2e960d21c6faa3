"""Sinks: whatever a text holds, it leaves as literal text."""

import csv
import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, UndefinedError
from openpyxl import Workbook, load_workbook

from matcher import sinks

WILD = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from("<>&\"'=+-@\t\r\n\x00\x1b\x07\x9b\u202e\u2028＝\ud800{}%[]/\\"),
    ),
    max_size=60,
)
FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", "  =1+1", "＝1+1", "＋1", "－1", "＠SUM(1)",
    "|calc", '=HYPERLINK("http://evil.example","x")', "=cmd|' /C calc'!A0", "\u200b=1+1", "\ufeff=1+1", "−1+1",
)  # fmt: skip


@settings(deadline=None)
@given(WILD)
def test_no_control_sequence_reaches_a_terminal(text: str) -> None:
    out = sinks.terminal(text)
    assert all(c in "\n\t\u200c\u200d" or c.isprintable() for c in out)
    assert not set("\x1b\x07\x9b\x9c\u2028\u2029\u202e") & set(out)
    out.encode("utf-8")


def test_escape_sequences_become_visible_text() -> None:
    assert sinks.terminal("\x1b[31mRed\x1b[0m") == "[31mRed[0m"
    assert sinks.terminal("\x1b]52;c;ZXZpbA==\x07after") == "]52;c;ZXZpbA==after"
    assert sinks.terminal("[link=file:///etc]x[/link] [/foo]") == "[link=file:///etc]x[/link] [/foo]"
    assert sinks.terminal("\x9b2Jcleared") == "2Jcleared"


def test_ordinary_text_of_any_script_passes_a_terminal_unchanged() -> None:
    for text in ("Zoë Ångström", "محمد علي", "अनिल\u200dक", "木村 拓", "👩\u200d🔬 lab", "a\tb\nc"):
        assert sinks.terminal(text) == text
    assert sinks.terminal("10\u00a0000") == "10 000"


@settings(deadline=None)
@given(WILD)
def test_html_holds_no_markup_of_the_text(text: str) -> None:
    out = str(sinks.html(text))
    assert not set("<>\"'") & set(out)
    assert "\x00" not in out and "\u202e" not in out
    assert str(sinks.html(sinks.html(text))) == out


def test_only_web_and_mail_addresses_become_links() -> None:
    assert sinks.url("https://example.org/a?b=c") == "https://example.org/a?b=c"
    assert sinks.url("mailto:a@example.org") == "mailto:a@example.org"
    for text in ("javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
                 "//x.example", "https://x.example/\"onclick=1", "vbscript:x",
                 "file:///etc/passwd", "\x01javascript:1"):  # fmt: skip
        assert sinks.url(text) == "", text


def test_templates_escape_clean_and_refuse_unknown_names() -> None:
    made = sinks.templates(DictLoader({"a": '<p title="{{ x }}">{{ x }}</p>', "b": "{{ unknown }}"}))
    out = made.get_template("a").render(x='<img src=x onerror="1">\u202e\x00{{ 7*7 }}')
    assert out.count("<") == 2 and "onerror=&#34;1&#34;" in out and "49" not in out and "\u202e" not in out
    with pytest.raises(UndefinedError):
        made.get_template("b").render()


@pytest.mark.parametrize("text", FORMULAS)
def test_every_formula_variant_is_disarmed_in_csv(text: str) -> None:
    out = sinks.csv_cell(text)
    assert out.startswith("'")
    assert sinks.csv_cell("plain text = 1") == "plain text = 1"


@settings(deadline=None)
@given(st.lists(st.lists(WILD, min_size=3, max_size=3), min_size=1, max_size=4))
def test_csv_keeps_rows_and_columns_and_no_cell_is_a_formula(rows: list[list[str]]) -> None:
    out = sinks.csv_document(rows)
    back = list(csv.reader(io.StringIO(out, newline="")))
    assert [len(row) for row in back] == [3] * len(rows)
    assert all(not sinks.is_formula(cell) for row in back for cell in row)
    out.encode("utf-8")


def test_csv_keeps_our_own_numbers_and_blanks() -> None:
    assert sinks.csv_document([(-5, 0.5, None, "x")]) == '"-5","0.5","","x"\r\n'


@settings(max_examples=30, deadline=None)
@given(WILD)
def test_a_spreadsheet_cell_is_text_whatever_it_holds(text: str) -> None:
    book = Workbook()
    sinks.xlsx_cell(book.active["A1"], text)
    out = io.BytesIO()
    book.save(out)
    cell = load_workbook(io.BytesIO(out.getvalue())).active["A1"]
    assert cell.data_type == "s" or cell.value is None
    assert cell.value in (None, sinks.xlsx_text(text)) or "_x" in str(cell.value)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_in_a_spreadsheet_stays_text_and_is_marked(text: str) -> None:
    book = Workbook()
    sinks.xlsx_cell(book.active["A1"], text)
    out = io.BytesIO()
    book.save(out)
    cell = load_workbook(io.BytesIO(out.getvalue())).active["A1"]
    assert cell.data_type == "s" and cell.quotePrefix


def test_long_cells_are_cut_with_a_mark_and_never_in_silence() -> None:
    for text in ("a" * 32_768, "😀" * 20_000, "é" * 40_000):
        cut = sinks.xlsx_text(text)
        assert cut.endswith(sinks.CUT_MARK)
        assert len(cut.encode("utf-16-le")) // 2 <= sinks.XLSX_CELL_LIMIT
        assert text.startswith(cut.removesuffix(sinks.CUT_MARK))
    assert sinks.xlsx_text("a" * 32_767) == "a" * 32_767


def test_one_address_comes_through_and_nothing_that_could_be_two() -> None:
    assert sinks.email_address("ada.fictive+jobs@mail.example.org") == "ada.fictive+jobs@mail.example.org"
    for text in ("a@example.org, b@evil.example", "a@example.org\nBcc: b@evil.example", "a@example.org\u2028x",
                 "a@b", "A <a@example.org>", "a@example.org;b@x.example", "a b@example.org", "@example.org",
                 "a@-x.example", "a" * 65 + "@example.org", "a@" + "x." * 130 + "org", "a..b@example.org",
                 "a@example.org\r"):  # fmt: skip
        assert sinks.email_address(text) is None, text


@settings(deadline=None)
@given(WILD)
def test_a_header_is_one_line(text: str) -> None:
    out = sinks.email_header(text)
    assert len(out.splitlines()) <= 1
    assert all(c == " " or unicodedata.category(c) != "Cc" for c in out)


@settings(deadline=None)
@given(WILD)
def test_a_file_name_stays_in_its_folder(text: str) -> None:
    name = sinks.file_name(text)
    assert name and len(name) <= 81 and name not in (".", "..")
    assert not set('/\\:*?"<>|\x00\n') & set(name)
    assert not name.startswith((".", "-")) and ".." not in name


def test_reserved_and_hostile_file_names_are_made_harmless() -> None:
    assert sinks.file_name("CON.txt") == "_CON.txt"
    assert sinks.file_name("com1") == "_com1"
    assert sinks.file_name("../../etc/passwd") == "etc-passwd"
    assert sinks.file_name("..\\..\\boot.ini") == "boot.ini"
    assert sinks.file_name("\u202e\x00", "cand-1") == "cand-1"
    assert sinks.file_name("Zoë Ångström.pdf") == "Zoë-Ångström.pdf"
    long = sinks.file_name("x" * 300 + ".pdf")
    assert long.endswith(".pdf") and len(long) <= 80


def test_naughty_strings_pass_every_sink(shared) -> None:
    import json

    for text in json.loads((shared / "hostile/collected/blns.json").read_text("utf-8")):
        sinks.terminal(text).encode("utf-8")
        assert "<" not in str(sinks.html(text))
        assert not sinks.is_formula(sinks.csv_cell(text))
        sinks.xlsx_text(text).encode("utf-8")
        assert sinks.file_name(text)
        assert "\n" not in sinks.email_header(text)
