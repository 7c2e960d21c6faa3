"""The shared hostile and broken files end as their manifests say, in one run, beside a parent that hardly grows."""

import json
import re
import resource
from pathlib import Path

import pytest

from matcher import read
from matcher.read.reading import Reading

pytestmark = pytest.mark.slow

FOLDERS = (
    "files/broken", "files/broken_docx", "files/hidden", "files/torture_pdf", "files/torture_docx", "hostile/pdf",
    "hostile/docx", "hostile/html", "hostile/txt", "hostile/unicode",
)  # fmt: skip
ALARMS = {"hidden_text", "invisible_characters", "text_render_mismatch", "mixed_script"}
ORDINARY = (
    "files/torture_pdf",
    "files/torture_docx",
    "files/pdf_templates",
    "files/docx_generated",
    "files/other_formats",
)
PLANTED = re.compile(r"IGNORE ALL PREVIOUS INSTRUCTIONS|SYSTEM NOTE TO AI REVIEWER", re.IGNORECASE)
CLASSES = {
    "bomb": {"read", "limit"}, "loop": {"read", "limit", "damaged", "no_text"}, "xxe": {"read", "damaged"},
    "ssrf": {"read"}, "active": {"read"}, "redos": {"read"}, "control": {"read"}, "hidden_text": {"read"},
}  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> tuple[dict[str, Reading], float]:
    root = Path(__file__).resolve().parents[2] / "shared"
    if not root.exists():
        pytest.skip("the shared material does not lie beside this checkout")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = {r.file.removeprefix(f"{root}/"): r for r in read.read([root / f for f in FOLDERS])}
    return found, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def kinds(reading: Reading) -> set[str]:
    return {finding.kind for finding in reading.document.findings} if reading.document else set()


def manifest(shared: Path) -> list[dict[str, str]]:
    lines = (shared / "hostile" / "MANIFEST.jsonl").read_text("utf-8").splitlines()
    return [entry for entry in map(json.loads, lines) if f"hostile/{entry['file'].split('/')[0]}" in FOLDERS]


def test_every_file_ends_in_one_row_and_the_parent_stays_small(
    rows: tuple[dict[str, Reading], float], shared: Path
) -> None:
    found, grown = rows
    wanted = {str(p.relative_to(shared)) for f in FOLDERS for p in (shared / f).rglob("*") if p.is_file()}
    assert set(found) == wanted
    assert grown < 100
    assert all(r.document is not None and r.document.text.strip() for r in found.values() if r.status == "read")


def test_every_hostile_file_ends_as_its_class_demands(rows: tuple[dict[str, Reading], float], shared: Path) -> None:
    for entry in manifest(shared):
        reading = rows[0][f"hostile/{entry['file']}"]
        allowed = CLASSES.get(entry["cls"])
        if allowed is not None:
            assert (reading.reason or reading.status) in allowed, entry["file"]
        assert "root:x:0" not in reading.model_dump_json(), entry["file"]


def test_hidden_sets_are_flagged_and_not_read(rows: tuple[dict[str, Reading], float], shared: Path) -> None:
    unseen_by_nature = ("annotation_hidden", "alt_text", "metadata", "css_content", "tounicode_remap")
    for entry in manifest(shared):
        reading = rows[0][f"hostile/{entry['file']}"]
        if entry["cls"] == "hidden_text" and reading.document is not None:
            assert not PLANTED.search(reading.document.text), entry["file"]
            if not any(word in entry["file"] for word in unseen_by_nature):
                assert kinds(reading) & ALARMS, entry["file"]
    for name, reading in rows[0].items():
        if name.startswith("files/hidden/") and reading.document is not None:
            assert kinds(reading) & ALARMS and not PLANTED.search(reading.document.text), name


def test_controls_are_not_flagged(rows: tuple[dict[str, Reading], float], shared: Path) -> None:
    for entry in manifest(shared):
        if entry["cls"] == "control":
            assert not kinds(rows[0][f"hostile/{entry['file']}"]) & ALARMS, entry["file"]


def test_what_a_file_could_do_is_flagged(rows: tuple[dict[str, Reading], float], shared: Path) -> None:
    wanted = {"active": "active_content", "ssrf": "external_content"}
    for entry in manifest(shared):
        if entry["cls"] in wanted:
            assert wanted[entry["cls"]] in kinds(rows[0][f"hostile/{entry['file']}"]), entry["file"]


def test_damaged_locked_and_empty_files_say_so(rows: tuple[dict[str, Reading], float]) -> None:
    expected = {
        "files/broken/empty.pdf": "empty", "files/broken/header_only.pdf": "damaged",
        "files/broken/random_1k.pdf": "damaged",
        "files/broken/bomb_double_flate.pdf": "limit", "files/broken_docx/bomb_1text_300m.docx": "limit",
        "files/broken_docx/bomb_paras_2m.docx": "limit", "files/broken_docx/billion_laughs.docx": "damaged",
        "files/broken_docx/no_document.docx": "damaged", "files/broken_docx/empty.docx": "empty",
        "files/torture_pdf/pypdfs_libreoffice-writer-password.pdf": "encrypted",
        "hostile/pdf/image_only_scan.pdf": "no_text", "hostile/txt/only_whitespace.txt": "no_text",
    }  # fmt: skip
    found = {name: rows[0][name].reason for name in expected}
    if found["hostile/pdf/image_only_scan.pdf"] == "ocr_missing":
        expected["hostile/pdf/image_only_scan.pdf"] = "ocr_missing"
    assert found == expected


def test_ordinary_files_are_rarely_flagged(shared: Path) -> None:
    readings = [r for r in read.read([shared / f for f in ORDINARY]) if r.status == "read"]
    flagged = [r.file for r in readings if kinds(r) & ALARMS]
    assert len(readings) > 90 and len(flagged) <= 0.03 * len(readings), flagged
