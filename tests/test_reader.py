"""The offline reader reads blind lines, gives the same answer in any company, and claims nothing without a line."""

from __future__ import annotations

import shutil
from datetime import date

import numpy as np
import pytest

from matcher.blind import blind
from matcher.errors import ModelMismatch
from matcher.justify import facts
from matcher.justify.reader import ReaderJudge
from matcher.justify.reader_cells import FEATURES, CellModel, Setting, Weighing, features
from matcher.justify.reader_lines import segment
from matcher.justify.reader_network import WEIGHTS, Network
from matcher.models import Document
from matcher.structure import structure
from tests.fakes_reader import (
    DENIAL,
    FULL,
    NONE,
    PARTIAL,
    RuleNetwork,
    criteria,
    criterion,
    degree,
    position,
    view,
)  # fmt: skip

STOCK = criterion("Q1", "Run the cycle count programme")
RESUME = view(
    [
        ("Stock Controller, cold stores", "experience", "P1"),
        ("Two aisles counted every morning before the pickers come", "experience", "P1"),
        ("Planned the Christmas party", "experience", "P1"),
        ("Forklift, Excel", "skills", None),
    ],
    positions=[position("P1", "Stock Controller", 60, 0, "L1")],
)


def by_words(**shares):
    """Read a segment by the word that it holds."""

    def rule(_: str, text: str):
        return next((value for word, value in shares.items() if word in text), NONE)

    return rule


def judge(**shares) -> ReaderJudge:
    return ReaderJudge(network=RuleNetwork(by_words(**shares)))


def test_a_line_that_supports_in_full_makes_the_cell_met_and_is_named():
    (cell,) = judge(counted=FULL).read(RESUME, criteria(STOCK))
    assert (cell.verdict, cell.lines) == ("met", ("L2",))


def test_a_line_that_supports_in_part_makes_the_cell_partial():
    (cell,) = judge(counted=PARTIAL).read(RESUME, criteria(STOCK))
    assert (cell.verdict, cell.lines) == ("partial", ("L2",))


def test_silence_is_not_shown_and_names_no_line_as_evidence():
    (cell,) = judge().read(RESUME, criteria(STOCK))
    assert cell.verdict == "not_shown"
    assert cell.lines == ()
    assert len(cell.nearest) == 3


def test_a_denial_contradicts_unless_another_line_supports_in_full():
    (denied,) = judge(party=DENIAL).read(RESUME, criteria(STOCK))
    (both,) = judge(party=DENIAL, counted=FULL).read(RESUME, criteria(STOCK))
    (half,) = judge(party=DENIAL, counted=(0.3, 0.15, 0.55, 0.0)).read(RESUME, criteria(STOCK))
    assert (denied.verdict, denied.lines) == ("contradicted", ("L3",))
    assert (both.verdict, half.verdict) == ("met", "partial")


def test_the_reason_is_made_from_what_was_seen():
    (cell,) = judge(counted=PARTIAL).read(RESUME, criteria(STOCK))
    assert cell.reason == "closest line L2, read as partial"


def test_lines_that_address_a_machine_are_not_read():
    tainted = RESUME.model_copy(
        update={"lines": tuple(line.model_copy(update={"instruction_like": line.id == "L2"}) for line in RESUME.lines)}
    )
    reader = judge(counted=FULL)
    (cell,) = reader.read(tainted, criteria(STOCK))
    assert cell.verdict == "not_shown"
    assert not any("counted" in text for _, text in reader.network.asked)


def test_an_empty_view_is_not_shown_and_unsure():
    (cell,) = judge().read(view([]), criteria(STOCK))
    assert (cell.verdict, cell.unsure) == ("not_shown", True)


def test_years_are_counted_by_code_from_the_positions_that_were_read_as_of_the_kind():
    resume = view(
        [
            ("Stock Controller, cold stores", "experience", "P1"),
            ("Picked by voice", "experience", "P2"),
            ("Retail supervisor", "experience", "P3"),
        ],
        positions=[
            position("P1", "Stock Controller", 30, 0, "L1"),
            position("P2", "Picker", 80, 50, "L2"),
            position("P3", "Supervisor", 200, 81, "L3"),
        ],
    )
    asked = criteria(
        criterion("Q2", "2+ years in stock control", min_years=2), criterion("Q3", "4+ years in it", min_years=4)
    )
    enough, short = judge(Controller=FULL).read(resume, asked)
    assert (enough.verdict, enough.counted) == ("met", ("P1",))
    assert short.verdict == "partial"
    (nothing,) = judge().read(resume, criteria(asked.criteria[0]))
    assert (nothing.verdict, nothing.counted) == ("not_shown", ())


TWO_JOBS = view(
    [
        ("Keeper, Harbour Museum", "experience", "P1"),
        ("Painted the fence", "experience", "P1"),
        ("Loans packed and signed for", "experience", "P1"),
        ("Waiter, Café Ost", "experience", "P2"),
        ("Collections carried to table nine", "experience", "P2"),
    ],
    positions=[position("P1", "Keeper", 60, 0, "L1"), position("P2", "Waiter", 100, 60, "L4")],
)
CARE = criterion("Q1", "At least three years of collection care within the last eight years", min_years=3)


def test_a_job_is_asked_about_whole_beside_the_requirement_without_its_length():
    reader = judge(Keeper=FULL)
    reader.read(TWO_JOBS, criteria(CARE))
    jobs = [pair for pair in reader.network.asked if pair[0] == "collection care"]
    assert jobs == [
        ("collection care", "Experience: Keeper, Harbour Museum. Painted the fence. Loans packed and signed for"),
        ("collection care", "Experience: Waiter, Café Ost. Collections carried to table nine"),
    ]


def test_of_a_job_the_lines_nearest_to_the_requirement_are_shown():
    def similarity(asked, lines):
        return np.array([[float("Loans" in line) for line in lines] for _ in asked], np.float32)

    reader = judge()
    reader.similarity = similarity
    reader.read(TWO_JOBS, criteria(CARE))
    shown = [text for question, text in reader.network.asked if question == "collection care"]
    assert shown[0] == "Experience: Keeper, Harbour Museum. Loans packed and signed for. Painted the fence"


def test_a_line_that_fits_does_not_count_a_job_that_as_a_whole_does_not():
    network = RuleNetwork(lambda asked, text: FULL if asked == CARE.text and "carried" in text else NONE)
    (cell,) = ReaderJudge(network=network).read(TWO_JOBS, criteria(CARE))
    assert (cell.verdict, cell.counted) == ("not_shown", ())


def test_years_are_quoted_by_the_line_that_names_the_job_and_then_by_its_best_line():
    (cell,) = judge(Keeper=FULL, Loans=PARTIAL).read(TWO_JOBS, criteria(CARE))
    assert (cell.verdict, cell.lines[0]) == ("met", "L1")
    (nothing,) = judge().read(TWO_JOBS, criteria(CARE))
    assert (nothing.lines, nothing.nearest[:2]) == ((), ("L1", "L4"))


def by_question(job: tuple, **shares):
    """Read jobs with one answer, and lines by the word that they hold."""
    lines = by_words(**shares)
    return RuleNetwork(lambda asked, text: job if asked == "collection care" else lines(asked, text))


def test_of_a_counted_job_the_line_that_names_it_is_quoted_before_the_line_that_supports():
    (cell,) = ReaderJudge(network=by_question(FULL, Loans=PARTIAL)).read(TWO_JOBS, criteria(CARE))
    assert cell.lines == ("L1", "L4", "L3")


def test_a_plain_denial_contradicts_years_unless_a_job_is_read_in_full():
    (denied,) = ReaderJudge(network=by_question(PARTIAL, fence=DENIAL)).read(TWO_JOBS, criteria(CARE))
    (done,) = ReaderJudge(network=by_question(FULL, fence=DENIAL)).read(TWO_JOBS, criteria(CARE))
    assert (denied.verdict, denied.lines, denied.unsure) == ("contradicted", ("L2",), True)
    assert done.verdict == "met"


@pytest.mark.parametrize(("language", "read"), [("en", 3), (None, 3), ("es", 6)])
def test_of_a_resume_in_another_language_twice_as_many_lines_are_read_however_far(language, read: int):
    lines = [(f"Línea {i}", "experience", None) for i in range(8)]
    reader = ReaderJudge(network=RuleNetwork(by_words()), lines_read=3)
    reader.similarity = lambda asked, lines: np.zeros((len(asked), len(lines)), np.float32)
    reader.read(view(lines).model_copy(update={"language": language}), criteria(STOCK))
    assert len(reader.network.asked) == read


@pytest.mark.parametrize(
    ("asked", "line", "field", "verdict"),
    [
        ("Graduation from an accredited nursing program", "BBA in Accounting, Ohio State", "Accounting", None),
        ("Graduation from an accredited nursing program", "ADN Nursing, Ohio State", "Nursing", "met"),
        ("A completed college degree", "BA Philosophy, Ohio State", "Philosophy", "met"),
        ("A bachelor's degree in computer science", "BSc Computing, Accra", "Computing", "met"),
        ("A bachelor's degree in education", "B.A. Elementary Ed., Augsten", "Elementary Ed", "met"),
        ("A bachelor's degree in business", "B.S. Business (evenings), Salt River", "evenings", "met"),
        ("A bachelor's degree in business", "BA Philosophy, Business College", "Philosophy", None),
    ],
)
def test_a_field_of_study_is_found_in_usual_words(asked: str, line: str, field: str, verdict: str | None):
    made = view([(line, "education", None)], education=[degree("bachelor", "L1", field=field)])
    decision = facts.decide(criterion("Q1", asked, degree="associate"), made)
    assert (decision.verdict if decision.final else None) == verdict


@pytest.mark.parametrize(
    ("asked", "bare"),
    [
        ("8+ years of professional software engineering", "professional software engineering"),
        ("at least 3 years of ICU experience within the last five years", "ICU experience"),
        ("two full school years or more as teacher of record", "as teacher of record"),
        ("Minimum of 3 years' experience of teaching", "experience of teaching"),
        ("mindestens drei Jahre Berufserfahrung in der Pflege", "Berufserfahrung in der Pflege"),
        ("au moins deux ans d'expérience en IRM", "expérience en IRM"),
        ("experiencia mínima de tres años en tráfico", "experiencia en tráfico"),
        ("Lead a team of eight", "Lead a team of eight"),
        ("Five years", "Five years"),
    ],
)
def test_a_requirement_is_asked_about_jobs_without_its_length(asked: str, bare: str):
    assert facts.without_length(asked) == bare


def test_a_lower_degree_than_asked_caps_what_the_reader_says():
    asked = criteria(criterion("F1", "A master's degree", degree="master"))
    lines = [("Bachelor of Music, counted", "education", None)]
    (capped,) = judge(counted=FULL).read(view(lines, education=[degree("bachelor", "L1")]), asked)
    (fine,) = judge(counted=FULL).read(view(lines, education=[degree("master", "L1")]), asked)
    assert (capped.verdict, fine.verdict) == ("not_shown", "met")


def test_a_certificate_in_plain_words_is_decided_by_code_whatever_the_network_says():
    asked = criteria(criterion("F1", "CCRN certification."))
    (held,) = judge().read(view([("CCRN", "certificates", None)]), asked)
    (absent,) = judge(Nursing=FULL).read(view([("CCRN exam booked, Nursing", "certificates", None)]), asked)
    assert (held.verdict, held.lines) == ("met", ("L1",))
    assert absent.verdict == "not_shown"


def test_a_degree_of_another_subject_is_met_only_where_neighbours_are_welcome_and_it_was_read_in_full():
    def verdict(text: str, **shares):
        lines = [("Bachelor of Turfgrass, State University", "education", None)]
        made = view(lines, education=[degree("bachelor", "L1", field="Turfgrass")])
        (cell,) = judge(**shares).read(made, criteria(criterion("Q1", text, degree="bachelor")))
        return cell.verdict

    assert verdict("Bachelor's degree in nursing or a related field", Turfgrass=FULL) == "met"
    assert verdict("Bachelor's degree in nursing", Turfgrass=FULL) == "partial"
    assert verdict("Bachelor's degree in nursing or a related field") == "not_shown"


def test_keyword_lists_and_copies_of_the_requirement_are_not_read():
    asked = "Run the cycle count programme and keep stock accuracy above the agreed target"
    stuffed = view(
        [
            ("counted, stock, SAP, Excel, forklift, audits, ledger", "skills", None),
            (f"I {asked}", "summary", None),
            ("Planned the Christmas party", "experience", None),
        ]
    )
    reader = judge(counted=FULL, cycle=FULL)
    (cell,) = reader.read(stuffed, criteria(criterion("Q1", asked)))
    assert cell.verdict == "not_shown"
    assert len(reader.network.asked) == 1


def test_the_same_words_count_more_where_the_rest_of_the_posting_fits():
    at = FEATURES.index("elsewhere")
    silent, fitting = (
        features(np.array([PARTIAL], np.float32), np.zeros(1, np.float32), [True], [5], Setting(elsewhere=value))
        for value in (-3.0, 3.0)
    )
    assert silent[at] < fitting[at]
    assert [*silent[:at], *silent[at + 1 :]] == [*fitting[:at], *fitting[at + 1 :]]


def test_a_name_at_the_head_of_the_resume_moves_no_cell():
    text = "{}\n\nEXPERIENCE\nStock Controller, Redwharf Stores, 2019 - present\n- Two aisles counted every morning\n"
    asked, cells = criteria(STOCK), set()
    for name in ("Gordon Pryce", "Latisha Okonkwo"):
        made = Document(id="doc:x", name="cv.txt", media_type="text/plain", text=text.format(name), pages=())
        seen = blind(made, structure(made), date(2026, 11, 1))
        cells.add(judge(counted=FULL).read(seen, asked))
    assert len(cells) == 1


def test_only_the_nearest_lines_are_read_when_a_similarity_is_given():
    def similarity(asked, lines):
        return np.array([[float("counted" in line) for line in lines] for _ in asked], np.float32)

    network = RuleNetwork(by_words(counted=FULL))
    ReaderJudge(network=network, similarity=similarity, lines_read=1).read(RESUME, criteria(STOCK))
    assert [text for _, text in network.asked] == [segment(RESUME.lines[1], {p.id: p for p in RESUME.positions})]


def test_a_pair_that_was_read_before_comes_from_the_cache():
    kept: dict[str, bytes] = {}
    first, second = judge(counted=FULL), judge(counted=FULL)
    for reader in (first, second):
        reader.get, reader.put = kept.get, kept.__setitem__
    assert first.read(RESUME, criteria(STOCK)) == second.read(RESUME, criteria(STOCK))
    assert len(first.network.asked) == 4
    assert second.network.asked == []


def test_the_network_sees_title_and_section_and_text_but_neither_organisation_nor_dates():
    positions = {p.id: p for p in RESUME.positions}
    assert segment(RESUME.lines[1], positions) == (
        "Stock Controller · Experience: Two aisles counted every morning before the pickers come"
    )
    assert segment(RESUME.lines[0], positions) == "Experience: Stock Controller, cold stores"
    assert segment(RESUME.lines[3], positions) == "Skills: Forklift, Excel"


def test_between_the_thresholds_a_cell_is_partial_and_unsure():
    model = CellModel.from_json(RuleNetwork(by_words()).file("cells.json"))
    held_back = model.decide((0.1, 0.35, 0.55))
    assert (held_back.outcome, held_back.unsure) == ("partial", True)
    assert model.decide((0.1, 0.2, 0.7)).outcome == "met"
    assert model.decide((0.45, 0.35, 0.2)).unsure


def test_a_weighing_orders_by_its_weights_and_is_silent_about_nothing():
    weighing = Weighing(centre=(1.0, 0.0), scale=(2.0, 1.0), weights=(2.0, -1.0), bias=0.5)
    assert list(weighing.of(np.array([[3.0, 1.0], [1.0, 0.0]]))) == [1.5, 0.5]
    assert len(weighing.of(np.zeros((0, 2)))) == 0


def test_a_cell_without_lines_has_the_features_of_silence():
    nothing = features(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), [], [], Setting())
    silent = features(np.array([NONE], np.float32), np.zeros(1, np.float32), [False], [3], Setting())
    assert len(nothing) == len(silent) == len(FEATURES)
    assert nothing[0] <= silent[0]


# --- the published weights -----------------------------------------------------------------------------------------

PAIRS = [
    ("Fluent German.", "Languages: English native, German C1 (two years in Cologne)"),
    ("Fluent German.", "Languages: English native, Welsh fluent"),
    ("Forklift licence.", "Additional information: Never trained on trucks; moved pallets by hand jack"),
    (
        "Run the cycle count programme and keep stock accuracy above 99%.",
        "Stock Controller · Experience: " + "x " * 200,
    ),
    ("Lead a team of eight.", "Head of Operations · Experience: Planned the Christmas party"),
]


@pytest.fixture(scope="module")
def network() -> Network:
    return Network()


def test_a_pair_is_read_alike_alone_and_in_any_company(network: Network):
    together = network.probabilities(PAIRS * 3)
    alone = np.concatenate([network.probabilities([pair]) for pair in PAIRS])
    assert np.array_equal(together[: len(PAIRS)], alone)
    assert np.array_equal(network.probabilities(PAIRS[::-1]), alone[::-1])


def test_the_published_weights_tell_support_from_silence(network: Network):
    shares = network.probabilities(PAIRS)
    assert shares[0].argmax() == 2
    assert shares[1].argmax() == 0
    assert shares[4].argmax() == 0


def test_a_call_holds_one_pair_unpadded_whose_halves_are_told_apart():
    class Session:
        def run(self, _, given):
            calls.append(given)
            return [np.zeros((1, 4), np.float32)]

    calls: list[dict] = []
    alone = Network()
    alone.__dict__["session"] = Session()
    alone.probabilities(PAIRS[:2])
    assert [call["input_ids"].shape[0] for call in calls] == [1, 1]
    for call in calls:
        assert call["attention_mask"].all()
        assert sorted(set(call["token_type_ids"][0])) == [0, 1]


def test_probabilities_add_up_to_one(network: Network):
    assert np.abs(network.probabilities(PAIRS).sum(-1) - 1).max() < 1e-3


@pytest.mark.parametrize("name", ["reader.onnx", "tokenizer.json", "cells.json"])
def test_weights_that_are_not_the_published_ones_are_refused(tmp_path, name: str):
    folder = tmp_path / "weights"
    shutil.copytree(WEIGHTS, folder)
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(bytes(data))
    with pytest.raises(ModelMismatch, match="not the published file"):
        Network(folder).file(name)


def test_missing_weights_say_what_to_do(tmp_path):
    with pytest.raises(ModelMismatch, match="install the package again"):
        Network(tmp_path).file("reader.onnx")


def test_the_weights_and_their_companions_stay_under_fifty_megabytes():
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) <= 50_000_000


def test_the_note_states_a_measured_agreement():
    assert "κ" in ReaderJudge().note
