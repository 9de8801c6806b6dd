// On ordinary pages of a browser that its reader chose for it: sees to it that the browser holds a
// right to each anonymous survey that asks the reader, made here and signed blindly by the server
// (RFC 9474), long before it is used. Never on a survey's own pages: that a right was fetched must
// not tell that somebody answers.
// Where script, a secure connection or the library is missing, the form's own right serves.

import { held, keep, pending, propose } from "./right_store.js";

const HOUR = 3600 * 1000;
const HERE = "rights-here";
const ASKED = "rights-asked";
const SURVEYS = new URL("../../../surveys/", import.meta.url);
const LIBRARY = "../../vendor/blindrsa/blindrsa.js";
const SUITE = { hash: "SHA-384", saltLength: 48, prepareType: 32 }; // PSS, 32 random bytes before

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (data) => btoa(String.fromCharCode(...data)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function fetchRights() {
  const answer = await fetch(new URL("rights", SURVEYS), { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const wanted = (await answer.json()).filter((one) => !held(one.mark) && (!one.issued || pending(one.mark)));
  if (!wanted.length) return;
  const { BlindRSA } = await import(LIBRARY);
  for (const one of wanted) await fetchRight(new BlindRSA(SUITE), one);
}

async function fetchRight(suite, { mark, key, url }) {
  const scheme = { name: "RSA-PSS", hash: SUITE.hash };
  const publicKey = await crypto.subtle.importKey("spki", bytes(key), scheme, true, ["verify"]);
  // What was proposed is kept before it is sent: should the answer get lost, the same is sent again.
  const made = pending(mark) ?? (await propose(mark, () => blinded(suite, publicKey)));
  const body = new URLSearchParams({ blinded: made.blinded });
  body.set("csrf_token", document.querySelector('input[name="csrf_token"]').value);
  const answer = await fetch(url, { method: "POST", body });
  if (!answer.ok) return;
  const { signature } = await answer.json();
  const signed = await suite.finalize(publicKey, bytes(made.message), bytes(signature), bytes(made.inverse));
  keep(mark, `${made.message}.${text(signed)}`);
}

async function blinded(suite, publicKey) {
  const message = suite.prepare(crypto.getRandomValues(new Uint8Array(32)));
  const { blindedMsg, inv } = await suite.blind(publicKey, message);
  return { message: text(message), blinded: text(blindedMsg), inverse: text(inv) };
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
  if (window.crypto?.subtle) {
    document.querySelectorAll('[data-behavior="rights"]').forEach(offer);
    if (localStorage.getItem(HERE)) look();
  }
} catch {
  // Storage is switched off: the form's own right serves.
}
