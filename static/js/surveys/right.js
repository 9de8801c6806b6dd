// <input type="hidden" name="right" data-behavior="right" data-mark="…">
// on an anonymous form for whom a right was signed blindly: puts in the right that this browser
// keeps, and shows it where it can be copied from ([data-right-code]). Where this browser has
// none, [data-right-missing] is shown and says what to do.

import { held } from "./right_store.js";

function fill() {
  const input = document.querySelector('[data-behavior="right"]');
  if (!input || input.value) return;
  const right = held(input.dataset.mark);
  document.querySelector("[data-right-missing]").hidden = Boolean(right);
  if (!right) return;
  input.value = right;
  for (const code of document.querySelectorAll("[data-right-code]")) code.textContent = right;
}

try {
  fill();
} catch {
  document.querySelector("[data-right-missing]").hidden = false; // storage is switched off
}
