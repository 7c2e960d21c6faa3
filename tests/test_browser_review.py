"""The desk in a real browser: by keyboard alone, resumed, undone, blind first, deaf to hostile names, accessible."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import fakes_report
import fakes_review as fakes
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from matcher.models import BlindPosition, Check, Decision
from matcher.review.acts import Request
from matcher.review.plan import CellKey, Policy

pytestmark = pytest.mark.browser
CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run")  # fmt: skip
HOSTILE = (
    '<img src=x onerror="window.hit=1">', "<script>window.hit=1</script>", "javascript:window.hit=1", "=HYPERLINK(1)",
    '"><svg onload="window.hit=1">', "</p></main><h1>Signed</h1>", "{{ 7*7 }}",
    "<a href='javascript:window.hit=1'>x</a>", "\u202eevil", "' onfocus='window.hit=1' autofocus='",
)  # fmt: skip

STRANGE = """() => [...document.querySelectorAll('*')].filter(e =>
    ['IMG', 'SVG', 'IFRAME'].includes(e.tagName.toUpperCase())
    || (e.tagName === 'SCRIPT' && !e.src)
    || (e.tagName === 'H1' && e.textContent === 'Signed')
    || [...e.attributes].some(a => a.name.startsWith('on') || a.name === 'autofocus'
        || (['href', 'src', 'action'].includes(a.name) && !/^([/]|#)/.test(a.value)))
).map(e => e.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Debian's chromium is not installed")
    with sync_playwright() as made:
        opened = made.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1360, "height": 860})
    yield context.new_page()
    context.close()


def sit_down(page: Page, server: fakes.Running, name: str = "Rita", role: str | None = None) -> None:
    """Log in if need be and give a name, by keyboard."""
    page.goto(server.login if not server.keys.used else server.url + "/start")
    page.locator("#name").fill(name)
    if role:
        page.locator("summary").click()
        page.locator(f"input[value={role}]").check()
    page.locator("input[value=all]").check()
    page.locator("#name").press("Enter")
    page.wait_for_url(server.url + "/")


def open_cell(page: Page, server: fakes.Running, verdict: str) -> CellKey:
    """Go to a cell of the plan that the machine read so, and whose verdict is on the screen."""
    desk, who = server.room.desk, server.room.who
    key = next(k for k in desk.plan(who).cells if desk.machine(k).verdict == verdict and desk.machine_shown(who, k))
    page.goto(f"{server.url}/cell/{key.candidate}/{key.criterion}")
    return key


def state(page: Page) -> dict[str, Any]:
    return dict(page.evaluate("({...document.getElementById('main').dataset, url: location.pathname})"))


def press(page: Page, key: str) -> None:
    """Press a key and wait until the desk has answered it."""
    before = len(page.evaluate("performance.getEntriesByType('resource').map(e => e.name)"))
    url, mode = page.url, state(page).get("mode")
    page.keyboard.press(key)
    page.wait_for_function(
        "([url, mode, before]) => !busy && (location.href !== url"
        " || document.getElementById('main').dataset.mode !== mode ||"
        " performance.getEntriesByType('resource').length > before)",
        arg=[url, mode, before],
    )


def judge(page: Page) -> str:
    """Answer one cell by keyboard as a careful person would, and return how it was answered."""
    now = state(page)
    if now["mode"] == "first":
        press(page, "2")
        now = state(page)
        assert now["mode"] == "verdict"
    if now["machine"]:
        press(page, "Space")
        return "agree"
    press(page, "1")
    return "verdict"


@pytest.fixture
def desk_server(tmp_path: Path) -> Iterator[tuple[fakes.Running, fakes.Memory]]:
    verdicts = [*fakes_report.VERDICTS, (None, "met", "not_shown", None, "partial")]
    desk, memory, workspace = fakes.desk(tmp_path, count=12, judged=8, verdicts=verdicts,
                                         policy=Policy(seed="seed", blind_share=0.2))  # fmt: skip
    with fakes.running(desk) as server:
        yield server, memory
    workspace.close()


def test_thirty_cells_are_judged_by_keyboard_alone_and_a_reload_resumes(
    page: Page, desk_server: tuple[fakes.Running, fakes.Memory]
) -> None:
    server, memory = desk_server
    sit_down(page, server)
    page.goto(server.url + "/next")
    for number in range(30):
        if number == 15:
            open_cell = state(page)["url"]
            page.reload()
            assert state(page)["url"] == open_cell
            page = page.context.new_page()
            page.goto(server.url + "/next")
            assert state(page)["url"] == open_cell
        judge(page)
    expect(page.locator(".progress label")).to_have_text("30 of 40 checked")
    desk = server.room.desk
    assert desk.progress(server.room.who) == (30, 40)
    seen: set[tuple[str, str]] = set()
    for event in memory.events:
        cell = (event["candidate"], event["criterion"])
        if event["kind"] == "human_first_look":
            assert event["body"]["machine_shown"] is False and cell not in seen
        if event["kind"] in ("human_agree", "human_verdict"):
            seen.add(cell)
    plan = desk.plan(server.room.who)
    machine_said = {tuple(key) for key in plan.cells[:30] if key in plan.blind_first and desk.machine(key).verdict}
    first = [(e["candidate"], e["criterion"]) for e in memory.events if e["kind"] == "human_first_look"]
    assert set(first) == machine_said and machine_said


def test_undo_returns_to_the_cell_and_takes_the_answer_back(
    page: Page, desk_server: tuple[fakes.Running, fakes.Memory]
) -> None:
    server, _ = desk_server
    sit_down(page, server)
    page.goto(server.url + "/next")
    first = state(page)["url"]
    judge(page)
    assert state(page)["url"] != first
    press(page, "u")
    assert state(page)["url"] == first
    expect(page.locator(".progress label")).to_have_text("0 of 40 checked")


def test_an_override_asks_for_a_reason_and_takes_the_selected_words(
    page: Page, desk_server: tuple[fakes.Running, fakes.Memory]
) -> None:
    server, _ = desk_server
    sit_down(page, server)
    key = open_cell(page, server, "not_shown")
    page.locator(".resume .line").nth(2).click(click_count=3)
    page.keyboard.press("s")
    expect(page.locator("#chosen li")).to_have_count(1)
    page.keyboard.press("1")
    expect(page.locator("#reason")).to_be_visible()
    page.keyboard.press("1")
    press(page, "Enter")
    desk = server.room.desk
    kept: Decision = desk.book.acts[-1]
    assert (kept.kind, kept.verdict, kept.reason_code) == ("verdict", "met", "evidence_missed")
    cell = next(c for c in desk.shortlist().entry(key.candidate).justifications if c.criterion == key.criterion)
    assert cell.evidence[0].text == fakes_report.LINES[1]


def test_names_stay_covered_until_somebody_says_why(
    page: Page, desk_server: tuple[fakes.Running, fakes.Memory]
) -> None:
    server, _ = desk_server
    sit_down(page, server)
    for path in ("/", "/next", "/below", "/finish"):
        page.goto(server.url + path)
        text = page.locator("body").inner_text()
        assert not [name for name in fakes_report.NAMES if name in text] and ".txt" not in text
    page.goto(server.url + "/next")
    candidate = state(page)["candidate"]
    name = server.room.desk.case.document(candidate).text.split("\n")[0]
    page.keyboard.press("b")
    expect(page.locator("#unblind")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#unblind")).to_be_visible()
    page.locator("#unblind textarea").fill("The quote is cut off.")
    press(page, "Control+Enter")
    assert name in page.locator(".resume").inner_text()
    assert server.room.desk.book.unblinded("Rita") == {candidate}


def test_a_person_goes_from_the_first_page_to_a_signed_list(
    page: Page, desk_server: tuple[fakes.Running, fakes.Memory]
) -> None:
    server, memory = desk_server
    sit_down(page, server)
    page.get_by_role("link", name="Below the cut").click()
    page.wait_for_url("**/below")
    for _ in range(4):
        press(page, "3")
    expect(page.locator("main")).to_contain_text("4 looked at")
    expect(page.locator("table.sample tbody tr")).to_have_count(4)
    page.goto(server.url + "/")
    page.locator("table.list tbody a").first.click()
    page.wait_for_url("**/person/*")
    page.locator("[data-decide=advance]").click()
    press(page, "Control+Enter")
    expect(page.locator("main")).to_contain_text("Advance, said Rita")
    page.get_by_role("link", name="Finish").click()
    page.wait_for_url("**/finish")
    page.locator("#signer").fill("Somebody")
    page.locator("#signer").press("Enter")
    expect(page.locator("#error")).to_contain_text("Type your name")
    page.locator("#signer").fill("Rita")
    page.locator("#signer").press("Enter")
    expect(page.locator("main")).to_contain_text("signed by Rita")
    assert memory.events[-1]["kind"] == "shortlist_sealed"


def first_cell(server: fakes.Running) -> Any:
    """A cell that is answered before the machine's verdict is shown."""
    desk, who = server.room.desk, server.room.who
    return next(key for key in desk.plan(who).cells if desk.machine(key).verdict and not desk.machine_shown(who, key))


def test_after_a_first_look_the_page_says_what_is_still_to_do_and_the_look_stays(
    page: Page, desk_server: tuple[fakes.Running, fakes.Memory]
) -> None:
    server, _ = desk_server
    sit_down(page, server)
    key = first_cell(server)
    page.goto(f"{server.url}/cell/{key.candidate}/{key.criterion}")
    page.keyboard.press("Space")
    expect(page.locator("#error")).to_contain_text("Your own answer first")
    assert server.room.desk.book.acts == ()
    press(page, "4")
    expect(page.locator(".now")).to_contain_text("final")
    page.keyboard.press("u")
    expect(page.locator("#error")).to_contain_text("Your first answer stays")
    assert state(page)["mode"] == "verdict"
    assert [a.kind for a in server.room.desk.book.acts] == ["first_look"]


def test_words_typed_on_the_list_of_reasons_become_the_note_and_choose_no_reason(
    page: Page, desk_server: tuple[fakes.Running, fakes.Memory]
) -> None:
    server, _ = desk_server
    sit_down(page, server)
    open_cell(page, server, "met")
    page.keyboard.press("3")
    expect(page.locator("#reason-h")).to_have_text("Why Not shown, not Met?")
    page.keyboard.type("an other team")
    expect(page.locator("#reason-text")).to_have_value("an other team")
    expect(page.locator("#reason input:checked")).to_have_count(0)
    page.locator("#reason input").nth(1).check()
    press(page, "Enter")
    kept = server.room.desk.book.acts[-1]
    assert (kept.verdict, kept.reason_code, kept.text) == ("not_shown", "evidence_wrong", "an other team")


def test_everything_that_has_a_key_has_a_button(page: Page, desk_server: tuple[fakes.Running, fakes.Memory]) -> None:
    server, _ = desk_server
    sit_down(page, server)
    key = open_cell(page, server, "met")
    page.locator(".resume .line").nth(1).click(click_count=3)
    page.locator("[data-key=s]").click()
    expect(page.locator("#chosen li")).to_have_count(1)
    page.locator("[data-key=f]").click()
    expect(page.locator(".state")).to_contain_text("You flagged this")
    page.locator("[data-key=u]").click()
    expect(page.locator(".state")).not_to_contain_text("You flagged this")
    shown = "([c, yes]) => (document.getElementById('main').dataset.candidate === c) === yes"
    for step, back in ((page.locator("[data-key=n]").click, False), (page.locator("[data-key=p]").click, True),
                       (page.go_back, False), (page.go_back, True)):  # fmt: skip
        step()
        page.wait_for_function(shown, arg=[key.candidate, back])
    for name, box in (("r", "#reason"), ("b", "#unblind"), ("?", "#help")):
        page.locator(f"[data-key='{name}']").click()
        expect(page.locator(box)).to_be_visible()
        page.keyboard.press("Escape")


def test_the_answers_stay_in_place_from_cell_to_cell_and_the_page_does_not_scroll(
    page: Page, desk_server: tuple[fakes.Running, fakes.Memory]
) -> None:
    server, _ = desk_server
    page.set_viewport_size({"width": 1280, "height": 800})
    sit_down(page, server)
    page.goto(server.url + "/next")
    places = set()
    for _ in range(12):
        places.add(page.evaluate("Math.round(document.querySelector('[data-answer=met]').getBoundingClientRect().top)"))
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        judge(page)
    assert len(places) == 1, places


@pytest.mark.parametrize("width", [360, 768, 1920])
def test_no_page_is_wider_than_the_window(
    page: Page, desk_server: tuple[fakes.Running, fakes.Memory], width: int
) -> None:
    server, _ = desk_server
    page.set_viewport_size({"width": width, "height": 780})
    sit_down(page, server)
    person = next(iter(server.room.desk.case.pool.assessments))
    for path in ("/", "/next", "/below", "/finish", "/agreement", "/disagreements", f"/person/{person}", "/start"):
        page.goto(server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_stopped_program_is_said_in_words_and_the_answer_is_not_shown_as_given(page: Page, tmp_path: Path) -> None:
    desk, _, workspace = fakes.desk(tmp_path, policy=Policy(seed="s", blind_share=0.0))
    with fakes.running(desk) as server:
        sit_down(page, server)
        page.goto(server.url + "/next")
    page.keyboard.press("Space")
    expect(page.locator("#error")).to_contain_text("has been stopped")
    expect(page.locator(".pressed")).to_have_count(0)
    assert desk.book.acts == ()
    workspace.close()


def test_a_second_window_that_is_out_of_date_is_told_so(
    page: Page, desk_server: tuple[fakes.Running, fakes.Memory]
) -> None:
    server, _ = desk_server
    sit_down(page, server)
    key = first_cell(server)
    address = f"{server.url}/cell/{key.candidate}/{key.criterion}"
    page.goto(address)
    other = page.context.new_page()
    other.goto(address)
    press(page, "2")
    other.keyboard.press("3")
    expect(other.locator("#error")).to_contain_text("shown already")
    assert [a.verdict for a in server.room.desk.book.acts] == ["partial"]


def test_jobs_show_how_long_they_lasted_while_their_dates_are_covered(page: Page, tmp_path: Path) -> None:
    texts = fakes_report.documents(2)
    job = BlindPosition(id="P1", title="Lead", from_ago=30, to_ago=6, precision="month", header_lines=("L2",))
    views = {c: fakes_report.view(d).model_copy(update={"positions": (job,)}) for c, d in texts.items()}
    pool = fakes_report.pool(texts, judged=2)
    workspace = fakes.Workspace.open(tmp_path / "ws", "write")
    desk = fakes.Desk(fakes.case(pool, texts, views), workspace, fakes.Memory(), fakes.Ticks(),
                      Policy(seed="s", blind_share=0.0))  # fmt: skip
    with fakes.running(desk) as server:
        sit_down(page, server)
        page.goto(server.url + "/next")
        expect(page.locator(".resume .job")).to_have_text("2 years, until 6 months ago")
        page.keyboard.press("b")
        page.locator("#unblind textarea").fill("To compare with the letter.")
        press(page, "Control+Enter")
        expect(page.locator(".resume .job")).to_have_count(0)
    workspace.close()


def hostile_texts() -> dict[str, Any]:
    made = {}
    for number, text in enumerate(HOSTILE):
        document = fakes_report.document(f"Name {number} {text}", [f"{line} {text}" for line in fakes_report.LINES],
                                         file=f"file{number}{text}.txt")  # fmt: skip
        made[fakes_report.candidate(document)] = document
    return made


def test_hostile_names_and_texts_create_no_element_and_no_attribute(page: Page, tmp_path: Path) -> None:
    texts = hostile_texts()
    desk, _, workspace = fakes.desk(tmp_path, texts=texts, pool=fakes_report.pool(texts, judged=len(texts)),
                                    policy=Policy(seed="s", blind_share=0.0))  # fmt: skip
    asked: list[str] = []
    with fakes.running(desk) as server:
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: pytest.fail("a dialog opened"))
        sit_down(page, server)
        who = server.room.who
        for candidate in texts:
            desk.act(who, Request("unblind", candidate, text="to look"))
        paths = ["/", "/finish", "/compare?" + "&".join(f"c={c}" for c in list(texts)[:5])]
        paths += [f"/cell/{c}/R1" for c in texts] + [f"/person/{c}" for c in texts]
        for path in paths:
            page.goto(server.url + path)
            found = page.evaluate(STRANGE)
            assert found == [] and page.evaluate("window.hit") is None, path
        assert "<img src=x" in page.locator("body").inner_text() or "window.hit" in page.locator("body").inner_text()
        assert {url.split("/")[2] for url in asked if url.startswith("http")} == {f"{server.host}:{server.port}"}
        workspace.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_serious_accessibility_findings(
    page: Page, desk_server: tuple[fakes.Running, fakes.Memory], scheme: Any
) -> None:
    server, _ = desk_server
    page.emulate_media(color_scheme=scheme)
    page.goto(server.login)
    axe = Axe()
    look(axe, page, "start")
    sit_down(page, server)
    desk = server.room.desk
    people = list(desk.case.pool.assessments)[:3]
    judge_one = f"/cell/{people[0]}/R1"
    for path in ("/", judge_one, f"/person/{people[0]}", "/below", "/disagreements", "/agreement", "/finish",
                 "/compare?" + "&".join(f"c={c}" for c in people), "/nowhere-to-go"):  # fmt: skip
        page.goto(server.url + path)
        if path != "/nowhere-to-go":
            look(axe, page, path)
    page.goto(server.url + judge_one)
    page.keyboard.press("?")
    look(axe, page, "help")
    page.keyboard.press("Escape")


def look(axe: Axe, page: Page, where: str) -> None:
    found = axe.run(page).response["violations"]
    grave = [v for v in found if v["impact"] in ("serious", "critical")]
    serious = [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in grave]
    assert serious == [], where


def test_the_focus_can_be_seen_and_the_tab_key_reaches_every_answer(
    page: Page, desk_server: tuple[fakes.Running, fakes.Memory]
) -> None:
    server, _ = desk_server
    sit_down(page, server)
    page.goto(server.url + "/next")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            "() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " return [e.dataset.answer || e.tagName, s.outlineStyle, parseFloat(s.outlineWidth)]; }"
        )
        if shown[0] != "BODY":
            assert shown[1] != "none" and shown[2] >= 2, shown
        reached.add(shown[0])
    assert {"met", "partial", "not_shown", "contradicted"} <= reached


def test_the_report_opens_offline_prints_and_is_accessible(browser: Browser, tmp_path: Path) -> None:
    import io

    import pypdf

    from matcher import report

    shortlist, texts = fakes_report.shortlist(9, 7)
    (tmp_path / "report.html").write_text(report.render_html(shortlist, texts), "utf-8")
    (tmp_path / "summary.html").write_text(report.render_summary(shortlist, texts), "utf-8")
    context = browser.new_context(offline=True, java_script_enabled=True)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.goto(f"file://{tmp_path}/report.html")
    look(Axe(), page, "report")
    page.locator("blockquote a").first.click()
    target = page.evaluate("document.querySelector(':target').textContent")
    assert target in fakes_report.LINES
    for size in ("A4", "Letter"):
        assert len(pypdf.PdfReader(io.BytesIO(page.pdf(format=size))).pages) >= 8
        page.goto(f"file://{tmp_path}/summary.html")
        assert len(pypdf.PdfReader(io.BytesIO(page.pdf(format=size))).pages) <= 2
        page.goto(f"file://{tmp_path}/report.html")
    page.emulate_media(media="print")
    shown = page.evaluate(
        "() => Object.fromEntries(['.checks .passed', '.checks .failed', '.nearest blockquote:nth-of-type(2)']"
        ".map(s => [s, [...document.querySelectorAll(s)].filter(e => e.offsetParent).length]))"
    )
    assert shown[".checks .passed"] == 0
    assert problems == []
    context.close()


CHECKS = tuple(
    Check(name=name, passed=name != "second reader", detail="")
    for name in ("ids exist", "lines are evidence", "evidence is named", "reason is grounded", "second reader")
)


def test_on_paper_a_person_with_twenty_requirements_takes_two_pages(browser: Browser, tmp_path: Path) -> None:
    import io

    import pypdf

    from matcher import report

    shortlist, texts = fakes_report.shortlist(3, 3)
    people = []
    for entry in shortlist.entries:
        cells = [c for c in entry.justifications if c.evidence] * 20
        made = (c.model_copy(update={"evidence": c.evidence * 2, "checks": CHECKS}) for c in cells[:20])
        people.append(entry.model_copy(update={"justifications": tuple(made)}))
    criteria = shortlist.criteria
    many = tuple(c.model_copy(update={"id": f"X{n}"}) for n, c in enumerate((criteria.criteria * 4)[:20]))
    people = [
        e.model_copy(update={"justifications": tuple(
            c.model_copy(update={"criterion": f"X{n}"}) for n, c in enumerate(e.justifications))})
        for e in people
    ]  # fmt: skip
    long = shortlist.model_copy(
        update={"entries": tuple(people), "criteria": criteria.model_copy(update={"criteria": many})}
    )
    (tmp_path / "report.html").write_text(report.render_html(long, texts), "utf-8")
    page = browser.new_page()
    page.goto(f"file://{tmp_path}/report.html")
    texts_of = [p.extract_text() for p in pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages]
    starts = [n for n, text in enumerate(texts_of) if "Score parts" in text]
    assert len(starts) == 3 and max(b - a for a, b in pairwise(starts)) <= 2
    page.close()
