"""The outreach commands on a workspace with a finished run: draft, approve, edit, suppress; exit codes."""

import json
import re
from pathlib import Path

import pytest
from fakes import assessment, ranking, run_info
from fakes_outreach import PEOPLE, case, entry_of

from matcher import llm
from matcher.cli import run as command
from matcher.config import Settings
from matcher.models import Decision, Document, FileRow, HardFacts, Page, StoredRun
from matcher.pipeline import drafting
from matcher.pipeline.drafting import Wish
from matcher.structure import structure
from matcher.workspace import Workspace

COMPANY = """
[employer]
name = "Brannoc Group"
address = "12 River Road, Wexley Falls, OH 44999, USA"
[sender]
name = "Alex Winter"
title = "Talent partner"
email = "alex.winter@brannoc.example"
[outreach]
opt_out = "no-contact@brannoc.example"
[privacy]
contact = "privacy@brannoc.example"
source = "the résumé that you published on Example Jobs"
retention = "six months after our last contact"
url = "https://brannoc.example/privacy"
"""
IDS = tuple(f"cand:{n:016x}" for n in range(3))


def document_of(at: int) -> Document:
    person = PEOPLE[at]
    email = f"{person.name.split()[0].lower()}@example.com"
    text = f"{person.name}\n{email}\n\nExperience\n" + "".join(f"- {line}\n" for line in person.lines)
    return Document(id=f"doc:{at}", name=f"{at}.txt", media_type="text/plain", text=text,
                    pages=(Page(number=1, width=0, height=0, start=0, end=len(text)),))  # fmt: skip


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with company.toml and a workspace in which three people were read for one role; two are advanced."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "company.toml").write_text(COMPANY, "utf-8")
    criteria = case(PEOPLE[0]).criteria
    made = []
    with Workspace.open(tmp_path / ".matcher", "write") as workspace:
        for at, name in enumerate(IDS):
            document = document_of(at)
            resume = structure(document, candidate=name)
            workspace.put_document(document, resume, f"{at}" * 64, f"text{at}", f"{at}.txt")
            blank = assessment(name, **{c.id: "not_shown" for c in criteria.criteria})
            cells = {cell.criterion: cell for cell in entry_of(PEOPLE[at], name).justifications}
            kept = tuple(cells.get(cell.criterion, cell) for cell in blank.justifications)
            made.append(blank.model_copy(update={"justifications": kept}))
        stored = StoredRun(
            run=run_info(criteria), criteria=criteria, posting_text="", ranking=ranking(*IDS), assessments=tuple(made),
            views=(), files=tuple(FileRow(file=f"{n}.txt", status="read", candidate=i) for n, i in enumerate(IDS)),
            facts=tuple((i, HardFacts(location="Columbus, Ohio")) for i in IDS),
        )  # fmt: skip
        workspace.put("run", stored.run.id, stored)
        workspace.set_meta("last_run", stored.run.id)
        for seq, name in enumerate(IDS[:2], start=1):
            workspace.put_decision(
                Decision(
                    seq=seq, run=stored.run.id, candidate=name, kind="advance", who="Ann", when="2026-11-02T00:00:00Z"
                )
            )
    return tmp_path


def drafts(folder: Path) -> list[dict]:
    return json.loads((folder / "drafts" / "drafts.json").read_text("utf-8"))["drafts"]


def files(folder: Path, kind: str) -> list[Path]:
    return sorted((folder / "drafts").glob(f"*.{kind}"))


def test_drafts_are_written_for_those_who_were_advanced_and_nobody_else(place, capsys):
    assert command(["outreach"]) == 0
    assert {d["candidate"] for d in drafts(place)} == set(IDS[:2])
    assert all(d["reviewed"] for d in drafts(place))
    assert "nothing was sent" in capsys.readouterr().out
    assert files(place, "eml") == []
    assert not (place / "drafts" / "merge.csv").exists()


def test_the_unreviewed_head_of_the_list_needs_a_flag_and_is_marked(place, capsys):
    assert command(["outreach", IDS[2]]) == 0
    assert "not advanced" in capsys.readouterr().out
    assert command(["outreach", "--unreviewed", "1"]) == 0
    assert [d["reviewed"] for d in drafts(place)] == [True, True, False]
    assert "UNREVIEWED" in capsys.readouterr().out


def test_a_missing_address_is_exit_2_and_one_sentence_that_says_what_to_fill_in(place, capsys):
    (place / "company.toml").write_text(
        COMPANY.replace('address = "12 River Road, Wexley Falls, OH 44999, USA"', ""), "utf-8"
    )
    assert command(["outreach", "--channel", "email"]) == 2
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0
    assert "employer.address" in said
    assert 'address = "' in said
    assert not (place / "drafts").exists()


def test_without_a_company_file_it_is_exit_2(place, capsys):
    (place / "company.toml").unlink()
    assert command(["outreach"]) == 2
    assert "company.toml" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [["--channel", "fax"], ["--tone", "rude"], ["--language", "xx"], ["--obtained", "soon"], ["nobody"]]
)
def test_a_word_that_is_no_choice_is_exit_2(place, wrong):
    assert command(["outreach", *wrong]) == 2


def test_a_suppressed_person_gets_no_draft_and_loses_the_ones_that_exist(place, capsys):
    assert command(["outreach"]) == 0
    assert command(["outreach", "suppress", IDS[0]]) == 0
    assert "delia" not in (place / "suppression.txt").read_text().lower()
    assert command(["outreach"]) == 0
    assert {d["candidate"] for d in drafts(place)} == {IDS[1]}
    assert "suppression file" in capsys.readouterr().out
    with Workspace.open(place / ".matcher") as workspace:
        assert not [key for key in workspace.keys("draft") if key.startswith(IDS[0])]


def test_an_address_in_the_suppression_file_is_honoured_before_drafting(place):
    (place / "suppression.txt").write_text("DELIA@example.com\n")
    assert command(["outreach"]) == 0
    assert {d["candidate"] for d in drafts(place)} == {IDS[1]}


def test_a_draft_cannot_be_approved_once_the_person_is_suppressed(place):
    assert command(["outreach", "--channel", "email"]) == 0
    (place / "suppression.txt").write_text("delia@example.com\n")
    assert command(["outreach", "approve", str(files(place, "txt")[0]), "--who", "Ann"]) == 3
    assert files(place, "eml") == []


def test_approval_by_file_writes_one_eml_per_person_and_merge_files(place):
    assert command(["outreach", "--channel", "email"]) == 0
    paths = [str(path) for path in files(place, "txt")]
    assert command(["outreach", "approve", *paths, "--who", "Ann Reyes"]) == 0
    made = files(place, "eml")
    assert len(made) == 2
    for path in made:
        assert len(re.findall(rb"(?m)^To: ", path.read_bytes())) == 1
    assert b"approved" in (place / "drafts" / "merge.csv").read_bytes()
    assert (place / "drafts" / "merge.xlsx").exists()
    log = (place / ".matcher" / "audit" / "log.jsonl").read_text()
    assert log.count("outreach_approved") == 2
    assert "Kafka" not in log


def test_an_approved_draft_is_kept_when_drafts_are_made_again(place):
    assert command(["outreach", "--channel", "email"]) == 0
    assert command(["outreach", "approve", str(files(place, "txt")[0]), "--who", "Ann"]) == 0
    assert command(["outreach", "--channel", "email", "--tone", "formal"]) == 0
    assert sorted(d["status"] for d in drafts(place)) == ["approved", "draft"]


def test_an_edit_that_invents_something_is_blocked_with_exit_3_and_a_clean_one_is_approved(place, capsys):
    assert command(["outreach", "--channel", "email"]) == 0
    path = files(place, "txt")[0]
    text = path.read_text("utf-8")
    path.write_text(text.replace("\n\nRegards,", " You also ran SAP at Siemens.\n\nRegards,"), "utf-8")
    assert command(["outreach", "approve", str(path), "--who", "Ann"]) == 3
    assert "Siemens" in capsys.readouterr().out
    assert files(place, "eml") == []
    path.write_text(text.replace("\n\nRegards,", "\n\nKind regards,"), "utf-8")
    assert command(["outreach", "approve", str(path), "--who", "Ann"]) == 0
    assert b"Kind regards" in files(place, "eml")[0].read_bytes()


def test_an_edited_draft_can_be_taken_back_without_approval(place):
    assert command(["outreach", "--channel", "email"]) == 0
    path = files(place, "txt")[0]
    path.write_text(path.read_text("utf-8").replace("\n\nRegards,", "\n\nKind regards,"), "utf-8")
    assert command(["outreach", "edit", str(path), "--who", "Ann"]) == 0
    assert files(place, "eml") == []


def test_a_file_that_is_no_draft_is_exit_2(place):
    (place / "x.txt").write_text("hello")
    assert command(["outreach", "approve", "x.txt", "--who", "Ann"]) == 2
    assert command(["outreach", "approve", "none.txt", "--who", "Ann"]) == 2


def test_a_reviewer_may_state_a_fact_and_answers_for_it(place):
    assert command(["outreach", "--channel", "email"]) == 0
    path = files(place, "txt")[0]
    path.write_text(
        path.read_text("utf-8").replace("\n\nRegards,", " You said that you prefer Copenhagen.\n\nRegards,"), "utf-8"
    )
    assert command(["outreach", "approve", str(path), "--who", "Ann"]) == 3
    assert command(["outreach", "approve", str(path), "--who", "Ann", "--fact", "said that you prefer Copenhagen"]) == 0


def test_the_clock_of_a_person_is_recorded_once_and_never_moves(place):
    assert command(["outreach", "--obtained", "2026-11-01"]) == 0
    assert command(["outreach", "--obtained", "2027-01-01"]) == 0
    assert {d["clock"]["obtained"] for d in drafts(place)} == {"2026-11-01"}
    assert {d["clock"]["due"] for d in drafts(place)} == {"2026-12-01"}
    assert (place / ".matcher" / "audit" / "log.jsonl").read_text().count('"outreach_clock"') == 2


def test_json_output_is_one_document(place, capsys):
    assert command(["outreach", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "matcher.outreach/1"


def test_a_model_words_the_drafts_through_the_gateway_and_never_sees_a_name(place):
    def answer(request: llm.Request) -> str:
        quote = (
            json.loads(re.search(r'^P1: (".*")$', request.user, re.MULTILINE).group(1))[:70]
            .rsplit(" ", 1)[0]
            .rstrip(",;:")
        )
        return json.dumps({"sentences": [
            {"part": "opening", "text": "I am Alex Winter and I recruit for Brannoc Group.", "facts": ["S1"]},
            {"part": "detail", "text": f"Your résumé says “{quote} …”.", "facts": ["P1"]},
            {"part": "role", "text": "It is about the role ICU Nurse.", "facts": ["R1", "R2"]},
            {"part": "ask", "text": "Shall we talk?", "facts": []},
        ]})  # fmt: skip

    model = llm.FunctionLLM(answer)
    settings = Settings(workspace=place / ".matcher", company=place / "company.toml")
    made = drafting.draft(settings, Wish(), place / "drafts", gateway=model)
    assert {draft.author for draft in made.outreach.drafts} == {"model"}
    for request in model.requests:
        for words in ("Delia", "Marsh", "Tomasz", "@example.com", "cand:"):
            assert words not in request.user + request.system


def test_when_the_model_cannot_be_asked_templates_are_written_and_the_exit_code_says_so(place):
    from matcher.errors import ModelUnreachable

    class Dead:
        name = "dead"

        def ask(self, request, *, candidate=None):
            raise ModelUnreachable("nobody answers")

    settings = Settings(workspace=place / ".matcher", company=place / "company.toml")
    made = drafting.draft(settings, Wish(), place / "drafts", gateway=Dead())
    assert [draft.author for draft in made.outreach.drafts] == ["template", "template"]
    assert isinstance(made.stopped, ModelUnreachable)


@pytest.mark.parametrize("word", [IDS[0], "0.txt", "delia@example.com"])
def test_people_are_suppressed_by_id_file_or_address(place, word):
    with Workspace.open(place / ".matcher", "write") as workspace:
        workspace.put_file(FileRow(file="in/0.txt", status="read", candidate=IDS[0]))
    assert command(["outreach", "suppress", word]) == 0
    assert command(["outreach"]) == 0
    assert {d["candidate"] for d in drafts(place)} == {IDS[1]}


def test_a_word_that_names_nobody_is_no_suppression(place, capsys):
    assert command(["outreach", "suppress", "somebody"]) == 2
    assert not (place / "suppression.txt").exists()
