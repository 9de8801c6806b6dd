// Threads like the one that is being written, after a pause in typing its title; never while an
// input method composes, and one question at a time. Without this module the button asks.

const ASK_AFTER = 700; // milliseconds without a key
const LEAST = 4; // characters
const place = document.querySelector('[data-behavior="similar"]');
const title = place?.closest("form").elements.title;
let timer, asked, isAsking;

const typed = () => title.value.trim();

async function ask(says) {
  clearTimeout(timer);
  if (isAsking) return;
  isAsking = true;
  asked = typed();
  try {
    const answer = await fetch(`${place.dataset.address}?title=${encodeURIComponent(asked)}`);
    if (!answer.ok) throw new Error(answer.status);
    const { count, list } = await answer.json();
    const page = new DOMParser().parseFromString(count || says ? list : "", "text/html");
    place.replaceChildren(...document.importNode(page.body, true).childNodes);
  } catch {
    place.replaceChildren(); // offline: one writes on without
  }
  isAsking = false;
  look();
}

function look() {
  clearTimeout(timer);
  if (typed() === asked) return;
  if (typed().length < LEAST) place.replaceChildren();
  else timer = setTimeout(ask, ASK_AFTER);
}

title?.addEventListener("input", (event) => event.isComposing || look());
title?.addEventListener("compositionend", look);
title?.form.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.submitter?.dataset.aside !== "similar") return;
  event.preventDefault();
  ask(true);
  place.scrollIntoView({ block: "nearest" });
});
