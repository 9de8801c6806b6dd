// On ordinary pages of a browser that its reader chose for it: sees to it that the browser holds a
// right to each anonymous survey that asks the reader, made here and signed blindly by the server
// (RFC 9474), long before it is used. Never on a survey's own pages: that a right was fetched must
// not tell that somebody answers.
// Where script, a secure connection or the library is missing, the form's own right serves.

import { blinded, isPossible, unblinded } from "./blind.js";
import { held, keep, pending, propose } from "./right_store.js";

const HOUR = 3600 * 1000;
const HERE = "rights-here";
const ASKED = "rights-asked";
const SURVEYS = new URL("../../../surveys/", import.meta.url);

async function fetchRights() {
  const answer = await fetch(new URL("rights", SURVEYS), { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const wanted = (await answer.json()).filter((one) => !held(one.mark) && (!one.issued || pending(one.mark)));
  for (const one of wanted) await fetchRight(one);
}

async function fetchRight({ mark, key, url }) {
  // What was proposed is kept before it is sent: should the answer get lost, the same is sent again.
  const made = pending(mark) ?? (await propose(mark, () => blinded(key)));
  const body = new URLSearchParams({ blinded: made.blinded });
  body.set("csrf_token", document.querySelector('input[name="csrf_token"]').value);
  const answer = await fetch(url, { method: "POST", body });
  if (!answer.ok) return;
  const { signature } = await answer.json();
  keep(mark, await unblinded(key, made, signature));
}

function isTime() {
  const path = SURVEYS.pathname;
  if (location.pathname.startsWith(path) && location.pathname !== path) return false;
  if (Date.now() - Number(localStorage.getItem(ASKED)) < HOUR) return false;
  localStorage.setItem(ASKED, String(Date.now()));
  return true;
}

const look = () => isTime() && fetchRights().catch(() => localStorage.removeItem(ASKED));

// <div data-behavior="rights" hidden> with a button and two paragraphs: the reader's choice.
function offer(box) {
  const show = (isHere) => {
    box.querySelector("[data-rights-here]").hidden = !isHere;
    box.querySelector("[data-rights-offer]").hidden = isHere;
  };
  box.querySelector("button").addEventListener("click", () => {
    localStorage.setItem(HERE, "yes");
    localStorage.removeItem(ASKED);
    show(true);
    look();
  });
  show(Boolean(localStorage.getItem(HERE)));
  box.hidden = false;
}

try {
  if (isPossible()) {
    document.querySelectorAll('[data-behavior="rights"]').forEach(offer);
    if (localStorage.getItem(HERE)) look();
  }
} catch {
  // Storage is switched off: the form's own right serves.
}
