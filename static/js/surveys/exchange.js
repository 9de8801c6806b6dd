// <form data-behavior="exchange" data-key="…" data-mark="…"> with an invitation code: has a right that
// this browser makes signed blindly for the code, keeps it, and goes on to the survey. The server sees
// the code and what it signs, never the right. Where anything is missing or refused, the form is sent
// as it stands: the server answers it in words, or with a right of its own.

import { blinded, isPossible, unblinded } from "./blind.js";
import { keep, pending, propose } from "./right_store.js";

async function exchange(form) {
  const { key, mark } = form.dataset;
  const code = form.elements.code.value.toUpperCase().replace(/[^0-9A-Z]/g, "");
  // What was proposed for a code stays: should the answer get lost, the same is sent again.
  const name = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(mark + code)));
  const place = `${mark}:${btoa(String.fromCharCode(...name))}`;
  const made = pending(place) ?? (await propose(place, () => blinded(key)));
  const body = new URLSearchParams({ code, blinded: made.blinded });
  const answer = await fetch(form.action, { method: "POST", body });
  if (!answer.ok) return form.submit();
  const { signature, url } = await answer.json();
  keep(mark, await unblinded(key, made, signature));
  location.assign(url);
}

function begin(form) {
  if (!isPossible()) return;
  localStorage.getItem(""); // throws where storage is switched off
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    exchange(form).catch(() => form.submit());
  });
  for (const one of document.querySelectorAll("[data-made-here]")) one.hidden = false;
  for (const one of document.querySelectorAll("[data-made-there]")) one.hidden = true;
}

try {
  document.querySelectorAll('[data-behavior="exchange"]').forEach(begin);
} catch {
  // Storage is switched off: the form's own right serves.
}
