// On every page of whoever is signed in: what is begun of forms goes with its time, and all of it
// on signing out.
import { sweep } from "./begun_store.js";

sweep();
document.addEventListener("submit", ({ target }) => {
  if (/\/logout(\/|$)/.test(new URL(target.action, location.href).pathname)) sweep(() => true);
});
