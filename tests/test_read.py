"""Reading: every format, in the order of a reader, one row per file."""

import os
import zipfile
from pathlib import Path

import pytest

from matcher import read
from matcher.models import Document
from matcher.read.document import read_document
from matcher.read.limits import Limits
from tests import fakes_read as fakes

LIMITS = Limits(cpu_seconds=600)
LEFT = [
    "CONTACT",
    "robin@example.net",
    "SKILLS",
    "Triage",
    "Rostering",
    "LANGUAGES",
    "Svenska",
    "English",
    "Deutsch",
    "Polski",
]
RIGHT = [
    "PROFILE", "Intensive care nurse with nine years at the", "bedside and two years leading a unit.", "EXPERIENCE",
    "Charge Nurse, Western Hospital, 2020 to now", "Led the handover of a twenty bed unit and",
    "planned the shifts of thirty nurses.",
    "Reduced infections by a daily checklist.", "EDUCATION", "BSc Nursing, 2013",
]  # fmt: skip


def parse(data: bytes, name: str = "cv.pdf") -> Document:
    return read_document(data, name, LIMITS)


def marked(document: Document, kind: str) -> list[str]:
    return [document.text[m.start : m.end] for m in document.marks if m.kind == kind]


# --- reading order ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["column", "row", "shuffle"])
def test_two_columns_are_read_one_after_the_other_however_they_are_drawn(by: str) -> None:
    text = parse(fakes.two_columns(LEFT, RIGHT, by)).text
    flat = " ".join(text.split())
    assert "Led the handover of a twenty bed unit and planned the shifts of thirty nurses." in flat
    assert "Svenska English Deutsch Polski" in flat
    assert text.startswith("Robin Example\n")


def test_a_table_of_labels_and_values_is_read_row_by_row() -> None:
    pairs = [("Name", "Robin Example"), ("City", "Göteborg"), ("Phone", "031 123 45"), ("Born", "1988"), ("Car", "yes")]

    def draw(canvas) -> None:
        for number, (label, value) in enumerate(pairs):
            canvas.drawString(60, 700 - 20 * number, label)
            canvas.drawString(200, 700 - 20 * number, value)

    assert [line for line in parse(fakes.pdf(draw)).text.split("\n") if line] == [f"{a}\t{b}" for a, b in pairs]


def test_bullets_drawn_as_a_column_of_their_own_stay_with_their_lines() -> None:
    texts = [f"Planned the rota of ward {n} together with the head nurse" for n in "ABCDEF"]

    def draw(canvas) -> None:
        for number in range(6):
            canvas.drawString(60, 700 - 20 * number, "•")
        for number, text in enumerate(texts):
            canvas.drawString(90, 700 - 20 * number, text)

    assert [line for line in parse(fakes.pdf(draw)).text.split("\n") if line] == [f"• {text}" for text in texts]


def test_dates_at_the_right_edge_stay_with_their_line() -> None:
    def draw(canvas) -> None:
        for number, (title, when) in enumerate([("Nurse, Western Hospital", "2019 – 2021"), ("Porter", "2016 – 2019")]):
            canvas.drawString(60, 700 - 60 * number, title)
            canvas.drawRightString(535, 700 - 60 * number, when)
            canvas.drawString(60, 684 - 60 * number, "Looked after people on a large ward every day and night.")

    assert "Nurse, Western Hospital\t2019 – 2021\nLooked after" in parse(fakes.pdf(draw)).text


def test_a_rotated_page_is_read_as_it_is_seen() -> None:
    def draw(canvas) -> None:
        canvas.setPageRotation(90)
        canvas.translate(595, 0)
        canvas.rotate(90)
        canvas.drawString(60, 500, "Robin Example")
        canvas.drawString(60, 480, fakes.VISIBLE)

    document = parse(fakes.pdf(draw))
    assert document.text.split("\n")[:2] == ["Robin Example", fakes.VISIBLE]
    page, run = document.pages[0], document.runs[0]
    assert (round(page.width), round(page.height)) == (595, 842)
    assert run.box is not None and 55 < run.box[0] < 65 and 80 < run.box[1] < 100


def test_a_vertical_heading_is_one_line_of_its_own() -> None:
    def draw(canvas) -> None:
        fakes.lines("Robin Example", fakes.VISIBLE, x=120)(canvas)
        canvas.rotate(90)
        canvas.drawString(600, -40, "WORK EXPERIENCE")

    assert "WORK EXPERIENCE" in parse(fakes.pdf(draw)).text.split("\n")


def test_headings_bold_words_lists_and_page_numbers_are_marked() -> None:
    def page(number: int):
        def draw(canvas) -> None:
            canvas.setFont("Helvetica-Bold", 16)
            canvas.drawString(60, 760, "Experience" if number == 1 else "Education")
            canvas.setFont("Helvetica", 10)
            canvas.drawString(60, 730, "• Cared for patients on a busy ward and trained new colleagues")
            canvas.drawString(60, 715, "  and planned the rota for all of them")
            canvas.drawString(280, 30, f"Page {number} of 2")

        return draw

    document = parse(fakes.pdf(page(1), page(2)))
    assert marked(document, "heading") == ["Experience", "Education"]
    assert marked(document, "page_footer") == ["Page 1 of 2", "Page 2 of 2"]
    assert marked(document, "list")[0].startswith("• Cared")
    assert [(p.number, document.text[p.start : p.end].split("\n")[0]) for p in document.pages] == [
        (1, "Experience"), (2, "Education"),
    ]  # fmt: skip


def test_form_fields_show_their_values() -> None:
    def draw(canvas) -> None:
        fakes.lines("Robin Example")(canvas)
        canvas.acroForm.textfield(name="city", value="Gothenburg", x=60, y=700, width=200, height=20)

    assert "Gothenburg" in parse(fakes.pdf(draw)).text


# --- formats ---------------------------------------------------------------------------------------------------------


def test_word_tables_text_boxes_headers_and_lists_are_read_once() -> None:
    def build(document) -> None:
        document.sections[0].header.paragraphs[0].text = "robin@example.net"
        document.add_heading("Experience", 1)
        document.add_paragraph("Planned shifts", style="List Bullet")
        table = document.add_table(2, 2)
        for row, (label, value) in zip(table.rows, [("2019", "Nurse"), ("2016", "Porter")], strict=True):
            row.cells[0].text, row.cells[1].text = label, value
        wide = document.add_table(1, 2)
        wide.cell(0, 0).text = "Skills\nTriage\nRostering"
        wide.cell(0, 1).text = "Profile\nNine years at the bedside"

    document = parse(fakes.word(build), "cv.docx")
    parts = ["robin@example.net", "Experience", "• Planned shifts", "2019\tNurse", "2016\tPorter",
             "Skills\nTriage\nRostering", "Profile\nNine years at the bedside"]  # fmt: skip
    places = [document.text.index(part) for part in parts]
    assert places == sorted(places)
    assert all(document.text.count(part) == 1 for part in parts)
    assert marked(document, "heading") == ["Experience"] and marked(document, "page_header") == ["robin@example.net"]
    assert marked(document, "list") == ["• Planned shifts"]


def test_a_text_box_and_its_fallback_are_read_once() -> None:
    space = fakes.qn("w:p")[1:-2]
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    box = "<w:txbxContent><w:p><w:r><w:t>Skills: triage</w:t></w:r></w:p></w:txbxContent>"
    body = (
        f'<w:document xmlns:w="{space}" xmlns:mc="{mc}"><w:body><w:p><w:r><w:t>Robin Example</w:t>'
        f"<mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p></w:body></w:document>"
    )
    document = parse(fakes.zipped({"[Content_Types].xml": "<a/>", "word/document.xml": body}), "cv.docx")
    assert document.text == "Robin Example\n\nSkills: triage"


def test_an_odt_is_read_in_order_with_headings_lists_and_tables() -> None:
    body = (
        '<text:h text:outline-level="1">Experience</text:h>'
        "<text:p>Nurse<text:tab/>2019<text:line-break/>West<text:s/>wing</text:p>"
        "<text:list><text:list-item><text:p>Planned shifts</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>City</text:p></table:table-cell>"
        "<table:table-cell><text:p>Göteborg</text:p></table:table-cell></table:table-row></table:table>"
    )
    document = parse(fakes.odt(body), "cv.odt")
    assert document.text == "Experience\nNurse\t2019\nWest wing\n• Planned shifts\n\nCity\tGöteborg"
    assert marked(document, "heading") == ["Experience"] and marked(document, "list") == ["• Planned shifts"]


def test_an_rtf_keeps_its_letters_bullets_and_cells() -> None:
    source = (
        r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset238 Arial CE;}{\f2\fcharset2 Symbol;}}"
        r"{\stylesheet{\s1 Title;}}{\info{\author Nobody}}\f0 \'c5sa \u8211?\'96 {\f1 Wa\'b3\'easa}\par"
        r"{\listtext\f2\'b7\tab}Planned \b shifts\b0\par City\cell G\'f6teborg\cell\row "
        r"{\*\generator Tool;}{\pict\pngblip 8950}}"
    )
    document = parse(source.encode("latin-1"), "cv.rtf")
    assert document.text == "Åsa –– Wałęsa\n•\tPlanned shifts\nCity\tGöteborg"
    assert marked(document, "bold") == ["shifts"]


def test_a_page_is_read_block_by_block() -> None:
    body = (
        "<h2>Work</h2><ul><li>Planned <b>shifts</b></li><li>Trained</li></ul><p>One<br>two</p>"
        "<table><tr><td>a<td>b</table>"
    )
    document = parse(fakes.html(body), "cv.html")
    assert document.text.split("\n\n")[2:] == ["Work", "• Planned shifts\n• Trained", "One\ntwo", "a\tb"]
    assert marked(document, "heading") == ["Robin Example", "Work"] and marked(document, "bold") == ["shifts"]


@pytest.mark.parametrize(
    ("encoding", "guessed"),
    [
        ("utf-8", False),
        ("utf-8-sig", False),
        ("utf-16", False),
        ("utf-16-le", True),
        ("utf-16-be", True),
        ("cp1252", True),
    ],
)
def test_plain_text_is_read_in_any_common_encoding(encoding: str, guessed: bool) -> None:
    text = "Åsa Lindqvist\nRegistered nurse – Göteborg\n\nÖstra sjukhuset, 2013 “present”"
    document = parse(text.encode(encoding), "cv.txt")
    assert document.text == text
    assert bool(document.findings) == guessed


def test_a_japanese_text_is_not_taken_for_a_western_one() -> None:
    document = parse(("職務経歴書\n" + "東京の病院で看護師として働きました。\n" * 8).encode("shift_jis"), "cv.txt")
    assert "東京の病院" in document.text


def test_controls_and_broken_bytes_never_reach_the_text() -> None:
    document = parse(b"Robin\x1b]0;title\x07 Exam\x00ple\x9b31m \xff\xfe nurse\n" + b"Good shifts. " * 40, "cv.txt")
    assert all(c.isprintable() or c == "\n" for c in document.text.replace("\ufffd", ""))


def test_a_json_resume_becomes_lines_under_headings() -> None:
    data = b"""{"basics": {"name": "Robin Example", "label": "Nurse", "email": "robin@example.net",
      "summary": "Cares."},
      "work": [{"name": "Western", "position": "Nurse", "startDate": "2020-01", "highlights": ["Planned shifts"]}],
      "skills": [{"name": "Care", "keywords": ["Triage", "Rostering"]}]}"""
    document = parse(data, "resume.json")
    assert document.text.split("\n") == [
        "Robin Example", "Nurse", "robin@example.net", "", "Summary", "Cares.", "", "Experience",
        "Nurse, Western | 2020-01 – present", "• Planned shifts", "", "Skills", "Care: Triage, Rostering",
    ]  # fmt: skip
    assert marked(document, "heading") == ["Robin Example", "Summary", "Experience", "Skills"]


def test_a_mail_without_attachments_is_itself_the_document() -> None:
    document = parse(fakes.mail({}, f"Robin Example\n{fakes.VISIBLE}\n"), "mail.eml")
    assert document.text == f"Robin Example\n{fakes.VISIBLE}"
    assert str(document.modified) == "2026-03-02"


def test_a_file_that_is_not_what_its_name_says_is_read_as_what_it_is() -> None:
    document = parse(fakes.html(), "cv.pdf")
    assert fakes.VISIBLE in document.text and [f.kind for f in document.findings] == ["type_mismatch"]


def test_a_pdf_cut_at_its_end_is_repaired_and_says_so() -> None:
    whole = fakes.pdf(fakes.lines("Robin Example", fakes.VISIBLE))
    document = parse(whole[: whole.rindex(b"startxref")])
    assert fakes.VISIBLE in document.text and [f.kind for f in document.findings] == ["repaired"]


def test_what_a_file_could_do_is_reported_and_never_done() -> None:
    import io

    import pikepdf

    opened = pikepdf.open(io.BytesIO(fakes.pdf(fakes.lines(fakes.VISIBLE))))
    opened.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    out = io.BytesIO()
    opened.save(out)
    assert [f.kind for f in parse(out.getvalue()).findings] == ["active_content"]
    page = fakes.html('<img src="http://127.0.0.1:9/x.png"><script>1</script>')
    assert {f.kind for f in parse(page, "a.html").findings} == {"active_content", "external_content"}


@pytest.mark.programs
def test_a_photo_of_a_page_is_recognised_with_boxes() -> None:
    import io
    import shutil

    import pypdfium2

    if not shutil.which("tesseract"):
        pytest.skip("tesseract is not installed")
    picture = (
        pypdfium2.PdfDocument(fakes.pdf(fakes.lines("Robin Example", fakes.VISIBLE, size=14)))[0]
        .render(scale=3)
        .to_pil()
    )
    out = io.BytesIO()
    picture.save(out, "PNG")
    document = parse(out.getvalue(), "scan.png")
    assert fakes.VISIBLE in document.text and {f.kind for f in document.findings} == {"ocr_text"}
    assert all(run.box is not None for run in document.runs)


def test_without_tesseract_a_scan_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    from matcher.read.limits import Unreadable

    monkeypatch.setenv("PATH", "")
    scan = fakes.pdf(
        lambda canvas: canvas.drawInlineImage(Image.new("RGB", (60, 80), (200, 200, 200)), 0, 0, *fakes.PAGE)
    )
    with pytest.raises(Unreadable, match="install tesseract") as missing:
        parse(scan)
    assert missing.value.reason == "ocr_missing"


def test_without_antiword_and_catdoc_an_old_word_file_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from matcher.read.limits import Unreadable

    monkeypatch.setenv("PATH", "")
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le")
    with pytest.raises(Unreadable, match="antiword or catdoc") as missing:
        parse(old, "cv.doc")
    assert missing.value.reason == "unsupported"


# --- one row per file ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, read.Reading]]:
    """A folder with every kind of entry, read once."""
    root = tmp_path_factory.mktemp("pool")
    cv = fakes.pdf(fakes.lines("Robin Example", fakes.VISIBLE))
    (root / "a.pdf").write_bytes(cv)
    inner = fakes.mail({"cv.docx": fakes.word(lambda d: d.add_paragraph(fakes.VISIBLE)), "note.txt": b"See you soon"})
    members = {"one.txt": fakes.VISIBLE, "sub/two.txt": "Another person", "sub/": "", "__MACOSX/x": "junk",
               "mail.eml": inner, "locked!name.txt": "A third person", "inner.zip": fakes.zipped({"x.txt": "x"}),
               "empty.txt": ""}  # fmt: skip
    (root / "b.zip").write_bytes(fakes.zipped(members))
    message = fakes.mail({"cv.txt": fakes.VISIBLE.encode()})
    box = (
        b"From robin Mon Mar 2 10:00:00 2026\n"
        + message
        + b"\n\nFrom x Mon Mar 2 10:00:00 2026\n"
        + fakes.mail({}, "My name is Kim\n")
    )
    (root / "c.mbox").write_bytes(box)
    os.mkfifo(root / "d.pipe")
    (root / "e.txt").symlink_to("/etc/hostname")
    (root / "f.txt").symlink_to(root / "nowhere")
    (root / "g.txt").symlink_to(root / "a.pdf")
    (root / "h.txt").symlink_to(root / "h.txt")
    (root / ".DS_Store").write_bytes(b"junk")
    Path(os.fsdecode(os.fsencode(root) + b"/\xff\xfe.txt")).write_text("Robin with a strange file name")
    (root / "new\nline.txt").write_text("Robin with a line end in the name")
    return root, {r.file: r for r in read.read([root, root / "a.pdf", root / "missing.pdf"])}


def test_every_file_and_member_ends_in_exactly_one_row(pool: tuple[Path, dict[str, read.Reading]]) -> None:
    root, rows = pool
    found = {name.removeprefix(f"{root}/"): row.reason or row.status for name, row in rows.items()}
    assert found == {
        "a.pdf": "read", "b.zip!one.txt": "read", "b.zip!sub/two.txt": "read", "b.zip!mail.eml!cv.docx": "read",
        "b.zip!mail.eml!note.txt": "read", "b.zip!locked!name.txt": "read", "b.zip!inner.zip": "unsupported",
        "b.zip!empty.txt": "empty", "c.mbox!message-00001.eml!cv.txt": "read", "c.mbox!message-00002.eml": "read",
        "d.pipe": "unsupported", "e.txt": "unsupported", "f.txt": "vanished", "g.txt": "read", "h.txt": "vanished",
        "\\xff\\xfe.txt": "read", "new\nline.txt": "read", "missing.pdf": "vanished",
    }  # fmt: skip


def test_rows_come_in_the_order_of_the_files_and_each_once(pool: tuple[Path, dict[str, read.Reading]]) -> None:
    root, rows = pool
    names = [name.removeprefix(f"{root}/").partition("!")[0] for name in rows]
    tops = list(dict.fromkeys(names))
    assert tops[-1] == "missing.pdf" and tops[:-1] == sorted(tops[:-1], key=lambda n: n.replace("\\xff\\xfe", "\udcff"))


def test_what_was_read_can_be_fetched_again_by_its_name(pool: tuple[Path, dict[str, read.Reading]]) -> None:
    from matcher.canonical import sha256_hex

    with read.Sandbox(LIMITS) as box:
        for name, row in pool[1].items():
            if row.status == "read":
                assert sha256_hex(read.fetch(name, sandbox=box)) == row.sha256, name


def test_fetching_what_is_gone_says_what_to_do(tmp_path: Path) -> None:
    from matcher.errors import InputError

    with pytest.raises(InputError, match="put it back"):
        read.fetch(str(tmp_path / "gone.zip!cv.pdf"))


def test_known_bytes_are_not_parsed_again(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Robin Example")
    (tmp_path / "b.txt").write_text("Kim Example")
    first = list(read.read([tmp_path]))
    again = list(read.read([tmp_path], skip=lambda sha: sha == first[0].sha256))
    assert [r.status for r in again] == ["known", "read"]
    assert again[0].document is None and again[0].sha256 == first[0].sha256


def test_a_container_is_not_one_document(tmp_path: Path) -> None:
    path = tmp_path / "pool.zip"
    path.write_bytes(fakes.zipped({"a.txt": "Robin"}))
    found = read.read_one(path)
    assert (found.status, found.reason) == ("unreadable", "unsupported")


def test_a_zip_that_leads_out_of_its_folder_writes_nothing(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "slip.zip").write_bytes(fakes.zipped({"../../evil.txt": "Robin Example", "/abs.txt": "Kim Example"}))
    rows = list(read.read([inside]))
    assert [r.status for r in rows] == ["read", "read"]
    assert [p.name for p in tmp_path.rglob("*")] == ["in", "slip.zip"]


def test_a_locked_member_is_a_row_of_its_own(tmp_path: Path) -> None:
    data = bytearray(fakes.zipped({"a.txt": "Robin Example", "b.txt": "Kim Example"}))
    with zipfile.ZipFile(__import__("io").BytesIO(bytes(data))) as opened:
        offset = opened.getinfo("b.txt").header_offset
    data[offset + 6] |= 1
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    data[second + 8] |= 1
    (tmp_path / "p.zip").write_bytes(bytes(data))
    assert [r.reason or r.status for r in read.read([tmp_path / "p.zip"])] == ["read", "encrypted"]


def test_the_same_file_gives_the_same_bytes_of_document() -> None:
    data = fakes.two_columns(LEFT, RIGHT, "row")
    assert parse(data).model_dump_json() == parse(data).model_dump_json()


def test_the_front_door_is_what_is_public() -> None:
    assert sorted(read.__all__) == sorted(name for name in read.__all__ if hasattr(read, name))
    assert set(read.__all__) >= {
        "read",
        "read_one",
        "read_posting",
        "fetch",
        "find_quote",
        "boxes",
        "render_quote",
        "Limits",
    }
