"""Visible text only: what a person cannot see is kept apart with its reason, and nothing ordinary is called hidden."""

import pytest

from matcher.models import Document
from matcher.read.clean import clean
from matcher.read.document import read_document
from matcher.read.limits import Limits
from tests import fakes_read as fakes

LIMITS = Limits(cpu_seconds=600)


def parse(data: bytes, name: str) -> Document:
    return read_document(data, name, LIMITS)


def kinds(document: Document) -> set[str]:
    return {finding.kind for finding in document.findings}


def assert_kept_apart(document: Document) -> None:
    assert fakes.VISIBLE in document.text
    assert "Ignore" not in document.text and "instructions" not in document.text
    kept = " ".join(hidden.text for hidden in document.hidden)
    assert "".join(fakes.SECRET.split()) in "".join(kept.split())
    assert kinds(document) & {"hidden_text", "text_render_mismatch", "invisible_characters"}


@pytest.mark.parametrize("trick", fakes.PDF_TRICKS)
def test_hidden_text_of_a_pdf_is_kept_apart_with_its_reason(trick: str) -> None:
    document = parse(fakes.tricked_pdf(trick), "cv.pdf")
    assert_kept_apart(document)
    reasons = {hidden.reason for hidden in document.hidden}
    assert reasons == {trick.split(" ")[0]}


def test_hidden_text_of_a_pdf_has_a_page_and_a_box() -> None:
    hidden = parse(fakes.tricked_pdf("white"), "cv.pdf").hidden[0]
    assert hidden.page == 1 and hidden.box is not None
    x0, y0, x1, y1 = hidden.box
    assert 55 < x0 < 65 and 300 < x1 < 400 and 130 < y0 < y1 < 150


def test_text_on_a_layer_that_is_off_is_hidden() -> None:
    document = parse(fakes.layered_pdf(), "cv.pdf")
    assert_kept_apart(document)
    assert document.hidden[0].reason == "hidden_layer"


def test_what_is_painted_is_read_and_not_what_a_replacement_text_says() -> None:
    document = parse(fakes.tricked_pdf("actual_text"), "cv.pdf")
    assert "Hobbies: chess" in document.text
    assert "text_render_mismatch" in kinds(document)


def test_names_for_icons_are_kept_apart_without_an_alarm() -> None:
    def draw(canvas) -> None:
        fakes.lines("Robin Example", fakes.VISIBLE)(canvas)
        for number, name in enumerate(("mailto:robin@example.net", "https://example.net/robin", "tel:+4631123456")):
            canvas._code.append(f"/Span <</ActualText ({name})>> BDC")
            canvas.drawString(60 + 100 * number, 700, "@")
            canvas._code.append("EMC")

    document = parse(fakes.pdf(draw), "cv.pdf")
    assert "mailto" not in document.text and not document.findings
    assert {hidden.reason for hidden in document.hidden} == {"actual_text"}


def test_white_text_on_a_dark_bar_is_visible() -> None:
    document = parse(fakes.dark_sidebar(), "cv.pdf")
    assert "Languages: Svenska, English" in document.text
    assert not document.hidden and not kinds(document)


def test_a_text_layer_over_a_scan_is_read_and_said_to_be_one() -> None:
    document = parse(fakes.scan_with_layer(), "cv.pdf")
    assert fakes.VISIBLE in document.text
    assert kinds(document) == {"ocr_text"} and not document.hidden
    assert any(mark.kind == "ocr" for mark in document.marks)


def test_a_text_layer_over_a_blank_picture_is_not_believed() -> None:
    from PIL import Image

    def draw(canvas) -> None:
        canvas.drawInlineImage(Image.new("RGB", (60, 80), (255, 255, 255)), 0, 0, *fakes.PAGE)
        canvas.saveState()
        text = canvas.beginText(60, 700)
        text.setTextRenderMode(3)
        text.textLine(fakes.SECRET)
        canvas.drawText(text)
        canvas.restoreState()
        fakes.lines(fakes.VISIBLE)(canvas)

    assert_kept_apart(parse(fakes.pdf(draw), "cv.pdf"))


def test_a_long_word_of_which_only_an_edge_shows_is_hidden() -> None:
    def draw(canvas) -> None:
        fakes.lines(fakes.VISIBLE)(canvas)
        canvas.drawString(60, 700, "Kubernetesadministrator")
        canvas.setFillColorRGB(1, 1, 1)
        canvas.rect(66, 690, 400, 30, stroke=0, fill=1)

    document = parse(fakes.pdf(draw), "cv.pdf")
    assert "Kubernetes" not in document.text and document.hidden[0].reason == "covered"


def test_a_page_too_large_to_draw_is_read_and_said_not_to_be_checked() -> None:
    document = parse(fakes.pdf(fakes.lines(fakes.VISIBLE), size=(200_000, 200_000)), "cv.pdf")
    assert fakes.VISIBLE in document.text and kinds(document) == {"limit_reached"}


@pytest.mark.parametrize("trick", fakes.DOCX_TRICKS)
def test_hidden_text_of_a_word_file_is_kept_apart(trick: str) -> None:
    assert_kept_apart(parse(fakes.tricked_docx(trick), "cv.docx"))


def test_white_text_in_a_dark_table_cell_of_a_word_file_is_visible() -> None:
    def build(document) -> None:
        cell = document.add_table(1, 1).cell(0, 0)
        run = cell.paragraphs[0].add_run(fakes.VISIBLE)
        run.font.color.rgb = fakes.docx.shared.RGBColor(255, 255, 255)
        shading = fakes.OxmlElement("w:shd")
        shading.set(fakes.qn("w:fill"), "1F3864")
        cell._tc.get_or_add_tcPr().append(shading)

    document = parse(fakes.word(build), "cv.docx")
    assert fakes.VISIBLE in document.text and not document.hidden


@pytest.mark.parametrize("trick", sorted(fakes.HTML_TRICKS))
def test_hidden_text_of_a_page_is_kept_apart(trick: str) -> None:
    assert_kept_apart(parse(fakes.html(fakes.HTML_TRICKS[trick], fakes.HTML_SHEET), "cv.html"))


@pytest.mark.parametrize(
    "extra",
    [
        '<div style="background:#102030"><p style="color:white">Night shifts</p></div>',
        '<p style="color:#777">Night shifts</p>',
        '<style>@media print{p.s{display:none}}</style><p class="s">Night shifts</p>',
        '<div style="visibility:hidden"><p style="visibility:visible">Night shifts</p></div>',
        '<div style="background:url(x.png)"><p style="color:white">Night shifts</p></div>',
        '<div style="font-size:0"><p style="font-size:14px">Night shifts</p></div>',
        "<!-- header --><p>Night shifts</p>",
        "<!--[if mso]><table><tr><td>only for an old mail program</td></tr></table><![endif]--><p>Night shifts</p>",
    ],
)
def test_ordinary_pages_are_not_called_hidden(extra: str) -> None:
    document = parse(fakes.html(extra), "cv.html")
    assert "Night shifts" in document.text and not document.hidden


def test_hidden_text_of_an_odt_is_kept_apart() -> None:
    looks = {
        "vanish": '<style:text-properties text:display="none"/>',
        "white": '<style:text-properties fo:color="#ffffff"/>',
        "tiny": '<style:text-properties fo:font-size="1pt"/>',
    }
    for look in looks.values():
        style = f'<style:style style:name="T1" style:family="text">{look}</style:style>'
        hidden = f'<text:p><text:span text:style-name="T1">{fakes.SECRET}</text:span></text:p>'
        body = f"<text:p>{fakes.VISIBLE}</text:p>{hidden}"
        assert_kept_apart(parse(fakes.odt(body, style), "cv.odt"))


@pytest.mark.parametrize("trick", [r"{\v %s}", r"{\cf1 %s}", r"{\fs2 %s}", r"{\deleted %s}", r"{\v\b %s\b0 }"])
def test_hidden_text_of_an_rtf_is_kept_apart(trick: str) -> None:
    source = r"{\rtf1\ansi{\colortbl;\red255\green255\blue255;}\pard " + fakes.VISIBLE + r"\par "
    assert_kept_apart(parse((source + trick % fakes.SECRET + r"\par}").encode(), "cv.rtf"))


def test_white_text_on_a_highlight_of_an_rtf_is_visible() -> None:
    source = (
        r"{\rtf1\ansi{\colortbl;\red255\green255\blue255;\red0\green0\blue80;}{\cf1\highlight2 " + fakes.VISIBLE + r"}}"
    )
    assert fakes.VISIBLE in parse(source.encode(), "cv.rtf").text


def test_unicode_tags_are_made_legible_and_kept_apart() -> None:
    tags = "".join(chr(0xE0000 + ord(c)) for c in fakes.SECRET)
    assert_kept_apart(parse(f"{fakes.VISIBLE}{tags}\nmore".encode(), "cv.txt"))


def test_invisible_characters_are_taken_out_and_reported() -> None:
    document = parse(
        f"{fakes.VISIBLE}\u200b\u200c\u200b\u2060\u200b\u200c\u200b\u200b\u200c\u200b x".encode(), "cv.txt"
    )
    assert document.text == f"{fakes.VISIBLE} x"
    assert kinds(document) == {"invisible_characters"}


def test_bidi_controls_are_taken_out_and_reported() -> None:
    document = parse("Robin \u202egnilaed\u202c\nNight shifts".encode(), "cv.txt")
    assert document.text == "Robin gnilaed\nNight shifts"
    assert kinds(document) == {"invisible_characters"}


@pytest.mark.parametrize(
    "text",
    [
        "Family 👨‍👩‍👧‍👦 first",
        "Flag 🏴󠁧󠁢󠁥󠁮󠁧󠁿 here",
        "Heart ❤️ and 1️⃣",
        "राष्ट्र\u200dीय क्\u200cष",
        "نمی\u200cدانم",
        "שלום עולם",
        "محمد الأحمد",
    ],
)
def test_joiners_and_signs_that_belong_to_the_writing_stay(text: str) -> None:
    document = parse(text.encode(), "cv.txt")
    assert document.text == text and not document.findings


def test_letters_drawn_by_a_font_of_shapes_are_visible() -> None:
    import io

    import pikepdf

    opened = pikepdf.open(io.BytesIO(fakes.pdf(fakes.lines("Robin Example"))))
    shape = opened.make_stream(b"1000 0 0 0 750 750 d1 0 0 750 750 re f")
    name = pikepdf.Name
    font = pikepdf.Dictionary(
        Type=name.Font, Subtype=name.Type3, FontBBox=pikepdf.Array([0, 0, 750, 750]), FirstChar=97, LastChar=98,
        FontMatrix=pikepdf.Array([0.001, 0, 0, 0.001, 0, 0]),
        Widths=pikepdf.Array([1000, 1000]), CharProcs=pikepdf.Dictionary(a=shape, b=shape),
        Resources=pikepdf.Dictionary(),
        Encoding=pikepdf.Dictionary(Type=name.Encoding, Differences=pikepdf.Array([97, name.a, name.b])),
    )  # fmt: skip
    opened.pages[0].Resources.Font.T3 = opened.make_indirect(font)
    opened.pages[0].contents_add(opened.make_stream(b"q BT /T3 20 Tf 60 700 Td (abba baab) Tj ET Q"))
    out = io.BytesIO()
    opened.save(out)
    document = parse(out.getvalue(), "cv.pdf")
    assert "abba baab" in document.text and not document.hidden


def test_one_stray_zero_width_space_is_taken_out_without_a_word() -> None:
    document = parse("Night\u200b shifts\ufeff".encode(), "cv.txt")
    assert document.text == "Night shifts" and not document.findings and not document.hidden


def test_ligatures_are_spelled_out_and_accents_composed() -> None:
    assert clean("e\u0301diteur, ofﬁce, ﬂow, soft\u00adware, a\u00a0b")[0] == "éditeur, office, flow, software, a b"


def test_words_of_two_scripts_are_reported() -> None:
    assert kinds(parse("Рython developer at Amаzon".encode(), "cv.txt")) == {"mixed_script"}
    assert not parse("Менеджер по Python, α-Tester".encode(), "cv.txt").findings


def test_script_and_style_are_never_text() -> None:
    document = parse(
        fakes.html("<script>var x = 'Ignore me';</script><style>p{}</style><template>Ignore</template>"), "a.html"
    )
    assert "Ignore" not in document.text and kinds(document) == {"active_content"}
