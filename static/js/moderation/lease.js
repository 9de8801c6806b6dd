// <div data-behavior="lease" data-address="…/renew" data-seconds="600" data-ended data-lost hidden>
// on the page of an item that the reader has claimed: the claim is renewed while the page is
// looked at and somebody is active on it. A claim that is lost or has ended is told at once;
// what was typed stays where it is.

const EVERY = 120_000;
const ACTIVE = 300_000; // without a sign of life for so long, nobody is there
const note = document.querySelector('[data-behavior="lease"]');

let lively = Date.now();
let ends = Date.now() + 1000 * Number(note?.dataset.seconds);
let timer = 0;

function say(words) {
  note.hidden = false;
  note.textContent = words;
}

async function beat() {
  if (Date.now() >= ends && note.hidden) say(note.dataset.ended);
  if (document.hidden || Date.now() - lively > ACTIVE) return;
  const token = document.querySelector('input[name="csrf_token"]').value;
  try {
    const answer = await fetch(note.dataset.address, {
      method: "POST",
      headers: { "X-CSRF-Token": token },
      credentials: "same-origin",
    });
    if (answer.status === 204) {
      ends = Date.now() + 600_000;
      note.hidden = true;
    } else if (answer.status === 409) {
      clearInterval(timer);
      const { changed, now } = await answer.json();
      say(note.dataset.lost.replace("{changed}", changed).replace("{now}", now || "–"));
    }
  } catch {
    // No connection: the next beat tries again, and the end is told by the clock.
  }
}

if (note) {
  for (const sign of ["pointerdown", "pointermove", "keydown", "scroll", "input"]) {
    document.addEventListener(sign, () => { lively = Date.now(); }, { passive: true, capture: true });
  }
  timer = setInterval(beat, EVERY);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) beat(); });
}
