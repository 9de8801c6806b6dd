// The workshop without waiting for whole pages: what a form or link marked data-swap brings takes
// the workshop's place, the phone beside it shows what came of it, and questions can be dragged.
// Without this module every button and link works as it stands.

const place = () => document.querySelector('[data-behavior="workshop"]');

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-swap]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const data = new FormData(form);
  if (event.submitter?.name) data.append(event.submitter.name, event.submitter.value);
  swap(form.action, { method: "POST", body: new URLSearchParams(data) }, event.submitter);
}, true);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  swap(link.href, {}, link);
});

async function swap(address, request, pressed) {
  const old = place();
  if (old.ariaBusy === "true") return;
  old.ariaBusy = "true";
  try {
    const answer = await fetch(address, request);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const made = page.querySelector('[data-behavior="workshop"]');
    if (!made) throw new Error("another page");
    const hash = new URL(address, location.href).hash || answer.url.match(/#.*$/)?.[0] || "";
    show(old, made, page, pressed);
    if (answer.url && request.method !== "POST") history.replaceState(null, "", answer.url + hash);
    else if (answer.ok) history.replaceState(null, "", answer.url);
  } catch {
    // The plain way: the browser goes there itself, and shows what stands in between.
    old.ariaBusy = "false";
    if (request.method === "POST") send(address, request.body);
    else location.assign(address);
  }
}

function show(old, made, page, pressed) {
  for (const part of [".heading", ".workshop__main"]) {
    const there = old.querySelector(part);
    const next = made.querySelector(part);
    if (there && next) there.replaceWith(document.adoptNode(next));
  }
  look(old.querySelector("[data-preview]"), made.querySelector("[data-preview]"));
  old.ariaBusy = "false";
  const words = page.querySelector(".flash")?.textContent.trim();
  old.querySelector("[data-said]").textContent = words || "";
  const again = pressed?.value && old.querySelector(`button[value="${CSS.escape(pressed.value)}"]`);
  const next = old.querySelector("[autofocus]") ?? (again || old.querySelector(".is-open input:not([type=hidden])"));
  next?.focus();
  begin();
}

// The phone shows what came of it, at the question that is open, once no further act follows.
const QUIET = 400; // milliseconds
let looking = 0;

function look(phone, next) {
  clearTimeout(looking);
  if (next) looking = setTimeout(() => turn(phone, next.src), QUIET);
}

function turn(phone, address) {
  const there = phone?.contentWindow?.location;
  if (!there) return;
  const { hash } = new URL(address, location.href);
  if (hash && hash !== there.hash) there.replace(address);
  there.reload();
}

function send(address, body) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  for (const [name, value] of body) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

// --- Dragging: the same act as the buttons, "put q3" before another or at a section's end ---

let dragged = null;

function begin() {
  for (const question of place().querySelectorAll("[data-moves] > .workshop__question:not(.is-open)")) {
    question.draggable = true;
  }
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".workshop__question[draggable=true]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.key);
  dragged.classList.add("is-dragged");
});

document.addEventListener("dragover", (event) => {
  const over = dragged && target(event);
  if (!over) return;
  event.preventDefault();
  mark(over);
});

document.addEventListener("drop", (event) => {
  const over = dragged && target(event);
  if (!over || over === dragged) return;
  event.preventDefault();
  const form = document.getElementById("acts");
  const data = new URLSearchParams(new FormData(form));
  data.append("do", `put ${dragged.dataset.key}`);
  const before = over.dataset.key && behind(over) ? over.nextElementSibling : over;
  if (before?.dataset.key) data.append("before", before.dataset.key);
  data.append("section", over.closest("[data-section]").dataset.section);
  swap(form.action, { method: "POST", body: data }, null);
});

document.addEventListener("dragend", () => {
  mark(null);
  dragged?.classList.remove("is-dragged");
  dragged = null;
});

// Dragged down, a question goes behind the one it is dropped on; up, before it.
function behind(over) {
  return Boolean(dragged.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING);
}

function target(event) {
  return event.target.closest?.(".workshop__question") ?? event.target.closest?.("[data-section]");
}

function mark(over) {
  for (const one of document.querySelectorAll(".is-target")) one.classList.remove("is-target");
  over?.classList.add("is-target");
}

begin();
