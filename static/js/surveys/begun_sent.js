// <span data-begun-sent="/surveys/…" hidden>: that form was sent and came, so what this browser
// keeps of it goes.
import { sweep } from "./begun_store.js";

const place = document.querySelector("[data-begun-sent]");
if (place) sweep(({ path, sent }) => path === place.dataset.begunSent && sent);
