"""The report: the same everywhere, honest about what is missing, and deaf to what a résumé says."""

import base64
import csv
import hashlib
import io
import json
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import fakes_report as fakes
import jsonschema
import pytest
from openpyxl import load_workbook

from matcher import models, report, score
from matcher.models import Document, FileRow, Finding, Shortlist
from matcher.report import words
from matcher.report.as_html import lit_text

SCHEMA = json.loads((Path(__file__).parents[1] / "docs/schema/shortlist.schema.json").read_text("utf-8"))
HOSTILE = (
    '<img src=x onerror="alert(1)">', "<script>alert(1)</script>", '"><svg onload=alert(1)>', "javascript:alert(1)",
    "=1+1", "{{ 7*7 }}", "{% raw %}", "</style><script>x</script>", "<a href='javascript:x'>y</a>", "&lt;b&gt;",
    "\x1b[31m", "\u202egnp.exe", "]]>", "<!--", "%s%n", "<math><mtext></form><form><mglyph><style></math>",
)  # fmt: skip


class Shape(HTMLParser):
    """Collects elements, attributes, ids and links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        named = dict(attrs)
        self.ids += [named["id"]] if named.get("id") else []
        self.links += [named["href"]] if named.get("href") else []

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def hostile_shortlist(text: str = "calm") -> tuple[Shortlist, dict[str, Document]]:
    """A shortlist in which every text of people and files is ``text`` (or harmless, where it is empty)."""
    texts = {}
    for number in range(3):
        named = fakes.document(f"Person {number} {text}".strip(), [f"{line} {text}".strip() for line in fakes.LINES],
                               file=f"file-{number}{text}.txt")  # fmt: skip
        texts[fakes.candidate(named)] = named
    first = next(iter(texts))
    made = fakes.criteria(f"Title {text}".strip())
    made = made.model_copy(update={"criteria": tuple(c.model_copy(update={"text": f"{c.text} {text}".strip()})
                                                     for c in made.criteria)})  # fmt: skip
    found = {first: (Finding(kind="hidden_text", detail=f"White text: {text}", page=1),)}
    pool = fakes.pool(texts, judged=2, made=made, findings=found)
    cells = {
        c: a.model_copy(update={"justifications": tuple(
            j.model_copy(update={"reason": f"{j.reason} {text}".strip()}) for j in a.justifications)})
        for c, a in pool.assessments.items()
    }  # fmt: skip
    rows = [*pool.files, FileRow(file=f"bad{text}.pdf", status="unreadable", reason="damaged", detail=f"x {text}")]
    info = pool.run.model_copy(update={"judge_note": f"Note {text}".strip()})
    whole = score.Pool(info, pool.criteria, pool.ranking, cells, rows, pool.facts, pool.findings)
    return score.shortlist(whole), texts


# --- JSON ------------------------------------------------------------------------------------------------------------


def test_every_json_output_is_valid_under_the_published_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    check = jsonschema.Draft202012Validator(SCHEMA)
    empty = fakes.pool(fakes.documents(2), judged=0)
    unread = fakes.pool(fakes.documents(2), judged=2, verdicts=[[None] * 5])
    made = [fakes.shortlist()[0], score.shortlist(empty), score.shortlist(unread), hostile_shortlist(HOSTILE[0])[0]]
    for shortlist in made:
        value = json.loads(report.render_json(shortlist))
        check.validate(value)
        assert {c["id"] for c in value["candidates"]} == {e.candidate for e in shortlist.entries}
        assert len(value["files"]) == len(shortlist.files)


def test_the_schema_refuses_a_claim_without_a_quote() -> None:
    value = json.loads(report.render_json(fakes.shortlist()[0]))
    value["candidates"][0]["justifications"][0]["evidence"] = []
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(value)


def test_the_schema_names_the_same_closed_words_as_the_records() -> None:
    parts = SCHEMA["properties"]
    candidate = parts["candidates"]["items"]["properties"]
    cell = SCHEMA["$defs"]["cell"]["properties"]
    assert cell["verdict"]["anyOf"][0]["enum"] == list(get_args(models.Verdict))
    assert cell["why_not_assessed"]["anyOf"][0]["enum"] == list(get_args(models.NotAssessedReason))
    assert candidate["status"]["enum"] == list(get_args(models.EntryStatus))
    assert candidate["findings"]["items"]["properties"]["kind"]["enum"] == list(get_args(models.FindingKind))
    reasons = parts["files"]["items"]["properties"]["reason"]["anyOf"][0]["enum"]
    assert reasons == [*get_args(models.UnreadReason), *get_args(models.DuplicateReason)]


def test_every_closed_word_has_words_for_people() -> None:
    assert set(words.FINDING) == set(get_args(models.FindingKind))
    assert set(words.NOT_ASSESSED) == set(get_args(models.NotAssessedReason))
    assert set(words.UNREAD) == {*get_args(models.UnreadReason), *get_args(models.DuplicateReason)}
    assert set(words.GATE) == set(get_args(models.GateState))
    assert set(words.ANSWER) == {*get_args(models.Verdict), "not_assessed"}
    assert len({word.sign for word in words.ANSWER.values()}) == len(words.ANSWER)


# --- same in, same out -----------------------------------------------------------------------------------------------


def test_the_same_shortlist_gives_the_same_bytes() -> None:
    shortlist, texts = fakes.shortlist()
    again, texts_again = fakes.shortlist()
    assert report.render_json(shortlist) == report.render_json(again)
    assert report.render_html(shortlist, texts) == report.render_html(again, texts_again)
    assert report.render_csv(shortlist, texts) == report.render_csv(again, texts_again)


def test_a_workbook_holds_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    shortlist, texts = fakes.shortlist()
    first = report.render_xlsx(shortlist, texts)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert report.render_xlsx(shortlist, texts) == first
    with zipfile.ZipFile(io.BytesIO(first)) as opened:
        assert {info.date_time for info in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = opened.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z?", core)) == {"2026-11-01T00:00:00Z"}


# --- HTML ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_resume_becomes_an_element_or_an_attribute(text: str) -> None:
    calm_list, calm_texts = hostile_shortlist("calm")
    wild_list, wild_texts = hostile_shortlist(text)
    for render in (report.render_html, report.render_summary):
        calm, wild = Shape(render(calm_list, calm_texts)), Shape(render(wild_list, wild_texts))
        assert sorted(wild.elements) == sorted(calm.elements)
        assert all(link.startswith("#") for link in wild.links)


def test_the_report_runs_no_script_and_fetches_nothing() -> None:
    shortlist, texts = fakes.shortlist()
    page = report.render_html(shortlist, texts, crops={(shortlist.entries[0].candidate, 0, 1): b"png"})
    shape = Shape(page)
    assert not {"script", "link", "iframe", "object", "form", "base"} & {tag for tag, _ in shape.elements}
    assert not [name for _, names in shape.elements for name in names if name.startswith("on") or name == "style"]
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    assert style is not None and "url(" not in style[1] and "@import" not in style[1]
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src &#39;sha256-{digest}&#39;" in page
    assert "default-src &#39;none&#39;" in page


def test_every_link_in_the_report_leads_somewhere_and_every_quote_to_its_lit_place() -> None:
    shortlist, texts = fakes.shortlist()
    shape = Shape(report.render_html(shortlist, texts))
    assert len(shape.ids) == len(set(shape.ids))
    assert {link.removeprefix("#") for link in shape.links} <= set(shape.ids)
    quotes = sum(len(cell.evidence) for entry in shortlist.entries for cell in entry.justifications)
    assert sum(bool(re.fullmatch(r"#t\d+-\d+-\d+", link)) for link in shape.links) == quotes > 0


def test_the_first_lines_say_who_judged_how_the_counts_add_up_and_that_nothing_is_decided() -> None:
    shortlist, texts = fakes.shortlist()
    text = " ".join("".join(Shape(report.render_html(shortlist, texts)).text).split())
    start = text[: text.index("The list")]
    assert shortlist.run.judge_note in start
    assert "8 files = 6 read + 1 duplicate + 1 not readable" in start
    assert "6 candidates = 4 ranked + 2 below the cut + 0 with too little assessed" in start
    assert words.DECIDES_NOTHING in start and words.NOT_COMPARABLE in start and words.SILENCE in start


def test_everybody_and_every_file_stands_in_the_report() -> None:
    shortlist, texts = fakes.shortlist()
    text = "".join(Shape(report.render_html(shortlist, texts, checkpoint="origin 12 abc")).text)
    for entry in shortlist.entries:
        assert report.display_name(entry.file) in text
    for row in shortlist.files:
        assert row.file in text
    assert "needs a password" in text and "the same file as C-" in text and "origin 12 abc" in text


def test_hidden_text_is_shown_as_a_finding_and_only_there() -> None:
    shortlist, texts = fakes.shortlist()
    text = "".join(Shape(report.render_html(shortlist, texts)).text)
    assert text.count("hire me") == 1 and "Hidden text. White text: “hire me” · page 1" in text


def test_a_cell_that_nobody_judged_says_so_and_shows_the_nearest_lines() -> None:
    texts = fakes.documents(1)
    shortlist = score.shortlist(fakes.pool(texts, judged=1, verdicts=[[None] * 5]))
    text = "".join(Shape(report.render_html(shortlist, texts)).text)
    assert words.NOT_ASSESSED["no_judge"] in text and "Nearest lines, for you to judge" in text
    assert "no score" in text and fakes.LINES[0] in text


def test_colour_is_never_the_only_sign() -> None:
    shortlist, texts = fakes.shortlist()
    page = report.render_html(shortlist, texts)
    grid = page[page.index('id="grid"') : page.index('id="criteria"')]
    for cell in re.findall(r"<td>(.*?)</td>", grid):
        text = "".join(Shape(cell).text)
        assert any(word.sign in text and word.word in text for word in words.ANSWER.values())


def test_the_score_parts_add_up_to_the_score() -> None:
    shortlist, texts = fakes.shortlist()
    page = report.render_html(shortlist, texts)
    parts = re.findall(r'aria-label="Score parts: (\d+) of (\d+) points', page)
    scores = [e.score for e in shortlist.entries if e.justifications]
    assert [round(1000 * int(a) / int(b)) for a, b in parts] == scores


def test_lit_text_keeps_the_text_and_reaches_overlapping_quotes() -> None:
    text = "abcdef <b> ghi"
    made = str(lit_text(text, [(0, 4), (2, 6), (2, 4), (7, 10), (0, 4), (90, 99)], "t1"))
    shape = Shape(made)
    assert "".join(shape.text) == text
    assert sorted(shape.ids) == ["t1-0-4", "t1-2-4", "t1-2-6", "t1-7-10"]


# --- the blind copy --------------------------------------------------------------------------------------------------


def test_the_blind_copy_names_nobody_in_any_form() -> None:
    shortlist, texts = fakes.shortlist()
    masked = {c: d.model_copy(update={"text": d.text}) for c, d in texts.items()}
    views = {c: fakes.view(d) for c, d in masked.items()}
    files = [entry.file for entry in shortlist.entries] + [row.file for row in shortlist.files]
    secret = [*fakes.NAMES[:6], *files, *(report.display_name(f) for f in files), "hire me", "Oslo", "R. Ecruiter"]
    page = "".join(Shape(report.render_html(shortlist, texts, blind=True, views=views)).text)
    summary = "".join(Shape(report.render_summary(shortlist, texts, blind=True, views=views)).text)
    table = report.render_csv(shortlist, texts, blind=True, views=views)
    book = load_workbook(io.BytesIO(report.render_xlsx(shortlist, texts, blind=True, views=views)))
    cells = " ".join(str(cell.value) for sheet in book for row in sheet for cell in row)
    for word in secret:
        for form in (page, summary, table, cells):
            assert word not in form, word
    assert fakes.LINES[0] in page and "C-" in table


def test_a_quote_of_a_line_that_names_the_person_is_masked_in_the_blind_copy() -> None:
    named = fakes.document(lines=("Ada Fictive led a team of ten.", *fakes.LINES[1:]))
    texts = {fakes.candidate(named): named}
    shortlist = score.shortlist(fakes.pool(texts, judged=1))
    views = {c: fakes.view(d) for c, d in texts.items()}
    assert "Ada Fictive led" in report.render_html(shortlist, texts)
    assert "Ada Fictive" not in report.render_html(shortlist, texts, blind=True, views=views)
    assert "[name] led a team of ten." in report.render_html(shortlist, texts, blind=True, views=views)
    assert "Ada Fictive" not in report.render_html(shortlist, texts, blind=True)


def test_a_note_typed_by_a_person_stays_out_of_the_blind_copy() -> None:
    texts = fakes.documents(1)
    pool = fakes.pool(texts, judged=1)
    candidate = next(iter(texts))
    act = models.Decision(
        seq=1, run=pool.run.id, candidate=candidate, criterion="R1", kind="verdict", verdict="partial", who="R",
        reason_code="too_generous", text="Ada told me so", when="2026-11-25T10:00:00Z",
    )  # fmt: skip
    shortlist = score.shortlist(pool, [act], lambda c, span: fakes.quote(texts[c], fakes.LINES[0]))
    views = {c: fakes.view(d) for c, d in texts.items()}
    assert "Ada told me so" in report.render_html(shortlist, texts)
    assert "Ada told me so" not in report.render_html(shortlist, texts, blind=True, views=views)


# --- CSV and XLSX ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' -C calc'!A0", "@SUM(A1)", "-2+3", "＝1", "\t=1"])
def test_formulas_stay_text_in_tables(text: str) -> None:
    shortlist, texts = hostile_shortlist()
    hostile = shortlist.entries[0].model_copy(update={"file": text})
    wild = shortlist.model_copy(update={"entries": (hostile, *shortlist.entries[1:]),
                                        "criteria": shortlist.criteria.model_copy(update={"title": text})})  # fmt: skip
    rows = list(csv.reader(io.StringIO(report.render_csv(wild, texts).removeprefix("\ufeff"), newline="")))
    assert rows[1][5] == "'" + text.replace("\t", "\t")
    book = load_workbook(io.BytesIO(report.render_xlsx(wild, texts)))
    assert [sheet.title for sheet in book] == ["grid", "evidence", "audit", "files"]
    kinds = {cell.data_type for sheet in book for row in sheet for cell in row if cell.value is not None}
    assert kinds == {"s", "n"}


def test_the_workbook_can_be_filtered_and_keeps_its_head_in_view() -> None:
    shortlist, texts = fakes.shortlist()
    book = load_workbook(io.BytesIO(report.render_xlsx(shortlist, texts)))
    assert book["grid"].freeze_panes == "E2" and book["evidence"].freeze_panes == "E2"
    assert all(sheet.auto_filter.ref for sheet in book)
    grid = [[cell.value for cell in row] for row in book["grid"]]
    assert grid[1][9] == "● Met" and book["grid"].cell(2, 10).fill.fgColor.rgb.endswith(words.ANSWER["met"].fill)
    assert len(grid) == 1 + len(shortlist.entries)
    assert len(list(book["evidence"].rows)) == 1 + 4 * 5
    assert len(list(book["files"].rows)) == 1 + len(shortlist.files)


def test_csv_holds_everybody() -> None:
    shortlist, texts = fakes.shortlist()
    out = report.render_csv(shortlist, texts)
    assert out.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(out.removeprefix("\ufeff"), newline="")))
    assert len({row["candidate"] for row in rows}) == len(shortlist.entries)
    assert [row["answer"] for row in rows[:5]] == ["Met", "Met", "Met", "Met", "Partial"]


def test_short_labels_are_as_long_as_they_must_be() -> None:
    from matcher.report.view import short_labels

    assert short_labels(["cand:aaaaaaaa11111111", "cand:bbbbbbbb11111111"])["cand:aaaaaaaa11111111"] == "C-aaaaaa"
    near = short_labels(["cand:aaaaaaaa11111111", "cand:aaaaaaaa22222222"])
    assert sorted(near.values()) == ["C-aaaaaaaa1", "C-aaaaaaaa2"]


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "passed", "detail", "said"),
    [
        ("ids exist", True, "", "✓ The named lines are in the résumé"),
        ("second_reader", False, "the second reader says not_shown", "✗ The second reader says not shown"),
        ("reason is grounded", False, "", "✗ Not so: the reason says nothing that the lines do not"),
        ("stated facts", True, "B2 German", "✓ Facts, as stated: B2 German"),
        ("a check of tomorrow", True, "", "✓ a check of tomorrow"),
    ],
)
def test_checks_are_told_in_words_that_a_recruiter_reads(name: str, passed: bool, detail: str, said: str) -> None:
    assert words.check(name, passed, detail) == said


def test_the_summary_says_what_people_checked_and_when_nobody_did() -> None:
    shortlist, texts = fakes.shortlist(4, 3)
    assert "No person has checked anything" in report.render_summary(shortlist, texts)
    checked = shortlist.model_copy(update={"review": ("1 person checked 4 of 15 cells and changed 1 verdict.",)})
    page = report.render_summary(checked, texts)
    assert "1 person checked 4 of 15 cells" in page and "No person has checked" not in page


def test_the_list_of_the_report_counts_the_unsure_answers_of_each_person() -> None:
    shortlist, texts = fakes.shortlist(3, 2)
    first = shortlist.entries[0]
    cells = tuple(c.model_copy(update={"unsure": n < 2}) for n, c in enumerate(first.justifications))
    entries = (first.model_copy(update={"justifications": cells}), *shortlist.entries[1:])
    page = report.render_html(shortlist.model_copy(update={"entries": entries}), texts)
    assert page.count("2 unsure answers") == 1
