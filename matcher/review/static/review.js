"use strict";
// The desk's own script: keys, marking evidence, saving each act at once. It asks for nothing but this server.

const csrf = () => document.querySelector('meta[name="csrf"]').content;
const desk = () => document.getElementById("main");
let chosen = [], reason = null, current = -1, since = performance.now(), busy = false;

function say(text) {
  const said = document.getElementById("said");
  said.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { said.textContent = ""; }, 2500);
}

function complain(text) {
  const place = document.getElementById("error");
  if (!place) { say(text); return; }
  place.textContent = text;
  place.hidden = !text;
  if (text) place.scrollIntoView({block: "nearest"});
}

const STOPPED = "The program behind this page has been stopped. What you answered before is kept, this answer is not."
  + " Start the review again and use its new link.";

async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Error(STOPPED);
  }
}

async function post(path, body) {
  const answer = await reach(path, {
    method: "POST",
    headers: {"Content-Type": "application/json", "X-CSRF": csrf()},
    body: JSON.stringify(body),
  });
  const data = await answer.json().catch(() => ({error: STOPPED}));
  if (!answer.ok) throw new Error(data.error || "That was not possible: reload the page.");
  return data;
}

async function go(url, push = true, html = null) {
  const answer = html ? {url} : await reach(url);
  const page = new DOMParser().parseFromString(html || await answer.text(), "text/html");
  if (!page.getElementById("main")) { location.assign(url); return; }
  document.title = page.title;
  for (const old of document.querySelectorAll("dialog")) old.remove();
  document.querySelector("header.bar").replaceWith(page.querySelector("header.bar"));
  document.getElementById("main").replaceWith(page.getElementById("main"));
  for (const made of page.querySelectorAll("body > dialog")) document.body.append(made);
  const there = new URL(answer.url, location.href);
  const moved = decodeURIComponent(there.pathname) !== decodeURIComponent(location.pathname);
  if (push && moved) history.pushState(null, "", there.href);
  begin();
}

async function send(act) {
  if (busy) return;
  busy = true;
  complain("");
  try {
    const place = desk().dataset;
    const data = await post("/api/act", {
      candidate: place.candidate, criterion: place.criterion || null,
      seconds: Math.min(86400, (performance.now() - since) / 1000), ...act,
    });
    say(data.said);
    await (data.next ? go(data.next, true, data.page) : go(location.href, false));
  } catch (error) {
    for (const button of document.querySelectorAll(".pressed")) button.classList.remove("pressed");
    complain(error.message);
  } finally {
    busy = false;
  }
}

function visit(url) {
  go(url).catch((error) => complain(error.message));
}

// --- quotes and evidence ---------------------------------------------------------------------------------------

function lightQuote(index) {
  const marks = [...document.querySelectorAll(".resume mark")];
  const has = (node) => (node.dataset.quote || "").split(" ").includes(String(index));
  for (const node of marks) node.classList.toggle("current", has(node));
  for (const node of document.querySelectorAll("blockquote[data-quote]")) node.classList.toggle("current", has(node));
  const first = marks.find(has);
  if (first) {
    const box = document.getElementById("resume");
    box.scrollTop += first.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
  }
  current = index;
}

function quotes() {
  return [...document.querySelectorAll("blockquote[data-quote]")].map((node) => Number(node.dataset.quote));
}

function nextQuote() {
  const all = quotes();
  if (!all.length) { say("There is no quote on this cell."); return; }
  lightQuote(all[(all.indexOf(current) + 1) % all.length]);
}

function end(node, offset) {
  const line = (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement).closest(".line");
  if (!line) return null;
  const range = document.createRange();
  range.setStart(line, 0);
  range.setEnd(node, offset);
  return {line: Number(line.dataset.line), offset: range.toString().length};
}

function takeEvidence() {
  const selected = getSelection();
  const box = document.getElementById("resume");
  if (selected.rangeCount && !selected.isCollapsed && box && box.contains(selected.anchorNode)) {
    const range = selected.getRangeAt(0);
    const first = end(range.startContainer, range.startOffset), last = end(range.endContainer, range.endOffset);
    if (!first || !last) { complain("Select words inside the text on the left."); return; }
    addEvidence({first, last}, selected.toString());
    selected.removeAllRanges();
  } else if (current >= 0) {
    const quote = document.querySelector('blockquote[data-quote="' + current + '"] .quote');
    addEvidence({quote: current}, quote ? quote.textContent : "");
  } else {
    complain("Select words in the text on the left, then press s.");
  }
}

function addEvidence(place, words) {
  if (!chosen.some((other) => JSON.stringify(other) === JSON.stringify(place))) {
    chosen.push(place);
    const item = document.createElement("li");
    item.textContent = words.trim();
    const list = document.getElementById("chosen");
    list.querySelector("ul").append(item);
    list.hidden = false;
  }
  complain("");
  say("Taken as evidence.");
}

// --- answers ---------------------------------------------------------------------------------------------------

function answer(verdict) {
  const place = desk().dataset, mode = place.mode;
  const button = document.querySelector('[data-answer="' + verdict + '"]');
  if (!button) return;
  button.classList.add("pressed");
  if (mode === "below") { send({kind: "reviewed_below_cut", verdict}); return; }
  if (mode === "first") { send({kind: "first_look", verdict, evidence: chosen}); return; }
  if (mode === "second") { send({kind: "second_look", verdict, evidence: chosen}); return; }
  const needsQuote = (verdict === "met" || verdict === "partial") && !place.hasQuote;
  if (needsQuote && !chosen.length && current >= 0) chosen.push({quote: current});
  const act = {kind: mode === "adjudicate" ? "adjudicate" : "verdict", verdict, evidence: chosen};
  if (mode === "verdict" && place.machine && place.machine !== verdict && !reason) { askReason(act, button); return; }
  send({...act, ...(reason || {})});
}

function agree() {
  if (document.querySelector("[data-agree]")) send({kind: "agree"});
  else if (desk().dataset.mode === "first") complain("Your own answer first: 1, 2, 3 or 4. Then you see the machine’s.");
  else complain("There is no verdict to agree with: answer with 1, 2, 3 or 4.");
}

function askReason(act, button) {
  const box = document.getElementById("reason");
  if (!box) return;
  box.returnValue = "cancel";
  const word = button ? button.querySelector("span").textContent.replace(/^\S+\s+/, "") : "";
  const what = box.querySelector("#reason-what");
  what.textContent = word ? " " + word + ", not " + desk().dataset.machineWord : "";
  box.onclose = () => {
    if (button) button.classList.remove("pressed");
    if (box.returnValue !== "save") return;
    const code = box.querySelector("input[name=code]:checked");
    if (!code) return;
    reason = {reason_code: code.value, text: box.querySelector("textarea").value};
    if (act) send({...act, ...reason});
    else if (desk().dataset.mine) send({kind: "verdict", verdict: desk().dataset.mine, evidence: chosen, ...reason});
    else showPending(code.closest("label").querySelector("span").textContent);
  };
  box.showModal();
  box.querySelector("input[name=code]").focus();
}

function showPending(text) {
  const place = document.getElementById("pending");
  place.textContent = "Your reason for the next answer: " + text + (reason.text ? " (" + reason.text + ")" : "");
  place.hidden = false;
}

function askNote(id, act) {
  const box = document.getElementById(id);
  if (!box) return;
  box.returnValue = "cancel";
  box.onclose = () => {
    if (box.returnValue === "save") send({...act, text: box.querySelector("textarea").value});
  };
  box.showModal();
  box.querySelector("textarea").focus();
}

async function undo() {
  if (busy) return;
  busy = true;
  try {
    const data = await post("/api/undo", {});
    say(data.said);
    await (data.next ? go(data.next, true, data.page) : go(location.href, false));
  } catch (error) {
    complain(error.message);
  } finally {
    busy = false;
  }
}

function help() {
  document.getElementById("help").showModal();
}

// --- keys ------------------------------------------------------------------------------------------------------

const VERDICTS = {1: "met", 2: "partial", 3: "not_shown", 4: "contradicted"};
const ON_CELL = {
  " ": agree, e: nextQuote, s: takeEvidence, r: () => askReason(null, null), u: undo,
  n: () => desk().dataset.next ? visit(desk().dataset.next) : say("This is the last one."),
  p: () => desk().dataset.previous ? visit(desk().dataset.previous) : say("This is the first one."),
  f: () => send({kind: "flag"}), b: () => askNote("unblind", {kind: "unblind", criterion: null}), "?": help,
};

function inDialog(event, box) {
  if (box.id === "reason" && event.target.tagName !== "TEXTAREA" && /^[1-8]$/.test(event.key)) {
    const choice = box.querySelectorAll("input[name=code]")[Number(event.key) - 1];
    if (choice) { choice.checked = true; choice.focus(); event.preventDefault(); }
    return;
  }
  // Letters typed on the list of reasons belong in the note; a space there must not choose one.
  if (box.id === "reason" && event.target.name === "code" && event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
    const note = box.querySelector("textarea");
    event.preventDefault();
    note.focus();
    if (event.key !== " " || note.value) note.value += event.key;
    return;
  }
  const plainEnter = event.key === "Enter" && event.target.tagName === "INPUT";
  if (plainEnter || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
    const save = box.querySelector('button[value="save"]');
    if (save) { event.preventDefault(); save.click(); }
  }
}

document.addEventListener("keydown", (event) => {
  const box = document.querySelector("dialog[open]");
  if (box) { inDialog(event, box); return; }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) return;
  if (event.target.closest("button, a, summary") && (event.key === " " || event.key === "Enter")) return;
  if (event.key === "?") { event.preventDefault(); help(); return; }
  const page = desk().dataset.page;
  if (page === "below") {
    if (VERDICTS[event.key]) answer(VERDICTS[event.key]);
    else if (event.key === "u") undo();
    else if (event.key === "b") askNote("unblind", {kind: "unblind", criterion: null});
    return;
  }
  if (page !== "cell") { if (event.key === "u") undo(); return; }
  const act = ON_CELL[event.key] || (VERDICTS[event.key] && (() => answer(VERDICTS[event.key])));
  if (act) { event.preventDefault(); act(); }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.answer) answer(button.dataset.answer);
  else if ("agree" in button.dataset) agree();
  else if (button.dataset.key) ON_CELL[button.dataset.key]();
  else if (button.dataset.light) lightQuote(Number(button.dataset.light));
  else if (button.dataset.decide) askNote(button.dataset.decide, {kind: button.dataset.decide, criterion: null});
});

// A button must not take away the words that were selected for it, nor the keys from the page.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest(".foot button")) event.preventDefault();
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "start" && form.id !== "sign") return;
  event.preventDefault();
  try {
    const fields = new FormData(form);
    const data = form.id === "start"
      ? await post("/api/start", Object.fromEntries(["name", "role", "order", "scope"].map((k) => [k, fields.get(k)])))
      : await post("/api/sign", {name: document.getElementById("signer").value});
    location.assign(data.next);
  } catch (error) {
    complain(error.message);
  }
});

addEventListener("popstate", () => go(location.href, false).catch((error) => complain(error.message)));

function begin() {
  chosen = []; reason = null; current = -1; since = performance.now();
  if (desk().dataset.page === "cell") {
    const all = quotes();
    if (all.length) lightQuote(all[0]);
  }
  if (["cell", "below"].includes(desk().dataset.page)) desk().focus({preventScroll: true});
}

document.addEventListener("DOMContentLoaded", begin);
