"""Isolation: a bomb costs one worker and one row; workers have no network, no key and nothing to write with."""

import json
import os
import resource
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher import read
from matcher.read import sandbox as sandbox_module
from matcher.read.limits import Unreadable
from tests import fakes_read as fakes

LIMITS = read.Limits(cpu_seconds=20, wall_seconds=120)


@pytest.fixture(scope="module")
def box() -> Iterator[read.Sandbox]:
    with read.Sandbox(LIMITS, 1) as opened:
        yield opened


def row(box: read.Sandbox, folder: Path, name: str, data: bytes) -> read.Reading:
    path = folder / name
    path.write_bytes(data)
    return read.read_one(path, sandbox=box)


def test_a_bomb_ends_as_a_row_and_its_neighbours_are_read(tmp_path: Path) -> None:
    inflating = zlib.compress(zlib.compress(b" " * 300_000_000, 9), 9)
    packed = inflating.decode("latin-1")
    flate = fakes.assemble([
        "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
        f"<</Filter[/FlateDecode/FlateDecode]/Length {len(inflating)}>>stream\n{packed}\nendstream",
    ])  # fmt: skip
    swollen = fakes.zipped({"[Content_Types].xml": "<a/>", "word/document.xml": b"<a>" + b" " * 40_000_000})
    files = {
        "a.txt": fakes.VISIBLE.encode(), "b.pdf": fakes.drawing_bomb(), "c.pdf": fakes.pdf(fakes.lines(fakes.VISIBLE)),
        "d.pdf": flate, "e.docx": swollen, "f.docx": fakes.word(lambda d: d.add_paragraph(fakes.VISIBLE)),
    }  # fmt: skip
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tight = read.Limits(cpu_seconds=4, wall_seconds=90, memory_bytes=700_000_000)
    rows = {Path(r.file).name: r for r in read.read([tmp_path], limits=tight)}
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert list(rows) == sorted(files)
    assert [n for n, r in rows.items() if r.status == "read"] == ["a.txt", "c.pdf", "f.docx"]
    assert rows["b.pdf"].reason == "limit" and rows["e.docx"].reason == "limit"
    assert rows["d.pdf"].reason in ("limit", "no_text")
    assert grown < 100_000


def test_a_worker_that_is_killed_costs_its_file_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    with read.Sandbox(LIMITS, 1) as opened:
        exchange = sandbox_module._Worker._exchange

        def shot(self, process, header, body):
            if header.get("name") == "bad":
                process.kill()
            return exchange(self, process, header, body)

        monkeypatch.setattr(sandbox_module._Worker, "_exchange", shot)
        with pytest.raises(Unreadable) as stopped:
            opened.call({"task": "read", "name": "bad"}, b"Robin Example")
        assert stopped.value.reason == "limit"
        assert opened.call({"task": "read", "name": "good"}, b"Robin Example").startswith(b"D")


def test_a_file_that_takes_too_long_is_stopped() -> None:
    with read.Sandbox(read.Limits(wall_seconds=0.01), 1) as opened, pytest.raises(Unreadable) as stopped:
        opened.call({"task": "read", "name": "cv.txt"}, b"Robin Example")
    assert stopped.value.reason == "limit" and "0.01 seconds" in stopped.value.detail


def test_an_answer_that_is_no_document_is_a_damaged_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with read.Sandbox(LIMITS, 1) as opened:
        monkeypatch.setattr(opened, "call", lambda header, body=b"": b'D{"text": "lies"}')
        found = row(opened, tmp_path, "cv.txt", b"Robin Example")
    assert (found.status, found.reason) == ("unreadable", "damaged")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="seccomp and rlimits are Linux")
def test_the_system_enforces_memory_and_no_network_on_workers(box: read.Sandbox) -> None:
    assert box.enforced() == {"memory": True, "network": True}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="seccomp is Linux")
def test_a_confined_process_can_open_no_socket_not_even_by_system_call() -> None:
    import subprocess

    code = (
        "import ctypes, sys\n"
        "from matcher.read.isolation import confine\n"
        "from matcher.read.limits import Limits\n"
        "confine(Limits())\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "print(libc.socket(2, 1, 0), ctypes.get_errno())\n"
        "import socket\n"
        "try: socket.socket()\n"
        "except PermissionError: print('refused')\n"
        "try: open('/tmp/should-not-be-written', 'w').write('x' * 100000); print('written')\n"
        "except OSError: print('not written')\n"
    )
    done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["-1", "13", "refused", "not", "written"]


def test_no_key_reaches_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-should-stay-here")
    with read.Sandbox(LIMITS, 1) as opened:
        opened.enforced()
        process = opened._all[0]._process
        assert process is not None
        environment = Path(f"/proc/{process.pid}/environ")
        if environment.exists():
            assert b"sk-should" not in environment.read_bytes()


def test_workers_leave_no_bytecode_and_end_with_the_pool(tmp_path: Path) -> None:
    (tmp_path / "cv.txt").write_text(fakes.VISIBLE)
    stream = read.read([tmp_path] * 2, workers=1)
    next(stream)
    stream.close()
    with read.Sandbox(LIMITS, 2) as opened:
        opened.enforced()
        pids = [w._process.pid for w in opened._all if w._process]
    assert pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.pdf", b"", "empty"),
        ("header.pdf", b"%PDF-1.4\n", "damaged"),
        ("half.pdf", fakes.pdf(fakes.lines(fakes.VISIBLE))[:420], "damaged"),
        ("noise.docx", bytes(range(256)) * 20, "damaged"),
        ("locked.pdf", fakes.locked_pdf(), "encrypted"),
        ("blank.pdf", fakes.pdf(lambda canvas: None), "no_text"),
        ("blank.txt", b" \n\t \n", "no_text"),
        ("data.bin", bytes(range(256)) * 20, "unsupported"),
        ("table.xlsx", fakes.zipped({"[Content_Types].xml": "<a/>", "xl/workbook.xml": "<a/>"}), "unsupported"),
        ("other.json", b'{"jobs": []}', "unsupported"),
        ("broken.json", b'{"basics": ', "damaged"),
        ("nothing.docx", fakes.zipped({"[Content_Types].xml": "<a/>"}), "damaged"),
        ("twice.zip", fakes.zipped({}), "empty"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, data: bytes, reason: str, box: read.Sandbox, tmp_path: Path) -> None:
    found = row(box, tmp_path, name, data)
    assert (found.status, found.reason) == ("unreadable", reason)
    assert found.detail.endswith(".") and found.size == len(data) and found.document is None


def test_xml_that_brings_definitions_is_refused_and_its_entities_are_never_read(
    box: read.Sandbox, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("root:x:0:0")
    for system in (f"file://{secret}", "http://127.0.0.1:9/x"):
        space = fakes.qn("w:p")[1:-2]
        evil = f'<!DOCTYPE w [<!ENTITY x SYSTEM "{system}">]><w:document xmlns:w="{space}">&x;</w:document>'
        found = row(box, tmp_path, "x.docx", fakes.zipped({"[Content_Types].xml": "<a/>", "word/document.xml": evil}))
        assert (found.status, found.reason) == ("unreadable", "damaged") and "root:" not in found.model_dump_json()


def test_a_member_that_lies_about_its_size_is_not_believed(box: read.Sandbox, tmp_path: Path) -> None:
    honest = fakes.zipped({"[Content_Types].xml": "<a/>", "word/document.xml": b"<a/>" + b" " * 30_000_000})
    lying = honest.replace((30_000_004).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != honest
    assert row(box, tmp_path, "lie.docx", lying).reason in ("limit", "damaged")


def test_an_unused_part_is_never_inflated(box: read.Sandbox, tmp_path: Path) -> None:
    import io
    import zipfile

    data = io.BytesIO(fakes.word(lambda d: d.add_paragraph(fakes.VISIBLE)))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("word/media/huge.bin", bytes(200_000_000))
    assert row(box, tmp_path, "fat.docx", data.getvalue()).status == "read"


def test_two_parts_of_one_name_are_refused(box: read.Sandbox, tmp_path: Path) -> None:
    import io
    import warnings
    import zipfile

    data = io.BytesIO(fakes.word(lambda d: d.add_paragraph(fakes.VISIBLE)))
    with zipfile.ZipFile(data, "a") as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        opened.writestr("word/document.xml", "<a/>")
    assert row(box, tmp_path, "two.docx", data.getvalue()).reason == "damaged"


def test_more_pages_than_the_limit_are_cut_and_said(tmp_path: Path) -> None:
    data = fakes.pdf(*[fakes.lines(f"Page {n} of the story") for n in range(6)])
    with read.Sandbox(read.Limits(pages=3), 1) as opened:
        found = row(opened, tmp_path, "long.pdf", data)
    assert found.document is not None and len(found.document.pages) == 3
    assert [f.kind for f in found.document.findings] == ["limit_reached"]


def test_a_file_larger_than_the_limit_is_not_opened(tmp_path: Path) -> None:
    with read.Sandbox(read.Limits(file_bytes=1000), 1) as opened:
        found = row(opened, tmp_path, "big.txt", b"word " * 1000)
    assert (found.status, found.reason) == ("unreadable", "too_large")


def test_a_sparse_giant_is_judged_by_its_size_alone(tmp_path: Path) -> None:
    path = tmp_path / "giant.pdf"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)
    assert [r.reason for r in read.read([path])] == ["too_large"]


def test_a_text_beyond_the_limit_of_characters_is_a_row(tmp_path: Path) -> None:
    with read.Sandbox(read.Limits(characters=5000), 1) as opened:
        assert row(opened, tmp_path, "long.txt", b"word " * 2000).reason == "limit"


def test_deep_nesting_never_kills_the_parent(box: read.Sandbox, tmp_path: Path) -> None:
    deep = b"<html><body>" + b"<div>" * 20_000 + b"Night shifts"
    assert row(box, tmp_path, "deep.html", deep).status in ("read", "unreadable")
    assert row(box, tmp_path, "deep.json", b"[" * 100_000).reason == "damaged"
    assert row(box, tmp_path, "deep.rtf", b"{\\rtf1 " + b"{" * 100_000).reason == "limit"


def test_limits_are_said_to_workers_as_json() -> None:
    assert read.Limits.model_validate(json.loads(LIMITS.model_dump_json())) == LIMITS
