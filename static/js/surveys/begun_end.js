// On every page of whoever is signed in: what is begun of forms goes with its time, and all of it
// on signing out. A list says which forms are begun here: <span data-begun-mark="…" hidden>.
import { held, sweep } from "./begun_store.js";

sweep();
for (const chip of document.querySelectorAll("[data-begun-mark]")) chip.hidden = !held(chip.dataset.begunMark);
document.addEventListener("submit", ({ target }) => {
  if (/\/logout(\/|$)/.test(new URL(target.action, location.href).pathname)) sweep(() => true);
});
